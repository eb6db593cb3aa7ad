"""Grokking: small transformers learn binary operations from part of their tables and are evaluated on the rest.

Every task and seed has its own model. The models share no weights. They run as one batched model, because many small
matrix products in one call are faster than many calls. The first axis of a tensor is therefore the model: the seeds of
the first task, then those of the second, and so on.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"  # read when torch loads: spinning threads starve on a busy machine

import numpy as np
import torch
from evaluation import Examples, accuracy_and_loss, examples, first_reaching, summarise, write_json
from tasks import TASKS, split
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, embedding, relu, rms_norm

BATCHES, WEIGHTS = 2**40, 2**41  # added to a seed: each model has one stream for its batches and one for its weights


class Draw:
    """Draw normal numbers of mean 0 and standard deviation `scale` from one stream per model, so that a model's start does
    not depend on the others."""

    def __init__(self, seeds: list[int], scale: float) -> None:
        self.streams = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.scale = scale

    def __call__(self, *shape: int) -> Tensor:
        """(models, *shape)."""
        return self.scale * torch.stack([torch.randn(shape, generator=stream) for stream in self.streams])


class Linear(nn.Module):
    """One linear map per model: (models, ..., inputs) -> (models, ..., outputs)."""

    def __init__(self, draw: Draw, inputs: int, outputs: int, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(draw(inputs, outputs) * gain / math.sqrt(inputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.bmm(x.flatten(1, -2), self.weight).unflatten(1, x.shape[1:-1])


def norm(x: Tensor) -> Tensor:
    """Apply root mean square normalisation without a gain, Zhang and Sennrich (2019)."""
    return rms_norm(x, x.shape[-1:])


class Block(nn.Module):
    """Attention and a perceptron, each with normalisation before and a residual connection."""

    def __init__(self, draw: Draw, args: argparse.Namespace, last: bool) -> None:
        super().__init__()
        width, gain = args.width, 1 / math.sqrt(2 * args.layers)
        self.heads, self.last = args.heads, last
        self.query = Linear(draw, width, width)
        self.key_value = Linear(draw, width, 2 * width)
        self.out = Linear(draw, width, width, gain)
        self.up = Linear(draw, width, args.mlp_ratio * width)
        self.down = Linear(draw, args.mlp_ratio * width, width, gain)

    def forward(self, x: Tensor) -> Tensor:
        """Map (models, n, 3, width) to the same shape; the last block returns the last position only, (models, n, 1, width).

        With three positions, attention is faster as sums of products than as small matrix products.
        """
        h = norm(x)
        if self.last:
            x, asking = x[:, :, -1:], h[:, :, -1:]
        else:
            asking = h
        query = self.query(asking).unflatten(-1, (self.heads, -1))
        key, value = self.key_value(h).unflatten(-1, (2, self.heads, -1)).unbind(3)
        score = (query.unsqueeze(3) * key.unsqueeze(2)).sum(-1) / math.sqrt(key.shape[-1])
        seen = (score.softmax(3).unsqueeze(-1) * value.unsqueeze(2)).sum(3)
        x = x + self.out(seen.flatten(3))
        return x + self.down(relu(self.up(norm(x))))


class Transformer(nn.Module):
    """Reads `x y =` and predicts the answer. All three positions attend to each other, since none of them is predicted."""

    def __init__(self, draw: Draw, symbols: int, args: argparse.Namespace) -> None:
        super().__init__()
        models = len(draw.streams)
        self.symbols = symbols
        self.token = nn.Parameter(draw(symbols + 1, args.width) / math.sqrt(args.width))
        self.position = nn.Parameter(draw(1, 3, args.width) / math.sqrt(args.width))
        self.blocks = nn.ModuleList(Block(draw, args, i == args.layers - 1) for i in range(args.layers))
        self.head = Linear(draw, args.width, symbols)
        self.register_buffer("offset", (torch.arange(models) * (symbols + 1)).view(models, 1, 1))

    def forward(self, pairs: Tensor) -> Tensor:
        """Map pairs (models, n, 2) to logits (models, n, symbols)."""
        equals = torch.full_like(pairs[..., :1], self.symbols)
        x = embedding(torch.cat([pairs, equals], 2) + self.offset, self.token.flatten(0, 1)) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(norm(x)).squeeze(2)


@dataclass(frozen=True)
class Training:
    """The result of training: updates (evaluations,), the number made before each evaluation; curves (side, accuracy or
    loss, task, seed, evaluations), where side is training or validation; seconds without evaluation."""

    updates: np.ndarray
    curves: np.ndarray
    seconds: float


def train(
    model: nn.Module, tables: list[np.ndarray], sides: list[Examples], seeds: list[int], args: argparse.Namespace
) -> Training:
    """Train `model` in place on the rows (n, 3) of each model's table; evaluate it every `eval_every` updates.

    `seeds` has one seed per model, for the order of its batches; `sides` are the training and validation examples that
    the models are evaluated on.
    """
    device = sides[0].symbols.device
    rows = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(t) for t in tables], batch_first=True).to(device)
    which = torch.arange(len(tables), device=device).unsqueeze(1)
    streams = [torch.Generator().manual_seed(seed + BATCHES) for seed in seeds]
    optimizer = torch.optim.AdamW(
        model.parameters(), step_size(args), betas=(0.9, args.beta2), weight_decay=args.weight_decay, fused=True
    )
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: min(1.0, (update + 1) / args.warmup))
    updates: list[int] = []
    curves: list[Tensor] = []
    seconds = 0.0
    for done in range(0, args.updates, args.eval_every):
        start = now(device)
        size = (min(args.eval_every, args.updates - done), args.batch_size)
        drawn = [torch.randint(len(t), size, generator=s) for t, s in zip(tables, streams, strict=True)]
        for batch in torch.stack(drawn, 1).to(device):
            given = rows[which, batch]
            with precision(device):
                logits = model(given[..., :2]).float()
            loss = cross_entropy(logits.flatten(0, 1), given[..., 2].flatten(), reduction="none")
            optimizer.zero_grad()
            loss.view(len(tables), -1).mean(1).sum().backward()  # each model gets the gradient of its own loss
            optimizer.step()
            rate.step()
        seconds += now(device) - start
        updates.append(done + size[0])
        with precision(device):
            curves.append(torch.stack([accuracy_and_loss(model, side) for side in sides]))
        if len(updates) % 10 == 0 or updates[-1] == args.updates:
            report(updates[-1], curves[-1], args)
    shape = (2, 2, len(TASKS), args.seeds, len(updates))
    return Training(np.array(updates), torch.stack(curves, -1).cpu().numpy().reshape(shape), seconds)


def step_size(args: argparse.Namespace) -> float:
    """Return the learning rate at this width. It is defined for a width of 128 and scales as 1 / width, so the best value
    is about the same for all widths: Yang et al. (2021), "Tensor Programs V"."""
    return args.learning_rate * 128 / args.width


def report(update: int, judged: Tensor, args: argparse.Namespace) -> None:
    """Print the mean accuracies of one evaluation. `judged` has the shape (side, accuracy or loss, models)."""
    shares = judged[:, 0].view(2, len(TASKS), -1).mean(2).T.tolist()
    text = ", ".join(f"{task} {seen:.2f} / {held:.2f}" for task, (seen, held) in zip(TASKS, shares, strict=True))
    print(f"update {update}/{args.updates}: training / validation accuracy {text}", flush=True)


def precision(device: torch.device) -> torch.autocast:
    """Return a context for bfloat16 on a GPU and full precision elsewhere."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def now(device: torch.device) -> float:
    """Return the wall-clock time in seconds after the device has finished its queued work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def results_of(training: Training) -> dict[str, object]:
    """Return the content of final_info.json: one entry per task."""
    entries = {}
    for i, task in enumerate(TASKS):
        (train_acc, train_loss), (val_acc, val_loss) = training.curves[:, :, i]  # each (seeds, evaluations)
        first_val, val_reached = first_reaching(val_acc, training.updates)
        first_train, train_reached = first_reaching(train_acc, training.updates)
        per_seed = {
            "step_val_acc_99": first_val,
            "step_train_acc_99": first_train,
            "final_val_acc": val_acc[:, -1],
            "final_train_acc": train_acc[:, -1],
            "final_val_loss": val_loss[:, -1],
            "final_train_loss": train_loss[:, -1],
        }
        reached = {"step_val_acc_99": val_reached.all(), "step_train_acc_99": train_reached.all()}
        entries[task] = summarise(
            {metric: [float(value) for value in values] for metric, values in per_seed.items()},
            single={"training_time": training.seconds / len(TASKS)},
            censored=[metric for metric, by_all in reached.items() if not by_all],
        )
    return entries


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--out_dir", type=Path, default=Path("run_0"), help="folder for the results")
    parser.add_argument("--seed", type=int, default=0, help="first seed; seed i of a run is 1000 * seed + i")

    research = parser.add_argument_group("what a study may vary")
    research.add_argument("--learning_rate", type=float, default=1e-3, help="step size at width 128; scales as 1 / width")
    research.add_argument("--weight_decay", type=float, default=1.0, help="weight decay of AdamW")
    research.add_argument("--beta2", type=float, default=0.95, help="decay of AdamW's mean of squared gradients")
    research.add_argument("--warmup", type=int, default=20, help="updates over which the step size rises")
    research.add_argument("--init_scale", type=float, default=1.0, help="factor of the initial weights")
    research.add_argument("--mlp_ratio", type=int, default=4, help="ratio of the perceptron's width to the model's")
    research.add_argument("--train_fraction", type=float, default=0.5, help="share of the table used for training")

    scale = parser.add_argument_group("the scale, set by the profile")
    scale.add_argument("--modulus", type=int, default=97, help="prime of the modular arithmetic")
    scale.add_argument("--elements", type=int, default=5, help="elements that the permutations permute")
    scale.add_argument("--layers", type=int, default=2, help="blocks of the transformer")
    scale.add_argument("--width", type=int, default=128, help="width of the transformer")
    scale.add_argument("--heads", type=int, default=4, help="attention heads of a block")
    scale.add_argument("--updates", type=int, default=7500, help="optimiser updates")
    scale.add_argument("--batch_size", type=int, default=512, help="pairs per update and model")
    scale.add_argument("--eval_every", type=int, default=10, help="updates between evaluations")
    scale.add_argument("--eval_pairs", type=int, default=0, help="pairs of each side that are evaluated; 0: all")
    scale.add_argument("--seeds", type=int, default=3, help="independent repetitions")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    args.out_dir.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    seeds = [1000 * args.seed + i for _ in TASKS for i in range(args.seeds)]
    tasks = [task for task in TASKS for _ in range(args.seeds)]
    tables = [split(t, args.modulus, args.elements, args.train_fraction, s) for t, s in zip(tasks, seeds, strict=True)]
    sides = [examples([table[side] for table in tables], args.eval_pairs, device) for side in (0, 1)]
    symbols = max(args.modulus, math.factorial(args.elements))
    model: nn.Module = Transformer(Draw([seed + WEIGHTS for seed in seeds], args.init_scale), symbols, args).to(device)
    if device.type == "cuda" and shutil.which("cc"):  # torch.compile needs a C compiler
        model = torch.compile(model)

    training = train(model, [table[0] for table in tables], sides, seeds, args)
    per_second = args.updates / training.seconds
    speed = {"steps_per_second": per_second, "examples_per_second": per_second * args.batch_size * len(tasks)}
    print(f"{per_second:.1f} updates of {len(tasks)} models a second on {device.type}", flush=True)
    np.savez_compressed(args.out_dir / "curves.npz", updates=training.updates, curves=training.curves, tasks=TASKS)
    write_json(args.out_dir / "speed.json", speed | {"device": device.type})
    write_json(args.out_dir / "final_info.json", results_of(training))


if __name__ == "__main__":
    main()
