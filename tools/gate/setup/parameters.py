"""Judge the numbers of a set-up: sizes, rates, steps, splits and times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tools.evidence.formatting import format_setting
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.passes import counts_passes, judge_passes
from tools.gate.setup.seed_counts import COUNTED_SEEDS, judge_seed_counts, judge_seed_values
from tools.gate.setup.statements import Force, Passage
from tools.gate.setup.words import Parameter, setup_words, words
from tools.gate.statements.numerals import Numeral, numerals

_LINK = re.compile(
    r"[\s:=(,≈∼]*(?:(?:sizes?|values?|set|fixed|kept|held|equal|chosen|is|are|was|were|of|to|at|as|by|"
    r"with|uses?|using|a|an|the|over|for|in|all|cases|initially|always|coefficient|factor|probability|"
    r"strength"
    r"|rate|norm|which|being|only|about|exactly|runs?|every|throughout|both|equals?|stays?|remains?|"
    r"decays?|starts?|from|just|has|have|consists?|contains?|comprises?|holds?|takes?)\b[\s:=(≈∼]*){0,6}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[\s-]*(?:(?!(?:of|in|for|with|per|and|or|on|at|to|by|from|between|than|is|are|was|were|after|over|under|"
    r"points?|bits?|times|different|values?|settings?|levels?)\b)[A-Za-z][\w-]*[\s-]+){0,3}",
    re.IGNORECASE,
)
_EVERY = re.compile(
    r"\b(?:all|every|each|throughout|always|fixed|constant|the same|identical|never changed|unchanged)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"(?P<what>\b(?:each|every|one|a|a single|the) (?:\w+ )?(?:run|seed)|\bruns\b|"
    r"\btraining\b(?: (?:one|a|each|every|the) \w+)?(?: on \w+ \w+)?|"
    r"\b(?:the )?(?:whole|entire|full|complete) (?:study|experiment)\b|\ball (?:\w+ )?(?:runs|"
    r"experiments)(?: together)?\b|\b(?:the )?experiments?\b)"
    r"\s+(?:together\s+)?(?:\w+ )?(?:takes?|took|lasts?|lasted|needs?|needed|finish\w*|complet\w*|"
    r"requires?|required|ran|runs?|cost)\s+(?P<hedge>(?:\w+\s+){0,3}?)(?:an?\s+)?(?=\d|\w+ (?:an? |GPU |"
    r"CPU )?[-]?(?:second|minute|hour|day|week)s?)",
    re.IGNORECASE,
)
_UNIT = {
    "second": 1.0,
    "s": 1.0,
    "minute": 60.0,
    "min": 60.0,
    "hour": 3600.0,
    "h": 3600.0,
    "day": 86400.0,
    "week": 604800.0,
}
_SPLIT = re.compile(
    r"(?<![\d.])(\d{1,2})\s*%?\s*[/:-]\s*(\d{1,2})\s*%?(?:\s*[/:-]\s*(\d{1,2})\s*%?)?\s+(?:(?:random|"
    r"training|train\w*|data|stratified|temporal)[\s/-]*)*(?:test |validation )?split",
    re.IGNORECASE,
)
_SPLIT_INTO = re.compile(
    r"\bsplit\w*\s+(?:\w+\s+){0,2}?(\d{1,2})\s*%?\s*[/:-]\s*(\d{1,2})\s*%?(?:\s*[/:-]\s*(\d{1,2})\s*%?)?(?![\d.])",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(\d{1,2}(?:\.\d)?)\s*%\s+(?:of\s+(?:the\s+|all\s+)?(?:\w+\s+)?(?:data|points|samples|examples|"
    r"images|sequences|instances|sets?)\b|(?:is|are|was|were)\s+(?:held out|used for (?:training|"
    r"testing|validation)))",
    re.IGNORECASE,
)

_PLURAL = re.compile(r"(?:rates|sizes|decays|widths|depths|lengths|schedules)$", re.IGNORECASE)
_NEXT_IN_LIST = re.compile(r"\s*,\s*(?:and\s+)?")
"""Between a name and the count of something else, as in 'four learning rates, three seeds'."""
_PART = re.compile(r"\b(?:first|last|initial|final|early)\s+$", re.IGNORECASE)
_SERIES = re.compile(
    r"(?:\s+(?:in|for)\s+(?:the\s+)?(?:baseline|run[\s_]*\d+))?\s*(?:,|,?\s+and|,?\s+or|/|\s+versus|\s+to)\s+",
    re.IGNORECASE,
)
_SIDE = re.compile(r"\s+(?:(?P<up>larger|higher|greater|bigger)|smaller|lower)\s", re.IGNORECASE)
_INTERVAL = re.compile(r"\bevery\s+$", re.IGNORECASE)
_STEPS = re.compile(r"\s+(?:\w+\s+)?(?:steps|iterations|updates)")
_INTERVALS = r"\w*(?:every|interval|freq\w*|period)"
_OF_ITEMS = re.compile(r"\s+of\s+[\d,. ]+\s[a-z]{4,}s\b", re.IGNORECASE)
"""Behind a name: the number of what each of it holds, as in 'steps of 128 points'."""
_PORTION = re.compile(r"frac|ratio|split|test|val|train|hold|portion|share", re.IGNORECASE)


@dataclass(frozen=True)
class _Bound:
    """A number and the parameter that it belongs to."""

    numeral: Numeral
    name: str
    parameter: Parameter
    value: float
    counts: bool
    """It counts values, as in 'four learning rates'."""


def judge_parameters(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement for each number of the set-up that a passage states."""
    found = list(numerals(passage.text))
    bound = list(_bind(passage.text, found, evidence))
    for numeral in dict.fromkeys(one.numeral for one in bound):
        if passage.force(numeral.start, numeral.end) is Force.STATED:
            judged = [
                _judge_value(one, passage, evidence, alone=sum(other.name == one.name for other in bound) == 1)
                for one in bound
                if one.numeral == numeral
            ]
            strict = [
                j
                for j, one in zip(judged, [b for b in bound if b.numeral == numeral], strict=True)
                if not one.parameter.loose
            ]
            yield from [j for j in judged if j.verdict is Verdict.SUPPORTED][:1] or strict[:1]
    yield from judge_seed_counts(passage, evidence, found)
    yield from judge_seed_values(passage, evidence)
    yield from judge_passes(passage, evidence, found)
    yield from _splits(passage, evidence)
    yield from _times(passage, evidence, found)


