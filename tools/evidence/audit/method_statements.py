"""Judge what an audited paper says in words of its method, and which experiments it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.evidence.audit.manuscript import Manuscript
from tools.evidence.audit.paper_sections import as_ledger, audited_sections
from tools.evidence.audit.statement import AuditStatement
from tools.evidence.audit.values import MeasuredResults
from tools.evidence.gate.report import FindingCode
from tools.evidence.gate.setup import SetupEvidence, judge_named_experiments, judge_setup, passages
from tools.evidence.judgement import Verdict


def judge_method(paper: Manuscript, results: MeasuredResults, code: Path) -> Iterator[AuditStatement]:
    """Yield what the code contradicts, and what it does not decide. Numbers are judged with the constants elsewhere."""
    evidence = SetupEvidence.of(as_ledger(results), None, code)
    for section in audited_sections(paper):
        for judgement in judge_setup(section.source, evidence):
            said = section.source.tex[judgement.start : judgement.end]
            wrong = judgement.verdict is Verdict.CONTRADICTED and judgement.code == FindingCode.CONTRADICTED_SETUP
            if (wrong or judgement.verdict is Verdict.NOT_CHECKABLE) and not re.search(r"\d", said):
                yield AuditStatement(
                    judgement.verdict, "wrong-setup" if wrong else "set-up", section.start + judgement.start,
                    section.start + judgement.end, " ".join(said.split()), judgement.reason, judgement.expected,
                )  # fmt: skip


def judge_experiments_named(paper: Manuscript, results: MeasuredResults) -> Iterator[AuditStatement]:
    """Yield the runs, ablations, searches, studies with people and data sets that the text names and the results lack."""
    evidence = SetupEvidence.of(as_ledger(results), None, None)
    for section in audited_sections(paper):
        for passage in passages(section.source, evidence.study):
            for judgement in judge_named_experiments(passage, evidence):
                if judgement.verdict is Verdict.NO_EVIDENCE:
                    said = " ".join(section.source.tex[judgement.start : judgement.end].split())
                    at, end = section.start + judgement.start, section.start + judgement.end
                    yield AuditStatement(
                        judgement.verdict, "no-such-experiment", at, end, said, judgement.reason, judgement.expected
                    )  # fmt: skip
