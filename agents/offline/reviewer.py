"""The reviewer: fills the form from the checklists of its role card, with the lowest confidence. It abstains if the card
names none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.conversation.policies import DONE
from agents.offline.checks import findings_of
from agents.offline.checks.paper import Finding, ReadPaper, counted, read_paper_text
from agents.offline.script import Message, Opening, Script, call, say, stop
from agents.offline.state import PanelVariables, ParticipantState
from agents.offline.text import join
from tools.review import ReviewStage

_CANNOT = (
    "This reviewer is a checklist, not a language model: it cannot judge whether the idea is new, sound or important."
)
_ABSTENTION = "I abstain."
_CEILING = 0.45
"""A checklist alone never recommends acceptance: what it cannot judge is most of what acceptance rests on."""


@dataclass(frozen=True)
class Reading:
    """What all checklists found in a paper, and which of them this reviewer reports on."""

    paper: ReadPaper
    checks: tuple[str, ...]
    findings: dict[str, list[Finding]]

    @property
    def mine(self) -> list[Finding]:
        return [finding for check in self.checks for finding in self.findings[check]]

    @property
    def scope(self) -> str:
        return join(self.checks)

    def share(self, *checks: str) -> float:
        """Return the share of findings that are strengths, over these checklists; over all if none is named."""
        found = [finding.found for check in checks or self.findings for finding in self.findings[check]]
        return sum(found) / len(found) if found else 0.5


def reviewer(opening: Opening) -> Script:
    """Review alone. After that, stand by what was counted: a conversation does not change the paper's text."""
    state = opening.state
    checks = state.card.checks if state.card else ()
    if not checks:
        yield from _abstain(state)
    variables = state.variables.read(PanelVariables)
    paper = read_paper_text(variables.paper_text, variables.gate, variables.gate_passed)
    read = Reading(paper, checks, findings_of(paper))
    answer = yield from call("submit_review", **fill(opening.tools["submit_review"], read))
    missing = [finding for finding in read.mine if not finding.found]
    words = f"I checked the paper for {read.scope}: {len(read.mine)} findings, {len(missing)} of them weaknesses."
    if missing:
        words += f" The first: {missing[0].text}"
    messages = yield from say(words if not answer.failed else f"{words} {answer.text}")
    while True:
        messages = yield from say(_reply(messages, state))


def _abstain(state: ParticipantState) -> Script:
    role = state.card.name if state.card else state.participant
    reason = (
        f"The role card {role} names no checklist under `checks`, and the offline reviewer has no other way to review."
    )
    yield from call("abstain_from_review", reason=reason)
    yield from stop(f"{reason} {_ABSTENTION}")


def _reply(messages: Sequence[Message], state: ParticipantState) -> str:
    stage = state.conversation.stage
    if stage == ReviewStage.REFLECTION:
        return f"Counting the same text again gives the same result. {DONE}."
    if stage == ReviewStage.REBUTTAL:
        return "I have read the rebuttal. I count what is in the paper, and that text has not changed. My scores stand."
    spoken = [message for message in messages if message.speaker != state.participant]
    others = sorted({message.speaker for message in spoken if _ABSTENTION not in message.text})
    outside = (
        f" What {join(others)} found lies outside my checks." if others and stage == ReviewStage.DISCUSSION else ""
    )
    return f"My scores stand: they count what is in the paper's text, and talking has not changed that text.{outside}"


def fill(form: dict[str, Any], read: Reading) -> dict[str, Any]:
    """Return the answers by the form's JSON schema: scores from shares of strengths, within each score's range."""
    answers = {key: _answer(key.lower(), field, read) for key, field in form["properties"].items()}
    _agree(form, answers)
    return answers


def _answer(key: str, field: dict[str, Any], read: Reading) -> Any:
    kind = field.get("type")
    if kind == "boolean":
        return False
    if kind == "array":
        return _points(key, read)
    if kind in ("integer", "number") or _numbers(field):
        return _score(key, field, read)
    if choices := field.get("enum"):
        return choices[-1]
    return _summary(read) if "summary" in key else "; ".join(_points(key, read)) or _CANNOT


def _summary(read: Reading) -> str:
    paper = read.paper
    tables = sum(name.startswith("Table") for name in paper.captions)
    return (
        f'The paper "{paper.title[:160]}" has {paper.words:,} words under {len(paper.headings)} headings, '
        f"{counted(len(paper.captions) - tables, 'figure')}, {counted(tables, 'table')} and "
        f"{counted(len(paper.references), 'reference')}. A checklist read "
        f"it for {read.scope}: {len(read.mine)} findings, each with the words or the count that it rests on. {_CANNOT} "
        "Its confidence is therefore the lowest that the form has."
    )


def _points(key: str, read: Reading) -> list[str]:
    if "strength" in key:
        return [finding.text for finding in read.mine if finding.found]
    if "weak" in key:
        return [finding.text for finding in read.mine if not finding.found]
    if "question" in key:
        return list(dict.fromkeys(finding.ask for finding in read.mine if not finding.found and finding.ask))
    if "limit" in key:
        return [*(f.text for f in read.findings["clarity"] if f.name == "limitations"), _CANNOT]
    return [_CANNOT]


def _score(key: str, field: dict[str, Any], read: Reading) -> Any:
    allowed = _numbers(field)
    share = read.share()
    if "confidence" in key:
        share = 0.0
    elif re.search(r"sound|quality|correct", key):
        share = read.share("method", "evidence")
    elif re.search(r"present|clar", key):
        share = read.share("clarity")
    elif re.search(r"original|novel|signific|contrib", key):
        share = 0.4
    elif re.search(r"overall|rating|score|recommend", key):
        share = _CEILING * (read.share() + read.share(*read.checks)) / 2
    return allowed[min(len(allowed) - 1, int(share * (len(allowed) - 1) + 0.5))]


def _numbers(field: dict[str, Any]) -> list[Any]:
    """Return the scores that a field allows, lowest first; none if it is not a score."""
    if choices := field.get("enum"):
        return sorted(choices) if all(isinstance(c, int) for c in choices) else []
    if "minimum" in field and "maximum" in field:
        return list(range(int(field["minimum"]), int(field["maximum"]) + 1))
    return []


def _agree(form: dict[str, Any], answers: dict[str, Any]) -> None:
    """Set a decision on the form by the overall score: above the middle of its range or not."""
    overall = next((k for k in form["properties"] if re.search(r"overall|rating", k)), "")
    decision = next((k for k, f in form["properties"].items() if f.get("enum") and not _numbers(f)), "")
    if overall and decision:
        field = form["properties"][overall]
        words = form["properties"][decision]["enum"]
        positive = next((w for w in words if str(w).lower().startswith("accept")), words[0])
        negative = next((w for w in words if w != positive), words[-1])
        allowed = _numbers(field)
        accepts = answers[overall] > allowed[len(allowed) // 2 - (len(allowed) + 1) % 2]
        answers[decision] = positive if accepts else negative
