"""Offline runs of Weights & Biases, written by its own package: `wandb sync FOLDER/wandb/offline-run-*` uploads them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from scenarios.exports.studies import tracked_runs
from scenarios.viewer.library import OpenRun
from tools.errors import UserError


def write_wandb_offline(run: OpenRun, target: Path) -> None:
    """Write one offline run for each experiment run, with its settings, results and usage.

    Raises:
        UserError: the package is not installed.
    """
    try:
        wandb: Any = importlib.import_module("wandb")
    except ImportError:
        raise UserError("--format wandb-offline: needs the package wandb; install it with: pip install wandb") from None
    target.mkdir(parents=True, exist_ok=True)
    for tracked in tracked_runs(run):
        record = tracked.record
        opened = wandb.init(
            mode="offline",
            dir=str(target),
            project="colloquium",
            group=run.id,
            name=f"{tracked.idea} {record.name}",
            notes=record.note,
            config={**record.settings, "seed": record.seed, "commit": record.commit},
            settings=wandb.Settings(console="off", disable_git=True, disable_code=True, x_disable_stats=True),
        )
        seeds = max((len(values) for values in tracked.by_seed.values()), default=0)
        for step in range(seeds):
            opened.log({name: values[step] for name, values in tracked.by_seed.items() if step < len(values)})
        opened.summary.update({**tracked.means, "status": record.status, **record.usage})
        opened.finish(exit_code=0 if record.status == "completed" else 1)
