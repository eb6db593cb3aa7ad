"""Running experiments. The command, the seed, the time limit and the reading of results are the harness's."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tools.atomic import write_text
from tools.baselines import digest_of
from tools.desk import Desk
from tools.environment import describe_environment
from tools.errors import TamperedError, ToolError
from tools.final_info import parse_final_info
from tools.integrity import changed_protected, fixed_paths, moment, prepare, read_result, remove, stray_runs
from tools.ledger import BASELINE, Ledger, RunRecord
from tools.sandbox import Limits, Outcome
from tools.settings import settings_of_run
from tools.toolset import Toolset

_TAIL = 1500


class ExperimentTools(Toolset):
    """Run experiments, read results, compare runs."""

    names = ("run_experiment", "read_results", "compare_runs")

    async def run_experiment(
        self,
        note: Annotated[
            str, Field(description="what this run changes and why, in one sentence; it goes into the ledger")
        ],
    ) -> str:
        """Run experiment.py as it is now, as the next run, in the sandbox. Answers with its results, or with what
        went wrong and the end of its output. A failed run may be mended and tried again a few times."""
        ledger = self._ledger()
        number, attempt = self._next(ledger)
        self._refuse_unchanged(ledger)
        record = await run_once(self._desk, f"run_{number}", attempt, note)
        ledger.record(record)
        ledger.save(self._desk.ledger_file)
        await self._desk.workspace.save(f"{record.name}: {note}")
        self._desk.workspace.tag(record.name if record.status == "completed" else f"{record.name}-attempt-{attempt}")
        if record.status != "completed":
            left = self._desk.allowance.attempts - attempt
            advice = f"{left} attempts of {record.name} are left." if left else "No attempt of this run is left."
            became = "failed" if record.status == "failed" else "does not count, and the ledger and the gate say why"
            raise ToolError(f"{record.name}, attempt {attempt}, {became}: {record.reason}\n{advice}")
        runs_left = self._desk.allowance.runs - number
        return (
            f"{record.name} completed in {record.usage['wall_seconds']:.1f} s, {runs_left} runs are left.\n"
            + _results(ledger, record.name)
        )

    async def read_results(
        self, run: Annotated[str, Field(description="a run like run_2; empty for all runs")] = ""
    ) -> str:
        """Read the ledger: every result with its address, mean, standard error over seeds, and number of seeds."""
        ledger = self._ledger()
        runs = [r.name for r in ledger.completed]
        if run and run not in runs:
            failed = [f"it {r.status}: {r.reason}" for r in ledger.runs if r.name == run]
            raise ToolError(
                f"{run} has no results"
                + (f", {failed[-1]}" if failed else f"; completed runs: {', '.join(runs) or 'none'}")
            )
        return "\n\n".join(_results(ledger, name) for name in ([run] if run else runs)) or "No run is completed yet."

    async def compare_runs(
        self,
        run: Annotated[str, Field(description="a run like run_2")],
        against: Annotated[str, Field(description="the run to compare with")] = "run_0",
    ) -> str:
        """Compare every result of a run with another run: difference, direction by the metric's goal, Welch's test."""
        ledger = self._ledger()
        addresses = [a for a in ledger.addresses() if a.startswith(f"{run}/")]
        if not addresses:
            raise ToolError(f"{run} has no results; completed runs: {', '.join(r.name for r in ledger.completed)}")
        shared = [address for address in addresses if address.replace(run, against, 1) in ledger.addresses()]
        lines = [f"{address}: {ledger.compare(address, against).verdict}" for address in shared]
        alone = [address for address in addresses if address not in shared]
        lines += [f"{address}: {against} has no such result to compare with" for address in alone]
        return "\n".join(lines)

    def _ledger(self) -> Ledger:
        return load_ledger(self._desk)

    def _next(self, ledger: Ledger) -> tuple[int, int]:
        """The next run's number and attempt."""
        allowance = self._desk.allowance
        attempts: dict[str, list[RunRecord]] = {}
        for record in ledger.runs:
            attempts.setdefault(record.name, []).append(record)
        for number in range(1, allowance.runs + 1):
            rows = attempts.get(f"run_{number}", [])
            if any(row.status == "completed" for row in rows) or len(rows) >= allowance.attempts:
                continue
            return number, len(rows) + 1
        raise ToolError(f"all {allowance.runs} runs of this idea are used; go on with the results there are")

    def _refuse_unchanged(self, ledger: Ledger) -> None:
        """The same code with the same seed tells nothing new, and is the sign of an edit that did not happen."""
        now = source_digest(self._desk)
        for record in ledger.runs:
            if record.source == now and record.status != "failed":
                which = f"attempt {record.attempt} of " if record.status == "tampered" else ""
                raise ToolError(f"the code is the same as in {which}{record.name}; edit it first, then run it")


async def run_once(desk: Desk, name: str, attempt: int, note: str) -> RunRecord:
    """One execution of experiment.py as `name`. Whatever happens becomes a row; the folder of an attempt without
    results is kept under `failed/`. After one that tampered, what it changed is put back; the history keeps how it was."""
    return await _execute(desk, await _prepared(desk, name, attempt, note))


