"""Which script plays a role: told by what the phase lets the role do, so that a card of any name can be seated."""

from __future__ import annotations

import re

from agents.offline.authors import authors
from agents.offline.chair import chair
from agents.offline.coder import coder
from agents.offline.ideas import advisor, novelty_checker, proposer
from agents.offline.planner import planner
from agents.offline.plotter import plotter
from agents.offline.reviewer import reviewer
from agents.offline.reviser import reviser
from agents.offline.script import Opening, Script, ScriptOf, call, say
from agents.offline.writer import writer

SCRIPTS: tuple[tuple[str, ScriptOf], ...] = (
    ("submit_meta_review", chair),
    ("submit_review", reviewer),
    ("accept_deliverable", advisor),
    ("submit_idea", proposer),
    ("submit_novelty", novelty_checker),
    ("run_experiment", coder),
    ("submit_study", planner),
    ("submit_figures", plotter),
    ("submit_rebuttal", reviser),
    ("submit_paper", writer),
)
"""The tool that a role has, and the script for it; the first that fits."""


def script_for(opening: Opening) -> ScriptOf:
    if opening.task.startswith("You lead a conversation"):
        return selector
    if "submit_rebuttal" in opening.tools and "submit_paper" not in opening.tools:
        return authors
    return next((script for tool, script in SCRIPTS if tool in opening.tools), listener)


def selector(opening: Opening) -> Script:
    """Names who has waited longest; at first, the first of the list."""
    names = re.findall(r"^- (\w+): ", opening.task, re.MULTILINE)
    spoken = re.findall(r"^\[(\w+)\]", opening.task, re.MULTILINE)
    yield from say(min(names, key=lambda name: max((i for i, s in enumerate(spoken) if s == name), default=-1)))


def listener(opening: Opening) -> Script:
    """Plays a role that can hand in nothing: looks at what there is, once, and says only what it has seen."""
    if "read_section" in opening.tools:
        results = yield from call("read_section", section="results")
        words = len(results.text.split())
        while True:
            yield from say(
                f"I have read the results section ({words} words). Its numbers are references, so they "
                "are the ledger's; I have no objection."
            )
    if "list_figures" in opening.tools:
        figures = yield from call("list_figures")
        while True:
            yield from say(
                f"I have looked at the list of figures: {figures.text.count(chr(10)) + 1} line(s). "
                "I can check that they are there, not what they look like."
            )
    while True:
        yield from say("No rule of the offline researcher fits this role; I have nothing to add.")
