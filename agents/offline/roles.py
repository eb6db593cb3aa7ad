"""Which script plays a role. The tools that the phase gives the role decide, so a card of any name can be played."""

from __future__ import annotations

from agents.offline.coder import coder
from agents.offline.ideas import advisor, novelty_checker, proposer
from agents.offline.panel import authors, chair
from agents.offline.planner import planner
from agents.offline.plotter import plotter
from agents.offline.reviewer import reviewer
from agents.offline.reviser import reviser
from agents.offline.script import Opening, Script, ScriptFunction, call, say, stop
from agents.offline.state import SelectorVariables
from agents.offline.writer import writer
from tools.toolsets.data import FigureFiles


def acceptor(opening: Opening) -> Script:
    """Question an idea; take figures and papers as they are, because rules cannot judge them."""
    if opening.state.conversation.deliverable == "idea":
        yield from advisor(opening)
        return
    yield from listener(opening)


SCRIPTS: tuple[tuple[str, ScriptFunction], ...] = (
    ("submit_meta_review", chair),
    ("submit_review", reviewer),
    ("accept_deliverable", acceptor),
    ("submit_idea", proposer),
    ("submit_novelty", novelty_checker),
    ("run_experiment", coder),
    ("submit_study", planner),
    ("submit_figures", plotter),
    ("submit_rebuttal", reviser),
    ("submit_paper", writer),
)
"""Pairs of a tool and the script for a role that has this tool. The first match counts."""


def script_for(opening: Opening) -> ScriptFunction:
    if opening.state.card is None:
        return selector
    if "submit_rebuttal" in opening.tools and "submit_paper" not in opening.tools:
        return authors
    return next((script for tool, script in SCRIPTS if tool in opening.tools), listener)


def selector(opening: Opening) -> Script:
    """Name the participant that has waited longest; at first, the first of the list."""
    variables = opening.state.variables.read(SelectorVariables)
    spoken = {turn.speaker: number for number, turn in enumerate(variables.turns)}
    yield from say(min(variables.participants, key=lambda name: spoken.get(name, -1)))


def listener(opening: Opening) -> Script:
    """Play a role that submits nothing: report what the write-up or the figures hold, or that there is no rule."""
    phase = opening.state.variables.prompt
    if phase == "writeup" and "read_section" in opening.tools:
        section = yield from call("read_section", section="results")
        words = (
            f"I have read the results section ({len(section.text.split())} words). Its numbers are references to the "
            "ledger. I have no objection."
        )
    elif phase == "figures" and "list_figures" in opening.tools:
        count = len((yield from call("list_figures")).read(FigureFiles).files)
        words = f"The list has {count} figures. I can check that they exist, not what they look like."
    else:
        yield from stop(f"The offline researcher has no rule for the role {opening.state.participant} in this phase.")
        return
    turn = 1
    while True:
        deliverable = opening.state.conversation.deliverable
        submitted = any(deliverable in past.submitted for past in opening.state.turns_before(turn))
        if submitted and "accept_deliverable" in opening.tools:
            yield from call("accept_deliverable", reasons=words)
        yield from say(words)
        turn += 1
