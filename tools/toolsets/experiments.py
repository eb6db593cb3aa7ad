"""Tools that run experiments and read the ledger. The harness sets command, seed and limits and reads the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from tools.errors import ToolError
from tools.evidence import BASELINE, Ledger, RunRecord
from tools.experiments.execution import load_ledger, run_once, source_digest
from tools.toolsets.base import Toolset
from tools.toolsets.data import ComparedResult, ComparedResults, CompletedRun, LedgerRow, LedgerRows
from tools.toolsets.tool import ToolAnswer


class ExperimentTools(Toolset):
    """Run experiments, read results, compare runs."""

    names = ("run_experiment", "read_results", "compare_runs")

    async def run_experiment(
        self,
        note: Annotated[
            str, Field(description="what this run changes and why, in one sentence; it goes into the ledger")
        ],
    ) -> ToolAnswer:
        """Run the current experiment.py in the sandbox as the next run. Return its results, or the error and the end of
        its output. A failed run may be fixed and repeated a few times."""
        ledger = self._ledger()
        number, attempt = self._next(ledger)
        self._refuse_unchanged(ledger)
        record = await run_once(self._idea, f"run_{number}", attempt, note)
        ledger.record(record)
        ledger.save(self._idea.ledger_file)
        await self._idea.workspace.save(f"{record.name}: {note}")
        await self._idea.workspace.tag(
            record.name if record.status == "completed" else f"{record.name}-attempt-{attempt}"
        )
        if record.status != "completed":
            left = self._idea.run_quota.attempts - attempt
            advice = f"{left} attempts of {record.name} are left." if left else "No attempt of this run is left."
            verdict = (
                "failed" if record.status == "failed" else "does not count; the ledger and the gate report say why"
            )
            raise ToolError(f"{record.name}, attempt {attempt}, {verdict}: {record.reason}\n{advice}")
        runs_left = self._idea.run_quota.runs - number
        return ToolAnswer(
            f"{record.name} completed in {record.usage['wall_seconds']:.1f} s, {runs_left} runs are left.\n"
            + _results(ledger, record.name),
            data=CompletedRun(run=record.name),
        )

    async def read_results(
        self, run: Annotated[str, Field(description="a run like run_2; empty for all runs")] = ""
    ) -> ToolAnswer:
        """Return every result in the ledger with its address, mean, standard error over seeds and number of seeds."""
        ledger = self._ledger()
        runs = [r.name for r in ledger.completed]
        if run and run not in runs:
            failed = [f"it {r.status}: {r.reason}" for r in ledger.runs if r.name == run]
            raise ToolError(
                f"{run} has no results"
                + (f", {failed[-1]}" if failed else f"; completed runs: {', '.join(runs) or 'none'}")
            )
        wanted = [run] if run else runs
        text = "\n\n".join(_results(ledger, name) for name in wanted) or "No run is completed yet."
        return ToolAnswer(text, data=_rows(ledger, wanted))

    async def compare_runs(
        self,
        run: Annotated[str, Field(description="a run like run_2")],
        against: Annotated[str, Field(description="the run to compare with")] = BASELINE,
    ) -> ToolAnswer:
        """Compare every result of a run with another run: difference, whether it is better, and Welch's test."""
        ledger = self._ledger()
        addresses = [a for a in ledger.addresses() if a.startswith(f"{run}/")]
        if not addresses:
            raise ToolError(f"{run} has no results; completed runs: {', '.join(r.name for r in ledger.completed)}")
        shared = [address for address in addresses if address.replace(run, against, 1) in ledger.addresses()]
        compared = {address: ledger.compare(address, against) for address in shared}
        lines = [f"{address}: {comparison}" for address, comparison in compared.items()]
        alone = [address for address in addresses if address not in shared]
        lines += [f"{address}: {against} has no such result to compare with" for address in alone]
        results = [ComparedResult(address=a, significant=c.significant) for a, c in compared.items()]
        return ToolAnswer("\n".join(lines), data=ComparedResults(results=tuple(results)))

    def _ledger(self) -> Ledger:
        return load_ledger(self._idea)

    def _next(self, ledger: Ledger) -> tuple[int, int]:
        """Return number and attempt of the next run. Raises ToolError if the quota is used up."""
        run_quota = self._idea.run_quota
        attempts: dict[str, list[RunRecord]] = {}
        for record in ledger.runs:
            attempts.setdefault(record.name, []).append(record)
        for number in range(1, run_quota.runs + 1):
            rows = attempts.get(f"run_{number}", [])
            if any(row.status == "completed" for row in rows) or len(rows) >= run_quota.attempts:
                continue
            return number, len(rows) + 1
        raise ToolError(f"all {run_quota.runs} runs of this idea are used; continue with the existing results")

    def _refuse_unchanged(self, ledger: Ledger) -> None:
        """Reject code that has run already: the same seed gives the same results, so an edit was probably forgotten."""
        now = source_digest(self._idea)
        for record in ledger.runs:
            if record.source == now and record.status != "failed":
                which = f"attempt {record.attempt} of " if record.status == "tampered" else ""
                raise ToolError(f"the code is the same as in {which}{record.name}; edit it first, then run it")


def _rows(ledger: Ledger, runs: Sequence[str]) -> LedgerRows:
    found = [ledger.result(address) for address in ledger.addresses()]
    rows = [
        LedgerRow(
            run=result.run,
            dataset=result.dataset,
            metric=result.metric.name,
            mean=result.mean,
            n=result.n,
            goal=result.metric.goal,
            censored=result.censored,
        )
        for result in found
        if result.run in runs
    ]
    return LedgerRows(rows=tuple(rows))


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
