"""The data of the ledger: metrics, runs, results and their comparisons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from tools.evidence.formatting import format_value

BASELINE = "run_0"
CONFIRMATION = "confirm_"
"""Prefix of a confirmation's name: confirm_2 measures run_2 again on fresh seeds."""
RESULT_FOLDER = re.compile(rf"(?:run|{CONFIRMATION.rstrip('_')})_\d+")
"""The folders of a project that hold results: `run_2`, `confirm_2`."""

Scalar = int | float | bool | str

_COSTS = frozenset(
    [
        "time",
        "second",
        "seconds",
        "latency",
        "duration",
        "runtime",
        "wall",
        "speed",
        "throughput",
        "memory",
        "params",
        "flops",
    ]
)
_COST_UNITS = frozenset(["s", "ms", "min", "h", "MB", "GB", "MiB", "GiB", "J", "kWh"])


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
    cost: bool | None = None
    """Whether it is a cost, such as time, which is never tested; by default its name or unit decides."""
    range: tuple[float | None, float | None] | None = None
    """The lowest and highest value that it can have; null for no bound."""
    margin: float | None = Field(default=None, gt=0)
    """Results closer than this, in its unit, count as the same; by default a fraction of the baseline decides."""

    @property
    def is_cost(self) -> bool:
        """Return whether it measures what a run costs, not what it achieves."""
        if self.cost is not None:
            return self.cost
        return (
            bool(_COSTS & set(re.split("[_/]", self.name.lower())))
            or self.unit in _COST_UNITS
            or self.unit.endswith("/s")
        )

    @property
    def printed(self) -> str:
        """Return the name as printed."""
        return self.label or self.name.replace("_", " ")


class ImplausibleResult(BaseModel):
    """What makes results of a run hard to believe. They count, and whoever reads them is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal[
        "seeds",
        "constant",
        "repeated",
        "same_as_run",
        "negative_time",
        "beyond_wall_time",
        "range",
        "typed",
        "uncomputed",
    ]
    results: list[str]
    """`dataset/metric`."""
    reason: str
    """One sentence without the results."""

    @property
    def impossible(self) -> bool:
        """Tell whether no measurement can have such a value."""
        return self.kind in ("negative_time", "range")

    def __str__(self) -> str:
        shown = ", ".join(self.results[:4]) + (f" and {len(self.results) - 4} more" if len(self.results) > 4 else "")
        return f"{shown}: {self.reason}"


class RunRecord(BaseModel):
    """One run, or one attempt at it without results."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=rf"^{RESULT_FOLDER.pattern}$")
    """`run_0` is the baseline; `confirm_2` is the confirmation of run_2, `confirm_0` that of the baseline."""
    kind: Literal["run", "confirmation"] = "run"
    """A confirmation measures a run that was chosen for its results again, on seeds that chose nothing."""
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
    sanitized: list[str] = []
    """What it left in the workspace that was removed or repaired, with the reason; the first few."""
    usage: dict[str, FiniteFloat] = {}
    """`wall_seconds`, `cpu_seconds`, `peak_memory_mb`, `bytes_written`."""
    values: dict[str, dict[str, list[FiniteFloat]]] = {}
    """Dataset -> metric -> one value per seed; a single value if only a mean was reported."""
    censored: list[str] = []
    """`dataset/metric` whose value hit its cap: a bound, not a measurement."""
    left_out: list[str] = []
    """The places in final_info.json of what is no number."""
    implausible: list[ImplausibleResult] = []
    """What is hard to believe about its results."""
    reported_stderrs: dict[str, dict[str, FiniteFloat]] = {}
    """What the experiment itself reported. Recorded, but not used."""

    @model_validator(mode="after")
    def _kind_fits_name(self) -> Self:
        if self.name.startswith(CONFIRMATION) != (self.kind == "confirmation"):
            raise ValueError(f"a {self.kind} cannot be named {self.name}")
        return self

    @property
    def number(self) -> int:
        return int(self.name.rpartition("_")[2])

    @property
    def confirms(self) -> str:
        """Return the run that a confirmation measures again; the name itself for a run."""
        return f"run_{self.number}"


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
