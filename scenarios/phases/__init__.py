"""The kinds of phases that a scenario can name."""

from __future__ import annotations

from scenarios.phases.chat import CHAT
from scenarios.phases.experiments import EXPERIMENTS
from scenarios.phases.figures import FIGURES
from scenarios.phases.gate import GATE
from scenarios.phases.ideation import IDEATION
from scenarios.phases.novelty import NOVELTY
from scenarios.phases.panel import PANEL
from scenarios.phases.phase_type import PhaseType
from scenarios.phases.revision import REVISION
from scenarios.phases.writeup import WRITEUP

PHASES: dict[str, PhaseType] = {
    kind.name: kind for kind in (IDEATION, NOVELTY, EXPERIMENTS, FIGURES, WRITEUP, GATE, PANEL, REVISION, CHAT)
}
