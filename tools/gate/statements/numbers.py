"""Judge the numbers that a text states otherwise than by reference.

A number is licensed by what it counts, by a convention, by a constant of the code or a setting that the words name, by the
work that its clause cites, or by a supposition. Otherwise it is measured: bound to a run, a dataset and a metric it is
compared with the ledger, and unbound it has no evidence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE, CONFIRMATION
from tools.gate.statements.clauses import ParsedSentence
from tools.gate.statements.comparing import compare
from tools.gate.statements.counts import judge_count
from tools.gate.statements.intervals import interval_statements
from tools.gate.statements.lexicon import pattern
from tools.gate.statements.measured_numbers import judge_measured, states_small_value
from tools.gate.statements.number_conventions import is_convention, is_level, judge_symbol
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.number_settings import is_constant, judge_setting
from tools.gate.statements.number_units import judge_conversion, metrics_by_unit
from tools.gate.statements.numerals import numerals
from tools.gate.statements.placement import Placement
from tools.gate.statements.study import Study

_SETTING_CHANGES = re.compile(r"\b(?:setting|value|parameter|rate|size)s?\s+(?:is|are|was|were)\s+$", re.IGNORECASE)
_FREQUENCY = re.compile(
    r"(?:once|twice|thrice)(?!\s+(?:as|the|that|those|its|their|what|more|less|larger|smaller)\b)", re.IGNORECASE
)
"""'It reads the residuals twice in each round.'"""
_IN_USE = re.compile(
    r"\b(?:with|at|on|over|using|uses?|select\w*|keeps?|visits?|trained|sampled|of the|all|only)"
    r"\s+(?:all\s+|the\s+|only\s+)?$",
    re.IGNORECASE,
)
"""Before the number of a setting that no name beside it tells, as in 'trained on 20 levels'."""
_SUPPOSES = re.compile(
    r"\b(?:would|could|might|may|should|can|must|suppose|whether|were|say|imagine|expect\w*|future|do not know)\b",
    re.IGNORECASE,
)
_GRID = re.compile(
    r"\b(?:neighbou?ring|adjacent|consecutive|successive)\s+(?:\w+\s+)?(?:values?|rates?|sizes?|settings?)\b",
    re.I,
)
_CLAIMS_A_TEST = re.compile(r"(?<![\w\\])p\s*(?:<|≤|\\leq?\b)\s*$", re.IGNORECASE)
_CRITERION = re.compile(
    r"\b(?:if|when|whenever|levels?|thresholds?|alpha|criteri\w+|denot\w+|mark\w*|stars?|asterisks?|call\w*|consider\w*"
    r"|requir\w+|defin\w+|counts? as|regard\w+|would|conventional\w*)\b",
    re.IGNORECASE,
)
"""The clause says what p-value a test asks for, and no result of one."""
_OF_A_SETTING = re.compile(r"\s+(?:its|the|this|that)\s+(?:\w+\s+)?(?:value|setting)")


def judge_numbers(sentence: ParsedSentence, study: Study, placement: Placement) -> Iterator[Judgement]:
    """Yield a judgement for each number that counts, sets or measures something."""
    for clause in sentence.clauses:
        found = list(numerals(clause.text))
        converted = judge_conversion(clause, found)
        if converted:
            yield from converted
            continue
        placed = list(interval_statements(clause, study))
        for numeral in found:
            place = NumberPlace.of(numeral, clause)
            if any(s.start <= place.start < s.end for s in placed):
                continue
            if claimed := _judge_p_value(place, study):
                yield claimed
                continue
            if _inside_name(place) or is_convention(place):
                continue
            judgement = judge_symbol(place, study, placement.formulas)
            if not metrics_by_unit(place, study):
                judgement = judgement or judge_count(place, sentence, study, found) or judge_setting(place, study)
            if judgement is None and not _is_licensed(place, study, placement):
                judgement = judge_measured(place, study)
            if judgement:
                yield judgement


def _judge_p_value(place: NumberPlace, study: Study) -> Judgement | None:
    """Judge `p < 0.05` where it states a result. No comparison of the study may have a p-value so small."""
    clause, level = place.clause, place.numeral.value
    states = _CLAIMS_A_TEST.search(place.before) and not (clause.possible or clause.cited)
    if not states or _CRITERION.search(clause.text) or pattern("negation").search(clause.text):
        return None
    addresses = (*study.ledger.addresses(), *study.ledger.confirmed_addresses())
    cells = [address.split("/") for address in addresses if not address.startswith((BASELINE, f"{CONFIRMATION}0"))]
    compared = [compare(study, *cell) for cell in cells if len(cell) == 3]
    found = [c.p_value if c.adjusted_p is None else c.adjusted_p for c in compared if c]
    if any(value is not None and value < level for value in found):
        return None
    reason = "no comparison of this study has a p-value so small; \\change{...} prints the adjusted p-value of one"
    return place.judged(Verdict.CONTRADICTED, reason)


def _inside_name(place: NumberPlace) -> bool:
    return any(
        m.start < place.end and place.start < m.end and (m.by_setting or m.kind != "setting")
        for m in place.clause.mentions
    )


def _is_licensed(place: NumberPlace, study: Study, placement: Placement) -> bool:
    """Tell whether a number that is no convention, count or setting may stand without a result."""
    numeral, clause = place.numeral, place.clause
    if clause.cites and place.end <= clause.own_at and not _in_own_note(place):
        return True
    bound = bool(clause.measured) or any(m.names and m.names != (BASELINE,) for m in clause.named("run"))
    if pattern("hypothetical").search(clause.text) and not bound and not _told_as_result(place):
        return True
    if _is_version(place, study) and not _is_value_of_metric(place):
        return True
    if metrics_by_unit(place, study) and numeral.form != "ratio":
        return False
    if not placement.strict and not bound and not clause.named("metric") and numeral.value in study.known_numbers:
        return True
    if numeral.form == "ratio":
        if _FREQUENCY.match(clause.text, numeral.start):
            return True
        if not bound and not clause.named("metric") and _GRID.search(clause.text):
            return any(math.isclose(numeral.value, step, rel_tol=0.01) for step in study.grid_steps)
        if _OF_A_SETTING.match(place.after) or _SETTING_CHANGES.search(place.before):
            return True
        if not placement.strict and not bound and not clause.named("metric"):
            return True
        if numeral.in_words and not _speaks_of_results(place):
            return True
        named = clause.named("metric") or clause.measured
        if not named and numeral.text.strip().lower() in study.noted and set(place.nouns[:3]) & study.noted:
            return True  # 'half the noise', in the words of a run's note
    if _is_value_of_metric(place):
        return False
    if numeral.form == "integer" and place.nouns and place.nouns[0][:5] in study.name_stems:
        return True  # a count of parts of the method
    if (
        numeral.form == "integer"
        and _IN_USE.search(place.before)
        and numeral.value in study.known_numbers
        and (place.nouns or re.match(r"\s*\(", place.after))
    ):
        return True
    small = numeral.form == "integer" and numeral.value <= 10
    if small and not placement.cell and not (states_small_value(place) and (placement.strict or bound)):
        return True
    if numeral.form == "ratio" or _is_value_of_metric(place):
        return is_level(place)
    return is_constant(place, study)


def _told_as_result(place: NumberPlace) -> bool:
    """Tell whether a condition is followed by a value and no supposition: 'if x is doubled, the loss falls by 0.1'."""
    text = place.clause.text
    if place.numeral.form not in ("decimal", "percent") or not place.clause.named("metric"):
        return False
    return re.search(r"\b(?:if|when)\b", text, re.I) is not None and not _SUPPOSES.search(text)


def _in_own_note(place: NumberPlace) -> bool:
    """Tell whether the number stands in the note of a citation that speaks of this study's runs."""
    clause = place.clause
    note = next(((low, high) for low, high in clause.notes if low <= place.start < high), None)
    return note is not None and any(note[0] <= m.start < note[1] for m in clause.named("run"))


def _is_value_of_metric(place: NumberPlace) -> bool:
    """Tell whether the number is the value of a metric that stands before it, as in 'a loss of 3'."""
    near = any(0 <= place.start - m.end <= 16 for m in place.clause.named("metric"))
    return near and re.search(r"\b(?:of|is|was|to|at|reach\w*|=|≈)\s*[≈∼]?\s*$", place.before) is not None


def _is_version(place: NumberPlace, study: Study) -> bool:
    """Tell whether the environment has this version number."""
    before, after = re.search(r"[\d.]*$", place.before), re.match(r"[\d.]*\d|", place.after)
    version = f"{before[0] if before else ''}{place.numeral.text.strip()}{after[0] if after else ''}"
    return any(re.search(rf"(?<![\d.]){re.escape(version)}(?!\.?\d)", text) for text in study.environment)


def _speaks_of_results(place: NumberPlace) -> bool:
    clause = place.clause
    named = clause.named("metric") or clause.named("run") or clause.named("dataset") or clause.measured
    return bool(named or pattern("results").search(clause.text))
