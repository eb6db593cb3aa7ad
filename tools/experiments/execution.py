"""Executes an experiment. The harness sets the command, the seed and the limits, and reads the results."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tools.atomic import write_text
from tools.errors import TamperedError, ToolError
from tools.evidence import BASELINE, CONFIRMATION, RESULT_FOLDER, Ledger, RunRecord, Scalar
from tools.evidence.code_facts import read_code
from tools.evidence.implausible import implausible_results
from tools.experiments.baselines import digest_of
from tools.experiments.configuration import configuration_files, read_configuration
from tools.experiments.context import ExperimentContext
from tools.experiments.environment import describe_environment
from tools.experiments.final_info import parse_final_info
from tools.experiments.integrity import (
    changed_protected,
    filesystem_now,
    fixed_paths,
    imported_sources,
    planted_modules,
    prepare_project,
    read_result,
    stray_runs,
)
from tools.experiments.program_output import end_of_output
from tools.experiments.settings import settings_of_run
from tools.experiments.template import Profile
from tools.file_tree import remove_path
from tools.sandbox import ExecutionResult, ResourceLimits

_SANITIZED = 20


async def run_once(context: ExperimentContext, name: str, attempt: int, note: str) -> RunRecord:
    """Execute experiment.py as the run `name` and return its record, whatever happens.

    The folder of a failed attempt moves to `failed/`. After a run that tampered, the changed files are restored; the
    git history keeps their state.
    """
    return await _execute(context, await _prepare_record(context, name, attempt, note, context.seed))


async def run_baseline(context: ExperimentContext, attempt: int) -> RunRecord:
    """Execute the unchanged project as the baseline, or reuse a cached baseline (`tools/experiments/baselines.py`)."""
    note = "Baseline: the template as it is."
    return await _measure_or_reuse(context, await _prepare_record(context, BASELINE, attempt, note, context.seed))


_CONFIRMING = 2.0
"""Time limits that a confirmation may take: it repeats a run that kept to one, on a machine that may be busier now."""


async def run_again(context: ExperimentContext, run: RunRecord, seed: int) -> RunRecord:
    """Execute the code of a completed run, or of the baseline, on another seed and return the record of its confirmation.

    The project has the code of that run meanwhile. Afterwards it has its present code again.
    """
    workspace = context.workspace
    present = await workspace.save(f"before the confirmation of {run.name}")
    await workspace.restore_code(run.commit)
    name = f"{CONFIRMATION}{run.number}"
    attempt = sum(row.name == name for row in load_ledger(context).rows) + 1
    record = await _prepare_record(context, name, attempt, f"{run.name} again, on fresh seeds", seed)
    measure = _measure_or_reuse if run.name == BASELINE else _execute
    patient = context.profile.model_copy(update={"time_limit": _CONFIRMING * context.profile.time_limit})
    record = await measure(replace(context, profile=patient), record)
    await workspace.save(f"{name}: {record.status}")
    await workspace.restore_code(present)
    return record.model_copy(update={"commit": run.commit})


async def _measure_or_reuse(context: ExperimentContext, record: RunRecord) -> RunRecord:
    """Execute the record of a baseline, or return the record of the same one from the cache."""
    if context.baselines is None:
        return await _execute(context, record)
    work, log = context.workspace.work, log_file(context, record)
    digest = await asyncio.to_thread(digest_of, work, record.command, record.environment)
    if found := await asyncio.to_thread(context.baselines.find, digest, record.name, work, log):
        context.announce(f"{record.name}: {found.kept}")
        return found.model_copy(update={"commit": record.commit, "attempt": record.attempt})
    record = await _execute(context, record)
    if record.status == "completed":
        await asyncio.to_thread(context.baselines.store, digest, record, work, log)
    return record


async def _prepare_record(context: ExperimentContext, name: str, attempt: int, note: str, seed: int) -> RunRecord:
    """Restore and commit the project, and return the record of the run before its execution."""
    workspace = context.workspace
    prepare_project(context, load_ledger(context))
    commit = await workspace.save(f"{name}, attempt {attempt}: the code of the run")
    pinned = pinned_options(context, context.profile, seed)
    source = (workspace.work / "experiment.py").read_text(encoding="utf-8")
    return RunRecord(
        name=name,
        kind="confirmation" if name.startswith(CONFIRMATION) else "run",
        status="failed",
        reason="",
        note=note,
        commit=commit,
        command=experiment_command(name, pinned),
        seed=seed if context.template.seed_argument else None,
        attempt=attempt,
        settings=settings_of_run(source, "experiment", pinned) | read_configuration(workspace.work),
        source=source_digest(context),
        environment=await describe_environment(context.sandbox, context.template.requirements),
        usage={},
        values={},
        censored=[],
        reported_stderrs={},
    )


def pinned_options(context: ExperimentContext, profile: Profile, seed: int) -> dict[str, Scalar]:
    """Return the options that the harness sets: those of the profile, and the seed if the experiment takes one."""
    seed_argument = context.template.seed_argument
    return {**profile.args, **({seed_argument: seed} if seed_argument else {})}


def experiment_command(folder: str, options: Mapping[str, Scalar]) -> list[str]:
    """Return the command that writes results into a folder of the project."""
    return ["python", "experiment.py", f"--out_dir={folder}", *(f"--{key}={value}" for key, value in options.items())]


async def _execute(context: ExperimentContext, record: RunRecord) -> RunRecord:
    """Run the command of a record and return the record with its results or the reason of its failure."""
    workspace, ledger, name, attempt = context.workspace, load_ledger(context), record.name, record.attempt
    fixed, sources, began = fixed_paths(context, ledger), imported_sources(context), filesystem_now(context)
    session = context.sandbox.session(workspace.work, read_only=fixed, run_id=context.run_id)
    try:
        result = await session.run(record.command, limits=_limits(context), on_output=context.progress)
    finally:
        await session.close()
    write_text(log_file(context, record), result.output)
    sanitized = [str(item) for item in result.sanitized[:_SANITIZED]]
    record = record.model_copy(update={"usage": _usage(result), "sanitized": sanitized})
    try:
        record = _read_results(context, record, result, began)
    except ToolError as error:
        _move_failed(workspace.work / name, workspace.root / "failed" / f"{name}_attempt_{attempt}")
        if isinstance(error, TamperedError):
            await workspace.save(f"{name}, attempt {attempt}: state after tampering")
            await workspace.restore_files(record.commit, [*fixed, *sources])
            prepare_project(context, ledger)
            record = record.model_copy(update={"status": "tampered"})
        tail = end_of_output(result.output)
        reason = f"{error}\nEnd of its output:\n{tail}" if tail else str(error)
        record = record.model_copy(update={"reason": reason})
    return record


def _read_results(context: ExperimentContext, record: RunRecord, result: ExecutionResult, began: float) -> RunRecord:
    if result.reason == "tampered":
        raise TamperedError(result.explanation)
    if not result.ok:
        raise ToolError(result.explanation or f"exit code {result.exit_code}")
    if changed := changed_protected(context) + planted_modules(context, result):
        raise TamperedError(f"the run changed files of the evaluation ({', '.join(changed)}); its results do not count")
    if strays := stray_runs(context, load_ledger(context), record.name):
        raise TamperedError(f"the run wrote results of runs that never happened ({', '.join(strays)})")
    final = f"{record.name}/final_info.json"
    info = parse_final_info(read_result(context, final, result, began), context.template.metrics)
    primary = context.template.primary_metric
    if primary and not any(primary in metrics for metrics in info.values.values()):
        raise ToolError(f"{final} has no {primary}, the primary metric of the template")
    record = record.model_copy(
        update={
            "status": "completed",
            "values": info.values,
            "censored": info.censored,
            "left_out": info.left_out,
            "reported_stderrs": info.stderrs,
        }
    )
    earlier = load_ledger(context).completed
    doubts = implausible_results(record, context.template.metrics, earlier, read_code(context.workspace.work))
    return record.model_copy(update={"implausible": doubts})


def log_file(context: ExperimentContext, record: RunRecord) -> Path:
    """Return the file with the output of a run's attempt."""
    return context.workspace.files.log_file(record.name, record.attempt)


def load_ledger(context: ExperimentContext) -> Ledger:
    """Return the ledger of the idea; an empty one before the first run."""
    return Ledger.load(context.ledger_file, context.template.metrics)


def source_digest(context: ExperimentContext) -> str:
    """Return a digest of an experiment's Python sources and configuration files; plot.py does not count."""
    digest = hashlib.sha256()
    work = context.workspace.work
    for path in [*sorted(work.rglob("*.py")), *configuration_files(work)]:
        name = path.relative_to(context.workspace.work)
        own = name.as_posix() != "plot.py" and not RESULT_FOLDER.fullmatch(name.parts[0])
        if own and path.is_file() and not path.is_symlink():
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _limits(context: ExperimentContext) -> ResourceLimits:
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
