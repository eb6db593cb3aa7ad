"""What the gate objects to in a text put alone into a section."""

from __future__ import annotations

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence_bench.subject import Subject
from tools.gate.checks import PaperEvidence

WRONG = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)


def wrong(subject: Subject, section: str, text: str) -> list[Judgement]:
    """Return the judgements of a text that would withhold the paper."""
    facts = subject.facts
    evidence = PaperEvidence.of(
        facts.paper,
        {section: text},
        facts.ledger,
        facts.bibliography,
        code=facts.code,
        template=facts.template,
        drawings=subject.drawings,
    )
    judged = [*evidence.judgements, *evidence.setup_judgements, *evidence.figure_judgements]
    return [judgement for _, judgement in judged if judgement.verdict in WRONG]
