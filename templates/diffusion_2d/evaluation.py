"""The metrics of a run. Protected: a study may change the model, never its metrics."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import cKDTree

NEIGHBOURS = 5
HELD_OUT_SEED = 2**40  # added to a seed: held-out points never come from a training seed's stream


def kl_divergence(reference: np.ndarray, samples: np.ndarray, k: int = NEIGHBOURS) -> float:
    """Estimate KL(reference || samples) in bits from two point sets of shapes (n, d) and (m, d).

    The k-nearest-neighbour estimator of Wang, Kulkarni and Verdu, "Divergence Estimation for Multidimensional
    Densities Via k-Nearest-Neighbor Distances", IEEE Trans. Inf. Theory 55 (2009), with the Chebyshev norm:

        d/n * sum_i log2( s_i / r_i ) + log2( m / (n - 1) )

    where r_i and s_i are the distances from reference point i to its k-th neighbour among the other reference points
    and among the samples. The estimator is biased: for equal distributions it scatters around zero, and samples that
    are slightly narrower than the reference push it below zero (by 0.1 bits for a ring that is a quarter too thin).
    Coinciding points would give a zero distance and an infinite estimate, so distances are at least 1e-6 of the
    reference's extent.

    Raises:
        ValueError: a point is not finite (the model diverged), or there are too few points for k.
    """
    for name, points in (("reference", reference), ("samples", samples)):
        if not np.isfinite(points).all():
            bad = int((~np.isfinite(points).all(axis=1)).sum())
            raise ValueError(f"{bad} of {len(points)} {name} points are not finite: the model diverged")
        if len(points) <= k:
            raise ValueError(f"{len(points)} {name} points are too few for {k} neighbours")
    n, d = reference.shape
    smallest = 1e-6 * float(np.ptp(reference, axis=0).max())
    within = cKDTree(reference).query(reference, k=[k + 1], p=np.inf)[0]  # the nearest of all is the point itself
    across = cKDTree(samples).query(reference, k=[k], p=np.inf)[0]
    ratio = np.log2(np.maximum(across, smallest)) - np.log2(np.maximum(within, smallest))
    return float(d * ratio.mean() + np.log2(len(samples) / (n - 1)))


@torch.no_grad()
def held_out_loss(
    predict_noise: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    signal_fraction: torch.Tensor,
    points: torch.Tensor,
) -> list[float]:
    """Return the mean squared error of the predicted noise on held-out points, one value per point set.

    Args:
        predict_noise: maps noisy points (sets, n, 2) and time steps (sets, n) to the predicted noise (sets, n, 2).
        signal_fraction: cumulative product of the alphas, shape (time steps,): the share of variance that is signal.
        points: held-out points, shape (sets, n, 2).

    All time steps have equal weight, and the noise is the same in every run. Values are comparable only between runs
    with the same noise schedule.
    """
    sets, n, _ = points.shape
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(points.shape, generator=generator).to(points.device)
    t = (torch.arange(n) % len(signal_fraction)).expand(sets, n).to(points.device)
    signal = signal_fraction[t].unsqueeze(-1)
    predicted = predict_noise(signal.sqrt() * points + (1 - signal).sqrt() * noise, t)
    return ((predicted - noise) ** 2).mean(dim=(1, 2)).tolist()


def summarise(per_seed: dict[str, list[float]]) -> dict[str, dict[str, float] | dict[str, list[float]]]:
    """Return one dataset's entry of final_info.json: mean, standard error and per-seed values of each metric.

    The standard error is the sample standard deviation over seeds (n - 1) divided by sqrt(n); with one seed it is
    unknown and omitted.
    """
    means = {metric: float(np.mean(values)) for metric, values in per_seed.items()}
    stderrs = {m: float(np.std(v, ddof=1) / np.sqrt(len(v))) for m, v in per_seed.items() if len(v) > 1}
    return {"means": means, "stderrs": stderrs, "final_info_dict": per_seed}


def write_final_info(out_dir: Path, results: dict[str, dict[str, list[float]]]) -> None:
    """Write run_i/final_info.json from dataset -> metric -> values per seed."""
    final_info = {dataset: summarise(per_seed) for dataset, per_seed in results.items()}
    (out_dir / "final_info.json").write_text(json.dumps(final_info, indent=2, allow_nan=False) + "\n")
