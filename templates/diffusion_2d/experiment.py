"""Denoising diffusion on point sets in the plane: train a small DDPM on each set, sample from it, measure it.

Every seed trains one model a point set. The four models share no weights; they run as one batched model, since four
small matrix products in one call are faster than four calls. A tensor's first axis is therefore the point set.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from datasets import DATASETS, draw_all
from evaluation import HELD_OUT_SEED, held_out_loss, kl_divergence, write_final_info


class Linear(nn.Module):
    """One affine map for each point set: (sets, n, inputs) -> (sets, n, outputs)."""

    def __init__(self, sets: int, inputs: int, outputs: int, gain: float = 1.0) -> None:
        super().__init__()
        bound = gain / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(sets, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(sets, 1, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)


def waves(x: Tensor, size: int, shortest: float, longest: float) -> Tensor:
    """Sines and cosines of x at `size`/2 wavelengths, spaced evenly in the logarithm: (...) -> (..., size)."""
    wavelengths = torch.logspace(math.log10(shortest), math.log10(longest), size // 2, device=x.device)
    angles = x.unsqueeze(-1) * (2 * math.pi / wavelengths)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Denoiser(nn.Module):
    """A residual network that predicts the noise in a point from its coordinates and its time step."""

    def __init__(self, sets: int, args: argparse.Namespace) -> None:
        super().__init__()
        self.embedding_size = args.embedding_size
        self.shortest_wavelength = args.shortest_wavelength
        self.time_steps = args.time_steps
        self.first = Linear(sets, 2 + 3 * args.embedding_size, args.hidden_size)
        self.hidden = nn.ModuleList(
            Linear(sets, args.hidden_size, args.hidden_size) for _ in range(args.hidden_layers)
        )
        self.last = Linear(sets, args.hidden_size, 2, gain=0.1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Points (sets, n, 2) and their time steps (sets, n) -> predicted noise (sets, n, 2)."""
        where = waves(x, self.embedding_size, self.shortest_wavelength, longest=16.0).flatten(2)
        when = waves(t.to(x.dtype), self.embedding_size, shortest=4.0, longest=4.0 * self.time_steps)
        h = self.first(torch.cat([x, where, when], dim=-1))
        for layer in self.hidden:
            h = h + layer(F.silu(h))
        return self.last(F.silu(h))


