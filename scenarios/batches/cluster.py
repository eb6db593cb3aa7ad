"""Tasks on a Ray cluster, whose machines see this project and the batch's folder under the same paths."""

from __future__ import annotations

import asyncio
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scenarios.batches.task import Task
from tools.errors import MachineError, UserError
from tools.project import ROOT

LOST = -1
_STOP = "stop"


class Cluster:
    """An executor on an existing Ray cluster, or on one that is started on this machine for the batch.

    Raises:
        UserError: Ray is not installed, or no cluster answers at the address.
    """

    def __init__(self, slots: int, address: str) -> None:
        if find_spec("ray") is None:
            raise UserError(
                "--executor ray: Ray is not installed; install it beside the others, as pyproject.toml names it"
            )
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self.slots = slots
        self._ray: Any = ray
        try:
            ray.init(
                address=address or "local",
                num_cpus=None if address else slots,
                log_to_driver=False,
                include_dashboard=False,
                runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
                configure_logging=False,
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise UserError(
                f"--address {address}: no Ray cluster answers there: {error}. If it wants a token, set RAY_AUTH_MODE=token"
            ) from None
        self._running: dict[Path, Any] = {}

    async def run(self, task: Task) -> int:
        work = self._ray.remote(num_cpus=1, num_gpus=task.gpus, max_retries=0)(_work)
        reference = work.remote(task)
        self._running[task.home] = reference
        try:
            return int(await asyncio.to_thread(self._ray.get, reference))
        except (self._ray.exceptions.WorkerCrashedError, self._ray.exceptions.NodeDiedError):
            return LOST
        except self._ray.exceptions.RayError as error:
            raise MachineError(f"{task.name}: the Ray cluster could not run it: {error}") from None
        finally:
            del self._running[task.home]

    def interrupt(self) -> None:
        """A worker looks for the file; Ray's own way to cancel a task would kill it."""
        for home in self._running:
            _stop_file(home).touch()

    async def close(self) -> None:
        await asyncio.to_thread(self._ray.shutdown)


def _work(task: Task) -> int:
    """What a worker does: the task's command, as a process that ends with the worker."""
    import signal
    import time

    from scenarios.batches.processes import start

    _stop_file(task.home).unlink(missing_ok=True)
    process = start(task.command(), task.log)
    while (code := process.poll()) is None:
        time.sleep(0.2)
        if _stop_file(task.home).exists():
            _stop_file(task.home).unlink(missing_ok=True)
            process.send_signal(signal.SIGINT)
    return code


def _stop_file(home: Path) -> Path:
    return home.with_name(f".{home.name}.{_STOP}")
