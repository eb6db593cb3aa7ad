"""Executes an experiment. The harness sets the command, the seed and the limits, and reads the results."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path

from tools.atomic import write_text
from tools.errors import TamperedError, ToolError
from tools.evidence import BASELINE, Ledger, RunRecord
from tools.experiments.baselines import digest_of
from tools.experiments.environment import describe_environment
from tools.experiments.final_info import parse_final_info
from tools.experiments.integrity import (
    changed_protected,
    filesystem_now,
    fixed_paths,
    prepare_project,
    read_result,
    remove_path,
    stray_runs,
)
from tools.experiments.settings import settings_of_run
from tools.idea_context import IdeaContext
from tools.sandbox import ExecutionResult, ResourceLimits

_TAIL = 1500


async def run_once(context: IdeaContext, name: str, attempt: int, note: str) -> RunRecord:
    """Execute experiment.py as the run `name` and return its record, whatever happens.

    The folder of a failed attempt moves to `failed/`. After a run that tampered, the changed files are restored; the
    git history keeps their state.
    """
    return await _execute(context, await _prepare_record(context, name, attempt, note))


async def run_baseline(context: IdeaContext, attempt: int) -> RunRecord:
    """Execute the unchanged project as the baseline, or reuse a cached baseline (`tools/experiments/baselines.py`)."""
    record = await _prepare_record(context, BASELINE, attempt, "Baseline: the template as it is.")
    if context.baselines is None:
        return await _execute(context, record)
    work, log = context.workspace.work, _log(context, record)
    digest = await asyncio.to_thread(digest_of, work, record.command, record.environment)
    if found := await asyncio.to_thread(context.baselines.find, digest, work, log):
        context.announce(f"baseline: {found.kept}")
        return found.model_copy(update={"commit": record.commit, "attempt": attempt})
    record = await _execute(context, record)
    if record.status == "completed":
        await asyncio.to_thread(context.baselines.store, digest, record, work, log)
    return record


async def _prepare_record(context: IdeaContext, name: str, attempt: int, note: str) -> RunRecord:
    """Restore and commit the project, and return the record of the run before its execution."""
    workspace = context.workspace
    prepare_project(context, load_ledger(context))
    commit = await workspace.save(f"{name}, attempt {attempt}: the code of the run")
    pinned = dict(context.profile.args)
    if context.template.seed_argument:
        pinned[context.template.seed_argument] = context.seed
    command = ["python", "experiment.py", f"--out_dir={name}", *(f"--{key}={value}" for key, value in pinned.items())]
    source = (workspace.work / "experiment.py").read_text(encoding="utf-8")
    return RunRecord(
        name=name,
        status="failed",
        reason="",
        note=note,
        commit=commit,
        command=command,
        seed=context.seed if context.template.seed_argument else None,
        attempt=attempt,
        settings=settings_of_run(source, "experiment", pinned),
        source=source_digest(context),
        environment=await describe_environment(context.sandbox, context.template.requirements),
        usage={},
        values={},
        censored=[],
        reported_stderrs={},
    )


async def _execute(context: IdeaContext, record: RunRecord) -> RunRecord:
    """Run the command of a record and return the record with its results or the reason of its failure."""
    workspace, ledger, name, attempt = context.workspace, load_ledger(context), record.name, record.attempt
    fixed, began = fixed_paths(context, ledger), filesystem_now(context)
    session = context.sandbox.session(workspace.work, read_only=fixed, run_id=context.run_id)
    try:
        result = await session.run(record.command, limits=_limits(context), on_output=context.progress)
    finally:
        await session.close()
    write_text(_log(context, record), result.output)
    record = record.model_copy(update={"usage": _usage(result)})
    try:
        record = _read_results(context, record, result, began)
    except ToolError as error:
        _move_failed(workspace.work / name, workspace.root / "failed" / f"{name}_attempt_{attempt}")
        if isinstance(error, TamperedError):
            await workspace.save(f"{name}, attempt {attempt}: state after tampering")
            await workspace.restore_files(record.commit, fixed)
            prepare_project(context, ledger)
            record = record.model_copy(update={"status": "tampered"})
        tail = result.output[-_TAIL:].strip()
        reason = f"{error}\nEnd of its output:\n{tail}" if tail else str(error)
        record = record.model_copy(update={"reason": reason})
    return record


def _read_results(context: IdeaContext, record: RunRecord, result: ExecutionResult, began: float) -> RunRecord:
    if result.reason == "tampered":
        raise TamperedError(result.explanation)
    if not result.ok:
        raise ToolError(result.explanation or f"exit code {result.exit_code}")
    if changed := changed_protected(context):
        raise TamperedError(f"the run changed files of the evaluation ({', '.join(changed)}); its results do not count")
    if strays := stray_runs(context, load_ledger(context), record.name):
        raise TamperedError(f"the run wrote results of runs that never happened ({', '.join(strays)})")
    final = f"{record.name}/final_info.json"
    info = parse_final_info(read_result(context, final, result, began), context.template.metrics)
    primary = context.template.primary_metric
    if primary and not any(primary in metrics for metrics in info.values.values()):
        raise ToolError(f"{final} has no {primary}, the primary metric of the template")
    return record.model_copy(
        update={
            "status": "completed",
            "values": info.values,
            "censored": info.censored,
            "reported_stderrs": info.stderrs,
        }
    )


def _log(context: IdeaContext, record: RunRecord) -> Path:
    return context.workspace.root / "logs" / f"{record.name}_attempt_{record.attempt}.txt"


def load_ledger(context: IdeaContext) -> Ledger:
    """Return the ledger of the idea; an empty one before the first run."""
    return Ledger.load(context.ledger_file, context.template.metrics)


def source_digest(context: IdeaContext) -> str:
    """Return a digest of all Python sources that an experiment can import; plot.py does not count."""
    digest = hashlib.sha256()
    for path in sorted(context.workspace.work.rglob("*.py")):
        name = path.relative_to(context.workspace.work)
        own = name.as_posix() != "plot.py" and not re.fullmatch(r"run_\d+", name.parts[0])
        if own and path.is_file() and not path.is_symlink():
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _limits(context: IdeaContext) -> ResourceLimits:
    profile = context.profile
    return ResourceLimits(wall_seconds=profile.time_limit, memory_mb=profile.memory_mb, gpus=profile.gpus)


def _usage(result: ExecutionResult) -> dict[str, float]:
    usage = {
        "wall_seconds": result.wall_seconds,
        "cpu_seconds": result.cpu_seconds,
        "peak_memory_mb": result.peak_memory_mb,
        "bytes_written": result.bytes_written,
    }
    return {key: round(float(value), 3) for key, value in usage.items() if value is not None}


def _move_failed(folder: Path, target: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.is_dir():
        remove_path(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
