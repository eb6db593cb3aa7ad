"""Character-level language modelling: train a small transformer to predict the next character, and evaluate it.

Each corpus has its own steps, batch and number of seeds, given as a list in the order of --datasets.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"  # read when torch loads: spinning threads starve on a busy machine

import numpy as np
import torch
from corpora import Corpus, load
from evaluation import finite, fixed_windows, mean_loss, refuse_foresight, summarise, unigram_entropy, write_json
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, dropout, gelu, linear, scaled_dot_product_attention


class Block(nn.Module):
    """Causal self-attention and a perceptron, each with normalisation before and a residual connection."""

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__()
        width = args.width
        self.heads, self.dropout = args.heads, args.dropout
        self.before_attention = nn.LayerNorm(width, bias=False)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.before_mlp = nn.LayerNorm(width, bias=False)
        self.up = nn.Linear(width, args.mlp_ratio * width, bias=False)
        self.down = nn.Linear(args.mlp_ratio * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, context, width) to the same shape."""
        parts = self.query_key_value(self.before_attention(x)).unflatten(-1, (3, self.heads, -1))
        query, key, value = parts.transpose(1, 3).unbind(2)  # each (n, heads, context, width / heads)
        seen = scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2).flatten(2)
        x = x + dropout(self.out(seen), self.dropout, self.training)
        return x + dropout(self.down(gelu(self.up(self.before_mlp(x)))), self.dropout, self.training)


class Transformer(nn.Module):
    """A decoder like GPT-2, Radford et al. (2019): learned positions, tied input and output embeddings."""

    def __init__(self, symbols: int, args: argparse.Namespace) -> None:
        super().__init__()
        self.dropout = args.dropout
        self.token = nn.Embedding(symbols, args.width)
        self.position = nn.Parameter(torch.zeros(args.context, args.width))
        self.blocks = nn.ModuleList(Block(args) for _ in range(args.layers))
        self.last = nn.LayerNorm(args.width, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:  # weights that add to the residual stream are scaled down by the number of additions
                added = name.endswith(("out.weight", "down.weight"))
                spread = args.init_scale / math.sqrt(args.width)
                nn.init.normal_(weight, std=spread / (math.sqrt(2 * args.layers) if added else 1))

    def forward(self, symbols: Tensor) -> Tensor:
        """Map symbols (n, length) to logits (n, length, symbols) of the symbol after each."""
        x = self.token(symbols) + self.position[: symbols.shape[1]]
        x = dropout(x, self.dropout, self.training)
        for block in self.blocks:
            x = block(x)
        return linear(self.last(x), self.token.weight)


@dataclass(frozen=True)
class Scale:
    """How long to train on one corpus."""

    steps: int
    batch_size: int
    eval_every: int
    seeds: int


@dataclass(frozen=True)
class Training:
    """The result of training: steps (evaluations,), the training loss since the previous evaluation and the validation loss
    at each, and the seconds without evaluation."""

    steps: list[int]
    train_loss: list[float]
    val_loss: list[float]
    seconds: float


def train(
    model: nn.Module, run: Callable[[Tensor], Tensor], text: Tensor, held_out: Tensor, scale: Scale, seed: int,
    args: argparse.Namespace,
) -> Training:  # fmt: skip
    """Train `model` in place on text (n,), which is on the device; evaluate it on the windows `held_out`.

    `run` is the model as it is called: compiled, in reduced precision.
    """
    device = text.device
    stream = torch.Generator(device).manual_seed(seed)
    span = torch.arange(args.context + 1, device=device)
    decayed = [p for p in model.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": args.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=step_size(args), betas=(0.9, args.beta2), fused=True,
    )  # fmt: skip
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step / scale.steps, args))
    steps: list[int] = []
    losses: list[Tensor] = []
    seconds, start, recent = 0.0, now(device), torch.zeros((), device=device)
    for step in range(1, scale.steps + 1):
        starts = torch.randint(len(text) - args.context, (scale.batch_size, 1), generator=stream, device=device)
        windows = text[starts + span].long()
        loss = cross_entropy(run(windows[:, :-1]).float().flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), args.grad_clip)
        optimizer.step()
        rate.step()
        recent += loss.detach()
        if step % scale.eval_every == 0 or step == scale.steps:
            seconds += now(device) - start
            model.eval()
            losses.append(torch.stack([recent / (step - sum(steps[-1:])), mean_loss(run, held_out)]))
            model.train()
            steps.append(step)
            shown = "training loss {:.3f}, validation loss {:.3f}".format(*losses[-1].tolist())
            print(f"step {step}/{scale.steps}: {shown}", flush=True)
            start, recent = now(device), torch.zeros((), device=device)
    train_loss, val_loss = torch.stack(losses, 1).tolist()
    return Training(steps, train_loss, finite(val_loss, "validation loss"), seconds)


