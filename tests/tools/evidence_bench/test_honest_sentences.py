"""Honest sentences as language models write them, each beside a false one of the same form, on two recorded studies."""

from __future__ import annotations

import pytest

from tests.tools.evidence_bench.judging import wrong
from tools.evidence_bench.subject import Subject

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
    (
        "results",
        "Dino is the hardest of the four sets: its KL divergence is the highest in every run.",
        "Moons is the hardest of the four sets: its KL divergence is the highest in every run.",
    ),
    (
        "results",
        "In the baseline the KL divergence is highest on dino and lowest on moons.",
        "In the baseline the KL divergence is highest on circle and lowest on line.",
    ),
    (
        "results",
        "In every run the KL divergence is higher on dino than on the other sets.",
        "In every run the KL divergence is higher on moons than on the other sets.",
    ),
    (
        "results",
        r"The KL divergence on dino falls up to a learning rate of \setting{run_2/experiment.learning_rate} and rises again.",
        r"The KL divergence on dino falls up to a learning rate of \setting{experiment.learning_rate} and rises again.",
    ),
    (
        "results",
        r"On dino, run\_1 lies above all values of the other runs.",
        r"On dino, run\_3 lies above all values of the other runs.",
    ),
    (
        "limitations",
        "Three seeds are too few to detect small differences.",
        "The effect is small.",
    ),
    (
        "introduction",
        "We test four learning rates with three seeds each and confirm the best of them on fresh seeds.",
        "We test five learning rates with three seeds each.",
    ),
    (
        "results",
        "The confirmation on fresh seeds shows a significant improvement on dino and moons.",
        "The confirmation on fresh seeds shows a significant improvement on circle.",
    ),
    (
        "results",
        r"On line the confirmed difference misses significance (\change{confirm_2/line/kl_divergence}).",
        r"On dino the confirmed difference misses significance (\change{confirm_2/dino/kl_divergence}).",
    ),
    (
        "results",
        r"On dino, the p-value of run\_1 is above 0.05 (\change{run_1/dino/kl_divergence}).",
        r"On dino, the p-value of run\_1 is below 0.05 (\change{run_1/dino/kl_divergence}).",
    ),
    (
        "conclusion",
        "Doubling the learning rate lowered the KL divergence on dino and moons in the confirmation.",
        "Doubling the learning rate lowered the KL divergence on circle and line in the confirmation.",
    ),
    ("conclusion", "For the other two sets we draw no conclusion.", "For the other five sets we draw no conclusion."),
    (
        "results",
        r"The effect of run\_1 is largest on dino (\change{run_1/dino/kl_divergence}) and smallest on line "
        r"(\change{run_1/line/kl_divergence}).",
        r"The effect of run\_1 is largest on moons and smallest on dino.",
    ),
    (
        "results",
        r"On dino, the three seeds of run\_1 lie between 1.74 and 1.94 bits.",
        r"On dino, the three seeds of run\_1 lie between 1.64 and 1.94 bits.",
    ),
    (
        "limitations",
        "The models are far from converged, and the ranking might change with a larger budget.",
        "The models are fully converged.",
    ),
    ("results", "On dino, the baseline is not the best of the four.", r"On dino, run\_2 is not the best of the four."),
]
OF_ONE_SET = [
    (
        "limitations",
        "The grid is coarse: neighbouring values differ by a factor of two.",
        "The grid is coarse: neighbouring values differ by a factor of three.",
    ),
    (
        "limitations",
        "After the last step, the loss is still falling.",
        "After the last step, the loss is still rising.",
    ),
    (
        "results",
        "The order of the runs is the same for the final training loss and the validation loss.",
        "The order of the runs is the same for the sampling speed and the validation loss.",
    ),
    ("results", "The figure shows all twelve values.", "The figure shows all fifteen values."),
    (
        "results",
        "The final training loss confirms the picture.",
        "The final training loss confirms that the network overfits.",
    ),
    ("conclusion", "None of the alternatives improves on the default.", "None of the alternatives is worse than it."),
    (
        "results",
        r"Figure~\ref{fig:losses} shows the loss dropping over the first hundred steps, and more slowly later.",
        "The models were trained for one hundred steps.",
    ),
    (
        "results",
        r"By their means, the runs rank as run\_0, run\_1, run\_3, run\_2, from best to worst.",
        r"By their means, the runs rank as run\_0, run\_3, run\_1, run\_2, from best to worst.",
    ),
    (
        "results",
        "In every run the final training loss is slightly higher than the best validation loss.",
        "In every run the final training loss is slightly lower than the best validation loss.",
    ),
    (
        "results",
        "The validation loss has the expected U shape over the learning rates.",
        "The validation loss has an inverted U shape over the learning rates.",
    ),
    ("results", r"Run\_2 is the most variable run.", r"Run\_1 is the most variable run."),
    ("results", r"The standard error of run\_2 is the largest.", r"The standard error of run\_3 is the largest."),
    (
        "abstract",
        "Both halving and doubling it raise the validation loss.",
        "Both halving and doubling it lower the loss.",
    ),
    (
        "abstract",
        "Both smaller and larger values were significantly worse.",
        "Both smaller and larger values were significantly better.",
    ),
    (
        "results",
        "Doubling the rate is the most harmful change, and halving it the least harmful.",
        "Halving the rate is the most harmful change, and doubling it the least harmful.",
    ),
    (
        "limitations",
        "The validation loss is the lowest of all evaluations.",
        "The validation loss of run_1 is the lowest.",
    ),
    (
        "limitations",
        r"Its test is less strict, and the intervals of run\_2 are wide.",
        r"The effect of run\_1 is large.",
    ),
    (
        "limitations",
        r"A warmup may be too short for the largest learning rate; we have not tested this.",
        r"Run\_2 was not significantly worse.",
    ),
    (
        "results",
        r"In Figure~\ref{fig:effect_best_val_loss} the loss first falls and then rises with the learning rate.",
        r"In Figure~\ref{fig:effect_best_val_loss} the loss first rises and then falls with the learning rate.",
    ),
    (
        "results",
        r"Figure~\ref{fig:losses} shows the loss falling throughout training in all runs, fastest over the first steps.",
        r"Figure~\ref{fig:losses} shows the loss rising throughout training in all runs.",
    ),
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
    (
        "results",
        r"In Figure~\ref{fig:losses} the loss of run\_3 falls during the training.",
        r"In Figure~\ref{fig:losses} the loss falls in run\_3.",
    ),
    ("results", r"The bar of run\_2 is the tallest.", r"The bar of run\_3 is the tallest."),
]


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
