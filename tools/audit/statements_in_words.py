"""Judge what an audited paper says in words of its results, its method and its experiments, by the judges of the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.audit.binding import LabelBinding
from tools.audit.manuscript import Manuscript
from tools.audit.paper_sections import as_ledger, audited_sections
from tools.audit.report import AuditStatement
from tools.audit.values import MeasuredResults
from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.section_source import SectionSource
from tools.gate.setup import SetupEvidence, judge_named_experiments, judge_setup, passages
from tools.gate.statements import judge_section
from tools.gate.statements.study import Study

_CODES = {
    FindingCode.CONTRADICTED_CLAIM: "wrong-claim",
    FindingCode.NOT_ALL_DATASETS: "not-on-all-datasets",
    FindingCode.CONTRADICTED_TREND: "wrong-claim",
}
_DENIED = re.compile(r"\b(?:not|no|never|without|neither|nor|cannot|hardly|little)\b|n't\b", re.IGNORECASE)
_PREVIOUS = re.compile(r"\b(?:previous|prior|preceding|earlier)\b", re.IGNORECASE)
"""Compares with another run than the baseline, and does not say with which."""
_GOOD_OR_BAD = re.compile(r"improv|better|worse|outperform|enhanc|gain|at the cost", re.IGNORECASE)
_SECTIONS = frozenset(["abstract", "introduction", "results", "conclusion"])


def judge_claims_in_words(paper: Manuscript, binding: LabelBinding) -> Iterator[AuditStatement]:
    """Yield the comparisons that name a metric and that the means contradict, and those that they support.

    Tests are not asked for: means do not carry them. Without a baseline among the results nothing is judged.
    """
    if not binding.results.baseline:
        return
    study = Study(as_ledger(binding.results), by_direction=True)
    for section in audited_sections(paper):
        if section.name in _SECTIONS:
            for judgement in judge_section(section.source, study):
                code = _CODES.get(FindingCode(judgement.code))
                if code and _decides(judgement, section.source, binding, study):
                    told = "measured" if judgement.verdict is Verdict.SUPPORTED else code
                    yield AuditStatement.of(judgement, told, section.start, section.source.tex)


def _decides(judgement: Judgement, source: SectionSource, binding: LabelBinding, study: Study) -> bool:
    """Tell whether means decide the comparison, and it is clear which of them it speaks of."""
    start, end = next((span for span in source.sentences if span[0] <= judgement.start < span[1]), (0, 0))
    text, word = source.prose[start:end], source.prose[judgement.start : judgement.end]
    metrics = {name for _, name in binding.all_metrics(text)}
    if not metrics or _DENIED.search(source.prose[max(start, judgement.start - 40) : judgement.start]):
        return False
    if _PREVIOUS.search(text) or (_GOOD_OR_BAD.match(word) and all(map(study.is_duration, metrics))):
        return False
    return len(metrics) == 1 or bool(binding.named(text))


def judge_method(paper: Manuscript, results: MeasuredResults, code: Path) -> Iterator[AuditStatement]:
    """Yield what the code contradicts, and what it does not decide. Numbers are judged with the constants elsewhere."""
    evidence = SetupEvidence.of(as_ledger(results), None, code)
    for section in audited_sections(paper):
        for judgement in judge_setup(section.source, evidence):
            said = section.source.tex[judgement.start : judgement.end]
            wrong = judgement.verdict is Verdict.CONTRADICTED and judgement.code == FindingCode.CONTRADICTED_SETUP
            if (wrong or judgement.verdict is Verdict.NOT_CHECKABLE) and not re.search(r"\d", said):
                kind = "wrong-setup" if wrong else "set-up"
                yield AuditStatement.of(judgement, kind, section.start, section.source.tex)


def judge_experiments_named(paper: Manuscript, results: MeasuredResults) -> Iterator[AuditStatement]:
    """Yield the runs, ablations, searches, studies with people and data sets that the text names and the results lack."""
    evidence = SetupEvidence.of(as_ledger(results), None, None)
    for section in audited_sections(paper):
        for passage in passages(section.source, evidence.study):
            for judgement in judge_named_experiments(passage, evidence):
                if judgement.verdict is Verdict.NO_EVIDENCE:
                    yield AuditStatement.of(judgement, "no-such-experiment", section.start, section.source.tex)
