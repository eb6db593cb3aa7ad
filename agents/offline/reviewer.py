"""The reviewer: fills the form from the checks of one eye, with low confidence, and says what it cannot judge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from agents.offline.checks import FOCI, findings_of
from agents.offline.checks.paper import Finding, ReadPaper, counted, read_paper_text
from agents.offline.script import Heard, Opening, Script, call, say

_CANNOT = (
    "This reviewer is a checklist, not a language model: it cannot judge whether the idea is new, sound or important."
)
_CEILING = 0.45
"""A checklist alone never recommends acceptance: what it cannot judge is most of what acceptance rests on."""
_WORDS = {
    "evidence": r"evidence|statistic|sample|seed|error bar",
    "clarity": r"clarity|writing|structure|figure",
    "novelty": r"novel|original|signific|closest|earlier work",
    "reproduction": r"reproduc|redo|hardware|setting|software",
    "method": r"method|design|baseline|ablation",
}
_PAPER = re.compile(r"<<<PAPER (\w+)>>>\n(.*?)\n<<<END OF PAPER \1>>>", re.DOTALL)
_GATE = re.compile(r"^The gate, a program, has checked the paper against its evidence: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Reading:
    """What a checklist made of a paper, and the eye that reports on it."""

    paper: ReadPaper
    focus: str
    findings: dict[str, list[Finding]]

    @property
    def mine(self) -> list[Finding]:
        return self.findings[self.focus]

    def share(self, *foci: str) -> float:
        """The share of findings that are strengths, over these eyes; over all without any named."""
        found = [finding.found for focus in foci or self.findings for finding in self.findings[focus]]
        return sum(found) / len(found) if found else 0.5


def reviewer(opening: Opening) -> Script:
    """Review alone; after that, stand by what was counted, since a conversation does not change the paper's text."""
    read = _read(opening)
    answer = yield from call("submit_review", **fill(opening.tools["submit_review"], read))
    missing = [finding for finding in read.mine if not finding.found]
    words = f"I looked at the paper with an eye on {read.focus}: {len(read.mine)} findings, {len(missing)} of them weaknesses."
    if missing:
        words += f" The first: {missing[0].text}"
    heard = yield from say(words if not answer.failed else f"{words} {answer.text}")
    while True:
        heard = yield from say(_reply(heard, opening.role))


def _reply(heard: list[Heard], own: str) -> str:
    asked = " ".join(h.text for h in heard if h.speaker == "lab")
    if "I am done" in asked:
        return "Counting the same text again gives the same. I am done."
    if "rebuttal" in asked:
        return "I have read the rebuttal. I count what stands in the paper, and that text has not changed; my scores stand."
    others = list(dict.fromkeys(h.speaker for h in heard if "weaknesses" in h.text and h.speaker not in ("lab", own)))
    said = f" What {', '.join(others)} found lies outside what I looked at." if others else ""
    return f"I stand by my scores: they count what is in the paper's text, and talking has not changed that text.{said}"


def fill(form: dict[str, Any], read: Reading) -> dict[str, Any]:
    """The form's answers by its schema: scores from shares of strengths, within each score's own range."""
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
        f"The paper «{paper.title[:160]}» has {paper.words:,} words under {len(paper.headings)} headings, "
        f"{counted(len(paper.captions) - tables, 'figure')}, {counted(tables, 'table')} and "
        f"{counted(len(paper.references), 'reference')}. A checklist read "
        f"it for {read.focus}: {len(read.mine)} findings, each with the words or the count that it rests on. {_CANNOT} "
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
        share = _CEILING * (read.share() + read.share(read.focus)) / 2
    return allowed[min(len(allowed) - 1, int(share * (len(allowed) - 1) + 0.5))]


def _numbers(field: dict[str, Any]) -> list[Any]:
    """The scores that a field allows, lowest first; none when it is no score."""
    if choices := field.get("enum"):
        return sorted(choices) if all(isinstance(c, int) for c in choices) else []
    if "minimum" in field and "maximum" in field:
        return list(range(int(field["minimum"]), int(field["maximum"]) + 1))
    return []


def _agree(form: dict[str, Any], answers: dict[str, Any]) -> None:
    """A decision on the form follows from the overall score: above the middle of its range or not."""
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


def _read(opening: Opening) -> Reading:
    blocks = _PAPER.findall(opening.task)
    gate = _GATE.search(opening.task)
    paper = read_paper_text(blocks[-1][1] if blocks else opening.task, gate[1] if gate else "")
    return Reading(paper, _focus(opening), findings_of(paper))


def _focus(opening: Opening) -> str:
    about = f"{opening.role} {opening.card.partition('What holds for everybody')[0]}".lower()
    about = about.partition("with you in the room")[0]
    counts = {
        focus: len(re.findall(_WORDS[focus], opening.role.lower())) * 10 + len(re.findall(_WORDS[focus], about))
        for focus in FOCI
    }
    return max(counts, key=lambda focus: counts[focus])
