"""The metrics of a run. Protected: a study may change model and training, never its metrics."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

PART = 64  # windows per forward pass


def fixed_windows(text: np.ndarray, context: int, most: int, device: torch.device) -> Tensor:
    """Return evenly spaced windows of context + 1 symbols from text (n,): (windows, context + 1), int64.

    They are the same in every run. They overlap only in the symbol that is the last target of one window and the first
    input of the next. `most` limits their number; 0 means all that fit.
    """
    fitting = (len(text) - 1) // context
    count = min(most, fitting) if most else fitting
    starts = np.linspace(0, len(text) - 1 - context, count).astype(np.int64)
    return torch.from_numpy(text[starts[:, None] + np.arange(context + 1)].astype(np.int64)).to(device)


@torch.no_grad()
def mean_loss(predict: Callable[[Tensor], Tensor], windows: Tensor) -> Tensor:
    """Return the mean cross-entropy in nats per character over all positions of all windows: a scalar on the device.

    `predict` maps symbols (n, context) to logits (n, context, symbols) of the symbol after each position.
    """
    total = torch.zeros((), dtype=torch.float64, device=windows.device)
    for part in windows.split(PART):
        logits = predict(part[:, :-1]).float()
        total += cross_entropy(logits.flatten(0, 1), part[:, 1:].flatten(), reduction="sum")
    return total / windows[:, 1:].numel()


@torch.no_grad()
def refuse_foresight(predict: Callable[[Tensor], Tensor], windows: Tensor) -> None:
    """Check that predictions do not depend on later characters, which would make the loss meaningless.

    Raises:
        ValueError: they do.
    """
    given = windows[:2, :-1]
    half = given.shape[1] // 2
    other = given.clone()
    other[:, half:] = given[:, half:].roll(1, 1).flip(0)
    before, after = predict(given)[:, :half].float(), predict(other)[:, :half].float()
    if not torch.allclose(before, after, rtol=0.01, atol=0.05):
        raise ValueError("the model's predictions change with the characters after them: its attention is not causal")


def unigram_entropy(train: np.ndarray, held_out: np.ndarray, symbols: int) -> float:
    """Return the loss on held-out text of a model that knows only symbol frequencies, in nats per character.

    Frequencies are those of the training text with one added to each count. A model that uses context is below this.
    """
    counts = np.bincount(train, minlength=symbols) + 1
    return float(-np.log(counts / counts.sum())[held_out].mean())


def finite(losses: list[float], what: str) -> list[float]:
    """Return the losses if all are finite.

    Raises:
        ValueError: one is not, because the model diverged.
    """
    if not all(map(math.isfinite, losses)):
        raise ValueError(f"the {what} is not finite: the model diverged")
    return losses


def summarise(per_seed: dict[str, list[float]], single: dict[str, float]) -> dict[str, object]:
    """Return one dataset's entry of final_info.json.

    It has mean, standard error and per-seed values of each metric in `per_seed`, and only the value of those in
    `single`, which do not depend on a seed. The standard error is the sample standard deviation over seeds (n - 1)
    divided by sqrt(n); with one seed it is unknown and omitted.
    """
    means = {metric: float(np.mean(values)) for metric, values in per_seed.items()} | single
    stderrs = {m: float(np.std(v, ddof=1) / np.sqrt(len(v))) for m, v in per_seed.items() if len(v) > 1}
    return {"means": means, "stderrs": stderrs, "final_info_dict": per_seed}


def write_json(path: Path, content: object) -> None:
    """Write JSON. A number that is not finite raises ValueError, since JSON cannot represent it."""
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