def _bind(text: str, found: Sequence[Numeral], evidence: SetupEvidence) -> Iterator[_Bound]:
    mentions = []
    for name, parameter in setup_words().parameters.items():
        if not parameter.needs or re.search(parameter.needs, text, re.IGNORECASE):
            mentions += [(m.start(), m.end(), name, parameter) for m in words(parameter.text).finditer(text)]
    for setting in evidence.settings:
        spelled = r"[\s_-]*".join(
            rf"{part.removesuffix('s')}\w*" if len(part) > 3 else part
            for part in re.findall(r"[a-z]+", setting.lower())
        )
        if len(setting) > 3:
            parameter = Parameter(text=spelled, code=re.escape(setting), loose=True)
            mentions += [(m.start(), m.end(), setting, parameter) for m in words(spelled).finditer(text)]
    mentions.sort(key=lambda m: (m[0], -m[1]))
    longest = [
        m for i, m in enumerate(mentions) if not any(o[0] <= m[0] and m[1] <= o[1] and o[:2] != m[:2] for o in mentions)
    ]
    first = {(m[0], m[1]): m for m in reversed(longest)}
    last: list[_Bound] = []
    for numeral in found:
        if numeral.form == "ratio" or counts_passes(text, numeral, evidence):
            continue
        if _INTERVAL.search(text[: numeral.start]) and re.match(
            r"\s+(?:\w+\s+)?(?:steps|iterations|updates)", text[numeral.end :]
        ):
            parameter = Parameter(text="", code=_INTERVALS)
            last = []
            if evidence.values(parameter):
                yield _Bound(numeral, "steps between evaluations", parameter, _scaled(numeral, text), counts=False)
                continue
        if last and _SERIES.fullmatch(text[last[0].numeral.end : numeral.start]):
            last = [replace(one, numeral=numeral, value=_scaled(numeral, text)) for one in last]
            yield from last
            continue
        after = next(
            (m for m in first.values() if m[0] >= numeral.end and _BETWEEN.fullmatch(text[numeral.end : m[0]])), None
        )
        before = next(
            (
                m
                for m in reversed(first.values())
                if m[1] <= numeral.start and _LINK.fullmatch(text[m[1] : numeral.start])
            ),
            None,
        )
        if after and before and _owned_by_next(text, after[1], found):
            after = None
        if (
            before
            and _NEXT_IN_LIST.fullmatch(text[before[1] : numeral.start])
            and re.match(r"\s+[a-z]", text[numeral.end :])
        ):
            before = None
        if (
            before
            and text[: before[1]].endswith(("steps", "iterations", "updates"))
            and _OF_ITEMS.match(text, before[1])
        ):
            before = None
        if before and COUNTED_SEEDS.match(text, numeral.end):
            before = None
        readings = [m for m in (after, before) if m]
        if before and after and len(text[numeral.end : after[0]].split()) > 1:
            readings.reverse()
        last = []
        for start, end, name, parameter in readings:
            plural = after == (start, end, name, parameter) and _PLURAL.search(text[start:end]) is not None
            last.append(_Bound(numeral, name, parameter, _scaled(numeral, text), plural))
        yield from last


