"""References to evidence: the macros by which a paper prints what the ledger holds.

\\result{run_2/dino/kl_divergence}   0.82 ± 0.03                               mean ± standard error over seeds
\\change{run_2/dino/kl_divergence}   12.3% lower (better, p = 0.004, n = 3)    against run_0
\\change{confirm_2/dino/kl_divergence}                                         of the confirmation, against confirm_0
\\compare{run_2/dino/kl_divergence}{run_1}     6.1% higher (exploratory, ...)    against another run
\\noisefloor{dino/kl_divergence}     0.11                                      see `Ledger.noise_floor`
\\setting{experiment.learning_rate}  0.003                                     of run_0; `run_2/…` of run_2
\\env{torch}                         2.13.0
\\analysisplan                       how runs are compared, in a few sentences
\\resulttable{kl_divergence}, \\comparisontable{kl_divergence}, \\settingstable, \\runstable     see `tables.py`
\\claim{run=run_2, relation=lower, ...}{the words}   the words                  see `claim_spec.py`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

from tools.errors import ToolError, nearest
from tools.evidence.analysis_plan import describe_plan
from tools.evidence.claim_spec import parse_claim
from tools.evidence.formatting import format_setting, format_value
from tools.evidence.ledger import Ledger
from tools.evidence.names import latex_address
from tools.evidence.records import BASELINE
from tools.evidence.tables import table_addresses

_WITHOUT_ADDRESS = ("settingstable", "runstable", "analysisplan")
_KINDS = {
    "result": "result",
    "change": "result to compare",
    "noisefloor": "baseline result",
    "setting": "setting",
    "env": "environment entry",
    "resulttable": "metric",
    "comparisontable": "metric",
}
"""Macro -> what its address names."""
_REFERENCE = re.compile(rf"(\\*)\\({'|'.join((*_KINDS, *_WITHOUT_ADDRESS))})(?![A-Za-z@])(?:\s*\{{([^{{}}]*)\}})?")
_COMPARE = re.compile(r"(?<!\\)(?:\\\\)*\\compare(?![A-Za-z@])\s*(?:\{([^{}]*)\}\s*(?:\{([^{}]*)\})?)?")
_CLAIM = re.compile(r"\\claim(?![A-Za-z@])\s*(?:\{([^{}]*)\}\s*(\{)?)?")
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
    CLAIM = "claim"
    """What a \\claim declares cannot be read, or names something that the ledger lacks."""


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
        return f"\\{self.macro}" + ("" if self.macro in _WITHOUT_ADDRESS else f"{{{latex_address(self.address)}}}")

    def __str__(self) -> str:
        return f"line {self.line}: {self.written}: {self.message}" + (f"; {self.nearest}" if self.nearest else "")


def reference_values(ledger: Ledger, environment: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Return macro -> address -> the plain text that it prints. Addresses of two arguments are joined by `}{`."""
    addresses = ledger.addresses() + ledger.confirmed_addresses()
    own = [address for address in addresses if address.startswith(f"{BASELINE}/")]
    compared = [address for address in addresses if _baseline_of(address) in set(addresses) - {address}]
    metrics = {metric.name: metric for metric in (ledger.result(address).metric for address in addresses)}
    settings = {f"{run.name}/{name}": value for run in ledger.completed for name, value in run.settings.items()}
    if ledger.baseline:
        settings |= ledger.baseline.settings
    return {
        "result": {address: str(ledger.result(address)) for address in addresses},
        "change": {address: ledger.compare(address).change for address in compared},
        "compare": _Comparisons(ledger),
        "noisefloor": {address.partition("/")[2]: _noise_floor(ledger, address) for address in own},
        "setting": {name: format_setting(value) for name, value in settings.items()},
        "env": dict(environment),
        "analysisplan": {"": describe_plan(ledger.plan, metrics)},
    }


def known_references(ledger: Ledger) -> dict[str, set[str]]:
    """Return macro -> the addresses that have a value."""
    environment = ledger.baseline.environment if ledger.baseline else {}
    known = {macro: set(texts) for macro, texts in reference_values(ledger, environment).items()}
    return known | {macro: set(addresses) for macro, addresses in table_addresses(ledger).items()}


