"""The ledger: the results of every run of one idea, each with an address such as `run_2/dino/kl_divergence`.

A run is a row that is written once. Failed attempts are rows too, and no row is ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from tools.atomic import write_json
from tools.errors import ToolError, UserError, nearest
from tools.evidence import statistics
from tools.experiments.template import Metric, Scalar
from tools.schema import first_problem

BASELINE = "run_0"


class RunRecord(BaseModel):
    """One run, or one attempt at it without results."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^run_\d+$")
    """`run_0` is the baseline."""
    status: Literal["completed", "failed", "tampered"]
    """`tampered`: it changed what it may only read, or its result is not its own; like a failed one it has no results."""
    reason: str = ""
    """Why it failed or does not count."""
    note: str = ""
    """What this run changes, in the group's words."""
    commit: str = ""
    """The workspace's commit that ran."""
    command: list[str] = []
    seed: int | None = None
    """The seed passed by the harness; None when the experiment takes none."""
    attempt: int = Field(default=1, ge=1)
    settings: dict[str, Scalar] = {}
    """What the code really had, `experiment.learning_rate` -> value."""
    source: str = ""
    """Digest of all sources that the experiment could import; equal digests are equal code."""
    environment: dict[str, str] = {}
    """What it ran on, `torch` -> version."""
    kept: str = ""
    """When it was measured, where that was before this run; a baseline is, that was kept."""
    usage: dict[str, FiniteFloat] = {}
    """`wall_seconds`, `cpu_seconds`, `peak_memory_mb`, `bytes_written`."""
    values: dict[str, dict[str, list[FiniteFloat]]] = {}
    """Dataset -> metric -> one value per seed; a single one where only a mean was reported."""
    censored: list[str] = []
    """`dataset/metric` whose value hit its cap: a bound, not a measurement."""
    reported_stderrs: dict[str, dict[str, FiniteFloat]] = {}
    """What the experiment itself reported, kept for the record and used nowhere."""


class _LedgerFile(BaseModel):
    """The schema of results.json."""

    model_config = ConfigDict(extra="forbid")

    runs: list[RunRecord] = []


@dataclass(frozen=True)
class Result:
    """One metric of one run on one dataset. `stderr` and `interval` (95%, Student's t) are None for one seed."""

    address: str
    run: str
    dataset: str
    metric: Metric
    values: tuple[float, ...]
    n: int
    mean: float
    stderr: float | None
    interval: tuple[float, float] | None
    censored: bool

    def __str__(self) -> str:
        """As printed: `0.82 ± 0.03`, or `7500 (capped)`."""
        if self.censored:
            return f"{statistics.write_value(self.mean)} (capped)"
        return statistics.write_value(self.mean, self.stderr)


@dataclass(frozen=True)
class Comparison:
    """A result against the same metric and dataset of another run.

    `direction` is the sign of the difference read by the metric's goal, `changed` where the template gives no goal; it
    says nothing about chance. `significant` does: Welch's test at 5%, uncorrected for how many comparisons are made.
    """

    result: Result
    baseline: Result
    difference: float
    relative: float | None
    """The difference as a fraction of the baseline's absolute value; None when that is 0."""
    direction: Literal["better", "worse", "equal", "changed"]
    p_value: float | None
    """Welch's test; None with one seed on a side, without any spread, or with a capped value."""
    significant: bool

    @property
    def interval(self) -> tuple[float, float] | None:
        """The difference's 95% interval by `tools.statistics.bootstrap_difference`; None where `p_value` is."""
        if self.p_value is None:
            return None
        return statistics.bootstrap_difference(self.result.values, self.baseline.values)

    @property
    def size(self) -> str:
        """How far and which way: `12.3% lower`."""
        unit = f" {self.result.metric.unit}" if self.result.metric.unit else ""
        amount = statistics.write_value(abs(self.difference)) + unit
        if self.relative is not None:
            amount = statistics.write_percent(self.relative)
        return f"{amount} {'lower' if self.difference < 0 else 'higher'}"

    @property
    def seeds(self) -> str:
        """`n = 3`, or `n = 3 and 5` where the two sides differ."""
        mine, other = self.result.n, self.baseline.n
        return f"n = {mine}" if mine == other else f"n = {mine} and {other}"

    @property
    def change(self) -> str:
        """The comparison in a few words: `12.3% lower (better, p = 0.004, n = 3)`."""
        if self.result.censored or self.baseline.censored:
            return f"no comparison, as a value hit its cap ({self.seeds})"
        if self.difference == 0:
            return f"no change ({self.seeds})"
        if self.p_value is None:
            return f"{self.size} (not tested, {self.seeds})"
        test = f"{statistics.write_p(self.p_value)}, {self.seeds}"
        if not self.significant:
            return f"no significant change ({self.size}, {test})"
        return f"{self.size} ({test})" if self.direction == "changed" else f"{self.size} ({self.direction}, {test})"

    @property
    def verdict(self) -> str:
        """One plain sentence with both values."""
        return f"{self.result}, against {self.baseline} in {self.baseline.run}: {self.change}."