async def run_baseline(desk: Desk, attempt: int) -> RunRecord:
    """The project as it is, as run_0. One that was measured before on this machine, of the same code, data, command,
    software and hardware, is taken over."""
    record = await _prepared(desk, BASELINE, attempt, "Baseline: the template as it is.")
    if desk.baselines is None:
        return await _execute(desk, record)
    work, digest = desk.workspace.work, digest_of(desk.workspace.work, record.command, record.environment)
    if found := desk.baselines.find(digest, work, _log(desk, record)):
        desk.progress(f"the baseline is there: {found.kept}")
        return found.model_copy(update={"commit": record.commit, "attempt": attempt})
    record = await _execute(desk, record)
    if record.status == "completed":
        desk.baselines.keep(digest, record, work, _log(desk, record))
    return record


async def _prepared(desk: Desk, name: str, attempt: int, note: str) -> RunRecord:
    """The row of a run before it runs, with the project laid out and committed for it."""
    workspace = desk.workspace
    prepare(desk, load_ledger(desk))
    await workspace.save(f"{name}, attempt {attempt}: the code that runs")
    pinned = dict(desk.profile.args)
    if desk.template.seed_argument:
        pinned[desk.template.seed_argument] = desk.seed
    command = ["python", "experiment.py", f"--out_dir={name}", *(f"--{key}={value}" for key, value in pinned.items())]
    source = (workspace.work / "experiment.py").read_text(encoding="utf-8")
    return RunRecord(
        name=name,
        status="failed",
        reason="",
        note=note,
        commit=workspace.commit,
        command=command,
        seed=desk.seed if desk.template.seed_argument else None,
        attempt=attempt,
        settings=settings_of_run(source, "experiment", pinned),
        source=source_digest(desk),
        environment=await describe_environment(desk.sandbox, desk.template.requirements),
        usage={},
        values={},
        censored=[],
        reported_stderrs={},
    )


async def _execute(desk: Desk, record: RunRecord) -> RunRecord:
    """Run the command of a row; answers the row with what came of it."""
    workspace, ledger, name, attempt = desk.workspace, load_ledger(desk), record.name, record.attempt
    fixed, began = fixed_paths(desk, ledger), moment(desk)
    session = desk.sandbox.session(workspace.work, read_only=fixed, run_id=desk.run_id)
    try:
        outcome = await session.run(record.command, limits=_limits(desk), on_output=desk.progress)
    finally:
        await session.close()
    write_text(_log(desk, record), outcome.output)
    record = record.model_copy(update={"usage": _usage(outcome)})
    try:
        record = _read_results(desk, record, outcome, began)
    except ToolError as error:
        _keep_failed(workspace.work / name, workspace.root / "failed" / f"{name}_attempt_{attempt}")
        if isinstance(error, TamperedError):
            await workspace.save(f"{name}, attempt {attempt}: as it was left")
            workspace.put_back(record.commit, fixed)
            prepare(desk, ledger)
            record = record.model_copy(update={"status": "tampered"})
        tail = outcome.output[-_TAIL:].strip()
        reason = f"{error}\nThe end of its output:\n{tail}" if tail else str(error)
        record = record.model_copy(update={"reason": reason})
    return record


def _read_results(desk: Desk, record: RunRecord, outcome: Outcome, began: float) -> RunRecord:
    if outcome.reason == "tampered":
        raise TamperedError(outcome.explanation)
    if not outcome.ok:
        raise ToolError(outcome.explanation or f"it ended with exit code {outcome.exit_code}")
    if changed := changed_protected(desk):
        raise TamperedError(f"the run changed files of the evaluation ({', '.join(changed)}); its results do not count")
    if strays := stray_runs(desk, load_ledger(desk), record.name):
        raise TamperedError(f"the run wrote results of runs that never were ({', '.join(strays)})")
    final = f"{record.name}/final_info.json"
    info = parse_final_info(read_result(desk, final, outcome, began), desk.template.metrics)
    primary = desk.template.primary_metric
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


def _log(desk: Desk, record: RunRecord) -> Path:
    return desk.workspace.root / "logs" / f"{record.name}_attempt_{record.attempt}.txt"


def load_ledger(desk: Desk) -> Ledger:
    """The study's ledger; an empty one before the first run."""
    return Ledger.load(desk.ledger_file, desk.template.metrics)


def source_digest(desk: Desk) -> str:
    """A digest of all Python sources that an experiment can import; plot.py draws and is left out."""
    digest = hashlib.sha256()
    for path in sorted(desk.workspace.work.rglob("*.py")):
        name = path.relative_to(desk.workspace.work)
        if name.as_posix() != "plot.py" and not re.fullmatch(r"run_\d+", name.parts[0]) and not path.is_symlink():
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _limits(desk: Desk) -> Limits:
    profile = desk.profile
    return Limits(wall_seconds=profile.time_limit, memory_mb=profile.memory_mb, gpus=profile.gpus)


def _usage(outcome: Outcome) -> dict[str, float]:
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


def _results(ledger: Ledger, run: str) -> str:
    lines = [f"{run}: {next(r.note for r in ledger.completed if r.name == run)}"]
    for address in ledger.addresses():
        if address.startswith(f"{run}/"):
            result = ledger.result(address)
            error = f" ± {result.stderr:.4g}" if result.stderr is not None else ""
            goal = f", {result.metric.goal} is better" if result.metric.goal else ""
            unit = f" {result.metric.unit}" if result.metric.unit else ""
            capped = ", censored" if result.censored else ""
            lines.append(f"  {address} = {result.mean:.5g}{error}{unit} (n={result.n}{goal}{capped})")
    return "\n".join(lines)
