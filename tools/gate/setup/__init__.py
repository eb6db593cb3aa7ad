"""Judge what a paper states on its set-up: hardware, software, parameters, data, methods and experiments."""

from tools.gate.setup.check import judge_setup
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.experiments import judge_named_experiments
from tools.gate.setup.statements import passages

__all__ = ["SetupEvidence", "judge_named_experiments", "judge_setup", "passages"]
