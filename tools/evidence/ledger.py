"""The ledger: the results of every run of one idea, each with an address such as `run_2/dino/kl_divergence`.

A run is a row that is written once. Failed attempts are rows too, and no row is ever removed. A confirmation is a row of
its own kind: the best run or the baseline, measured again on fresh seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.atomic import write_json
from tools.errors import ToolError, UserError, nearest
from tools.evidence import statistics
from tools.evidence.analysis_plan import AnalysisPlan, ComparisonKind
from tools.evidence.comparison import ResultComparison, adjust_family, compare_results
from tools.evidence.records import BASELINE, CONFIRMATION, Metric, MetricResult, RunRecord
from tools.schema import first_problem


class _LedgerFile(BaseModel):
    """The schema of results.json."""

    model_config = ConfigDict(extra="forbid")

    plan: AnalysisPlan | None = None
    runs: list[RunRecord] = []


class Ledger:
    """All runs of one idea."""

    def __init__(
        self, metrics: Mapping[str, Metric], runs: Iterable[RunRecord] = (), plan: AnalysisPlan | None = None
    ) -> None:
        """`metrics` are the template's, by name. A metric that it does not declare has no goal."""
        self._metrics = dict(metrics)
        self._runs: list[RunRecord] = []
        self._results: dict[str, MetricResult] = {}
        self._plan = plan
        self._families: dict[str, dict[str, ResultComparison]] = {}
        for run in runs:
            self.record(run)

    @classmethod
    def load(cls, path: Path, metrics: Mapping[str, Metric]) -> Ledger:
        """Read a results.json. A missing file is an empty ledger.

        Raises:
            UserError: the file is not a ledger.
        """
        if not path.exists():
            return cls(metrics)
        try:
            file = _LedgerFile.model_validate_json(path.read_bytes())
            return cls(metrics, file.runs, file.plan)
        except ValidationError as error:
            raise UserError(first_problem(path, error, _LedgerFile)) from None
        except ToolError as error:
            raise UserError(f"{path}: {error}") from None

    def save(self, path: Path) -> None:
        """Write the ledger atomically."""
        write_json(path, _LedgerFile(plan=self._plan, runs=self._runs).model_dump(mode="json"))

    @property
    def plan(self) -> AnalysisPlan | None:
        """Return the analysis plan, None in a ledger of an earlier version or of results measured elsewhere."""
        return self._plan

    def fix_plan(self, plan: AnalysisPlan) -> None:
        """Set the analysis plan.

        Raises:
            ToolError: there is one, or a run other than the baseline is recorded: it must not depend on results.
        """
        if self._plan or any(run.name != BASELINE for run in self._runs):
            raise ToolError("the analysis plan is fixed once, before the first run; start a new study to change it")
        self._plan = plan

    def record(self, run: RunRecord) -> None:
        """Add a row.

        Raises:
            ToolError: the run or the attempt is recorded already, or the row is incomplete.
        """
        try:
            run = RunRecord.model_validate(run.model_dump())  # model_copy does not validate
        except ValidationError as error:
            raise ToolError(first_problem(f"the record of {run.name}", error, RunRecord)) from None
        for other in self._runs:
            if other.name == run.name and (other.status == "completed" or other.attempt == run.attempt):
                raise ToolError(
                    f"{run.name}, attempt {run.attempt}: already recorded ({other.status}, attempt {other.attempt}), "
                    "and a row is written once; record it as a new run"
                )
        results = self._results_of(run) if run.status == "completed" else {}
        if run.status == "completed" and not results:
            raise ToolError(f"{run.name} is completed but has no values")
        if run.status != "completed" and not run.reason:
            raise ToolError(f"{run.name}, attempt {run.attempt}, is {run.status} without a reason")
        self._runs.append(run)
        self._results.update(results)
        self._families.clear()

    @property
    def rows(self) -> list[RunRecord]:
        """Return every row, including failed attempts and confirmations, in the order in which they were recorded."""
        return list(self._runs)

    @property
    def runs(self) -> list[RunRecord]:
        """Return every run, including failed attempts, in the order in which they were recorded."""
        return [row for row in self._runs if row.kind == "run"]

    @property
    def completed(self) -> list[RunRecord]:
        """Return the runs with results, by number."""
        return sorted((run for run in self.runs if run.status == "completed"), key=lambda run: run.number)

    @property
    def confirmations(self) -> list[RunRecord]:
        """Return the confirmations with results, by number; that of the baseline is the first."""
        found = (row for row in self._runs if row.kind == "confirmation" and row.status == "completed")
        return sorted(found, key=lambda row: row.number)

    @property
    def baseline(self) -> RunRecord | None:
        """Return run_0 once it is completed."""
        return next((run for run in self.completed if run.name == BASELINE), None)

    def addresses(self) -> list[str]:
        """Return the address of every result of the runs, by run, then in the experiment's own order."""
        return _addresses(self.completed)

    def confirmed_addresses(self) -> list[str]:
        """Return the address of every result of the confirmations, in the order of `addresses`."""
        return _addresses(self.confirmations)

    def failed_attempt(self, run: str) -> RunRecord | None:
        """Return the last attempt of a run or confirmation that never completed, None for other names."""
        attempts = [record for record in self._runs if record.name == run]
        return attempts[-1] if attempts and all(record.status != "completed" for record in attempts) else None

    def metric(self, name: str) -> Metric:
        """Return the template's metric of that name, or one without a goal."""
        return self._metrics.get(name, Metric(name=name))

    def result(self, address: str) -> MetricResult:
        """Return the result at an address.

        Raises:
            ToolError: there is none. Names the nearest, or why the run has no results.
        """
        if found := self._results.get(address):
            return found
        run = address.partition("/")[0]
        if failed := self.failed_attempt(run):
            raise ToolError(f"no result {address!r}: {run} {failed.status} ({failed.reason.splitlines()[0]})")
        count = f"the ledger has {len(self._results)} results"
        raise ToolError(f"no result {address!r}; {nearest(address, self._results)} ({count})")

    def compare(self, address: str, against: str = BASELINE) -> ResultComparison:
        """Compare a result with the same dataset and metric of the run `against`.

        A confirmation is compared with the confirmation of `against`, which has the same seeds.

        Raises:
            ToolError: one of the two does not exist, they are the same run, or only `against` is a confirmation.
        """
        result = self.result(address)
        if result.run.startswith(CONFIRMATION):
            against = against.replace("run_", CONFIRMATION, 1)
        elif against.startswith(CONFIRMATION):
            raise ToolError(f"{against} has other seeds than {result.run}; compare two runs, or two confirmations")
        if result.run == against:
            raise ToolError(f"{address!r} cannot be compared with its own run; name another run")
        baseline = self.result(f"{against}/{result.dataset}/{result.metric.name}")
        kind = ComparisonKind.UNPLANNED
        if self._plan:
            kind = self._plan.kind(result.metric.name, with_baseline=against == _baseline_of(result.run))
            if kind is ComparisonKind.CONFIRMATORY:
                return self._family(against, self._plan)[address]
        return self._compared(result, baseline, kind)

    def noise_floor(self, dataset: str, metric: str) -> float | None:
        """Return the smallest difference from the baseline that its seeds can tell from chance, in the metric's unit.

        See `statistics.smallest_difference`. With a plan, at the level of the smallest p-value in Holm's method. None with
        one seed, without spread, or with a capped value.

        Raises:
            ToolError: the baseline has no such result.
        """
        result = self.result(f"{BASELINE}/{dataset}/{metric}")
        if result.censored:
            return None
        plan, level = self._plan, statistics.ALPHA
        if plan:
            level = plan.alpha * plan.share_of_runs / self.family_size(BASELINE)
        return statistics.smallest_difference(result.values, level)

    def family_size(self, baseline: str = BASELINE) -> int:
        """Return the number of confirmatory comparisons with a baseline, planned ones included; 0 without a plan."""
        if not self._plan:
            return 0
        family = baseline.removesuffix("0")
        runs = {result.run for result in self._results.values() if result.run.startswith(family)} - {baseline}
        planned = self._plan.planned_runs if baseline == BASELINE else 1
        datasets = sum(
            result.run == baseline and result.metric.name == self._plan.primary_metric
            for result in self._results.values()
        )
        return max(planned, len(runs), 1) * max(datasets, 1)

    def _family(self, baseline: str, plan: AnalysisPlan) -> dict[str, ResultComparison]:
        """Return the adjusted comparisons of the primary metric with a baseline, by address."""
        if baseline not in self._families:
            family = baseline.removesuffix("0")
            pairs = [
                (result, self._results[other])
                for result in self._results.values()
                if result.run.startswith(family) and result.run != baseline
                if result.metric.name == plan.primary_metric
                if (other := f"{baseline}/{result.dataset}/{result.metric.name}") in self._results
            ]
            compared = [self._compared(one, other, ComparisonKind.CONFIRMATORY) for one, other in pairs]
            share = plan.share_of_runs if baseline == BASELINE else plan.share_of_confirmation
            adjusted = adjust_family(compared, plan, self.family_size(baseline), share)
            self._families[baseline] = {comparison.result.address: comparison for comparison in adjusted}
        return self._families[baseline]

    def _compared(self, result: MetricResult, baseline: MetricResult, kind: ComparisonKind) -> ResultComparison:
        seeds = {run.name: run.seed for run in self._runs if run.status == "completed"}
        shared = seeds[result.run] is not None and seeds[result.run] == seeds[baseline.run]
        paired = self._plan is not None and shared and result.n == baseline.n
        return compare_results(result, baseline, self._plan, kind, paired=paired)

    def _results_of(self, run: RunRecord) -> dict[str, MetricResult]:
        results: dict[str, MetricResult] = {}
        for dataset, metrics in run.values.items():
            for name, values in metrics.items():
                address = f"{run.name}/{dataset}/{name}"
                if address in results:
                    raise ToolError(f"two results would have the address {address!r}; rename a dataset or a metric")
                if not values:
                    raise ToolError(f"{address} has no values")
                results[address] = MetricResult(
                    address=address,
                    run=run.name,
                    dataset=dataset,
                    metric=self.metric(name),
                    values=tuple(values),
                    n=len(values),
                    mean=statistics.mean(values),
                    stderr=statistics.standard_error(values),
                    interval=statistics.t_interval(values),
                    censored=f"{dataset}/{name}" in run.censored,
                )
        return results


def _addresses(rows: Iterable[RunRecord]) -> list[str]:
    return [
        f"{row.name}/{dataset}/{metric}" for row in rows for dataset, found in row.values.items() for metric in found
    ]


def _baseline_of(run: str) -> str:
    return f"{run.rpartition('_')[0]}_0"