def _owned_by_next(text: str, end: int, found: Sequence[Numeral]) -> bool:
    return any(n.start >= end and _LINK.fullmatch(text[end : n.start]) for n in found)


def _scaled(numeral: Numeral, text: str) -> float:
    if numeral.form == "percent":
        return numeral.value / 100
    suffix = re.match(r"\s?(k|K|M)\b", text[numeral.end :])
    return numeral.value * ({"k": 1e3, "m": 1e6}[suffix[1].lower()] if suffix else 1)


def _judge_value(one: _Bound, passage: Passage, evidence: SetupEvidence, *, alone: bool) -> Judgement:
    start, end = passage.start + one.numeral.start, passage.start + one.numeral.end
    runs = [run for run in passage.runs if run in evidence.study.settings] if alone and not one.counts else []
    values = evidence.values(one.parameter, runs)
    if one.parameter.product:
        base = evidence.values(setup_words().parameters["learning rate"], runs)
        values = sorted({*values, *(a * b for a in values for b in base)})
    if one.name == "hidden layers" and not re.search(r"hidden|residual", passage.text, re.IGNORECASE):
        values = sorted({v + extra for v in values for extra in (0, 1, 2)})  # with the first and the last layer
    right = ", ".join(format_setting(_whole(v)) for v in values)
    if values and one.counts:
        agrees = int(one.value) in _countable(one, passage, evidence, len(values))
        verdict = Verdict.SUPPORTED if agrees else Verdict.CONTRADICTED
        reason = f"the runs have {len(values)} values of the {one.name}"
        return Judgement(verdict, FindingCode.CONTRADICTED_SETUP, start, end, reason, str(len(values)))
    if not values:
        return _without_value(one, evidence, start, end)
    if any(_same(one.value, v) for v in values):
        if alone and not runs and len(values) > 1 and _EVERY.search(passage.text) and _varied(one.parameter, evidence):
            reason = f"{one.name} is not the same in all runs: {right}"
            return Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, right)
        return Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, f"{one.name}: {right}")
    if named := evidence.constant_named(one.value, passage.text):
        return Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, f"{named} = {one.value:g}")
    if "steps" in one.name and one.value <= max(values) and _PART.search(passage.text[: one.numeral.start]):
        return Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, "a part of the training")
    if one.name == "steps" and one.value <= 10:
        reason = "a few steps, which need not be those of the training"
        return Judgement(Verdict.NOT_CHECKABLE, FindingCode.UNVERIFIED_SETUP, start, end, reason)
    reason = f"{one.name}: the experiment has {right}, not {one.numeral.text.strip()}"
    return Judgement(
        Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, right, _macro(one, evidence, runs)
    )


def _countable(one: _Bound, passage: Passage, evidence: SetupEvidence, total: int) -> tuple[int, ...]:
    """Return the numbers of values that a passage may count: all of them, the changed ones, or those on one side."""
    sides = _SIDE.match(passage.text, one.numeral.end)
    names = [name for name in evidence.study.varied if re.fullmatch(one.parameter.code, name, re.IGNORECASE)]
    if sides and names:
        return tuple(len(evidence.study.runs_beyond(name, above=sides["up"] is not None)) for name in names)
    return (total, total - 1)


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def _same(stated: float, value: float) -> bool:
    return abs(stated - value) <= 1e-6 * max(abs(value), abs(stated))


