"""What a run delivers, without what differs from run to run by nature: times, commits, dates, machine load, and which
models played the roles, as the paper says it, too. The length of their names moves text between pages."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Any

_BY_NATURE = {"commit", "usage", "folder", "seconds", "launched", "notice", "characters", "kept", "page"}
_VIEWS = {"report.md", "report.html", "paper.json"}
"""Made from what is compared, and from the paper, which names its models and its day."""
_WORDS = re.compile(r"[\d,]+ words(?= under)|(?<=section of )[\d,]+ words")
"""How reviews count the words of the paper and of its sections, in which figures float."""
_SERVED = re.compile(r"\w+ fake-1\b")
"""How a model of the fake servers is named; the mind behind it is the offline researcher's."""
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def deliverables(run: Path) -> dict[str, Any]:
    """Every deliverable of a run by its name inside the run folder."""
    found: dict[str, Any] = {}
    for root in sorted((run / "ideas").iterdir()):
        names = [
            "idea.json",
            "novelty.json",
            "results.json",
            "gate.json",
            "findings.md",
            "searches.json",
            "paper/references.bib",
            "paper/figures.json",
        ]
        files = [root / name for name in names]
        files += (
            sorted(root.glob("paper/sections/*.tex"))
            + sorted(root.glob("reviews/*/*"))
            + sorted(root.glob("work/*.py"))
        )
        for path in files:
            if path.exists() and path.name not in _VIEWS:
                name = f"{root.name}/{path.relative_to(root)}"
                text = path.read_text(encoding="utf-8")
                for pattern, same in ((_SERVED, "offline"), (_DIGEST, "(digest)"), (_WORDS, "words")):
                    text = pattern.sub(same, text)
                found[name] = _plain(json.loads(text)) if path.suffix == ".json" else text
        found[f"{root.name}/versions"] = [path.name for path in sorted(root.glob("paper/versions/*.pdf"))]
    return found


def differences(expected: Path, got: Path) -> dict[str, str]:
    """What two runs deliver differently, by name."""
    one, other = deliverables(expected), deliverables(got)
    return {
        name: "\n".join(difflib.unified_diff(_lines(one.get(name)), _lines(other.get(name)), lineterm="", n=0))
        for name in one.keys() | other.keys()
        if one.get(name) != other.get(name)
    }


def _lines(value: Any) -> list[str]:
    return (value if isinstance(value, str) else json.dumps(value, indent=1)).splitlines()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key not in _BY_NATURE}
    if not isinstance(value, list):
        return value
    plain = [_plain(item) for item in value]
    places = any(isinstance(item, dict) and "page" in item for item in value)
    return sorted(plain, key=lambda item: json.dumps(item, sort_keys=True)) if places else plain
