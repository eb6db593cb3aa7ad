"""The ledger: the results of every run of one idea, each with an address such as `run_2/dino/kl_divergence`.

A run is a row that is written once. Failed attempts are rows too, and no row is ever removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.atomic import write_json
from tools.errors import ToolError, UserError, nearest
from tools.evidence import statistics
from tools.evidence.records import BASELINE, Metric, MetricResult, ResultComparison, RunRecord
from tools.schema import first_problem


class _LedgerFile(BaseModel):
    """The schema of results.json."""

    model_config = ConfigDict(extra="forbid")

    runs: list[RunRecord] = []


class Ledger:
    """All runs of one idea."""

    def __init__(self, metrics: Mapping[str, Metric], runs: Iterable[RunRecord] = ()) -> None:
        """`metrics` are the template's, by name. A metric that it does not declare has no goal."""
        self._metrics = dict(metrics)
        self._runs: list[RunRecord] = []
        self._results: dict[str, MetricResult] = {}
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
            return cls(metrics, _LedgerFile.model_validate_json(path.read_bytes()).runs)
        except ValidationError as error:
            raise UserError(first_problem(path, error, _LedgerFile)) from None
        except ToolError as error:
            raise UserError(f"{path}: {error}") from None

    def save(self, path: Path) -> None:
        """Write the ledger atomically."""
        write_json(path, _LedgerFile(runs=self._runs).model_dump(mode="json"))

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

    @property
    def runs(self) -> list[RunRecord]:
        """Return every row, including failed attempts, in the order in which they were recorded."""
        return list(self._runs)

    @property
    def completed(self) -> list[RunRecord]:
        """Return the runs with results, by number."""
        return sorted(
            (r for r in self._runs if r.status == "completed"), key=lambda r: int(r.name.removeprefix("run_"))
        )

    @property
    def baseline(self) -> RunRecord | None:
        """Return run_0 once it is completed."""
        return next((run for run in self.completed if run.name == BASELINE), None)

    def addresses(self) -> list[str]:
        """Return the address of every result, by run, then in the experiment's own order."""
        return [f"{r.name}/{d}/{m}" for r in self.completed for d, metrics in r.values.items() for m in metrics]

    def failed_attempt(self, run: str) -> RunRecord | None:
        """Return the last attempt of a run that never completed, None for other names."""
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

        Raises:
            ToolError: one of the two does not exist, or they are the same run.
        """
        result = self.result(address)
        if result.run == against:
            raise ToolError(f"{address!r} cannot be compared with its own run; name another run")
        baseline = self.result(f"{against}/{result.dataset}/{result.metric.name}")
        difference = result.mean - baseline.mean
        capped = result.censored or baseline.censored
        p_value = None if capped else statistics.welch_p(result.values, baseline.values)
        direction: Literal["better", "worse", "equal", "changed"] = "changed"
        if difference == 0:
            direction = "equal"
        elif result.metric.goal:
            direction = "better" if (difference < 0) == (result.metric.goal == "min") else "worse"
        return ResultComparison(
            result=result,
            baseline=baseline,
            difference=difference,
            relative=difference / abs(baseline.mean) if baseline.mean else None,
            direction=direction,
            p_value=p_value,
            significant=p_value is not None and p_value < statistics.ALPHA,
        )

    def noise_floor(self, dataset: str, metric: str) -> float | None:
        """Return the smallest difference from the baseline that its seeds can tell from chance, in the metric's unit.

        See `statistics.smallest_difference`. None with one seed, without spread, or with a capped value.

        Raises:
            ToolError: the baseline has no such result.
        """
        result = self.result(f"{BASELINE}/{dataset}/{metric}")
        return None if result.censored else statistics.smallest_difference(result.values)

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