class NoiseSchedule:
    """How fast points turn into noise: the betas of Ho et al. (2020) and what follows from them."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        steps = args.time_steps
        if args.beta_schedule == "linear":
            betas = torch.linspace(args.beta_start, args.beta_end, steps)
        elif args.beta_schedule == "quadratic":
            betas = torch.linspace(args.beta_start**0.5, args.beta_end**0.5, steps) ** 2
        else:  # cosine, Nichol and Dhariwal (2021)
            level = torch.cos((torch.linspace(0, 1, steps + 1) + 0.008) / 1.008 * math.pi / 2) ** 2
            betas = (1 - level[1:] / level[:-1]).clamp(max=0.999)
        self.betas = betas.to(device)
        self.alphas = 1 - self.betas
        self.signal_fraction = self.alphas.cumprod(0)

    def add_noise(self, points: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        signal = self.signal_fraction[t].unsqueeze(-1)
        return signal.sqrt() * points + (1 - signal).sqrt() * noise


def train(model: Denoiser, schedule: NoiseSchedule, data: Tensor, args: argparse.Namespace) -> Denoiser:
    """Train `model` in place on data (sets, n, 2); return the moving average of its weights, which samples better."""
    sets, n, _ = data.shape
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(args.ema_decay)
    )
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=args.learning_rate, weight_decay=args.weight_decay, fused=True
    )
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, args.train_steps, eta_min=args.final_rate * args.learning_rate
    )
    which_set = torch.arange(sets, device=data.device).unsqueeze(1)
    for step in range(1, args.train_steps + 1):
        points = data[which_set, torch.randint(n, (sets, args.batch_size), device=data.device)]
        t = torch.randint(args.time_steps, (sets, args.batch_size), device=data.device)
        noise = torch.randn_like(points)
        predicted = model(schedule.add_noise(points, noise, t), t)
        loss = F.mse_loss(predicted, noise, reduction="none").mean(dim=(1, 2))  # one value a point set
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        rate.step()
        average.update_parameters(model)
        if step % 500 == 0 or step == args.train_steps:
            losses = ", ".join(f"{name} {value:.3f}" for name, value in zip(DATASETS, loss.tolist(), strict=True))
            print(f"step {step}/{args.train_steps}: loss {losses}", flush=True)
    return average.module


@torch.no_grad()
def sample(model: Denoiser, schedule: NoiseSchedule, sets: int, n: int, device: torch.device) -> Tensor:
    """Ancestral sampling from pure noise: (sets, n, 2)."""
    x = torch.randn(sets, n, 2, device=device)
    for t in reversed(range(len(schedule.betas))):
        noise = model(x, torch.full((sets, n), t, device=device))
        beta, alpha, signal = schedule.betas[t], schedule.alphas[t], schedule.signal_fraction[t]
        x = (x - beta / (1 - signal).sqrt() * noise) / alpha.sqrt()
        if t > 0:
            before = schedule.signal_fraction[t - 1]
            x = x + ((1 - before) / (1 - signal) * beta).sqrt() * torch.randn_like(x)
    return x


def run_seed(seed: int, args: argparse.Namespace, device: torch.device) -> tuple[list[dict[str, float]], np.ndarray]:
    """Train, sample and measure with one seed: the metrics of each point set, and the samples (sets, n, 2)."""
    torch.manual_seed(seed)
    sets = len(DATASETS)
    data = torch.from_numpy(draw_all(args.train_points, seed)).to(device)
    held_out = draw_all(args.eval_points, seed + HELD_OUT_SEED)
    schedule = NoiseSchedule(args, device)
    model = Denoiser(sets, args).to(device)

    start = now(device)
    model = train(model, schedule, data, args)
    trained = now(device)
    samples = sample(model, schedule, sets, args.eval_points, device)
    sampled = now(device)

    losses = held_out_loss(model, schedule.signal_fraction, torch.from_numpy(held_out).to(device))
    points = samples.cpu().numpy()
    metrics = [
        {
            "kl_divergence": kl_divergence(held_out[i], points[i]),
            "eval_loss": losses[i],
            "training_time": (trained - start) / sets,
            "inference_time": (sampled - trained) / sets,
        }
        for i in range(sets)
    ]
    return metrics, points


def now(device: torch.device) -> float:
    """Seconds of wall-clock time, once the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--out_dir", type=Path, default=Path("run_0"), help="folder for the results")
    parser.add_argument("--seed", type=int, default=0, help="first seed; seed i of a run is 1000 * seed + i")

    research = parser.add_argument_group("what a study may vary")
    research.add_argument("--learning_rate", type=float, default=3e-3, help="step size of AdamW at the start")
    research.add_argument("--final_rate", type=float, default=0.01, help="step size at the end, as a share of the first")
    research.add_argument("--weight_decay", type=float, default=0.0, help="weight decay of AdamW")
    research.add_argument("--ema_decay", type=float, default=0.99, help="decay of the weights' moving average, per step")
    research.add_argument("--hidden_size", type=int, default=128, help="width of the network")
    research.add_argument("--hidden_layers", type=int, default=3, help="number of residual layers")
    research.add_argument("--embedding_size", type=int, default=32, help="waves per coordinate and for the time, even")
    research.add_argument("--shortest_wavelength", type=float, default=0.5, help="finest wave of a coordinate")
    research.add_argument("--time_steps", type=int, default=100, help="noise steps T")
    research.add_argument("--beta_schedule", choices=["linear", "quadratic", "cosine"], default="linear")
    research.add_argument("--beta_start", type=float, default=1e-4, help="first beta (linear and quadratic)")
    research.add_argument("--beta_end", type=float, default=0.1, help="last beta (linear and quadratic)")

    scale = parser.add_argument_group("the scale, set by the profile")
    scale.add_argument("--train_steps", type=int, default=10_000, help="optimiser steps")
    scale.add_argument("--batch_size", type=int, default=256, help="points a step and set")
    scale.add_argument("--train_points", type=int, default=100_000, help="training points of each set")
    scale.add_argument("--eval_points", type=int, default=10_000, help="samples and held-out points of each set")
    scale.add_argument("--seeds", type=int, default=3, help="independent repetitions")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    args.out_dir.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    results: dict[str, dict[str, list[float]]] = {name: {} for name in DATASETS}
    for index in range(args.seeds):
        print(f"seed {index + 1} of {args.seeds}", flush=True)
        metrics, points = run_seed(1000 * args.seed + index, args, device)
        for name, values in zip(DATASETS, metrics, strict=True):
            for metric, value in values.items():
                results[name].setdefault(metric, []).append(value)
    np.savez_compressed(args.out_dir / "samples.npz", **dict(zip(DATASETS, points[:, :2000], strict=True)))
    write_final_info(args.out_dir, results)


if __name__ == "__main__":
    main()
