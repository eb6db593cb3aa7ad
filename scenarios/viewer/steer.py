"""What a person asks of a run from its pages: answers, a stop, another budget, a resume. Off unless asked for by a flag."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from agents.mailbox import OfferedTool, PersonAnswer, RunRequest
from scenarios.viewer.library import OpenRun
from tools.errors import UserError
from tools.project import ROOT

MAX_BYTES = 1_000_000
"""Of a form."""
_ARGUMENT = "argument:"
"""Prefix of the fields that hold a tool's arguments."""


def steer(run: OpenRun, form: Mapping[str, str]) -> None:
    """Do what a form asks for. Its field `do` is answer, tool, stop, budget or resume.

    Raises:
        UserError: the form asks for something that is not possible now.
    """
    match form.get("do", ""):
        case "answer" | "tool":
            run.mailbox.answer(_answer(run, form))
        case "stop" if run.is_running:
            run.mailbox.request(RunRequest(stop=True))
        case "budget" if run.is_running:
            run.mailbox.request(RunRequest(dollars=_dollars(form)))
        case "resume" if not run.is_running:
            _resume(run, _dollars(form) if form.get("dollars") else None)
        case asked:
            raise UserError(
                f"{asked or 'this'} is not possible now: the run is {'' if run.is_running else 'not '}running"
            )


def _answer(run: OpenRun, form: Mapping[str, str]) -> PersonAnswer:
    question = run.question
    if question is None or question.id != form.get("question"):
        raise UserError("the question has been answered already")
    if form.get("do") == "answer":
        if not form.get("text", "").strip() and not question.may_end:
            raise UserError("an answer needs words")
        return PersonAnswer(question=question.id, text=form.get("text", "").replace("\r\n", "\n"))
    tool = next((tool for tool in question.tools if tool.name == form.get("tool")), None)
    if tool is None:
        raise UserError(f"there is no tool {form.get('tool')!r} in this question")
    return PersonAnswer(question=question.id, tool=tool.name, arguments=_arguments(tool, form))


def _arguments(tool: OfferedTool, form: Mapping[str, str]) -> dict[str, object]:
    """Return the arguments of a tool; fields left empty are left out, and what is no text is read as JSON."""
    found: dict[str, object] = {}
    for name, type_ in tool.parameters.items():
        given = form.get(_ARGUMENT + name, "").replace("\r\n", "\n")
        if not given.strip():
            continue
        try:
            found[name] = given if type_ in ("string", "") else json.loads(given)
        except ValueError:
            raise UserError(f"{tool.name}: {name} must be a JSON {type_}") from None
    return found


def _dollars(form: Mapping[str, str]) -> float:
    try:
        dollars = float(form.get("dollars", ""))
    except ValueError:
        dollars = -1.0
    if not 0 <= dollars < float("inf"):
        raise UserError(f"a budget is a number of dollars, not {form.get('dollars')!r}")
    return dollars


def _resume(run: OpenRun, dollars: float | None) -> None:
    """Start the command that resumes the run in a process of its own, which outlives the viewer."""
    command = [sys.executable, str(ROOT / "run.py"), "resume", str(run.files.root.resolve())]
    command += [] if dollars is None else ["--budget", str(dollars)]
    run.files.steering.mkdir(parents=True, exist_ok=True)
    with (run.files.steering / "resume.log").open("ab") as log:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
