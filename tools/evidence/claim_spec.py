"""Claims that a paper declares: the comparison that the words of a \\claim state, in a form that code can evaluate.

\\claim{run=run_2, relation=lower, metric=kl_divergence, datasets=dino; moons}{lowers the divergence on dino and moons}
prints the words. The keys:

run        a completed run, or `all`, `some` or `none`
relation   better, worse, lower, higher, faster, slower, same, different, within_noise
metric     a metric of the template
datasets   names separated by semicolons, or `all`, `some`, `most` or `none`
against    the run to compare with; run_0 without it
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from tools.errors import ToolError, nearest
from tools.evidence.ledger import Ledger
from tools.evidence.names import split_address
from tools.evidence.records import BASELINE

RELATIONS = ("better", "worse", "lower", "higher", "faster", "slower", "same", "different", "within_noise")
Over = Literal["all", "some", "most", "none"]
_KEYS = ("run", "relation", "metric", "datasets", "against")


@dataclass(frozen=True)
class ClaimSpec:
    """One declared comparison. All names exist in the ledger."""

    runs: tuple[str, ...]
    """The compared runs; all runs where `over_runs` is set."""
    over_runs: Over | None
    """A quantifier over the runs."""
    relation: str
    metric: str
    datasets: tuple[str, ...]
    """The named datasets; all datasets where `over_datasets` is set."""
    over_datasets: Over | None
    against: str


def parse_claim(text: str, ledger: Ledger) -> ClaimSpec:
    """Parse the first argument of \\claim.

    Raises:
        ToolError: a key or name is missing, unknown or given twice. Names what exists.
    """
    given: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in re.sub(r"\\([%#_])", r"\1", text).split(","))):
        key, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or key not in _KEYS:
            raise ToolError(f"{part!r} is no key=value of a claim; the keys are {', '.join(_KEYS)}")
        if key in given:
            raise ToolError(f"{key} is given twice")
        given[key] = value
    if missing := [key for key in _KEYS if not given.get(key) and key != "against"]:
        raise ToolError(f"{missing[0]} is missing; write run=..., relation=..., metric=..., datasets=...")
    addresses = [split_address(address) for address in ledger.addresses() + ledger.confirmed_addresses()]
    runs = list(dict.fromkeys(run for run, _, _ in addresses))
    datasets = list(dict.fromkeys(dataset for _, dataset, _ in addresses))
    metrics = list(dict.fromkeys(metric for _, _, metric in addresses))
    own_runs = [run.name for run in ledger.completed if run.name != BASELINE]
    over_runs, over_datasets = _quantifier(given["run"]), _quantifier(given["datasets"])
    return ClaimSpec(
        runs=tuple(own_runs if over_runs else _known("run", _names(given["run"], runs), runs)),
        over_runs=over_runs,
        relation=_known("relation", [given["relation"]], RELATIONS)[0],
        metric=_known("metric", [given["metric"]], metrics)[0],
        datasets=tuple(datasets if over_datasets else _known("dataset", _names(given["datasets"], datasets), datasets)),
        over_datasets=over_datasets,
        against=_known("run", [given.get("against") or BASELINE], runs)[0],
    )


def _quantifier(value: str) -> Over | None:
    return next((over for over in get_args(Over) if over == value), None)


def _names(value: str, known: list[str]) -> list[str]:
    """Split names at semicolons, and at spaces where the whole is no name."""
    parts = [part.strip() for part in value.split(";") if part.strip()]
    return [name for part in parts for name in ([part] if part in known else part.split())]


def _known(kind: str, names: list[str], known: Iterable[str]) -> list[str]:
    known = list(known)
    for name in names:
        if name not in known:
            raise ToolError(f"no {kind} {name!r}; {nearest(name, known)}")
    return names
