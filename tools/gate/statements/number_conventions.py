"""Recognise numbers that state no result: pointers, years, levels of tests, symbols and numbers of formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tools.evidence.judgement import Judgement
from tools.gate.statements.counts import judge_seed_count
from tools.gate.statements.lexicon import words
from tools.gate.statements.number_candidates import UNIT
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.numerals import Numeral, numerals
from tools.gate.statements.study import Study

_AND_MORE = r"[\s(]*(?:[\d.]+\s*(?:,|and|or|to|through|-+|–)\s*)*$"
_POINTER = re.compile(
    r"(?:figs?\.?|figures?|tables?|tabs?\.?|sections?|secs?\.?|§|eqs?\.?|equations?|append(?:ix|ices)|chapters?|algorithms?"
    r"|steps?|lines?|rows?|columns?|runs?|seeds?|pages?|pp?\.|versions?|v|phases?|stages?|footnotes?|items?|theorems?"
    rf"|lemmas?|no\.|part){_AND_MORE}",
    re.IGNORECASE,
)
_DOTTED_POINTER = re.compile(
    rf"(?:section|sec|table|fig|eq|appendix|chapter|version|v)\w*\.?{_AND_MORE}", re.IGNORECASE
)
_YEAR = re.compile(
    r"(?:\b(?:in|since|until|before|after|year|by|from|of|early|late|mid)\s+|\(\s*|,\s*|[A-Z]\w+\s+|al\.\s*\(?)$"
)
_NOT_COUNTED = re.compile(
    r"\s+(?:and|or|to|by|the|as|with|in|for|on|a|was|is|were|has|had|diffusion|models?)\b|(?!\s+[a-z])", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"(?:arxiv|doi|isbn|commit|version|https?)\W*\S*$", re.IGNORECASE)
_LEVELS = (0.1, 0.05, 0.025, 0.01, 0.005, 0.001, 5, 1, 10, 2.5, 90, 95, 99, 68, 97.5, 0.95, 0.9, 0.99, 0.975, 0.5)
_LEVEL = re.compile(
    r"confidence|credible|interval|\bCIs?\b|\blevels?\b|significan|alpha|α|\bp\b\s*[-<>=≤≥]|p-?\s*value|quantile|percentile"
    r"|bootstrap|\bp\s|threshold|critical|error rate|power",
    re.IGNORECASE,
)
_DECAYS = (0.9, 0.999, 0.99, 0.95, 1e-8, 0.98)
_OF_DATA = re.compile(r"\b(?:points|samples|examples|observations|instances|images|sequences)\b", re.IGNORECASE)
_BOUND = re.compile(
    r"(?P<name>[A-Za-z_]+|[α-ωϵ])\s+(?:above|below|beyond|over|under|up to|down to|of at (?:least|most))\s+$"
)
"""'Values of η above 1.'"""
_SYMBOL = re.compile(r"(?P<name>[A-Za-zα-ωϵ]+)\s*(?:_\s*\{?\s*\w+\s*\}?)?\s*(?:=|≈|∼|:=)\s*$")


def is_convention(place: NumberPlace) -> bool:
    """Tell whether a number is a pointer, a year, a level of a test, a quantile or a usual constant of an optimiser."""
    numeral = place.numeral
    if _is_pointer(place) or _is_year(place) or _IDENTIFIER.search(place.before):
        return True
    near = place.before[-45:] + " # " + place.after[:45]
    level = numeral.value < 1 or numeral.form == "percent" or re.search(r"percentile|CI", near)
    if level and _among(numeral.value, _LEVELS) and _LEVEL.search(near):
        return not (re.search(r"\bp\b\s*=\s*$", place.before) and place.clause.named("run"))
    if numeral.form in ("decimal", "integer") and re.search(
        r"quantile|critical|degrees of freedom|\bt\b\s*[_({=]", near
    ):
        return _is_quantile(numeral)
    if _among(numeral.value, _DECAYS) and re.search(
        r"\badam|β|beta|momentum|epsilon|ε|ϵ", place.clause.text, re.IGNORECASE
    ):
        return True
    return place.nouns[:1] != () and place.nouns[0] in words("statistics") and _small_integer(numeral)


def is_level(place: NumberPlace) -> bool:
    """Tell whether a number may be the level of a test that its clause speaks of."""
    numeral, speaks = place.numeral, bool(_LEVEL.search(place.clause.text))
    if numeral.form == "decimal":
        return speaks and 0 < numeral.value <= 0.1 and _among(numeral.value, _LEVELS)
    return speaks and numeral.in_words and numeral.form == "ratio" and not place.clause.named("metric")


def judge_symbol(place: NumberPlace, study: Study, formulas: Sequence[tuple[int, int]]) -> Judgement | None:
    """Judge `n = 3`, `k=5`, `T = 100`; and numbers of formulas.

    Args:
        formulas: spans of formulas that are more than a symbol and its value.
    """
    numeral, clause = place.numeral, place.clause
    bound = _BOUND.search(place.before)
    if bound and _letter(bound["name"]) in study.setting_names and not UNIT.match(place.after):
        return place.licensed("a bound of a setting")
    symbol = _SYMBOL.search(place.before)
    name = symbol["name"].lower() if symbol else ""
    if name == "n" and numeral.form == "integer" and not (_OF_DATA.search(clause.text) and _is_known(numeral, study)):
        return judge_seed_count(place, study)
    if name == "p":
        return None
    if _letter(name) in study.setting_names and any(
        numeral.value == values.get(_letter(name)) for values in study.settings.values()
    ):
        return place.licensed("a setting")
    if 0 < len(name) <= 6 and not clause.named("metric"):
        if _is_known(numeral, study):
            return place.licensed("a setting")
        if numeral.value in (0, 1) or _among(numeral.value, _DECAYS):
            return place.licensed("a constant")
    formula = next(((low, high) for low, high in formulas if low <= place.start < high), None)
    if formula and not any(formula[0] <= m.start < formula[1] and m.kind != "setting" for m in clause.mentions):
        return place.licensed("a number of a formula")
    if (
        re.search(r"[α-ω√∥‖|_^\\∑∏∫ϵ∈×]", place.before[-2:] + place.after[:2])
        and numeral.form in ("integer", "ratio")
        and not clause.named("metric")
    ):
        return place.licensed("a number of a formula")
    return None


def _letter(symbol: str) -> str:
    """Return the name of a Greek letter, other symbols as they are."""
    name = unicodedata.name(symbol, "") if len(symbol) == 1 else ""
    return name.removeprefix("GREEK SMALL LETTER ").lower() if name.startswith("GREEK SMALL LETTER ") else symbol


def _is_pointer(place: NumberPlace) -> bool:
    before, numeral = place.before[-60:], place.numeral
    if not _POINTER.search(before) or re.match(r"\s*(?:%|percent|bits?\b)", place.after):
        return False
    if numeral.form == "integer":
        return True
    return numeral.form == "decimal" and numeral.value >= 1 and _DOTTED_POINTER.search(before) is not None


def _is_year(place: NumberPlace) -> bool:
    numeral = place.numeral
    return (
        numeral.form == "integer"
        and 1900 <= numeral.value < 2100
        and _YEAR.search(place.before) is not None
        and (not place.nouns or _NOT_COUNTED.match(place.after) is not None)
    )


def _is_quantile(numeral: Numeral) -> bool:
    from scipy import stats

    if numeral.form == "integer":
        return numeral.value <= 100
    degrees = [*range(1, 41), 50, 60, 100]
    values = [float(stats.t.ppf(level, df)) for df in degrees for level in (0.95, 0.975, 0.995)] + [1.645, 1.96, 2.576]
    return numeral.half_unit <= 0.051 and any(numeral.prints(value) for value in values)


def _is_known(numeral: Numeral, study: Study) -> bool:
    """Tell whether a setting, a constant of the code or the template's description has this value."""
    values = {*study.known_numbers, *(value for _, value in study.constants)}
    values |= {described.value for described in numerals(study.description)}
    return any(abs(numeral.value - value) <= 1e-9 * max(1, abs(value)) for value in values)


def _among(value: float, values: tuple[float, ...]) -> bool:
    return any(abs(value - other) < 1e-9 if other > 1e-6 else value == other for other in values)


def _small_integer(numeral: Numeral) -> bool:
    return numeral.form == "integer" and numeral.value <= 10
