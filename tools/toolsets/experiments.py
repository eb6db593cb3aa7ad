"""Tools that run experiments and read the ledger. The harness sets command, seed and limits and reads the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from tools.errors import ToolError
from tools.evidence import BASELINE, CONFIRMATION, Ledger, RunRecord, gaps_of
from tools.evidence.names import is_of_metric, split_address
from tools.experiments.confirmation import confirm, confirmation_of
from tools.experiments.dry_run import dry_run
from tools.experiments.execution import load_ledger, run_once, source_digest
from tools.gate.statements import Study, outcome_in
from tools.idea_context import RunQuota
from tools.toolsets.base import Toolset
from tools.toolsets.context import ToolContext
from tools.toolsets.data import ComparedResult, ComparedResults, CompletedRun, LedgerRow, LedgerRows
from tools.toolsets.tool import RunName, ToolAnswer

_NEAR_LIMIT = 0.7
"""Fraction of the time limit above which the answer warns."""
STUDY = "study"
"""The deliverable of the experiments."""


class ExperimentTools(Toolset):
    """Run experiments, read results, compare runs."""

    names = ("dry_run", "run_experiment", "read_results", "compare_runs")

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._tried = ""
        """Digest of the code of the last dry run."""

    async def dry_run(self) -> str:
        """Run the current experiment.py for at most a minute at the smallest scale, to find errors. It counts as no run and
        no attempt, and its values are not shown."""
        self._tried = source_digest(self._idea)
        done = await dry_run(self._idea)
        scale = f"profile {done.profile}, {done.seconds:.0f} s" if done.profile else f"{done.seconds:.0f} s"
        if not done.reported:
            return f"the dry run showed no error until its time limit ({scale})"
        reported = "; ".join(f"{dataset}: {', '.join(metrics)}" for dataset, metrics in done.reported.items())
        return f"the dry run ended without an error ({scale}) and reported {reported}"

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
        if told := outcome_in(note, Study.of(ledger, self._idea.template)):
            raise ToolError(
                f"the note states a result, {told!r}, and run_{number} has not been made. Say what it changes and why; "
                'an expectation says so ("should lower the error"). Papers print this note'
            )
        self._refuse_unchanged(ledger)
        untried = self._tried != source_digest(self._idea)
        record = await run_once(self._idea, f"run_{number}", attempt, note)
        ledger.record(record)
        ledger.save(self._idea.ledger_file)
        await self._idea.workspace.save(f"{record.name}: {note}")
        await self._idea.workspace.tag(
            record.name if record.status == "completed" else f"{record.name}-attempt-{attempt}"
        )
        if record.status != "completed":
            left = self._idea.run_quota.attempts - attempt
            advice = (
                f"{counted(left, 'more attempt')} left for {record.name}."
                if left
                else "No attempt of this run is left."
            )
            if untried and left:
                advice += " Call dry_run before the next attempt: it finds errors in seconds and uses no attempt."
            verdict = (
                "failed" if record.status == "failed" else "does not count; the ledger and the gate report say why"
            )
            advice = self._after_time_limit(ledger, record) + advice
            raise ToolError(f"{record.name}, attempt {attempt}, {verdict}: {record.reason}\n{advice}")
        confirmed = await self._confirm() if self._context.deliverable not in ("", STUDY) else ""
        return ToolAnswer(
            f"{record.name} completed in {self._duration(record)}, "
            f"{counted(runs_left(ledger, self._idea.run_quota), 'run')} left.\n{confirmed}"
            + "".join(f"{gaps}.\n" for gaps in gaps_of(ledger, record.name))
            + "".join(f"left out, as it is no number: final_info.json: {place}\n" for place in record.left_out[:5])
            + "".join(f"hard to believe: {doubt}; the paper will say so\n" for doubt in record.implausible)
            + "".join(f"removed or repaired after the run: {item}\n" for item in record.sanitized[:5])
            + describe_results(ledger, record.name),
            data=CompletedRun(run=record.name),
            brief=f"[{record.name} completed; read_results shows its results]",
        )

    async def read_results(
        self,
        run: Annotated[RunName, Field(description="a run like run_2; empty for all runs")] = "",
        per_seed: Annotated[bool, Field(description="also return the value of each seed")] = False,
    ) -> ToolAnswer:
        """Return every result in the ledger with its address, mean, standard error over seeds and number of seeds."""
        ledger = self._ledger()
        runs = [r.name for r in (*ledger.completed, *ledger.confirmations)]
        run = run.partition("/")[0] if run in (*ledger.addresses(), *ledger.confirmed_addresses()) else run
        if run and run not in runs:
            failed = [f"it {r.status}: {r.reason}" for r in ledger.rows if r.name == run]
            raise ToolError(
                f"{run} has no results"
                + (f", {failed[-1]}" if failed else f"; completed runs: {', '.join(runs) or 'none'}")
            )
        wanted = [run] if run else runs
        text = (
            "\n\n".join(describe_results(ledger, name, per_seed=per_seed) for name in wanted)
            or "No run is completed yet."
        )
        brief = f"results of {', '.join(wanted)}"
        return ToolAnswer(text, data=_rows(ledger, wanted), brief=brief)

    async def compare_runs(
        self,
        run: Annotated[RunName, Field(description="a run like run_2")],
        against: Annotated[RunName, Field(description="the run to compare with")] = BASELINE,
    ) -> ToolAnswer:
        """Compare every result of a run with another run: difference, whether it is better, interval, effect size and
        the test of the analysis plan. A confirmation such as confirm_2 is compared with the confirmation of the other
        run."""
        ledger = self._ledger()
        known = ledger.addresses() + ledger.confirmed_addresses()
        addresses = [address for address in known if address.startswith(f"{run}/")]
        if not addresses:
            raise ToolError(f"{run} has no results; completed runs: {', '.join(r.name for r in ledger.completed)}")
        if run.startswith(CONFIRMATION):
            against = against.replace("run_", CONFIRMATION, 1)
        shared = [address for address in addresses if address.replace(run, against, 1) in known]
        compared = {address: ledger.compare(address, against) for address in shared}
        lines = _costs_once(ledger, {address: f": {comparison}" for address, comparison in compared.items()})
        alone = [address for address in addresses if address not in shared]
        lines += [f"{address}: {against} has no such result to compare with" for address in alone]
        theirs = (address.replace(against, run, 1) for address in known if address.startswith(f"{against}/"))
        lines += [
            f"{address}: {run} has no such result, but {against} has" for address in theirs if address not in addresses
        ]
        results = [ComparedResult(address=a, significant=c.significant) for a, c in compared.items()]
        brief = f"comparison of {run} with {against}"
        return ToolAnswer("\n".join(lines), data=ComparedResults(results=tuple(results)), brief=brief)

    async def _confirm(self) -> str:
        """Confirm the best run if it is another one than before, which in the experiments is done when they end."""
        for run in (BASELINE, confirmation_of(self._idea, self._ledger()).run):
            await confirm(self._idea, run)
        best = confirmation_of(self._idea, self._ledger())
        if best.missing:
            return f"No run is confirmed on fresh seeds: {best.missing}.\n"
        return f"The best run is {best.run}; {best.name} is its confirmation on fresh seeds. Figures must be drawn again.\n"

    def _duration(self, record: RunRecord) -> str:
        """Return how long a run took and how near that is to its limit: `287 s of the 300 s that a run may take`."""
        seconds, limit = record.usage["wall_seconds"], self._idea.profile.time_limit
        warning = "; a slower run would have been stopped" if seconds > _NEAR_LIMIT * limit else ""
        return f"{seconds:.1f} s of the {limit:g} s that a run may take{warning}"

    def _after_time_limit(self, ledger: Ledger, record: RunRecord) -> str:
        """Return what to do about a run that its time limit ended; empty for another end."""
        if not self._took_all_its_time(record):
            return ""
        baseline = next(row for row in ledger.completed if row.name == BASELINE)
        return (
            f"The limit stays as it is, and {BASELINE} took {baseline.usage['wall_seconds']:.1f} s. The output shows how far "
            "the run got. Make the change cheaper without changing what is compared, or report that it is too slow. "
        )

    def _ledger(self) -> Ledger:
        return load_ledger(self._idea)

    def _next(self, ledger: Ledger) -> tuple[int, int]:
        """Return number and attempt of the next run. Raises ToolError if the quota is used up."""
        run_quota = self._idea.run_quota
        if found := _open_runs(ledger, run_quota):
            return found[0]
        raise ToolError(f"all {run_quota.runs} runs of this idea are used; continue with the existing results")

    def _refuse_unchanged(self, ledger: Ledger) -> None:
        """Reject code that has run already: the same seed gives the same results, so an edit was probably forgotten.

        Code that its time limit ended may run again, because time depends on what else the machine does.
        """
        now = source_digest(self._idea)
        for record in ledger.runs:
            if record.source != now or self._took_all_its_time(record):
                continue
            which = "" if record.status == "completed" else f"attempt {record.attempt} of "
            failed = ", which failed" if record.status == "failed" else ""
            raise ToolError(f"the code is the same as in {which}{record.name}{failed}; edit it first, then run it")

    def _took_all_its_time(self, record: RunRecord) -> bool:
        return record.status == "failed" and record.usage.get("wall_seconds", 0.0) >= self._idea.profile.time_limit


def counted(number: int, noun: str) -> str:
    """Return `1 run is` or `2 runs are`."""
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def runs_left(ledger: Ledger, run_quota: RunQuota) -> int:
    """Return how many more runs an idea may make."""
    return len(_open_runs(ledger, run_quota))


def describe_progress(ledger: Ledger, run_quota: RunQuota) -> str:
    """Return in one line what has become of each run."""
    rows = {f"run_{number}": list[RunRecord]() for number in range(1, run_quota.runs + 1)}
    for record in ledger.runs:
        if record.name in rows:
            rows[record.name].append(record)
    parts = []
    for name, records in rows.items():
        if any(record.status == "completed" for record in records):
            parts.append(f"{name} completed")
        elif records:
            parts.append(f"{name} has no result (attempts used: {len(records)} of {run_quota.attempts})")
    idle = [name for name, records in rows.items() if not records]
    parts += [f"not begun: {', '.join(idle)}"] if idle else []
    return "; ".join(parts)


def _open_runs(ledger: Ledger, run_quota: RunQuota) -> list[tuple[int, int]]:
    """Return number and next attempt of every run that is neither completed nor out of attempts."""
    rows = {f"run_{number}": list[RunRecord]() for number in range(1, run_quota.runs + 1)}
    for record in ledger.runs:
        rows.setdefault(record.name, []).append(record)
    return [
        (number, len(rows[f"run_{number}"]) + 1)
        for number in range(1, run_quota.runs + 1)
        if len(rows[f"run_{number}"]) < run_quota.attempts
        and not any(row.status == "completed" for row in rows[f"run_{number}"])
    ]


def _rows(ledger: Ledger, runs: Sequence[str]) -> LedgerRows:
    found = [ledger.result(address) for address in ledger.addresses() + ledger.confirmed_addresses()]
    rows = [
        LedgerRow(
            run=result.run,
            dataset=result.dataset,
            metric=result.metric.name,
            mean=result.mean,
            n=result.n,
            goal=result.metric.goal,
            primary=ledger.plan is not None and result.metric.name == ledger.plan.primary_metric,
            cost=result.metric.is_cost,
            censored=result.censored,
        )
        for result in found
        if result.run in runs
    ]
    return LedgerRows(rows=tuple(rows))


def _costs_once(ledger: Ledger, lines: Mapping[str, str]) -> list[str]:
    """Return the lines of results, `address` and what follows. A cost that is the same on all datasets has one line."""
    found: dict[str, str] = {}
    for address, text in lines.items():
        run, _, metric = split_address(address)
        same = {lines[other] for other in lines if other.startswith(f"{run}/") and is_of_metric(other, metric)}
        datasets = sum(is_of_metric(other, metric) for other in lines)
        if ledger.result(address).metric.is_cost and len(same) == 1 and datasets > 1:
            found.setdefault(f"{run}//{metric}", f"{address}{text} The same on all {datasets} datasets.")
        else:
            found[address] = f"{address}{text}"
    return list(found.values())


def describe_results(ledger: Ledger, run: str, *, per_seed: bool = False) -> str:
    """Return every result of a run with its address, one a line."""
    title = f"{run}: {next(r.note for r in (*ledger.completed, *ledger.confirmations) if r.name == run)}"
    results: dict[str, str] = {}
    for address in ledger.addresses() + ledger.confirmed_addresses():
        if address.startswith(f"{run}/"):
            result = ledger.result(address)
            error = f" ± {result.stderr:.4g}" if result.stderr is not None else ""
            goal = f", {result.metric.goal} is better" if result.metric.goal else ""
            unit = f" {result.metric.unit}" if result.metric.unit else ""
            capped = ", censored" if result.censored else ""
            seeds = f" seeds: {', '.join(f'{value:.5g}' for value in result.values)}" if per_seed else ""
            results[address] = f" = {result.mean:.5g}{error}{unit} (n={result.n}{goal}{capped}){seeds}"
    record = next(r for r in (*ledger.completed, *ledger.confirmations) if r.name == run)
    lines = [title, *(f"  {line}" for line in _costs_once(ledger, results))]
    lines += [f"  hard to believe: {doubt}" for doubt in record.implausible]
    return "\n".join(lines)