def _varied(parameter: Parameter, evidence: SetupEvidence) -> bool:
    return any(re.fullmatch(parameter.code, name, re.IGNORECASE) for name in evidence.study.varied)


def _macro(one: _Bound, evidence: SetupEvidence, runs: Sequence[str]) -> str:
    for run in runs or [BASELINE]:
        for name in next((r.settings for r in evidence.study.ledger.completed if r.name == run), {}):
            if re.fullmatch(one.parameter.code, name.rpartition(".")[2], re.IGNORECASE):
                return f"\\setting{{{'' if run == BASELINE else run + '/'}{name}}}"
    return ""


def _without_value(one: _Bound, evidence: SetupEvidence, start: int, end: int) -> Judgement:
    if one.parameter.required and evidence.code.known:
        reason = f"neither the code nor a setting of a run has this: {one.name}"
        return Judgement(Verdict.NO_EVIDENCE, FindingCode.UNSUPPORTED_SETUP, start, end, reason)
    reason = f"{one.name}: no setting and no named constant of the code says its value"
    return Judgement(Verdict.NOT_CHECKABLE, FindingCode.UNVERIFIED_SETUP, start, end, reason)


# ---------------------------------------------------------------- splits and times


def _splits(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    for match in [*_SPLIT.finditer(passage.text), *_SPLIT_INTO.finditer(passage.text), *_SHARE.finditer(passage.text)]:
        if passage.force(match.start(), match.end()) is not Force.STATED:
            continue
        shares = [float(g) / 100 for g in match.groups() if g and re.fullmatch(r"[\d.]+", g)]
        named = [*evidence.code.constants, *((name, v) for name, values in evidence.settings.items() for v in values)]
        known = {round(float(v), 4) for name, v in named if _PORTION.search(name) and isinstance(v, int | float)}
        start, end = passage.start + match.start(), passage.start + match.end()
        fits = sum(round(share, 4) in known or round(1 - share, 4) in known for share in shares)
        if fits == len(shares) or (fits and fits >= len(shares) - 1):
            yield Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, "a share in the code")
        elif evidence.code.known:
            reason = "no share of this size is in the code or the settings"
            yield Judgement(Verdict.NO_EVIDENCE, FindingCode.UNSUPPORTED_SETUP, start, end, reason)


def _times(passage: Passage, evidence: SetupEvidence, found: Sequence[Numeral]) -> Iterator[Judgement]:
    """Judge how long runs are said to take against their measured wall time."""
    walls = [run.usage["wall_seconds"] for run in evidence.study.ledger.completed if "wall_seconds" in run.usage]
    if not walls or (
        passage.clause and any(m.kind == "metric" and "training_time" not in m.names for m in passage.clause.mentions)
    ):
        return
    for match in _TIME.finditer(passage.text):
        numeral = next((n for n in found if 0 <= n.start - match.end() <= 3), None)
        unit = re.match(
            r"(?:\s+an?\b)?[\s-]*(?:(?:GPU|CPU|core|wall-?clock)[\s-])?(second|minute|min|hour|day|week|s|h)s?\b",
            passage.text[numeral.end :] if numeral else "",
        )
        if numeral is None or unit is None or passage.force(match.start(), match.end()) is not Force.STATED:
            continue
        seconds = numeral.value * _UNIT[unit[1].lower()]
        half = 0.5 * _UNIT[unit[1].lower()] if numeral.form == "integer" else numeral.half_unit * _UNIT[unit[1].lower()]
        whole = re.search(r"whole|entire|full|complete|all|experiments?\b", match["what"], re.IGNORECASE) is not None
        low, high = (sum(walls), sum(walls)) if whole else (min(walls), max(walls))
        bound = re.search(r"\b(?:under|below|at most|less|up|within|no more|fewer)\b", match["hedge"], re.IGNORECASE)
        start, end = passage.start + numeral.start, passage.start + numeral.end
        right = f"{low:.3g} to {high:.3g} s" if low != high else f"{low:.3g} s"
        fits = high <= seconds * 1.001 if bound else low * 0.8 - half <= seconds <= high * 1.25 + half
        if fits:
            yield Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, f"measured: {right}")
        else:
            reason = f"measured wall time: {right}"
            yield Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, right)