class Ledger:
    """All runs of one idea."""

    def __init__(self, metrics: Mapping[str, Metric], runs: Iterable[RunRecord] = ()) -> None:
        """`metrics` are the template's, by name; a metric that it does not declare has no goal."""
        self._metrics = dict(metrics)
        self._runs: list[RunRecord] = []
        self._results: dict[str, Result] = {}
        for run in runs:
            self.record(run)

    @classmethod
    def load(cls, path: Path, metrics: Mapping[str, Metric]) -> Ledger:
        """Read a results.json; one that does not exist yet is an empty ledger.

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
        """Write the ledger, whole or not at all."""
        write_json(path, _LedgerFile(runs=self._runs).model_dump(mode="json"))

    def record(self, run: RunRecord) -> None:
        """Add a row.

        Raises:
            ToolError: the run or the attempt is there already, or the row is not complete.
        """
        try:
            run = RunRecord.model_validate(run.model_dump())  # copies made with model_copy were never checked
        except ValidationError as error:
            raise ToolError(first_problem(f"the record of {run.name}", error, RunRecord)) from None
        for other in self._runs:
            if other.name == run.name and (other.status == "completed" or other.attempt == run.attempt):
                raise ToolError(
                    f"{run.name}, attempt {run.attempt}: the ledger has it already ({other.status}, attempt "
                    f"{other.attempt}), and a row is written once; record it as a new run"
                )
        results = self._results_of(run) if run.status == "completed" else {}
        if run.status == "completed" and not results:
            raise ToolError(f"{run.name} is called completed but has no values")
        if run.status != "completed" and not run.reason:
            raise ToolError(f"{run.name}, attempt {run.attempt}, is called {run.status} without a reason")
        self._runs.append(run)
        self._results.update(results)

    @property
    def runs(self) -> list[RunRecord]:
        """Every row, failed attempts too, in the order in which they were recorded."""
        return list(self._runs)

    @property
    def completed(self) -> list[RunRecord]:
        """The runs with results, by number."""
        return sorted(
            (r for r in self._runs if r.status == "completed"), key=lambda r: int(r.name.removeprefix("run_"))
        )

    @property
    def baseline(self) -> RunRecord | None:
        """run_0, once it is completed."""
        return next((run for run in self.completed if run.name == BASELINE), None)

    def addresses(self) -> list[str]:
        """The address of every result, by run, then in the experiment's own order."""
        return [f"{r.name}/{d}/{m}" for r in self.completed for d, metrics in r.values.items() for m in metrics]

    def metric(self, name: str) -> Metric:
        """The template's metric of that name, or one without a goal."""
        return self._metrics.get(name, Metric(name=name))

    def result(self, address: str) -> Result:
        """The result at an address.

        Raises:
            ToolError: there is none; says the nearest, or why the run has no results.
        """
        if found := self._results.get(address):
            return found
        run = address.partition("/")[0]
        failed = next((r for r in reversed(self._runs) if r.name == run and r.status != "completed"), None)
        if failed and failed.name not in {r.name for r in self.completed}:
            raise ToolError(f"no result {address!r}: {run} {failed.status} ({failed.reason.splitlines()[0]})")
        count = f"the ledger has {len(self._results)} results"
        raise ToolError(f"no result {address!r}; {nearest(address, self._results)} ({count})")

    def compare(self, address: str, against: str = BASELINE) -> Comparison:
        """A result against the same dataset and metric of the run `against`.

        Raises:
            ToolError: one of the two does not exist, or they are the same.
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
        return Comparison(
            result=result,
            baseline=baseline,
            difference=difference,
            relative=difference / abs(baseline.mean) if baseline.mean else None,
            direction=direction,
            p_value=p_value,
            significant=p_value is not None and p_value < statistics.ALPHA,
        )

    def noise_floor(self, dataset: str, metric: str) -> float | None:
        """The smallest difference from the baseline that its seeds can tell from chance, in the metric's unit
        (`tools.statistics.smallest_difference`); None with one seed, without spread, or with a capped value.

        Raises:
            ToolError: the baseline has no such result.
        """
        result = self.result(f"{BASELINE}/{dataset}/{metric}")
        return None if result.censored else statistics.smallest_difference(result.values)

    def _results_of(self, run: RunRecord) -> dict[str, Result]:
        results: dict[str, Result] = {}
        for dataset, metrics in run.values.items():
            for name, values in metrics.items():
                address = f"{run.name}/{dataset}/{name}"
                if address in results:
                    raise ToolError(f"two results would have the address {address!r}; rename a dataset or a metric")
                if not values:
                    raise ToolError(f"{address} has no values")
                results[address] = Result(
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
