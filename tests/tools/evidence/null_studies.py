"""Simulated studies with and without a difference, and what their comparisons claim."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tools.evidence import BASELINE, CONFIRMATION, Ledger, Metric, RunRecord, best_run, plan_of

RUNS, DATASETS = 3, ("circle", "dino", "line", "moons")
METRICS = ("loss", "accuracy", "calibration", "training_time")
_DECLARED = {name: Metric(name=name, goal="min") for name in METRICS}
_Values = Mapping[str, Mapping[str, list[float]]]


def simulated_study(source: random.Random, n: int, *, paired: bool, effect: float = 0.0) -> Ledger:
    """Return a ledger of a baseline, three runs and the confirmation of the best, with normal values of deviation 1.

    Args:
        n: seeds of each run.
        paired: runs use the baseline's seeds; half of the variance then belongs to the seed.
        effect: the difference of run_1 on the first dataset, in standard deviations of the seeds.
    """
    ledger = Ledger(_DECLARED, plan=plan_of(_DECLARED, METRICS, RUNS))
    shared = _noise(source, n)
    for number in range(RUNS + 1):
        change = effect if number == 1 else 0.0
        values = _values(shared if paired else None, _noise(source, n), change)
        seed = 0 if paired else 100 * number
        ledger.record(RunRecord(name=f"run_{number}", status="completed", seed=seed, values=values))
    best = best_run(ledger, METRICS[0])
    assert best is not None
    shared = _noise(source, n)
    for number in (0, best.number):
        change = effect if number == 1 else 0.0
        values = _values(shared if paired else None, _noise(source, n), change)
        seed = 1000 if paired else 1000 + number
        name = f"{CONFIRMATION}{number}"
        ledger.record(RunRecord(name=name, kind="confirmation", status="completed", seed=seed, values=values))
    return ledger


def claims(ledger: Ledger) -> list[str]:
    """Return the addresses at which the ledger lets a paper claim a difference from the baseline."""
    addresses = [*ledger.addresses(), *ledger.confirmed_addresses()]
    runs = [a for a in addresses if a.partition("/")[0] not in (BASELINE, f"{CONFIRMATION}0")]
    return [address for address in runs if ledger.compare(address).significant]


def _noise(source: random.Random, n: int) -> _Values:
    return {d: {m: [source.gauss(0, 1) for _ in range(n)] for m in METRICS} for d in DATASETS}


def _values(shared: _Values | None, own: _Values, effect: float) -> _Values:
    """Return values around 10, half of whose variance is shared, with an effect on the first dataset."""

    def value(dataset: str, metric: str, seed: int) -> float:
        noise = own[dataset][metric][seed]
        if shared is not None:
            noise = 0.5**0.5 * (noise + shared[dataset][metric][seed])
        return 10 + noise + (effect if dataset == DATASETS[0] else 0.0)

    return {d: {m: [value(d, m, seed) for seed in range(len(own[d][m]))] for m in METRICS} for d in DATASETS}
