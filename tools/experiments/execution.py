"""One execution of an experiment: the command, the seed, the time limit and the reading of results are the harness's."""

from __future__ import annotations

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
    prepare,
    read_result,
    remove,
    stray_runs,
)
from tools.experiments.settings import settings_of_run
from tools.idea_context import IdeaContext
from tools.sandbox import ExecutionResult, ResourceLimits

_TAIL = 1500


async def run_once(context: IdeaContext, name: str, attempt: int, note: str) -> RunRecord:
    """One execution of experiment.py as `name`. Whatever happens becomes a row; the folder of an attempt without
    results is kept under `failed/`. After one that tampered, what it changed is put back; the history keeps how it was."""
    return await _execute(context, await _prepared(context, name, attempt, note))


async def run_baseline(context: IdeaContext, attempt: int) -> RunRecord:
    """The project as it is, as run_0. One that was measured before on this machine, of the same code, data, command,
    software and hardware, is taken over."""
    record = await _prepared(context, BASELINE, attempt, "Baseline: the template as it is.")
    if context.baselines is None:
        return await _execute(context, record)
    work, digest = context.workspace.work, digest_of(context.workspace.work, record.command, record.environment)
    if found := context.baselines.find(digest, work, _log(context, record)):
        context.progress(f"the baseline is there: {found.kept}")
        return found.model_copy(update={"commit": record.commit, "attempt": attempt})
    record = await _execute(context, record)
    if record.status == "completed":
        context.baselines.keep(digest, record, work, _log(context, record))
    return record


async def _prepared(context: IdeaContext, name: str, attempt: int, note: str) -> RunRecord:
    """The row of a run before it runs, with the project laid out and committed for it."""
    workspace = context.workspace
    prepare(context, load_ledger(context))
    commit = await workspace.save(f"{name}, attempt {attempt}: the code that runs")
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
    """Run the command of a row; answers the row with what came of it."""
    workspace, ledger, name, attempt = context.workspace, load_ledger(context), record.name, record.attempt
    fixed, began = fixed_paths(context, ledger), filesystem_now(context)
    session = context.sandbox.session(workspace.work, read_only=fixed, run_id=context.run_id)
    try:
        outcome = await session.run(record.command, limits=_limits(context), on_output=context.progress)
    finally:
        await session.close()
    write_text(_log(context, record), outcome.output)
    record = record.model_copy(update={"usage": _usage(outcome)})
    try:
        record = _read_results(context, record, outcome, began)
    except ToolError as error:
        _keep_failed(workspace.work / name, workspace.root / "failed" / f"{name}_attempt_{attempt}")
        if isinstance(error, TamperedError):
            await workspace.save(f"{name}, attempt {attempt}: as it was left")
            await workspace.restore_files(record.commit, fixed)
            prepare(context, ledger)
            record = record.model_copy(update={"status": "tampered"})
        tail = outcome.output[-_TAIL:].strip()
        reason = f"{error}\nThe end of its output:\n{tail}" if tail else str(error)
        record = record.model_copy(update={"reason": reason})
    return record


def _read_results(context: IdeaContext, record: RunRecord, outcome: ExecutionResult, began: float) -> RunRecord:
    if outcome.reason == "tampered":
        raise TamperedError(outcome.explanation)
    if not outcome.ok:
        raise ToolError(outcome.explanation or f"it ended with exit code {outcome.exit_code}")
    if changed := changed_protected(context):
        raise TamperedError(f"the run changed files of the evaluation ({', '.join(changed)}); its results do not count")
    if strays := stray_runs(context, load_ledger(context), record.name):
        raise TamperedError(f"the run wrote results of runs that never were ({', '.join(strays)})")
    final = f"{record.name}/final_info.json"
    info = parse_final_info(read_result(context, final, outcome, began), context.template.metrics)
    primary = context.template.primary_metric
    if primary and not any(primary in metrics for metrics in info.values.values()):
        raise ToolError(f"{final} has no {primary}, the template's primary metric")
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
    """The study's ledger; an empty one before the first run."""
    return Ledger.load(context.ledger_file, context.template.metrics)


def source_digest(context: IdeaContext) -> str:
    """A digest of all Python sources that an experiment can import; plot.py draws and is left out."""
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


def _usage(outcome: ExecutionResult) -> dict[str, float]:
    usage = {
        "wall_seconds": outcome.wall_seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "peak_memory_mb": outcome.peak_memory_mb,
        "bytes_written": outcome.bytes_written,
    }
    return {key: round(float(value), 3) for key, value in usage.items() if value is not None}


def _keep_failed(folder: Path, target: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.is_dir():
        remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