def check_references(tex: str, ledger: Ledger, known: Mapping[str, set[str]] | None = None) -> list[ReferenceProblem]:
    """Return the references in a LaTeX text that have no value. Comments are skipped.

    Args:
        known: the ledger's `known_references`, for callers that check many texts.
    """
    known = known_references(ledger) if known is None else known
    text = _COMMENT.sub(r"\1", tex)
    found = []
    for match in _REFERENCE.finditer(text):
        before, macro, given = match.groups()
        address = "" if macro in _WITHOUT_ADDRESS else re.sub(r"\\([%#_])", r"\1", given or "")
        line = text.count("\n", 0, match.start()) + 1
        if len(before) % 2:
            code, message, hint = ReferenceProblemCode.LINE_BREAK, "two backslashes are a line break", "write one"
        elif address not in known[macro]:
            code, message = _explain(macro, address, given is None, ledger)
            hint = _hint_of_compare(macro, address) or nearest(latex_address(address), map(latex_address, known[macro]))
        else:
            continue
        found.append(ReferenceProblem(code, line, macro, address, message, hint))
    return [*found, *_compare_problems(text, ledger, known["compare"]), *_claim_problems(text, ledger)]


def _hint_of_compare(macro: str, address: str) -> str:
    """Return how to print a comparison with another run, if the address names two."""
    found = re.fullmatch(r"((?:run|confirm)_\d+/[^/|,]+/[^|,\s]+)[^\w]+(?:against\s+)?((?:run|confirm)_\d+).*", address)
    if not found or macro not in ("change", "result"):
        return ""
    return f"a comparison with another run is \\compare{{{latex_address(found[1])}}}{{{found[2]}}}"


def compared_pairs(tex: str) -> Iterator[str]:
    """Yield the addresses of the \\compare references in a text, as `reference_values` joins them."""
    for match in _COMPARE.finditer(_COMMENT.sub(r"\1", tex)):
        yield re.sub(r"\\([%#_])", r"\1", f"{match[1]}}}{{{match[2]}")


class _Comparisons(Mapping[str, str]):
    """Every result against the same result of every other run. A value is computed when it is read, as few are."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = {
            f"{run.name}/{dataset}/{metric}}}{{{other.name}"
            for rows in (ledger.completed, ledger.confirmations)
            for run, other in permutations(rows, 2)
            for dataset, metrics in run.values.items()
            for metric in metrics
            if metric in other.values.get(dataset, {})
        }

    def __getitem__(self, key: str) -> str:
        if key not in self._known:
            raise KeyError(key)
        address, _, against = key.partition("}{")
        return self._ledger.compare(address, against).change

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _compare_problems(text: str, ledger: Ledger, known: set[str]) -> Iterator[ReferenceProblem]:
    for match in _COMPARE.finditer(text):
        address, against = (re.sub(r"\\([%#_])", r"\1", given or "") for given in match.groups())
        pair = f"{address}}}{{{against}"
        if pair in known:
            continue
        code, message = ReferenceProblemCode.UNKNOWN, ""
        if match[2] is None:
            code, message = ReferenceProblemCode.NO_ADDRESS, "write \\compare{run_2/dataset/metric}{run_1}"
        else:
            try:
                ledger.compare(address, against)
            except ToolError as error:
                message = str(error)
        yield ReferenceProblem(code, text.count("\n", 0, match.start()) + 1, "compare", pair, message, "")


def _claim_problems(text: str, ledger: Ledger) -> Iterator[ReferenceProblem]:
    for match in _CLAIM.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        try:
            if match[2] is None:
                raise ToolError("write \\claim{run=..., relation=..., metric=..., datasets=...}{the words}")
            parse_claim(match[1], ledger)
        except ToolError as error:
            yield ReferenceProblem(ReferenceProblemCode.CLAIM, line, "claim", match[1] or "", str(error), "")


def _baseline_of(address: str) -> str:
    """Return the address of the result that a change is against."""
    run, _, rest = address.partition("/")
    return f"{run.rpartition('_')[0]}_0/{rest}"


def _noise_floor(ledger: Ledger, address: str) -> str:
    result = ledger.result(address)
    floor = ledger.noise_floor(result.dataset, result.metric.name)
    return format_value(floor, digits=2) if floor is not None else f"unknown (n = {result.n})"


def _explain(macro: str, address: str, bare: bool, ledger: Ledger) -> tuple[ReferenceProblemCode, str]:
    if bare:
        return ReferenceProblemCode.NO_ADDRESS, "an address in braces is missing"
    if macro == "change" and address in ledger.addresses() + ledger.confirmed_addresses():
        baseline = _baseline_of(address).partition("/")[0]
        if address.startswith(f"{baseline}/"):
            message = f"{baseline} is the baseline itself; name the run to compare with it"
            return ReferenceProblemCode.BASELINE_ITSELF, message
        return ReferenceProblemCode.NO_BASELINE_RESULT, f"{baseline} has no such result to compare with"
    if failed := ledger.failed_attempt(address.partition("/")[0]):
        return ReferenceProblemCode.FAILED_RUN, f"{failed.name} {failed.status} and has no results"
    return ReferenceProblemCode.UNKNOWN, f"no such {_KINDS[macro]}"
