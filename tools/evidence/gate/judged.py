"""Turn the judgement of a statement into a finding of the gate."""

from __future__ import annotations

from collections.abc import Iterator

from tools.evidence.gate.report import GateFinding
from tools.evidence.gate.section_source import SectionSource
from tools.evidence.judgement import Judgement, Verdict


def judgement_findings(judgement: Judgement, source: SectionSource) -> Iterator[GateFinding]:
    """Yield an error for a statement that is contradicted or has no evidence, a note for a right number typed by hand."""
    error = judgement.verdict in (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)
    typed = judgement.verdict is Verdict.SUPPORTED and bool(judgement.suggestion)
    if error or typed or judgement.verdict is Verdict.NOT_CHECKABLE:
        yield GateFinding(
            kind="error" if error else "note",
            code=judgement.code,
            file=source.file,
            line=source.line(judgement.start),
            excerpt=source.excerpt(judgement.start, judgement.end),
            reason=judgement.reason,
            verdict=judgement.verdict,
            expected=judgement.expected,
            suggestion=judgement.suggestion,
        )
