"""What can be measured in the text of a paper without understanding it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Check:
    """One thing looked for. `eye` is the reviewer whose business it is; `quote` is where it was found."""

    name: str
    eye: str
    found: bool
    strength: str
    weakness: str
    quote: str = ""


def read_checklist(paper: str) -> list[Check]:
    """Every check on a paper's text."""
    references = _references(paper)
    years = [int(y) for y in re.findall(r"\b((?:19|20)\d\d)\b", references)]
    recent = [year for year in years if year >= datetime.now(UTC).year - 6]
    figures, tables = _captions(paper, "Figure"), _captions(paper, "Table")
    unreferenced = [f"Figure {n}" for n in figures if not _referred(paper, "Figure", n)] + [
        f"Table {n}" for n in tables if not _referred(paper, "Table", n)
    ]
    abstract = _abstract(paper)

    def check(name: str, eye: str, pattern: str, strength: str, weakness: str) -> Check:
        match = re.search(pattern, paper, re.IGNORECASE)
        return Check(name, eye, bool(match), strength, weakness, _around(paper, match))

    return [
        check("baseline", "method", r"\bbaselines?\b", "a baseline is compared with", "no baseline is named"),
        check(
            "ablation",
            "method",
            r"\bablat|held fixed|nothing else|one setting is varied|varied (?:alone|one)",
            "one thing is changed at a time, or ablated",
            "no ablation is described, and it is not said that one thing is changed at a time",
        ),
        check(
            "code",
            "method",
            r"\bcode\b|\bcommit\b|github|repository",
            "it is said where code or settings are",
            "nothing is said about code",
        ),
        check(
            "seeds",
            "evidence",
            r"\bseeds?\b|independent runs|repetitions|trials",
            "seeds or repetitions are stated",
            "no number of seeds or repetitions is stated",
        ),
        check(
            "spread",
            "evidence",
            r"±|\\pm|standard (?:error|deviation)|confidence interval",
            "spread is reported with the means",
            "means are reported without spread",
        ),
        check(
            "test",
            "evidence",
            r"\bWelch|t-test|Wilcoxon|bootstrap|Mann.Whitney|\bp ?[=<]",
            "differences are tested",
            "no statistical test is named",
        ),
        check(
            "comparisons",
            "evidence",
            r"multiple comparisons|number of comparisons|Bonferroni|Holm|corrected",
            "the number of comparisons is addressed",
            "the number of comparisons is not addressed",
        ),
        check("limitations", "clarity", r"\blimitations?\b", "limitations are stated", "limitations are not stated"),
        Check(
            "abstract evidence",
            "evidence",
            bool(re.search(r"\d", abstract)),
            "the abstract names its evidence",
            "the abstract makes its claim without a number",
            abstract[:120],
        ),
        Check("figures", "clarity", bool(figures), f"{len(figures)} figure(s)", "there is no figure"),
        Check("tables", "clarity", bool(tables), f"{len(tables)} table(s)", "there is no table"),
        Check(
            "referred",
            "clarity",
            not unreferenced,
            "figures and tables are referred to in the text",
            f"not referred to in the text: {', '.join(unreferenced[:4])}",
        ),
        Check(
            "references",
            "clarity",
            len(years) >= 8,
            f"about {len(years)} dated references",
            f"only about {len(years)} dated references",
        ),
        Check(
            "recent",
            "clarity",
            bool(recent),
            "related work of recent years is cited",
            "no reference is younger than six years",
        ),
        Check(
            "undefined",
            "clarity",
            "??" not in paper,
            "no reference is undefined",
            "«??» stands where a reference should be",
        ),
    ]


def _references(paper: str) -> str:
    match = list(
        re.finditer(r"^\s*#*\s*(?:\d+\.?\s*)?(?:References|Bibliography)\s*$", paper, re.IGNORECASE | re.MULTILINE)
    )
    return paper[match[-1].start() :] if match else ""


def _captions(paper: str, kind: str) -> list[str]:
    return sorted(set(re.findall(rf"^\s*{kind} (\d+)[:.]", paper, re.MULTILINE)), key=int)


def _referred(paper: str, kind: str, number: str) -> bool:
    short = {"Figure": r"Fig(?:ure|\.)s?", "Table": r"Tab(?:le|\.)s?"}[kind]
    return len(re.findall(rf"{short}[\s~]+(?:\d+[,\s]+(?:and\s+)?)*{number}\b", paper)) > 1


def _abstract(paper: str) -> str:
    match = re.search(
        r"\babstract\b[.:]?\s*(.{40,2500}?)(?=\n\s*(?:#|\d?\.?\s*introduction)|\Z)", paper, re.IGNORECASE | re.DOTALL
    )
    return match[1] if match else paper[:1200]


def _around(paper: str, match: re.Match[str] | None) -> str:
    """The words around a hit, as they stand in the paper."""
    if not match:
        return ""
    start, end = max(0, match.start() - 50), min(len(paper), match.end() + 50)
    return " ".join(paper[start:end].split())
