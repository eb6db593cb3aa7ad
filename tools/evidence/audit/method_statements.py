"""Judge what an audited LaTeX paper says in words of its method, and which experiments it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.evidence.audit.manuscript import Manuscript
from tools.evidence.audit.statement import AuditStatement
from tools.evidence.audit.values import MeasuredResults
from tools.evidence.gate.report import FindingCode
from tools.evidence.gate.section_source import read_source
from tools.evidence.gate.setup import SetupEvidence, judge_named_experiments, judge_setup, passages
from tools.evidence.judgement import Verdict
from tools.evidence.ledger import Ledger
from tools.evidence.records import RunRecord

_SECTION = re.compile(r"\\section\*?\{([^{}]*)\}")
_NAMES = {
    "intro": "introduction", "related": "related_work", "background": "background", "preliminar": "background",
    "setup": "experimental_setup", "set-up": "experimental_setup", "experiment": "experimental_setup",
    "implementation": "experimental_setup", "result": "results", "conclusion": "conclusion", "discussion": "conclusion",
}  # fmt: skip
"""Part of a heading -> the section that it stands for; any other section counts as the method."""


def judge_method(paper: Manuscript, results: MeasuredResults, code: Path) -> Iterator[AuditStatement]:
    """Yield what the code contradicts, and what it does not decide. Numbers are judged with the constants elsewhere."""
    if paper.kind != "tex":
        return
    evidence = SetupEvidence.of(_ledger(results), None, code)
    for section, start, text in _sections(paper.text):
        for judgement in judge_setup(read_source(section, text), evidence):
            said = text[judgement.start : judgement.end]
            wrong = judgement.verdict is Verdict.CONTRADICTED and judgement.code == FindingCode.CONTRADICTED_SETUP
            if (wrong or judgement.verdict is Verdict.NOT_CHECKABLE) and not re.search(r"\d", said):
                yield AuditStatement(
                    judgement.verdict, "wrong-setup" if wrong else "set-up", start + judgement.start,
                    start + judgement.end, " ".join(said.split()), judgement.reason, judgement.expected,
                )  # fmt: skip


def judge_experiments_named(paper: Manuscript, results: MeasuredResults) -> Iterator[AuditStatement]:
    """Yield the runs, ablations, searches, studies with people and data sets that the text names and the results lack."""
    if paper.kind != "tex":
        return
    evidence = SetupEvidence.of(_ledger(results), None, None)
    for section, start, text in _sections(paper.text):
        for passage in passages(read_source(section, text), evidence.study):
            for judgement in judge_named_experiments(passage, evidence):
                if judgement.verdict is Verdict.NO_EVIDENCE:
                    said = " ".join(text[judgement.start : judgement.end].split())
                    at, end = start + judgement.start, start + judgement.end
                    yield AuditStatement(
                        judgement.verdict, "no-such-experiment", at, end, said, judgement.reason, judgement.expected
                    )  # fmt: skip


def _sections(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield name, position and LaTeX of each section; what comes before the first is the abstract."""
    found = list(_SECTION.finditer(text))
    ends = [*(match.start() for match in found), len(text)]
    yield "abstract", 0, text[: ends[0]]
    for match, end in zip(found, ends[1:], strict=True):
        title = match[1].lower()
        name = next((name for part, name in _NAMES.items() if part in title), "method")
        yield name, match.end(), text[match.end() : end]


def _ledger(results: MeasuredResults) -> Ledger:
    """Return the means as a ledger; a run with another name is numbered, and its name is its note."""
    values: dict[str, dict[str, dict[str, list[float]]]] = {}
    for value in results.means():
        datasets = values.setdefault(value.run, {})
        datasets.setdefault(value.dataset or "all", {})[value.metric] = [value.value]
    numbered = all(re.fullmatch(r"run_\d+", run) for run in values)
    records = [
        RunRecord(
            name=run if numbered else f"run_{index}",
            status="completed",
            note=results.titles.get(run, "" if numbered else run),
            values=datasets,
        )
        for index, (run, datasets) in enumerate(values.items())
    ]
    return Ledger({}, records)
