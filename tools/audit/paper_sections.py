"""The sections of an audited paper in the form that the gate's judges read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tools.audit.manuscript import Manuscript
from tools.audit.values import MeasuredResults, lower_is_better
from tools.evidence.ledger import Ledger
from tools.evidence.records import Metric, RunRecord
from tools.gate.section_source import SectionSource, read_source

_NAMES = {
    "abstract": "abstract", "intro": "introduction", "related": "related_work", "background": "background",
    "preliminar": "background", "setup": "experimental_setup", "set-up": "experimental_setup",
    "experiment": "experimental_setup", "implementation": "experimental_setup", "result": "results",
    "conclusion": "conclusion", "discussion": "conclusion",
}  # fmt: skip
"""Part of a heading -> the section that it stands for; any other section counts as the method."""
_OPENS = re.compile(r"\\section|#(?!#)|\d+\.?\s|[IVX]+\.\s")
"""Begins a heading of the highest level. Another one that stands for no section belongs to the section before it."""
_SPECIAL = re.compile(r"[\\%$&#_{}^~]")


@dataclass(frozen=True)
class AuditedSection:
    """One section: the name of the gate's section that it stands for, its position in the paper, and its text."""

    name: str
    start: int
    source: SectionSource


def audited_sections(paper: Manuscript) -> Iterator[AuditedSection]:
    """Yield the sections of a paper; what comes before the first heading is the abstract."""
    name, start = "abstract", 0
    for at, end, title in [*paper.headings(), (len(paper.text), len(paper.text), "")]:
        if text := paper.text[start:at]:
            plain = text if paper.kind == "tex" else _SPECIAL.sub(" ", text)
            yield AuditedSection(name, start, read_source(name, plain))
        start, lower = end, title.lower()
        named = next((section for part, section in _NAMES.items() if part in lower), "")
        opens = _OPENS.match(paper.text[at:]) or _OPENS.match(title)
        name = named or ("method" if opens else name)


def as_ledger(results: MeasuredResults) -> Ledger:
    """Return the means as a ledger; a run with another name is numbered, and its name is its note."""
    values: dict[str, dict[str, dict[str, list[float]]]] = {}
    for value in results.means():
        datasets = values.setdefault(value.run, {})
        datasets.setdefault(value.dataset or "all", {})[value.metric] = [value.value]
    numbered = all(re.fullmatch(r"run_\d+", run) for run in values)
    ordered = sorted(values, key=lambda run: run != results.baseline)  # the ledger's first run is the baseline
    records = [
        RunRecord(
            name=run if numbered else f"run_{index}",
            status="completed",
            note=results.titles.get(run, "" if numbered else run),
            values=values[run],
        )
        for index, run in enumerate(ordered)
    ]
    return Ledger({name: Metric(name=name, goal=_goal(name)) for name in results.metrics}, records)


def _goal(metric: str) -> Literal["min", "max"] | None:
    lower = lower_is_better(metric)
    return None if lower is None else "min" if lower else "max"
