"""The reviewer: fills the form from a checklist, with low confidence, and says what it cannot judge."""

from __future__ import annotations

import re
from typing import Any

from agents.models.offline.checklist import Check, read_checklist
from agents.models.offline.script import Opening, Script, call, say

_CANNOT = (
    "This reviewer is a checklist, not a language model: it cannot judge whether the idea is new, sound or important."
)
_CEILING = 0.45
"""A checklist alone never recommends acceptance: what it cannot judge is most of what acceptance rests on."""
_EYES = {
    "evidence": r"evidence|statistic|sample|seed|error bar",
    "clarity": r"clarity|related work|writing|structure",
    "method": r"method|design|baseline|ablation",
}


def reviewer(opening: Opening) -> Script:
    """Review alone; in the discussion, add what the others' checks found in one's own field, or stand by the scores."""
    paper = opening.task.partition("<<<")[2] or opening.task
    checks = read_checklist(paper)
    eye = _eye(opening)
    form = opening.tools["submit_review"]
    answer = yield from call("submit_review", **fill(form, checks, eye, paper))
    mine = [check for check in checks if check.eye == eye]
    missing = [check.weakness for check in mine if not check.found]
    heard = yield from say(
        f"As {eye} reviewer I looked for {len(mine)} things and found {len(mine) - len(missing)}. "
        + (f"Missing: {'; '.join(missing)}. " if missing else "")
        + ("" if not answer.failed else answer.text)
    )
    while True:
        others = [h.speaker for h in heard if "Missing" in h.text and h.speaker != opening.role]
        heard = yield from say(
            "I stand by my scores: they count what is in the paper's text, and the discussion has not changed that text."
            + (
                f" What {', '.join(dict.fromkeys(others))} found missing lies outside what I looked at."
                if others
                else ""
            )
        )


def fill(form: dict[str, Any], checks: list[Check], eye: str, paper: str) -> dict[str, Any]:
    """The form's answers by its schema: scores from shares of checks found, within each score's own range."""
    mine = [check for check in checks if check.eye == eye]
    shares = {
        "all": _share(checks),
        "mine": _share(mine),
        "method": _share([c for c in checks if c.eye == "method"]),
        "evidence": _share([c for c in checks if c.eye == "evidence"]),
        "clarity": _share([c for c in checks if c.eye == "clarity"]),
    }
    answers: dict[str, Any] = {}
    for key, field in form["properties"].items():
        answers[key] = _answer(key, field, checks, mine, shares, paper)
    _agree(form, answers)
    return answers


def _answer(
    key: str, field: dict[str, Any], checks: list[Check], mine: list[Check], shares: dict[str, float], paper: str
) -> Any:
    kind, low = field.get("type"), key.lower()
    if kind == "boolean":
        return False
    if kind == "array":
        return _points(low, checks, mine)
    if kind in ("integer", "number") or _numbers(field):
        return _score(low, field, shares)
    if choices := field.get("enum"):
        return choices[-1]
    if "summary" in low:
        title = next((line.strip("# ").strip() for line in paper.splitlines() if len(line.split()) > 3), "untitled")
        return f"The paper, beginning «{title[:160]}», was read by a checklist of {len(checks)} points. {_CANNOT}"
    return "; ".join(_points(low, checks, mine)) or _CANNOT


def _points(key: str, checks: list[Check], mine: list[Check]) -> list[str]:
    if "strength" in key:
        return [
            f"{c.strength[0].upper() + c.strength[1:]}" + (f": «{c.quote}»" if c.quote else "") for c in mine if c.found
        ] or ["None of the things looked for was found."]
    if "weak" in key:
        return [c.weakness[0].upper() + c.weakness[1:] + "." for c in mine if not c.found] or [
            "None among the things looked for; a checklist sees no others."
        ]
    if "question" in key:
        missing = [c for c in mine if not c.found]
        return [f"Could the paper mend this: {c.weakness}?" for c in missing] or ["None that a checklist could ask."]
    if "limit" in key:
        stated = next(c for c in checks if c.name == "limitations")
        return [
            stated.strength[0].upper() + stated.strength[1:] + "." if stated.found else "Limitations are not stated.",
            _CANNOT,
        ]
    return [_CANNOT]


def _score(key: str, field: dict[str, Any], shares: dict[str, float]) -> Any:
    allowed = _numbers(field)
    if "confidence" in key:
        return allowed[0]
    share = shares["all"]
    if re.search(r"sound|quality|correct", key):
        share = (shares["method"] + shares["evidence"]) / 2
    elif re.search(r"present|clar", key):
        share = shares["clarity"]
    elif re.search(r"original|novel|signific|contrib", key):
        share = 0.4
    elif re.search(r"overall|rating|score|recommend", key):
        share = _CEILING * (shares["all"] + shares["mine"]) / 2
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


def _share(checks: list[Check]) -> float:
    return sum(check.found for check in checks) / len(checks) if checks else 0.5


def _eye(opening: Opening) -> str:
    about = f"{opening.role} {opening.card.partition('What holds for everybody')[0]}".lower()
    counts = {
        eye: len(re.findall(words, opening.role.lower())) * 10 + len(re.findall(words, about))
        for eye, words in _EYES.items()
    }
    return max(counts, key=lambda eye: counts[eye])
