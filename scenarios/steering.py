"""Follow what a person asks of a run from a page of the viewer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from agents.run_context import RunContext
from scenarios.scenario import load_scenario, save_scenario
from tools.run_dir import RunDir

_POLL_SECONDS = 0.5


@contextlib.asynccontextmanager
async def steered(run_context: RunContext, folder: Path) -> AsyncIterator[None]:
    """Take requests to stop and new budgets while the context is open. What was asked before is dropped."""
    if run_context.mailbox:
        run_context.mailbox.take_request()
    following = asyncio.create_task(_follow(run_context, folder))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(run_context: RunContext, folder: Path) -> None:
    while run_context.mailbox:
        if request := run_context.mailbox.take_request():
            if request.dollars is not None:
                run_context.run.budget = replace(run_context.run.budget, dollars=request.dollars)
                path = RunDir(folder).scenario_file
                save_scenario(load_scenario(path, {"budget.dollars": request.dollars}), path)
                run_context.observer.note(f"the budget of the run is ${request.dollars:.2f} now")
            if request.stop:
                run_context.observer.note("stopping after what is in flight, as asked for on the page")
                run_context.interrupt()
        await asyncio.sleep(_POLL_SECONDS)
