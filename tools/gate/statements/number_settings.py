"""Judge numbers of settings, and recognise constants of the code and of the template's description."""

from __future__ import annotations

import itertools
import re

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.statements.number_conventions import is_level
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.numerals import numerals
from tools.gate.statements.study import Study

_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:all|the|these|those|other|both)\s+(?:of\s+)?(?:the\s+)?(?:other\s+)?$", re.IGNORECASE
)
_OWN_VALUE = re.compile(r"(?:'s)?\s+(?:value|setting|choice)(?:\s+of|,|\s*\()?\s*", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\b(?:would|could|future|recommend\w*|not)\b", re.IGNORECASE)


def judge_setting(place: NumberPlace, study: Study) -> Judgement | None:
    """Judge a number that belongs to a setting that the words name; None if it belongs to none."""
    numeral, clause = place.numeral, place.clause
    at = place.start
    if (of_run := _value_of_run(place, study)) is not None:
        return of_run
    near = [
        m
        for m in clause.named("setting")
        if (0 <= at - m.end <= 30 and not _counts_something(place, m.end)) or 0 <= m.start - place.end <= 12
    ]
    between = any(
        m.kind in ("metric", "dataset") and min(at, n.end) <= m.start <= max(at, n.start)
        for n in near
        for m in clause.mentions
    )
    if not near or between or (numeral.in_words and _OF_SOMETHING_ELSE.search(place.before)):
        return None
    names = {name for m in near for name in m.names}
    if numeral.form == "decimal" and all(name.startswith("seed") for name in names):
        return None
    if _is_setting_named_by_its_words(place, study):
        return place.licensed("a setting")
    values = sorted({
        float(value)
        for run in study.settings.values()
        for name, value in run.items()
        if name in names and isinstance(value, int | float)
    })  # fmt: skip
    typed = numeral.form in ("integer", "decimal")
    if typed and any(abs(value - numeral.value) <= 1e-9 + 1e-6 * abs(value) for value in values):
        return place.licensed("a setting")
    if numeral.form == "ratio":
        ratios = [a / b for a, b in itertools.permutations(values, 2) if b]
        if any(abs(ratio - numeral.value) <= numeral.half_unit for ratio in ratios):
            return place.licensed("a ratio of settings")
    if clause.possible or clause.cited or _ELSEWHERE.search(clause.text):
        return place.licensed("not this study's")
    if values and typed:
        name = sorted(names)[0]
        right = ", ".join(f"{value:g}" for value in values)
        return place.judged(Verdict.CONTRADICTED, f"{name} is {right}", right, f"\\setting{{experiment.{name}}}")
    return None


def _value_of_run(place: NumberPlace, study: Study) -> Judgement | None:
    """Judge the value of the only varied setting in "the baseline's value of 0.001"; None if the words say something else."""
    run = next((m for m in reversed(place.clause.named("run")) if m.end <= place.start and not m.by_setting), None)
    if run is None or len(study.varied) != 1 or len(run.names) != 1:
        return None
    between = place.clause.text[run.end - place.clause.start : place.numeral.start]
    value = study.settings.get(run.names[0], {}).get(study.varied[0])
    if not _OWN_VALUE.fullmatch(between) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if abs(value - place.numeral.value) <= 1e-9 + 1e-6 * abs(value):
        return place.licensed("a setting")
    return place.judged(Verdict.CONTRADICTED, f"{study.varied[0]} of {run.names[0]} is {value:g}", f"{value:g}")


def _counts_something(place: NumberPlace, since: int) -> bool:
    """Tell whether a number behind a setting and a comma or colon counts what follows, as in 'three seeds, four sets'."""
    between = place.clause.text[since - place.clause.start : place.numeral.start]
    return place.numeral.form == "integer" and bool(place.nouns) and re.search(r"[,;:]", between) is not None


def is_constant(place: NumberPlace, study: Study) -> bool:
    """Tell whether the words name a constant of the code or the description with this value."""
    value, near = place.numeral.value, _near(place)
    if _is_setting_named_by_its_words(place, study):
        return True
    if any(_equal(constant, value) and _names(name, near) for name, constant in study.constants):
        return True
    for described in numerals(study.description):
        if abs(described.value - value) < 1e-12:
            beside = study.description[max(0, described.start - 60) : described.end + 40]
            if near & {word.lower()[:5] for word in re.findall(r"[A-Za-z]{4,}", beside)}:
                return True
    return is_level(place)


def _is_setting_named_by_its_words(place: NumberPlace, study: Study) -> bool:
    """Tell whether a setting of some run has this value and a part of its name stands beside the number."""
    near = _near(place)
    stated = place.numeral.value / (100 if place.numeral.form == "percent" else 1)
    return any(
        isinstance(value, int | float) and _equal(float(value), stated) and _names(name, near)
        for settings in study.settings.values()
        for name, value in settings.items()
    )


def _near(place: NumberPlace) -> set[str]:
    """Return the beginnings of the words beside a number, without those that name a result and so no constant."""
    before = re.findall(r"[A-Za-z]{2,}", place.before[-80:])[-10:]
    after = re.findall(r"[A-Za-z]{2,}", place.after[:40])[:4]
    clause = place.clause
    results = [m for m in clause.mentions if m.kind in ("run", "dataset", "metric") and not m.by_setting]
    named = " ".join(clause.text[m.start - clause.start : m.end - clause.start] for m in results)
    return {w.lower()[:5] for w in [*before, *after]} - {w.lower()[:5] for w in re.findall(r"[A-Za-z]{2,}", named)}


def _names(name: str, near: set[str]) -> bool:
    return bool({part[:5] for part in re.findall(r"[a-z]+", name.lower()) if len(part) > 1} & near)


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))
