"""The phase types that a scenario can name."""

from __future__ import annotations

from scenarios.phases.chat import CHAT
from scenarios.phases.experiments import EXPERIMENTS
from scenarios.phases.figures import FIGURES
from scenarios.phases.gate import GATE
from scenarios.phases.ideation import IDEATION, NOVELTY
from scenarios.phases.panel import PANEL
from scenarios.phases.phase_type import PhaseType
from scenarios.phases.writeup import REVISION, WRITEUP

PHASES: dict[str, PhaseType] = {
    phase_type.name: phase_type
    for phase_type in (IDEATION, NOVELTY, EXPERIMENTS, FIGURES, WRITEUP, GATE, PANEL, REVISION, CHAT)
}
