"""Judge what an audited paper says in words of its results: which run is lower, higher, better or worse than which."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.audit.binding import LabelBinding
from tools.evidence.audit.manuscript import Manuscript
from tools.evidence.audit.paper_sections import as_ledger, audited_sections
from tools.evidence.audit.statement import AuditStatement
from tools.evidence.gate.report import FindingCode
from tools.evidence.gate.section_source import SectionSource
from tools.evidence.gate.statements import judge_section
from tools.evidence.gate.statements.study import Study
from tools.evidence.judgement import Judgement, Verdict

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
                    yield _statement(judgement, code, section.start, section.source.tex)


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


def _statement(judgement: Judgement, code: str, start: int, text: str) -> AuditStatement:
    return AuditStatement(
        judgement.verdict,
        "measured" if judgement.verdict is Verdict.SUPPORTED else code,
        start + judgement.start,
        start + judgement.end,
        " ".join(text[judgement.start : judgement.end].split()),
        judgement.reason,
        judgement.expected,
        judgement.evidence,
    )
