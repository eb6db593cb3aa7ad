"""Honest comparisons and set-ups as authors write them, each beside a false one of the same form, on two recorded studies."""

from __future__ import annotations

import pytest

from tests.tools.evidence_bench.judging import wrong
from tools.evidence_bench.subject import Subject

OF_FOUR_SETS = [
    # the ranges of the seeds
    (
        "results",
        r"The worst seed of run\_2 on dino is still better than the best seed of the baseline.",
        r"The worst seed of run\_3 on dino is still better than the best seed of the baseline.",
    ),
    (
        "results",
        r"On circle the seeds of run\_1 and of the baseline do not overlap.",
        r"On circle the seeds of run\_1 and of the baseline overlap.",
    ),
    # pronouns, and words that belong to a metric
    (
        "results",
        r"Run\_2 takes twice the default. It has the lowest divergence of all runs on dino, but it is the slowest to sample.",
        r"Run\_3 uses four times the default. It has the lowest divergence of all runs on dino.",
    ),
    (
        "results",
        r"The gain of run\_2 on moons does not survive the correction for twelve comparisons.",
        r"The gain of run\_2 on moons survives the correction for twelve comparisons.",
    ),
    # counts and set-ups
    (
        "abstract",
        "We report four runs with three seeds each, and two more runs on fresh seeds.",
        "We report four runs with three seeds each, and five more runs on fresh seeds.",
    ),
    (
        "abstract",
        "In total we trained eighteen models per data set.",
        "In total we trained six models per data set.",
    ),
    (
        "experimental_setup",
        "We optimise with AdamW without weight decay and anneal the learning rate by a cosine to one percent of its start.",
        "We optimise with AdamW without a cosine and with a weight decay of 0.1.",
    ),
    (
        "experimental_setup",
        "With 1{,}200 steps of 128 points drawn from 100{,}000, the model sees about one and a half epochs.",
        "With 1{,}200 steps of 128 points drawn from 100{,}000, the model sees about four epochs.",
    ),
    (
        "experimental_setup",
        "The model sees each training point about 1.5 times.",
        "The model sees each training point about fifty times.",
    ),
    ("method", "The noise schedule follows a linear ramp.", "The noise schedule follows a cosine."),
]
OF_ONE_SET = [
    (
        "results",
        r"In validation loss run\_1 is closer to the baseline than run\_3 and much closer than run\_2.",
        r"In validation loss run\_3 is closer to the baseline than run\_1 and much closer than run\_2.",
    ),
    (
        "results",
        r"In validation loss, the gap between run\_1 and run\_3 is smaller than that between the baseline and run\_2.",
        r"In validation loss, the gap between run\_1 and run\_3 is larger than that between the baseline and run\_2.",
    ),
    (
        "results",
        r"The slowest sampling was measured in run\_3.",
        "The fastest sampling was seen with the smallest learning rate.",
    ),
    (
        "conclusion",
        "None of the three alternatives lowered the validation loss.",
        "Each of the three alternatives lowered the validation loss.",
    ),
    (
        "results",
        r"The two smaller learning rates cost little: 1.6\% and 6.4\% in validation loss.",
        r"The three smaller learning rates cost little: 1.6\% and 6.4\% in validation loss.",
    ),
    (
        "title",
        "The Default Learning Rate Holds Up: Four Values for a Small Character Transformer",
        "Doubling the Learning Rate Improves Small Character Transformers",
    ),
]


@pytest.mark.parametrize(("section", "honest", "false"), OF_FOUR_SETS)
def test_an_honest_comparison_passes_and_its_false_twin_does_not(
    diffusion: Subject, section: str, honest: str, false: str
) -> None:
    assert wrong(diffusion, section, honest) == []
    assert wrong(diffusion, section, false)


@pytest.mark.parametrize(("section", "honest", "false"), OF_ONE_SET)
def test_an_honest_comparison_on_one_set_passes_and_its_false_twin_does_not(
    language: Subject, section: str, honest: str, false: str
) -> None:
    assert wrong(language, section, honest) == []
    assert wrong(language, section, false)
