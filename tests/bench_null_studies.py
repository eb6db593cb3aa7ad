"""How often a study without any difference claims one, and what it finds where there is one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from scipy import stats

from tests.tools.evidence.null_studies import DATASETS, METRICS, RUNS, claims, simulated_study
from tools.evidence import CONFIRMATION, Ledger

STUDIES = 500
SEEDS = (2, 3, 5, 10)
EFFECTS = (1.0, 3.0)
"""Differences in standard deviations of the seeds."""


async def null_studies(folder: Path) -> str:
    """Return rates of studies with any claim, with their upper 95% limits (Clopper-Pearson), and the power beside them."""
    lines = [
        f"{STUDIES} studies without a difference, {RUNS} runs x {len(DATASETS)} datasets x {len(METRICS)} metrics: share "
        "that claims one in its runs, and in its runs or the confirmation; power of one comparison"
    ]
    for paired in (True, False):
        for n in SEEDS:
            made = [claims(study) for study in _studies(n, paired=paired)]
            in_runs = sum(any(not claim.startswith(CONFIRMATION) for claim in found) for found in made)
            powers = ", ".join(f"{_power(n, effect, paired=paired):.1%} at {effect:g} SD" for effect in EFFECTS)
            lines.append(
                f"  {'paired' if paired else 'Welch '} n = {n:<2}  {_rate(in_runs)}, {_rate(sum(map(bool, made)))}; "
                f"power {powers}"
            )
    return "\n".join(lines)


def _rate(wrong: int) -> str:
    return f"{wrong / STUDIES:.1%} (at most {stats.beta.ppf(0.95, wrong + 1, STUDIES - wrong):.1%})"


def _studies(n: int, *, paired: bool, effect: float = 0.0) -> Iterator[Ledger]:
    source = random.Random(f"{n} {paired} {effect}")
    return (simulated_study(source, n, paired=paired, effect=effect) for _ in range(STUDIES))


def _power(n: int, effect: float, *, paired: bool) -> float:
    address = f"run_1/{DATASETS[0]}/{METRICS[0]}"
    return sum(study.compare(address).significant for study in _studies(n, paired=paired, effect=effect)) / STUDIES