def step_size(args: argparse.Namespace) -> float:
    """Return the learning rate at this width. It is defined for a width of 384 and scales as 1 / width, so the best value
    is about the same for all widths: Yang et al. (2021), "Tensor Programs V"."""
    return args.learning_rate * 384 / args.width


def rate_at(share: float, args: argparse.Namespace) -> float:
    """Return the factor of the step size after a share of the training: a linear warmup, then a cosine decay."""
    if share < args.warmup:
        return max(share, 1e-3) / args.warmup
    height = 0.5 * (1 + math.cos(math.pi * min(1.0, (share - args.warmup) / (1 - args.warmup))))
    return args.final_rate + (1 - args.final_rate) * height


@torch.no_grad()
def sample(model: Callable[[Tensor], Tensor], prompt: Tensor, count: int, context: int, seed: int) -> Tensor:
    """Continue the prompts (n, length) by `count` sampled symbols: (n, length + count)."""
    stream = torch.Generator(prompt.device).manual_seed(seed)
    for _ in range(count):
        chances = model(prompt[:, -context:])[:, -1].float().softmax(-1)
        prompt = torch.cat([prompt, torch.multinomial(chances, 1, generator=stream)], 1)
    return prompt


def run_seed(corpus: Corpus, scale: Scale, seed: int, args: argparse.Namespace, device: torch.device) -> tuple:
    """Train, evaluate and sample with one seed. Return the metrics, the training, and the first sampled text."""
    torch.manual_seed(seed)
    model = Transformer(corpus.symbols, args).to(device)
    fast = model
    if device.type == "cuda" and shutil.which("cc"):  # torch.compile needs a C compiler
        fast = torch.compile(model)

    def run(symbols: Tensor, through: nn.Module = fast) -> Tensor:
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            return through(symbols)

    text = torch.from_numpy(corpus.train).to(device)
    seen, held_out = (
        fixed_windows(side, args.context, args.eval_windows, device) for side in (corpus.train, corpus.val)
    )
    training = train(model, run, text, held_out, scale, seed, args)
    model.eval()
    refuse_foresight(run, held_out)
    train_loss = finite([mean_loss(run, seen).item()], "training loss")[0]

    prompt = held_out[: args.samples, : args.context // 4]
    sample(lambda symbols: run(symbols, model), prompt, 2, args.context, seed)  # warm up: the first calls are slower
    start = now(device)
    drawn = sample(lambda symbols: run(symbols, model), prompt, args.sample_length, args.context, seed)
    seconds = now(device) - start
    metrics = {
        "best_val_loss": min(training.val_loss),
        "final_train_loss": train_loss,
        "training_time": training.seconds,
        "inference_speed": len(prompt) * args.sample_length / seconds,
    }
    return metrics, training, corpus.text(drawn[0].tolist())


def now(device: torch.device) -> float:
    """Return the wall-clock time in seconds after the device has finished its queued work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--out_dir", type=Path, default=Path("run_0"), help="folder for the results")
    parser.add_argument("--seed", type=int, default=0, help="first seed; seed i of a run is 1000 * seed + i")

    research = parser.add_argument_group("what a study may vary")
    research.add_argument("--learning_rate", type=float, default=1e-3, help="peak step size at width 384, ~ 1 / width")
    research.add_argument("--dropout", type=float, default=0.1, help="share of the units dropped")
    research.add_argument("--weight_decay", type=float, default=0.1, help="weight decay of AdamW")
    research.add_argument("--beta2", type=float, default=0.99, help="decay of AdamW's mean of squared gradients")
    research.add_argument("--warmup", type=float, default=0.02, help="share of the steps used for warmup")
    research.add_argument("--final_rate", type=float, default=0.1, help="last step size, as a share of the largest")
    research.add_argument("--grad_clip", type=float, default=1.0, help="largest norm of a gradient")
    research.add_argument("--init_scale", type=float, default=0.4, help="initial standard deviation times sqrt(width)")
    research.add_argument("--mlp_ratio", type=int, default=4, help="ratio of the perceptron's width to the model's")

    scale = parser.add_argument_group("the scale, set by the profile; lists have one value a dataset, or one for all")
    scale.add_argument("--datasets", default="shakespeare_char,enwik8,text8", help="corpora, see corpora.json")
    scale.add_argument("--train_steps", default="5000,100000,100000", help="optimiser steps")
    scale.add_argument("--batch_size", default="64,32,32", help="windows per step")
    scale.add_argument("--eval_every", default="250,1000,1000", help="steps between evaluations")
    scale.add_argument("--seeds", default="3,1,1", help="independent repetitions")
    scale.add_argument("--layers", type=int, default=6, help="blocks of the transformer")
    scale.add_argument("--heads", type=int, default=6, help="attention heads of a block")
    scale.add_argument("--width", type=int, default=384, help="width of the transformer")
    scale.add_argument("--context", type=int, default=256, help="characters that the model sees")
    scale.add_argument("--eval_windows", type=int, default=1000, help="windows of an evaluation; 0 for all")
    scale.add_argument("--samples", type=int, default=10, help="texts that are sampled")
    scale.add_argument("--sample_length", type=int, default=500, help="characters sampled for each text")
    return parser.parse_args()


def scales(args: argparse.Namespace, count: int) -> list[Scale]:
    """Return the scale of each dataset from the lists on the command line."""
    def column(given: str) -> list[int]:
        values = [int(value) for value in str(given).split(",")]
        return values * count if len(values) == 1 else values

    lists = (args.train_steps, args.batch_size, args.eval_every, args.seeds)
    return [Scale(*row) for row in zip(*map(column, lists), strict=True)]


def main() -> None:
    args = parse_args()
    args.out_dir.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_float32_matmul_precision("high")
    names = args.datasets.split(",")
    final_info, curves, speed, texts = {}, {}, {}, []
    for name, scale in zip(names, scales(args, len(names)), strict=True):
        corpus = load(name)
        print(f"{name}: {len(corpus.train):,} characters for training, {len(corpus.val):,} for validation, "
              f"{corpus.symbols} symbols, SHA-256 {corpus.digest}…", flush=True)
        per_seed: dict[str, list[float]] = {}
        trainings = []
        for index in range(scale.seeds):
            print(f"{name}, seed {index + 1} of {scale.seeds}", flush=True)
            metrics, training, text = run_seed(corpus, scale, 1000 * args.seed + index, args, device)
            trainings.append(training)
            texts.append(f"=== {name}, seed {index + 1}\n{text}\n")
            for metric, value in metrics.items():
                per_seed.setdefault(metric, []).append(value)
        entropy = unigram_entropy(corpus.train, corpus.val, corpus.symbols)
        final_info[name] = summarise(per_seed, {"unigram_entropy": entropy})
        per_second = scale.steps * scale.seeds / sum(training.seconds for training in trainings)
        speed[name] = {"steps_per_second": per_second,
                       "tokens_per_second": per_second * scale.batch_size * args.context}
        curves[f"{name}/steps"] = np.array(trainings[0].steps)
        for side in ("train_loss", "val_loss"):
            curves[f"{name}/{side}"] = np.array([getattr(training, side) for training in trainings])
    np.savez_compressed(args.out_dir / "curves.npz", **curves)
    (args.out_dir / "samples.txt").write_text("\n".join(texts), encoding="utf-8")
    write_json(args.out_dir / "speed.json", speed | {"device": device.type})
    write_json(args.out_dir / "final_info.json", final_info)


if __name__ == "__main__":
    main()
