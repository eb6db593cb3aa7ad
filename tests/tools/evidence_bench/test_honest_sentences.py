"""Honest sentences as language models write them, each beside a false one of the same form, on two recorded studies."""

from __future__ import annotations

import pytest

from tools.evidence.gate.checks import PaperEvidence
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence_bench.subject import Subject

WRONG = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)
LOSS = r"\result{run_%d/python_stdlib/best_val_loss}"

OF_FOUR_SETS = [
    (
        "abstract",
        "We answer with four learning rates, four point sets and three seeds each.",
        "We answer with four learning rates, four point sets and five seeds each.",
    ),
    (
        "abstract",
        "We make no claim about larger networks, images or longer training.",
        r"We make no claim about images and run\_3 improves the KL divergence on every set.",
    ),
    ("method", "We keep the cosine schedule of the template.", "We keep the cosine noise schedule of the template."),
    (
        "method",
        r"Because weight decay is \setting{experiment.weight_decay}, AdamW behaves like Adam.",
        r"Because weight decay is used, AdamW differs from Adam.",
    ),
    ("method", "A difference between two runs cannot come from other data.", "We made two runs."),
    (
        "experimental_setup",
        "Each run has three seeds, numbered 0, 1 and 2.",
        "Each run has three seeds, numbered 0, 1, 2 and 3.",
    ),
]
OF_ONE_SET = [
    (
        "results",
        r"The difference of run\_2 from run\_3 is not significant (\compare{run_2/python_stdlib/best_val_loss}{run_3}).",
        r"The difference of run\_2 from run\_3 is not significant (\compare{run_2/python_stdlib/best_val_loss}{run_1}).",
    ),
    (
        "results",
        rf"We print run\_2 and the baseline ({LOSS % 2} and {LOSS % 0}).",
        rf"We print run\_2 and the baseline ({LOSS % 0} and {LOSS % 2}).",
    ),
    ("results", r"The bar of run\_2 is the tallest.", r"The bar of run\_3 is the tallest."),
]


def wrong(subject: Subject, section: str, text: str) -> list[Judgement]:
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


@pytest.mark.parametrize(("section", "honest", "false"), OF_FOUR_SETS)
def test_an_honest_sentence_passes_and_its_false_twin_does_not(
    diffusion: Subject, section: str, honest: str, false: str
) -> None:
    assert wrong(diffusion, section, honest) == []
    assert wrong(diffusion, section, false)


@pytest.mark.parametrize(("section", "honest", "false"), OF_ONE_SET)
def test_an_honest_sentence_on_one_set_passes_and_its_false_twin_does_not(
    language: Subject, section: str, honest: str, false: str
) -> None:
    assert wrong(language, section, honest) == []
    assert wrong(language, section, false)
