"""Jobs on a Ray cluster, whose machines see this project and the batch's folder under the same paths."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scenarios.batches.executors import prepare, start, status_of_exit
from scenarios.batches.job import BatchJob, WorkerLostError
from tools.errors import MachineError, UserError
from tools.project import ROOT
from tools.run_dir import RunStatus

_POLL_SECONDS = 0.2


class RayExecutor:
    """Runs jobs on an existing Ray cluster, or on one that it starts on this machine.

    Raises:
        UserError: Ray is not installed, or there is no cluster at the address.
    """

    def __init__(self, slots: int, address: str) -> None:
        if find_spec("ray") is None:
            raise UserError("--executor ray: Ray is not installed; run: pip install -c constraints.txt ray")
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
                f"--address {address}: cannot connect to a Ray cluster: {error}. For a token, set RAY_AUTH_MODE=token"
            ) from None
        self._running: dict[Path, Any] = {}

    async def run(self, job: BatchJob) -> RunStatus:
        prepare(job)
        work = self._ray.remote(num_cpus=1, num_gpus=job.gpus, max_retries=0)(_work)
        reference = work.remote(job)
        self._running[job.run] = reference
        try:
            return status_of_exit(job, int(await asyncio.to_thread(self._ray.get, reference)))
        except (self._ray.exceptions.WorkerCrashedError, self._ray.exceptions.NodeDiedError):
            raise WorkerLostError from None
        except self._ray.exceptions.RayError as error:
            raise MachineError(f"{job.name}: the Ray cluster could not run it: {error}") from None
        finally:
            del self._running[job.run]

    def interrupt(self) -> None:
        """Create the stop file that each worker watches. Cancelling a Ray task would kill it."""
        for run in self._running:
            _stop_file(run).touch()

    async def close(self) -> None:
        await asyncio.to_thread(self._ray.shutdown)


def _work(job: BatchJob) -> int:
    """Run a job's command on a worker, as a process that ends with the worker; return its exit code."""
    stop_file = _stop_file(job.run)
    stop_file.unlink(missing_ok=True)
    process = start(job.command, job.log)
    while (code := process.poll()) is None:
        time.sleep(_POLL_SECONDS)
        if stop_file.exists():
            stop_file.unlink(missing_ok=True)
            process.send_signal(signal.SIGINT)
    return code


def _stop_file(run: Path) -> Path:
    return run.with_name(f".{run.name}.stop")
