"""Read the unit behind a number, and compare it with the unit of a metric: milliseconds with seconds, nats with bits."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.statements.clauses import Clause
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.numerals import Numeral
from tools.gate.statements.study import Study

_SECONDS = {
    "microsecond": 1e-6, "millisecond": 1e-3, "ms": 1e-3, "second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0, "min": 60.0,
    "hour": 3600.0, "h": 3600.0,
}  # fmt: skip
_INFORMATION = {"bit": 1.0, "nat": 1 / math.log(2)}
_CORRESPONDS = re.compile(r"\b(?:corresponds? to|equals?|is|are|means?|amounts? to|or)\b", re.IGNORECASE)
_KINDS = (_SECONDS, _INFORMATION)
_NAME = r"microseconds?|milliseconds?|ms|seconds?|sec|s|minutes?|min|hours?|h|bits?|nats?"
_ABOUT = r"(?:(?:about|only|roughly|just under|just over)\s+)*"
_MORE = rf"(?:\s*(?:±|,|/|-+|–|\s(?:and|or|to|against|versus|vs\.?)\s)\s*{_ABOUT}\d[\d.]*)*"
"""Other numbers before the unit, as in '0.10 and 0.12 bits' and '1.8 ± 0.1 bits'."""
_UNIT = re.compile(rf"{_MORE}\s*-?(?:of\s+an?\s+)?(?P<unit>{_NAME})(?![\w/])", re.IGNORECASE)
_STATED_UNIT = re.compile(rf"(?:[^\n]*\n)?\W*(?:expressed |given |measured )?in\s+(?P<unit>{_NAME})\s*,", re.IGNORECASE)
_RATE = re.compile(r"\s*(?P<what>[a-z]+)\s*(?:/\s*|\s+(?:per|a|each)\s+)s(?:ec(?:ond)?)?\b", re.IGNORECASE)
_OF_EACH = re.compile(
    r"(?:\s+to\s+\w+)?\s*(?:/|\s(?:per|an?|for each|for every|for one)\s)\s*(?P<what>[a-z]+)", re.IGNORECASE
)


def scale_of(place: NumberPlace, study: Study, metric: str) -> float | None:
    """Return what the unit behind a number is in the unit of a metric; 1 if one of them has none, None if they do not fit."""
    unit = study.metric(metric).unit
    if not unit:
        return 1.0
    if rate := _RATE.match(place.after):
        return 1.0 if _rate_of(unit) == rate["what"].lower().removesuffix("s") else None
    written = _written(place)
    return _ratio(written, unit) if written else 1.0


def metrics_by_unit(place: NumberPlace, study: Study) -> tuple[str, ...]:
    """Return the metrics whose unit fits the one that stands behind a number; none if there is no unit."""
    if not (_RATE.match(place.after) or _written(place)):
        return ()
    timed = tuple(name for name in study.metrics if is_time_of_item(place, study, name))
    with_unit = [name for name in study.metrics if study.metric(name).unit]
    return timed or tuple(name for name in with_unit if scale_of(place, study, name) is not None)


def _written(place: NumberPlace) -> str:
    """Return the unit behind a number, or that of 'in bits, the loss is 3.3'; empty if there is none."""
    found = _UNIT.match(place.after) or _STATED_UNIT.match(place.before)
    return found["unit"] if found else ""


def unit_end(place: NumberPlace) -> int:
    """Return where the unit behind a number ends, in the text after it."""
    found = _RATE.match(place.after) or _UNIT.match(place.after)
    return found.end() if found else 0


def counts_of_item(place: NumberPlace, study: Study) -> list[float]:
    """Return the settings that count what a number is said of, as points in '1.2 ms a point'."""
    item = _OF_EACH.match(place.after, unit_end(place))
    if item is None or not _UNIT.match(place.after):
        return []
    stem = item["what"].lower().removesuffix("s")
    values = {v for run in study.settings.values() for name, v in run.items() if stem in name.lower()}
    return [float(v) for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 1]


def is_time_of_item(place: NumberPlace, study: Study, metric: str) -> float | None:
    """Return the seconds of a number's unit if it is the time of one item that a metric counts by the second."""
    written, item = _UNIT.match(place.after), _OF_EACH.match(place.after, unit_end(place))
    if not written or not item or _rate_of(study.metric(metric).unit) != item["what"].lower().removesuffix("s"):
        return None
    return _SECONDS.get(_base(written["unit"]))


def judge_conversion(clause: Clause, found: Sequence[Numeral]) -> list[Judgement]:
    """Return the judgements of 'a loss of 2 nats is 2.9 bits', which states no result; empty for other clauses."""
    if len(found) != 2 or clause.named("run") or not _CORRESPONDS.search(clause.text[found[0].end : found[1].start]):
        return []
    one, other = (NumberPlace.of(numeral, clause) for numeral in found)
    agrees = _converts(one, other)
    if agrees is None:
        return []
    if agrees:
        return [place.licensed("a conversion of units") for place in (one, other)]
    return [other.judged(Verdict.CONTRADICTED, f"{one.numeral.text} in the other unit is not {other.numeral.text}")]


def _converts(one: NumberPlace, other: NumberPlace) -> bool | None:
    """Tell whether two numbers with different units of one kind are the same quantity; None if they are not comparable."""
    units = [_UNIT.match(place.after) for place in (one, other)]
    if not units[0] or not units[1]:
        return None
    ratio = _ratio(units[0]["unit"], units[1]["unit"])
    if ratio is None or ratio == 1:
        return None
    rounding = other.numeral.half_unit + one.numeral.half_unit * ratio
    return abs(other.numeral.value - one.numeral.value * ratio) <= rounding


def _ratio(written: str, unit: str) -> float | None:
    """Return the size of a written unit in another one; None if they measure different things."""
    for kind in _KINDS:
        if _base(written) in kind and _base(unit) in kind:
            return kind[_base(written)] / kind[_base(unit)]
    return None


def _base(unit: str) -> str:
    name = unit.lower()
    return name if name in ("s", "ms") else name.removesuffix("s")


def _rate_of(unit: str) -> str:
    """Return what a unit counts by the second: `character` for `characters/s`; empty for other units."""
    counted, slash, time = unit.lower().partition("/")
    return counted.removesuffix("s") if slash and time in ("s", "sec", "second") else ""
