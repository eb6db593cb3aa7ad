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
    (
        "results",
        r"On circle the baseline lies closer to run\_2 than to run\_1.",
        r"On circle the baseline lies closer to run\_1 than to run\_2.",
    ),
    (
        "results",
        r"On dino, run\_2 and run\_1 differ (exploratory).",
        r"The difference between run\_2 and run\_1 on dino is tiny.",
    ),
    (
        "results",
        r"At a learning rate of 0.012 the divergence on moons equals \result{run_3/moons/kl_divergence}.",
        r"At a learning rate of 0.012 the divergence on moons equals \result{run_1/moons/kl_divergence}.",
    ),
    (
        "results",
        r"Drawing samples takes \result{run_0/circle/inference_time} per set.",
        r"Drawing samples takes \result{run_0/circle/training_time} per set.",
    ),
    (
        "results",
        "None of the twelve comparisons is significant after the adjustment.",
        "Three of the twelve comparisons are significant after the adjustment.",
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
    # what a reference prints, where a change is the largest, counts by direction, denials, caution, questions
    (
        "results",
        r"Four times the default learning rate changes the KL divergence on line: \change{run_3/line/kl_divergence}.",
        r"Four times the default learning rate improves the KL divergence on line: \change{run_3/line/kl_divergence}.",
    ),
    (
        "results",
        r"The largest relative increase in run\_1 is on circle.",
        r"The largest relative increase in run\_1 is on moons.",
    ),
    (
        "results",
        r"Four of the twelve comparisons of the KL divergence go in the wrong direction, all of them in run\_1.",
        r"At most one of the twelve comparisons of the KL divergence goes in the wrong direction.",
    ),
    (
        "results",
        r"On circle run\_2 does not significantly improve on the baseline.",
        r"On none of the four sets did run\_1 do worse than the baseline.",
    ),
    (
        "results",
        "With longer training a smaller step may be slightly better on circle.",
        "It seems that on circle a smaller step may be slightly better.",
    ),
    (
        "conclusion",
        "Is a smaller learning rate better on circle?",
        "Why does the smaller learning rate win on circle?",
    ),
    (
        "results",
        r"The evaluation loss on line is U-shaped with its minimum in run\_2.",
        "The evaluation loss on line is U-shaped with its minimum at the default learning rate.",
    ),
    (
        "results",
        r"On moons the evaluation loss rises (exploratory) with the learning rate \setting{run_3/experiment.learning_rate}.",
        r"On moons the evaluation loss goes down as the learning rate goes up to \setting{run_3/experiment.learning_rate}.",
    ),
    (
        "results",
        r"The bars of Figure~\ref{fig:inference_time} are equal across datasets as the time is divided among the sets.",
        r"The bars of Figure~\ref{fig:kl_divergence} are equal across datasets as the time is divided among the sets.",
    ),
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
    (
        "results",
        r"Run\_3 needs 600 steps to get below 2.15 nats.",
        r"Run\_3 needs only 200 steps to get below 2.2 nats.",
    ),
    (
        "results",
        r"From step 500 on, the curve of the baseline stays below that of run\_1.",
        r"From step 300 on, the curve of run\_1 stays below that of the baseline.",
    ),
    (
        "experimental_setup",
        "Every 100 steps the model is evaluated on 256 held-out windows.",
        "Every 50 steps the model is evaluated on 256 held-out windows.",
    ),
    (
        "results",
        "A learning rate of 0.002 seems to harm the training loss.",
        "A learning rate of 0.002 seems to help the training loss.",
    ),
    # descriptions of runs, spreads over runs, settings of runs, conditions
    (
        "results",
        r"Run\_1, the run with half the default value, has a validation loss of \result{run_1/python_stdlib/best_val_loss}.",
        r"Run\_2, the run with half the default value, has a validation loss of \result{run_1/python_stdlib/best_val_loss}.",
    ),
    ("results", "The quarter-rate model finished training last.", "The quarter-rate model finished training first."),
    (
        "results",
        "The training times differ by a factor of four although the number of steps is the same.",
        "The training times differ by a factor of nine although the number of steps is the same.",
    ),
    (
        "results",
        "The minimum of the validation loss is at the baseline's value of 0.001.",
        "The minimum of the validation loss is at the baseline's value of 0.002.",
    ),
    (
        "results",
        "The validation loss is lowest at the default and rises on both sides of it.",
        "The validation loss is highest at the default and falls on both sides of it.",
    ),
    (
        "results",
        "If the network were made twice as wide, the loss might fall further.",
        "If the network is made twice as wide, the loss falls by another 0.08 nats.",
    ),
    (
        "results",
        r"The validation loss of run\_2 is 15\% above that of the baseline.",
        r"The validation loss of run\_2 is practically that of the baseline.",
    ),
    # curves at a step
    (
        "results",
        r"After 100 steps run\_1 was ahead of the baseline; by the end it had fallen behind.",
        r"After 100 steps run\_2 was ahead of the baseline; by the end it had fallen behind.",
    ),
    (
        "results",
        "Every validation curve lies below the unigram entropy of 3.10 nats at all times.",
        "Every validation curve lies above the unigram entropy of 3.10 nats at all times.",
    ),
    (
        "results",
        "By step 800 the baseline had fallen under 2.0 nats.",
        "By step 400 the baseline had fallen under 2.0 nats.",
    ),
    (
        "results",
        r"At the first evaluation run\_1 has the lowest validation loss of the four.",
        "At the first evaluation the baseline has the lowest validation loss of the four.",
    ),
    (
        "results",
        r"The validation curve of run\_2 stays above the baseline's after 600 steps.",
        r"The validation curve of run\_2 drops below the baseline's after 600 steps.",
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
