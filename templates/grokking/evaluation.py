"""The metrics of a run. Protected: a study may change model and training, never its metrics."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

GOAL = 0.99  # the accuracy whose first occurrence is timed
PART = 1024  # pairs per forward pass


@dataclass(frozen=True)
class Examples:
    """The pairs that one part of the tables is evaluated on, one table per model; shorter tables are padded.

    Shapes: symbols (models, n, 2), answers (models, n), counted (models, n), which is 0 for padding and 1 otherwise.
    """

    symbols: Tensor
    answers: Tensor
    counted: Tensor


def examples(tables: list[np.ndarray], most: int, device: torch.device) -> Examples:
    """Return the first `most` rows of each table (rows, 3), or all rows if there are fewer or `most` is 0."""
    tables = [rows[:most] if most else rows for rows in tables]
    rows = torch.zeros(len(tables), max(map(len, tables)), 3, dtype=torch.int64)
    counted = torch.zeros(rows.shape[:2])
    for i, given in enumerate(tables):
        rows[i, : len(given)] = torch.from_numpy(given)
        counted[i, : len(given)] = 1
    rows, counted = rows.to(device), counted.to(device)
    return Examples(rows[..., :2].contiguous(), rows[..., 2].contiguous(), counted)


@torch.no_grad()
def accuracy_and_loss(predict: Callable[[Tensor], Tensor], given: Examples) -> Tensor:
    """Return the share of correct answers and the mean cross-entropy in nats: shape (2, models), on the device.

    `predict` maps pairs (models, n, 2) to logits (models, n, symbols).
    """
    models, total = len(given.symbols), 0
    fields = (given.symbols, given.answers, given.counted)
    for symbols, answers, counted in zip(*(field.split(PART, 1) for field in fields), strict=True):
        logits = predict(symbols).float()
        right = (logits.argmax(-1) == answers).float()
        loss = cross_entropy(logits.flatten(0, 1), answers.flatten(), reduction="none").view(models, -1)
        total = total + torch.stack([(right * counted).sum(1), (loss * counted).sum(1)]).double()
    return total / given.counted.sum(1).double()


def first_reaching(accuracy: np.ndarray, updates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find when each model's accuracy first reached the goal.

    Args:
        accuracy: (models, evaluations).
        updates: (evaluations,), the number of updates made before each evaluation.

    Returns:
        The number of updates (models,), and whether the goal was reached at all (models,). If it never was, the number
        is that of the last evaluation: a lower bound, which is marked as censored.
    """
    reached = accuracy >= GOAL
    first = np.where(reached.any(axis=1), updates[reached.argmax(axis=1)], updates[-1])
    return first, reached.any(axis=1)


def summarise(per_seed: dict[str, list[float]], single: dict[str, float], censored: list[str]) -> dict[str, object]:
    """Return one dataset's entry of final_info.json.

    It has mean, standard error and per-seed values of each metric in `per_seed`, and only the value of those in
    `single`, which were measured once for all seeds. The standard error is the sample standard deviation over seeds
    (n - 1) divided by sqrt(n); with one seed it is unknown and omitted. `censored` names metrics of which at least
    one seed reached its cap.
    """
    means = {metric: float(np.mean(values)) for metric, values in per_seed.items()} | single
    stderrs = {m: float(np.std(v, ddof=1) / np.sqrt(len(v))) for m, v in per_seed.items() if len(v) > 1}
    return {"means": means, "stderrs": stderrs, "final_info_dict": per_seed, "censored": censored}


def write_json(path: Path, content: object) -> None:
    """Write JSON. A number that is not finite raises ValueError, since JSON cannot represent it."""
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
