"""References to evidence: the macros by which a paper prints what the ledger holds.

\\result{run_2/dino/kl_divergence}   0.82 ± 0.03                               mean ± standard error over seeds
\\change{run_2/dino/kl_divergence}   12.3% lower (better, p = 0.004, n = 3)    against run_0
\\noisefloor{dino/kl_divergence}     0.11                                      see `Ledger.noise_floor`
\\setting{experiment.learning_rate}  0.003                                     of run_0; `run_2/…` of run_2
\\env{torch}                         2.13.0
\\resulttable{kl_divergence}, \\settingstable, \\runstable                      see `tables.py`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tools.errors import nearest
from tools.evidence.formatting import format_setting, format_value
from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE
from tools.evidence.tables import generated_tables

_TABLES_WITHOUT_ADDRESS = ("settingstable", "runstable")
_KINDS = {
    "result": "result",
    "change": "result to compare",
    "noisefloor": "baseline result",
    "setting": "setting",
    "env": "environment entry",
    "resulttable": "metric",
}
"""Macro -> what its address names."""
_REFERENCE = re.compile(
    rf"(\\*)\\({'|'.join((*_KINDS, *_TABLES_WITHOUT_ADDRESS))})(?![A-Za-z@])(?:\s*\{{([^{{}}]*)\}})?"
)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")


class ReferenceProblemCode(StrEnum):
    """What is wrong with a reference."""

    UNKNOWN = "unknown"
    NO_ADDRESS = "no_address"
    LINE_BREAK = "line_break"
    """Two backslashes."""
    FAILED_RUN = "failed_run"
    BASELINE_ITSELF = "baseline_itself"
    """A change of the baseline against itself."""
    NO_BASELINE_RESULT = "no_baseline_result"


@dataclass(frozen=True)
class ReferenceProblem:
    """A reference without a value in the ledger. `nearest` says what exists."""

    code: ReferenceProblemCode
    line: int
    macro: str
    address: str
    message: str
    nearest: str

    @property
    def written(self) -> str:
        """Return the reference as LaTeX."""
        return f"\\{self.macro}" + ("" if self.macro in _TABLES_WITHOUT_ADDRESS else f"{{{self.address}}}")

    def __str__(self) -> str:
        return f"line {self.line}: {self.written}: {self.message}" + (f"; {self.nearest}" if self.nearest else "")


def reference_values(ledger: Ledger, environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return macro -> address -> the plain text that it prints."""
    addresses = ledger.addresses()
    own = [address for address in addresses if address.startswith(f"{BASELINE}/")]
    compared = [a for a in addresses if a not in own and f"{BASELINE}/{a.partition('/')[2]}" in own]
    settings = {f"{run.name}/{name}": value for run in ledger.completed for name, value in run.settings.items()}
    if ledger.baseline:
        settings |= ledger.baseline.settings
    return {
        "result": {address: str(ledger.result(address)) for address in addresses},
        "change": {address: ledger.compare(address).change for address in compared},
        "noisefloor": {address.partition("/")[2]: _noise_floor(ledger, address) for address in own},
        "setting": {name: format_setting(value) for name, value in settings.items()},
        "env": dict(environment),
    }


def check_references(tex: str, ledger: Ledger, environment: Mapping[str, str] | None = None) -> list[ReferenceProblem]:
    """Return the references in a LaTeX text that have no value. Comments are skipped.

    Args:
        environment: defaults to the baseline's.
    """
    if environment is None:
        environment = ledger.baseline.environment if ledger.baseline else {}
    known: dict[str, set[str]] = {macro: set(texts) for macro, texts in reference_values(ledger, environment).items()}
    known |= {macro: set(tables) for macro, tables in generated_tables(ledger).items()}
    text = _COMMENT.sub(r"\1", tex)
    found = []
    for match in _REFERENCE.finditer(text):
        before, macro, given = match.groups()
        address = "" if macro in _TABLES_WITHOUT_ADDRESS else re.sub(r"\\([%#_])", r"\1", given or "")
        line = text.count("\n", 0, match.start()) + 1
        if len(before) % 2:
            code, message, hint = ReferenceProblemCode.LINE_BREAK, "two backslashes are a line break", "write one"
        elif address not in known[macro]:
            code, message = _explain(macro, address, given is None, ledger)
            hint = nearest(address, known[macro])
        else:
            continue
        found.append(ReferenceProblem(code, line, macro, address, message, hint))
    return found


def _noise_floor(ledger: Ledger, address: str) -> str:
    result = ledger.result(address)
    floor = ledger.noise_floor(result.dataset, result.metric.name)
    return format_value(floor, digits=2) if floor is not None else f"unknown (n = {result.n})"


def _explain(macro: str, address: str, bare: bool, ledger: Ledger) -> tuple[ReferenceProblemCode, str]:
    if bare:
        return ReferenceProblemCode.NO_ADDRESS, "an address in braces is missing"
    if macro == "change" and address in ledger.addresses():
        if address.startswith(f"{BASELINE}/"):
            message = f"{BASELINE} is the baseline itself; name the run to compare with it"
            return ReferenceProblemCode.BASELINE_ITSELF, message
        return ReferenceProblemCode.NO_BASELINE_RESULT, f"{BASELINE} has no such result to compare with"
    if failed := ledger.failed_attempt(address.partition("/")[0]):
        return ReferenceProblemCode.FAILED_RUN, f"{failed.name} {failed.status} and has no results"
    return ReferenceProblemCode.UNKNOWN, f"no such {_KINDS[macro]}"
