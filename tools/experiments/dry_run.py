"""A dry run: executes the present code for seconds, to find its errors before a run is counted.

It runs at the template's smallest scale, and its values are not shown: a value that chose a change would be a result.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.errors import ToolError
from tools.experiments.context import ExperimentContext
from tools.experiments.execution import experiment_command, load_ledger, pinned_options
from tools.experiments.final_info import parse_final_info
from tools.experiments.integrity import (
    changed_protected,
    filesystem_now,
    fixed_paths,
    prepare_project,
    read_result,
)
from tools.experiments.program_output import end_of_output
from tools.file_tree import remove_path
from tools.sandbox import ResourceLimits

FOLDER = "dry_run"
SECONDS = 60.0
"""Wall-clock time of a dry run at most."""


@dataclass(frozen=True)
class DryRun:
    """A dry run without an error."""

    seconds: float
    profile: str
    """The scale, a profile of the template."""
    reported: dict[str, list[str]]
    """Dataset -> the metrics that it reported; empty if it was still running at the time limit."""


async def dry_run(context: ExperimentContext) -> DryRun:
    """Execute the present code at the smallest scale. Nothing that it writes stays.

    Raises:
        ToolError: it failed, changed the evaluation, or reported no valid results; with the end of its output.
    """
    workspace, ledger = context.workspace, load_ledger(context)
    prepare_project(context, ledger)
    before = await workspace.save("before a dry run")
    profiles = {context.profile_name: context.profile, **context.template.profiles}
    name = min(profiles, key=lambda name: profiles[name].time_limit)
    profile = profiles[name]
    limits = ResourceLimits(
        wall_seconds=min(SECONDS, profile.time_limit), memory_mb=context.profile.memory_mb, gpus=context.profile.gpus
    )
    began = filesystem_now(context)
    session = context.sandbox.session(workspace.work, read_only=fixed_paths(context, ledger), run_id=context.run_id)
    try:
        command = experiment_command(FOLDER, pinned_options(context, profile, context.seed))
        result = await session.run(command, limits=limits, on_output=context.progress)
        tail = f"\nEnd of its output:\n{end_of_output(result.output)}"
        if result.reason == "time":
            return DryRun(result.wall_seconds, name, {})
        if changed := changed_protected(context):
            raise ToolError(f"the dry run changed files of the evaluation: {', '.join(changed)}{tail}")
        if not result.ok:
            raise ToolError(f"the dry run failed: {result.explanation or result.exit_code}{tail}")
        try:
            data = read_result(context, f"{FOLDER}/final_info.json", result, began)
            info = parse_final_info(data, context.template.metrics)
        except ToolError as error:
            raise ToolError(f"{error}{tail}") from None
    finally:
        await session.close()
        remove_path(workspace.work / FOLDER)
        await workspace.save("after a dry run")
        await workspace.restore_code(before)
    return DryRun(result.wall_seconds, name, {dataset: list(metrics) for dataset, metrics in info.values.items()})
