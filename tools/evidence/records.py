"""The data of the ledger: metrics, runs, results and their comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from tools.evidence.formatting import format_p_value, format_percent, format_value

BASELINE = "run_0"

Scalar = int | float | bool | str


class Metric(BaseModel):
    """A measured quantity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    """The key in final_info.json."""
    goal: Literal["min", "max"] | None = None
    """Which direction is better; None if the template does not say."""
    unit: str = ""
    """Unit as printed; empty if there is none."""
    label: str = ""
    """Name as printed."""
    description: str = ""
    """How it is measured."""

    @property
    def printed(self) -> str:
        """Return the name as printed."""
        return self.label or self.name.replace("_", " ")


class RunRecord(BaseModel):
    """One run, or one attempt at it without results."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^run_\d+$")
    """`run_0` is the baseline."""
    status: Literal["completed", "failed", "tampered"]
    """`tampered`: it changed read-only files, or did not write its result itself. Only a completed run has results."""
    reason: str = ""
    """Why it failed or does not count."""
    note: str = ""
    """What this run changes, in the agents' words."""
    commit: str = ""
    """The commit of the workspace that ran."""
    command: list[str] = []
    seed: int | None = None
    """The seed that was passed; None if the experiment takes none."""
    attempt: int = Field(default=1, ge=1)
    settings: dict[str, Scalar] = {}
    """The values that the code used, `experiment.learning_rate` -> value."""
    source: str = ""
    """Digest of all sources that the experiment could import. Equal digests mean equal code."""
    environment: dict[str, str] = {}
    """What it ran on, `torch` -> version."""
    kept: str = ""
    """When it was measured, if it was taken from the cache of baselines."""
    usage: dict[str, FiniteFloat] = {}
    """`wall_seconds`, `cpu_seconds`, `peak_memory_mb`, `bytes_written`."""
    values: dict[str, dict[str, list[FiniteFloat]]] = {}
    """Dataset -> metric -> one value per seed; a single value if only a mean was reported."""
    censored: list[str] = []
    """`dataset/metric` whose value hit its cap: a bound, not a measurement."""
    reported_stderrs: dict[str, dict[str, FiniteFloat]] = {}
    """What the experiment itself reported. Recorded, but not used."""


@dataclass(frozen=True)
class MetricResult:
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
        """Return it as printed: `0.82 ± 0.03`, or `7500 (capped)`."""
        if self.censored:
            return f"{format_value(self.mean)} (capped)"
        return format_value(self.mean, self.stderr)


@dataclass(frozen=True)
class ResultComparison:
    """A result against the same metric and dataset of another run.

    `direction` is the sign of the difference in terms of the metric's goal, `changed` if the template gives none. It says
    nothing about chance. `significant` does: Welch's test at 5%, not corrected for the number of comparisons.
    """

    result: MetricResult
    baseline: MetricResult
    difference: float
    relative: float | None
    """The difference as a fraction of the baseline's absolute value; None if that is 0."""
    direction: Literal["better", "worse", "equal", "changed"]
    p_value: float | None
    """Welch's test; None with one seed on a side, without any spread, or with a capped value."""
    significant: bool

    @property
    def size(self) -> str:
        """Return size and direction: `12.3% lower`."""
        unit = f" {self.result.metric.unit}" if self.result.metric.unit else ""
        amount = format_value(abs(self.difference)) + unit
        if self.relative is not None:
            amount = format_percent(self.relative)
        return f"{amount} {'lower' if self.difference < 0 else 'higher'}"

    @property
    def seeds(self) -> str:
        """Return `n = 3`, or `n = 3 and 5` if the two sides differ."""
        one, other = self.result.n, self.baseline.n
        return f"n = {one}" if one == other else f"n = {one} and {other}"

    @property
    def change(self) -> str:
        """Return the comparison in a few words: `12.3% lower (better, p = 0.004, n = 3)`."""
        if self.result.censored or self.baseline.censored:
            return f"no comparison, as a value hit its cap ({self.seeds})"
        if self.difference == 0:
            return f"no change ({self.seeds})"
        if self.p_value is None:
            return f"{self.size} (not tested, {self.seeds})"
        test = f"{format_p_value(self.p_value)}, {self.seeds}"
        if not self.significant:
            return f"no significant change ({self.size}, {test})"
        return f"{self.size} ({test})" if self.direction == "changed" else f"{self.size} ({self.direction}, {test})"

    def __str__(self) -> str:
        """Return one sentence with both values."""
        return f"{self.result}, against {self.baseline} in {self.baseline.run}: {self.change}."
