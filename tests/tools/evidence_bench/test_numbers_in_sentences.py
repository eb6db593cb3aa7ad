"""Honest numbers as authors write them, each beside a false one of the same form, on two recorded studies."""

from __future__ import annotations

import pytest

from tests.tools.evidence_bench.judging import wrong
from tools.evidence_bench.subject import Subject

OF_FOUR_SETS = [
    # the run by the value of its setting, the metric by the unit, the dataset by what the code says that it draws
    (
        "results",
        "With a step size of 0.006 the divergence on dino is 0.97 bits, against 1.16 for the baseline.",
        "With a step size of 0.006 the divergence on dino is 0.87 bits, against 1.16 for the baseline.",
    ),
    (
        "results",
        r"Run\_1 ends at $1.81\pm0.06$ bits on dino (mean and standard error over three seeds).",
        r"Run\_1 ends at $1.81\pm0.02$ bits on dino (mean and standard error over three seeds).",
    ),
    ("results", "On the bar the baseline scores 0.134 bits.", "On the bar the baseline scores 0.215 bits."),
    (
        "results",
        r"For the two half circles, run\_2 gives \result{run_2/moons/kl_divergence}.",
        r"For the two half circles, run\_2 gives \result{run_2/circle/kl_divergence}.",
    ),
    (
        "results",
        r"On line, the exploratory values of run\_2 and run\_3 are 0.102 and 0.103 bits.",
        r"On line, the exploratory values of run\_2 and run\_3 are 0.102 and 0.133 bits.",
    ),
    (
        "results",
        "Averaged over the four sets, the KL divergence is 0.41 bits for the baseline and 0.34 bits for run\\_2.",
        "Averaged over the four sets, the KL divergence is 0.34 bits for the baseline and 0.41 bits for run\\_2.",
    ),
    (
        "abstract",
        "Doubling the learning rate lowers the KL divergence by 11 to 24 percent; none of these differences is significant.",
        "Doubling the learning rate lowers the KL divergence by 16 to 24 percent; none of these differences is significant.",
    ),
    (
        "results",
        r"Sampling takes 3.6~s a set in the baseline.",
        r"Sampling takes 10.7~s a set in the baseline.",
    ),
    (
        "results",
        r"Sampling takes 3609 ms a set in the baseline.",
        r"Sampling takes 361 ms a set in the baseline.",
    ),
    (
        "results",
        r"Run\_3 has 1.08 bits on dino, run\_2 has 0.97.",
        r"Run\_3 has 0.97 bits on dino, run\_2 has 1.08.",
    ),
    # typed tables
    (
        "results",
        r"\begin{table}\caption{KL divergence in bits.}\label{tab:x}\begin{tabular}{lrr}run & dino & moons\\"
        r"run\_0 & 1.16 & 0.13\\run\_2 & 0.97 & 0.10\end{tabular}\end{table}",
        r"\begin{table}\caption{KL divergence in bits.}\label{tab:x}\begin{tabular}{lrr}run & dino & moons\\"
        r"run\_0 & 1.16 & 0.13\\run\_2 & 0.97 & 0.08\end{tabular}\end{table}",
    ),
]
OF_ONE_SET = [
    (
        "conclusion",
        "With a fourth of the default learning rate the final training loss ends 0.14 nats above the baseline.",
        "With a fourth of the default learning rate the final training loss ends 0.31 nats above the baseline.",
    ),
    (
        "results",
        r"In bits, the validation loss of run\_2 is 3.29 per character.",
        r"In bits, the validation loss of run\_2 is 2.28 per character.",
    ),
    (
        "results",
        "The baseline needs 0.88 ms to sample a character.",
        "The baseline needs 8.8 ms to sample a character.",
    ),
    (
        "results",
        r"\begin{tabular}{rr}learning rate & validation loss\\0.0005 & 2.01\\0.001 & 1.97\\0.002 & 2.28\end{tabular}",
        r"\begin{tabular}{rr}learning rate & validation loss\\0.0005 & 2.01\\0.001 & 1.97\\0.002 & 2.17\end{tabular}",
    ),
    (
        "background",
        "Both losses are in nats; a loss of 1.97 nats corresponds to about 2.85 bits per character.",
        "Both losses are in nats; a loss of 1.97 nats corresponds to about 2.15 bits per character.",
    ),
    (
        "results",
        "The smallest learning rate leaves the validation loss at 2.10 nats, 0.13 above the baseline.",
        "The smallest learning rate leaves the validation loss at 2.10 nats, 0.23 above the baseline.",
    ),
    (
        "results",
        r"The training loss of run\_3 at the end was 2.14~nats.",
        r"The training loss of run\_3 at the end was 2.10~nats.",
    ),
    (
        "results",
        r"The baseline samples 1{,}137 characters per second.",
        r"The baseline samples 1{,}317 characters per second.",
    ),
    (
        "results",
        r"The validation loss of run\_3 is 3.03 bits.",
        r"The validation loss of run\_3 is 2.10 bits.",
    ),
    (
        "results",
        r"Sampling was slower in run\_1 and run\_3 than with the default settings.",
        r"Sampling was faster in run\_1 and run\_3 than with the default settings.",
    ),
]


@pytest.mark.parametrize(("section", "honest", "false"), OF_FOUR_SETS)
def test_an_honest_number_passes_and_its_false_twin_does_not(
    diffusion: Subject, section: str, honest: str, false: str
) -> None:
    assert wrong(diffusion, section, honest) == []
    assert wrong(diffusion, section, false)


@pytest.mark.parametrize(("section", "honest", "false"), OF_ONE_SET)
def test_an_honest_number_on_one_set_passes_and_its_false_twin_does_not(
    language: Subject, section: str, honest: str, false: str
) -> None:
    assert wrong(language, section, honest) == []
    assert wrong(language, section, false)
