"""Find the runs, datasets, metrics and settings that a text names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tools.evidence.names import name_parts
from tools.evidence.records import BASELINE
from tools.gate.statements.lexicon import lemmas, words
from tools.gate.statements.numerals import numerals
from tools.gate.statements.study import Study

Kind = Literal["run", "dataset", "metric", "setting"]

_AND_RUN = r"\s*(?:,|and|or|to|through|-+|–|&)\s*(?:run[\s_]*)?"
_RUNS = re.compile(rf"\bruns?[\s~_]*(?P<first>\d+)(?P<rest>(?:{_AND_RUN}\d+(?![\d.,]*\d*\s*(?:%|\w)))*)", re.IGNORECASE)
_FURTHER_RUN = re.compile(r"(,|and|or|to|through|-+|–|&)\s*(?:run[\s_]*)?(\d+)", re.IGNORECASE)
_BASELINE = re.compile(
    r"\b(?:baseline|defaults?|unmodified (?:model|code|run|template)|reference run|control run"
    r"|original (?:setting|run|value|model))\b(?:'s)?(?![\s-]+(?:template|code path))",
    re.IGNORECASE,
)
_RATIOS = {
    "halv": 0.5, "half": 0.5, "doubl": 2.0, "twice": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "fourfold": 4.0,
    "quarter": 0.25, "fourth": 0.25, "third": 1 / 3, "fifth": 0.2, "eighth": 0.125, "tenth": 0.1,
}  # fmt: skip
_GERUND = r"halving|doubling|tripling|quadrupling|quartering"
_AND_MULTIPLE = re.compile(rf"\b({_GERUND})\s+(?:and|or|nor)\s+$", re.IGNORECASE)
_BARE_MULTIPLE = re.compile(
    rf"\b(?P<gerund>{_GERUND})(?=\s+(?:did|does|was|is|has|had|gave|gives|never|also|hurts|helps|costs|raises|lowers|changes)\b)"
    rf"|\b(?:than|for|by|with|from)\s+(?P<last>{_GERUND})(?=\s*(?:[,.;:)]|$))"
    r"|\b(?P<of_it>half|twice|double)\s+(?:its\s+value|that\s+value)(?![\w-])"
    r"|(?<=\bfor\s)(?P<listed>half|twice|double|(?:a\s+)?quarter)(?=\s*(?:,|\band\b|[.)]|$))"
    r"|\bits\s+(?P<its>double|half)(?![\w-])",
    re.IGNORECASE,
)
_CHANGED_ONE = re.compile(
    r"\bthe\s+(?P<how>(?:halv|doubl|tripl|trebl|quadrupl|quarter)ed)\s+(?:one|setting|value|rate|run|model|variant)\b",
    re.IGNORECASE,
)
"""'The quadrupled setting loses to the doubled one.'"""
_SIDE = r"larger|higher|greater|smaller|lower"
_VALUES = re.compile(
    rf"\b(?P<first>{_SIDE})\s+(?:and|or|nor)\s+(?:\w+ly\s+)?(?P<second>{_SIDE})\s+(?:values?|ones?|rates?)\b"
    rf"|\b(?:with|to|at|for|towards?|beyond)\s+(?:even\s+|still\s+)?(?P<to>{_SIDE})\s+values?\b(?!\s+(?:of|on|in|for)\b)"
    rf"|\bthe\s+(?P<one>{_SIDE})\s+(?:one|values?)\b(?!\s+(?:of|on|in)\b)",
    re.IGNORECASE,
)
_NUMBER_WORDS = {"two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "eight": 8.0, "ten": 10.0}
_REST = {
    "eval": "uation", "val": "idation", "acc": "uracy", "train": "ing", "infer": "ence", "num": "ber of",
    "param": "eters?", "temp": "erature", "freq": "uency", "prob": "ability", "mem": "ory", "perp": "lexity",
    "div": "ergence", "corr": "elation", "prec": "ision", "rec": "all", "gen": "eration",
}  # fmt: skip
"""How names shorten words; the text may write the rest."""


@dataclass(frozen=True)
class Mention:
    """A place at which a text names runs, datasets, metrics or settings."""

    kind: Kind
    names: tuple[str, ...]
    start: int
    end: int
    several: bool = False
    """The text means all names, as in 'runs 1 and 2'; else one of them, as with an ambiguous 'time'."""
    by_setting: bool = False
    """A run named by what it changes."""


_VALUE_LINK = r"(?:\s+value)?\s*(?:\s(?:of|is|was|at|to)\s|=|≈)?\s*(?:only\s+|about\s+)?"
_LISTED = re.compile(r"\s*(?:,|and\b|or\b|to\b|-)\s*(?:and\s+|or\s+)?\d")
"""Behind the first of several values, which describe no run."""
_STEP_SIZES = ("learning_rate", "lr")
NamePattern = tuple[Kind, str, re.Pattern[str]]


@lru_cache(maxsize=4)
def name_patterns(study: Study) -> list[NamePattern]:
    """Return the kind, name and pattern of everything that a text may name."""
    found: list[NamePattern] = []
    heads: dict[str, list[str]] = {}
    for name in study.metrics:
        for title in {name, study.metric(name).label} - {""}:
            parts = name_parts(title)
            found.append(("metric", name, _sequence(parts)))
            if len(parts) > 1:
                heads.setdefault(parts[-1], []).append(name)
                for start in range(1, len(parts) - 1):
                    heads.setdefault(" ".join(parts[start:]), []).append(name)
                if parts[0] not in words("generic_names") and len(parts[0]) <= 5 and not lemmas(parts[0]):
                    found.append(("metric", name, _sequence(parts[:1])))
    for head, names in heads.items():
        if len(head) > 3:
            found += [("metric", name, _sequence(head.split())) for name in dict.fromkeys(names)]
    found += [("dataset", name, _sequence(name_parts(name), plural=True)) for name in study.datasets]
    for what, name in study.nicknames.items():
        common = what in words("no_subjects")  # 'on the bar', not the bars of a chart
        spelled = rf"(?<=\bon\sthe\s){what}(?!\w)" if common else _sequence(what.split(), plural=True).pattern
        found.append(("dataset", name, re.compile(spelled, re.IGNORECASE)))
    # 'the dinosaur' is the dataset dino; a name that is a word itself has no such longer form
    found += [
        ("dataset", name, re.compile(rf"(?<![\w\\-]){name}[a-z]+(?!\w)", re.IGNORECASE))
        for name in study.datasets
        if re.fullmatch(r"[a-z]{4,}", name) and not lemmas(name)
    ]
    settings = dict.fromkeys(name for values in study.settings.values() for name in values)
    found += [("setting", name, _sequence(["step", "size"], plural=True)) for name in settings if name in _STEP_SIZES]
    found += [("setting", name, _sequence(name_parts(name), plural=True)) for name in settings]
    for run in study.ledger.runs:
        label = name_parts(re.split(r"[:(=;,.]", run.note)[0])
        is_setting = any(name_parts(setting) == label for setting in study.varied)
        if run.name != BASELINE and 1 < len(label) <= 6 and not is_setting:
            found.append(("run", run.name, _sequence(label)))
    return found


def find_mentions(text: str, study: Study) -> list[Mention]:
    """Return the mentions in a plain text, by position. A longer name hides a shorter one inside it."""
    raw = [*_changed_settings(text, study), *_numbered(text)]
    for kind, name, pattern in name_patterns(study):
        raw += [Mention(kind, (name,), m.start(), m.end()) for m in pattern.finditer(text)]
    raw += [Mention("run", (BASELINE,), m.start(), m.end()) for m in _BASELINE.finditer(text)]
    raw = [m for m in raw if text[m.start : m.end].lower() != "times"]  # 'three times' names no duration
    kept: list[Mention] = []
    for mention in sorted(raw, key=lambda m: (m.start, m.start - m.end)):
        last = kept[-1] if kept else None
        if last is None or mention.start >= last.end:
            kept.append(mention)
        elif (mention.start, mention.end, mention.kind) == (last.start, last.end, last.kind) and not last.several:
            kept[-1] = Mention(last.kind, tuple(dict.fromkeys(last.names + mention.names)), last.start, last.end)
    return kept


def _numbered(text: str) -> Iterator[Mention]:
    for match in _RUNS.finditer(text):
        numbers = [int(match["first"])]
        for link, number in _FURTHER_RUN.findall(match["rest"]):
            if link.lower() in ("to", "through") or set(link) <= {"-", "–"}:
                numbers += range(numbers[-1] + 1, min(int(number), numbers[-1] + 50) + 1)
            else:
                numbers.append(int(number))
        yield Mention("run", tuple(f"run_{n}" for n in numbers), match.start(), match.end(), len(numbers) > 1)


def _changed_settings(text: str, study: Study) -> Iterator[Mention]:
    """Yield runs that are named by what they change: 'halving the learning rate', 'a larger batch size'."""
    article = r"(?:the|a|an|its|our|this|their)?\s*(?:(?:baseline|default)(?:'s)?\s+)?"
    for setting in study.varied:
        parts = name_parts(setting)
        name = r"[\s_-]*".join(parts)
        noun = rf"(?:{name}s?|(?:step(?: size)?|rate|{parts[-1]})s?)"
        pronoun = "|it\\b|them\\b" if len(study.varied) == 1 else ""
        multiples = re.compile(
            r"\b(?P<how>halv\w+|half|doubl\w+|twice|tripl\w+|trebl\w+|quadrupl\w+|fourfold|quarter\w*|(?:an?|one)[\s-](?:third|fourth|fifth|eighth|tenth)|(?P<n>\w+)[\s-]+(?:times|fold))[\s-]+"
            rf"(?:of\s+)?(?:{article}{noun}{pronoun}(?:\s+of\s+(?:the\s+)?(?:baseline|default|run[\s_]*0))?"
            r"|(?:the\s+|its\s+)?(?:default|baseline)(?!\w))",
            re.IGNORECASE,
        )
        for match in multiples.finditer(text):
            if ratio := _ratio(match["how"], match["n"]):
                both = _AND_MULTIPLE.search(text[: match.start()])
                runs = study.runs_with(setting, ratio)
                runs += study.runs_with(setting, _ratio(both[1], None) or 0.0) if both else ()
                start = both.start() if both else match.start()
                yield Mention("run", runs, start, match.end(), several=both is not None, by_setting=True)
        yield from _by_value(text, study, setting, noun)
        if len(study.varied) == 1:
            yield from _understood(text, study, setting, noun)
        directions = re.compile(
            r"(?:\b(?P<up>larger?|high(?:er)?|greater|big(?:ger)?|increas\w+|rais\w+|enlarg\w+)"
            rf"|\b(?P<down>small(?:er)?|low(?:er\w*)?|reduc\w+|decreas\w+|shrinking|cutting))\s+(?:(?:in|of)\s+)?{article}{noun}(?![\w-])",
            re.IGNORECASE,
        )
        changed = re.compile(
            rf"\b{noun}\s+(?:is|are|was|were|being|been)\s+(?:\w+ly\s+)?(?:(?P<how>(?:halv|doubl|tripl|trebl|quadrupl|quarter)ed)"
            r"|(?P<up>increased|raised|enlarged)|reduced|decreased|lowered|cut)\b(?!\s+(?:during|over|linearly|every|after|by|with))",
            re.IGNORECASE,
        )
        for match in changed.finditer(text):
            ratio = _ratio(match["how"], None) if match["how"] else None
            runs = study.runs_with(setting, ratio) if ratio else study.runs_beyond(setting, above=bool(match["up"]))
            yield Mention("run", runs, match.start(), match.end(), by_setting=True)
        for match in directions.finditer(text):
            runs = study.runs_beyond(setting, above=bool(match["up"]))
            yield Mention("run", runs, match.start(), match.end(), by_setting=True)
        extremes = re.compile(
            rf"\b(?:(?P<top>largest|highest|greatest|maxim\w+)|smallest|lowest|minim\w+)\s+{noun}(?![\w-])",
            re.IGNORECASE,
        )
        for match in extremes.finditer(text):
            ranked = study.ranked_by(setting)
            if ranked:
                run = ranked[-1] if match["top"] else ranked[0]
                yield Mention("run", (run,), match.start(), match.end(), by_setting=True)


def _by_value(text: str, study: Study, setting: str, noun: str) -> Iterator[Mention]:
    """Yield runs named by the value of what they change: 'a learning rate of 0.006'."""
    for numeral in numerals(text):
        named = re.search(rf"\b{noun}{_VALUE_LINK}$", text[: numeral.start], re.IGNORECASE)
        if named and numeral.form in ("decimal", "integer") and not _LISTED.match(text, numeral.end):
            runs = study.runs_at(setting, numeral.value)
            if runs:
                yield Mention("run", runs, named.start(), numeral.end, by_setting=True)


def _understood(text: str, study: Study, setting: str, noun: str) -> Iterator[Mention]:
    """Yield runs named without their setting, the only one: 'doubling hurts', 'its double', 'larger values were worse'."""
    for match in _BARE_MULTIPLE.finditer(text):
        of_it = match["of_it"] or match["its"] or match["listed"]
        known = re.search(rf"\b(?:default|baseline|{noun})", text[: match.start()], re.IGNORECASE)
        ratio = _ratio(of_it or match["gerund"] or match["last"], None)
        if ratio and (known or not of_it):
            runs, (start, end) = study.runs_with(setting, ratio), match.span(match.lastgroup or 0)
            yield Mention("run", runs, start, end, by_setting=True)
    for match in _CHANGED_ONE.finditer(text):
        if ratio := _ratio(match["how"], None):
            yield Mention("run", study.runs_with(setting, ratio), match.start(), match.end(), by_setting=True)
    for match in _VALUES.finditer(text):
        sides = [side.lower() for side in match.groups() if side]
        if match["one"] and not re.search(rf"\b(?:values?|{noun})\b", text[: match.start()], re.IGNORECASE):
            continue
        beyond = [
            run for side in sides for run in study.runs_beyond(setting, above=side in ("larger", "higher", "greater"))
        ]
        yield Mention("run", tuple(beyond), match.start(), match.end(), several=len(sides) > 1, by_setting=True)


def _ratio(how: str, times: str | None) -> float | None:
    part = re.sub(r"^(?:an?|one)[\s-]", "", how.lower())
    known = next((ratio for stem, ratio in _RATIOS.items() if part.startswith(stem)), None)
    if known or not times:
        return known
    return _NUMBER_WORDS.get(times.lower()) or (float(times) if times.isdigit() else None)


def _sequence(parts: list[str], *, plural: bool = False) -> re.Pattern[str]:
    """Return a pattern of a name. A shortened part may be written in full, as 'eval' in 'evaluation'."""
    name = r"[\W_]{1,4}".join(rf"{part}(?:{_REST[part]})?" if part in _REST else part for part in parts)
    return re.compile(rf"(?<![\w\\-]){name}{'(?:e?s)?' if plural else 's?'}(?:'s)?(?![\w])", re.IGNORECASE)
