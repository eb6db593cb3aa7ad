"""Judge counts of runs, datasets, seeds, metrics, comparisons and significant comparisons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.statements.clauses import ParsedSentence
from tools.gate.statements.comparing import compare
from tools.gate.statements.lexicon import words
from tools.gate.statements.number_place import NumberPlace
from tools.gate.statements.numerals import Numeral, numerals
from tools.gate.statements.predicates import predicates
from tools.gate.statements.study import Study

_SIGNIFICANT = re.compile(
    r"\s+(?:significant|of (?:them|these|those|which)\s+(?:\w+\s+)?significant"
    r"|(?:\w+\s+)?(?:is|are|were|was|reach\w*)\s+(?!not\b)(?:\w+\s+)?significan)"
    r"|\s+(?:out\s+)?of\s+(?:the\s+|our\s+|all\s+)?\S+\s+[a-z ]{0,60}\bsignifican",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"\b(?:repeat\w*|trained|ran|run|measured)\b", re.IGNORECASE)
_PART_OF_DATASETS = re.compile(r"\b(?:on|in|for)\s+(?:only\s+|the\s+)?$", re.IGNORECASE)
_PART_OF_RUNS = re.compile(
    r"\b(?:the|these|those|first|last|other|only)\s+(?:first\s+|last\s+|other\s+)?$", re.IGNORECASE
)
_IN_TOTAL = re.compile(r"\b(?:in total|altogether|overall|per (?:data\s?set|set|run))\b", re.IGNORECASE)
_NONE_OF = re.compile(r"\b(?:none|neither)\s+of\s+(?:the|our|these|all)\s+$", re.IGNORECASE)
_ON_FRESH_SEEDS = re.compile(r"\b(?:fresh|new) seeds?\b|\bconfirmation", re.IGNORECASE)
_ANY_TWO = re.compile(
    r"\b(?:difference|comparison|gap|distance)s?\s+(?:between|of)\s+(?:any\s+)?$|\bcompar\w+\s+(?:any\s+)?$|\bany\s+$",
    re.IGNORECASE,
)
_PART_OF_SEEDS = re.compile(r"\b(?:other|first|last|remaining)\s+$", re.IGNORECASE)
_PARTS_OF_DATA = re.compile(r"\b(?:train|test|validation|held-out|evaluation)", re.IGNORECASE)
_LINKS = frozenset(["of", "per", "in", "on", "at", "and", "with", "is", "are"])
_FAILED = re.compile(r"\b(?:fail|crash|abort)(?:s|ed|es)?\s+(?:only\s+|just\s+)?$", re.IGNORECASE)
_TIMES = re.compile(r"^(?:once|twice|thrice)\b|\btimes\b", re.IGNORECASE)
_SHARED = frozenset(["dataset", "set", "run", "task", "metric", "seed"])


def judge_seed_count(place: NumberPlace, study: Study) -> Judgement:
    """Judge a number of seeds or repetitions."""
    counts = _seed_counts(study)
    if int(place.numeral.value) in counts:
        return place.judged(Verdict.SUPPORTED, "the number of seeds")
    if place.clause.possible:
        return place.licensed("not this study's")
    right = " or ".join(map(str, counts))
    return place.judged(Verdict.CONTRADICTED, f"every result is over n = {right}", right)


def _failure_count(place: NumberPlace, study: Study) -> Judgement:
    """Judge how often a run failed: the failed attempts of a run, or of all runs together."""
    failed = Counter(run.name for run in study.ledger.runs if run.status == "failed")
    right = sorted({*failed.values(), failed.total()})
    if place.numeral.value in right:
        return place.judged(Verdict.SUPPORTED, "the number of failed attempts")
    expected = " or ".join(map(str, right))
    return place.judged(Verdict.CONTRADICTED, f"the ledger has {expected} failed attempts", expected)


def judge_count(
    place: NumberPlace, sentence: ParsedSentence, study: Study, others: Sequence[Numeral]
) -> Judgement | None:
    """Judge a whole number that counts something of the study; None if it does not.

    Args:
        others: all numbers of the clause.
    """
    numeral = place.numeral
    if _FAILED.search(place.before) and _TIMES.search(numeral.text + place.after[:7]):
        return _failure_count(place, study)
    if numeral.form != "integer":
        return None
    value = int(numeral.value)
    if _SIGNIFICANT.match(place.after) and _NONE_OF.search(place.before):
        return _significant_count(place, sentence, study, 0, total=value)
    if _SIGNIFICANT.match(place.after):
        return _significant_count(place, sentence, study, value)
    nouns = list(place.nouns[:3])
    if nouns[:1] in (["of"], ["out"]):
        nouns = list(place.nouns[1:4] if nouns[0] == "of" else place.nouns[2:4])
        if _shares(place, others) and ("seed" not in map(_stem, nouns) or _compares(place, study)):
            return place.licensed("a share, judged as a claim")
    counted = _counted(study)
    if nouns[:1] == ["models"] and _IN_TOTAL.search(place.clause.text):
        counted["model"] = _trained_models(study)
    for index, noun in enumerate(nouns):
        stem = _stem(noun)
        if stem not in counted:
            continue
        right = counted[stem]
        if stem == "run" and index and nouns[0] in ("more", "further", "other", "additional", "failed"):
            right = [*right, sum(run.status != "completed" for run in study.ledger.runs)]
        if stem == "run" and (index or _ON_FRESH_SEEDS.search(place.clause.text)):
            right = [*right, *_with_confirmations(study, alone=index > 0)]
        if noun == "run" and value > 1:
            continue  # a verb
        if value == 2 and _ANY_TWO.search(place.before):
            return place.licensed("any two")
        if stem == "set" and _PARTS_OF_DATA.search(sentence.text):
            continue
        if _LINKS & set(nouns[:index]):
            return None
        if stem in ("dataset", "set") and value == len({
            name for clause in sentence.clauses for m in clause.named("dataset") for name in m.names
        }):  # fmt: skip
            return place.licensed("a count of the sets that the sentence names")
        if (
            stem in ("dataset", "set")
            and value < len(study.datasets)
            and (_PART_OF_DATASETS.search(place.before) or _PART_OF_SEEDS.search(place.before))
        ):
            return place.licensed("a share, judged as a claim")
        if stem == "run" and value <= len(study.runs) and _PART_OF_RUNS.search(place.before):
            return place.licensed("a share of the runs")
        if stem == "seed" and value < max(right) and _PART_OF_SEEDS.search(place.before) and _compares(place, study):
            return place.licensed("a share of the seeds, judged as a claim")
        if value in right:
            return place.judged(Verdict.SUPPORTED, f"the number of {stem}s")
        if place.clause.possible:
            return place.licensed("not this study's")
        expected = " or ".join(str(count) for count in sorted({n for n in right if n > 0})[:4])
        return place.judged(Verdict.CONTRADICTED, f"the ledger has {expected} {stem}s", expected)
    if nouns[:1] == ["times"] and _REPEATED.search(place.before[-40:]):
        return judge_seed_count(place, study)
    if nouns and nouns[0] in words("freely_counted") and value <= 12:
        return place.licensed("a count of the text")
    return None


def _shares(place: NumberPlace, others: Sequence[Numeral]) -> bool:
    """Tell whether the number is the first of 'two of the three datasets'."""
    numeral = place.numeral
    total = next((other for other in others if other.start > numeral.start), None)
    if total is None or total.form != "integer" or total.start - numeral.end >= 20 or numeral.value > total.value:
        return False
    following = re.findall(r"[A-Za-z]+", place.clause.text[total.end :])[:3]
    return any(_stem(word) in _SHARED for word in following)


def _compares(place: NumberPlace, study: Study) -> bool:
    return any(
        predicate.sense in ("lower", "higher", "better", "worse") for predicate in predicates(place.clause, study)
    )


def _counted(study: Study) -> dict[str, list[int]]:
    """Return what a text may count, by noun, with every number that is right."""
    runs, sets, metrics, quality = len(study.runs), len(study.datasets), len(study.metrics), len(study.quality_metrics)
    seeds = _seed_counts(study)
    values = [len({str(settings.get(name)) for settings in study.settings.values()}) for name in study.varied]
    cells = [runs * sets, runs * sets * metrics, runs * sets * quality, sets * metrics, sets * quality, runs * metrics]
    cells += [sets, runs, (runs + 1) * sets, (runs + 1) * sets * metrics]
    return {
        "run": [runs, runs + 1, len(study.ledger.runs)],
        "variant": [runs, runs + 1],
        "configuration": [runs, runs + 1],
        "dataset": [sets],
        "set": [sets],
        "metric": [metrics, quality, metrics - quality],
        "seed": seeds,
        "repetition": seeds,
        "repeat": seeds,
        "comparison": cells,
        "cell": [*cells, runs + 1],
        "change": cells,
        "difference": cells,
        "test": cells,
        "value": [*values, *seeds, *((runs + 1) * sets * n for n in seeds)],
        "setting": [len(study.varied), *values],
        "rate": values,
    }


def _trained_models(study: Study) -> list[int]:
    """Return how many models the runs trained, one a seed, with or without those on fresh seeds."""
    runs, sets = len(study.runs) + 1, len(study.datasets)
    repeated = len(study.ledger.confirmations)
    return [n * m * k for n in (runs - 1, runs, runs + repeated) for m in _seed_counts(study) for k in (1, sets)]


def _with_confirmations(study: Study, *, alone: bool) -> list[int]:
    """Return the number of the runs on fresh seeds, and of all runs with them."""
    repeated = len(study.ledger.confirmations)
    return [repeated] if alone and repeated else [repeated, len(study.runs) + 1 + repeated] if repeated else []


def _seed_counts(study: Study) -> list[int]:
    return sorted({study.ledger.result(address).n for address in study.addresses})


def _stem(word: str) -> str:
    word = word.lower()
    if len(word) <= 3 or word in ("series", "loss"):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _significant_count(
    place: NumberPlace, sentence: ParsedSentence, study: Study, value: int, total: int | None = None
) -> Judgement:
    """Judge 'of the 12 comparisons, 6 are significant'."""
    total = total or next(
        (
            int(n.value)
            for clause in sentence.clauses
            for n in numerals(clause.text)
            if n.form == "integer" and clause.start + n.start != place.start and n.value >= value
        ),
        None,
    )

    colon = sentence.text.find(":", place.end - sentence.start)
    until = sentence.start + colon if colon >= 0 else sentence.end  # a list of them may follow

    def named(kind: str) -> set[str]:
        return {n for clause in sentence.clauses for m in clause.named(kind) if m.start < until for n in m.names}

    named_runs, named_metrics = named("run") - {BASELINE}, named("metric")
    runs, datasets = named_runs or set(study.runs), named("dataset") or set(study.datasets)
    metrics = named_metrics or {name for m in place.clause.before if m.kind == "metric" for name in m.names}
    heading = {name for m in place.clause.heading if m.kind == "metric" for name in m.names}
    readings = [metrics] if metrics else [{study.primary}, heading, set(study.quality_metrics), set(study.metrics)]
    families = [
        [(run, dataset, metric) for run in runs for dataset in datasets for metric in each] for each in readings
    ]
    if not named_runs and not metrics:
        families += [[(run, d, m) for d in study.datasets for m in study.metrics] for run in study.runs]
    better = re.search(r"\b(?:better|improv\w+|favou?r\w*|gains?)\b", sentence.text, re.IGNORECASE)
    worse = re.search(r"\b(?:worse\w*|against us|degrad\w+)\b", sentence.text, re.IGNORECASE)
    direction = "better" if better else "worse" if worse else ""
    counts = sorted({
        sum(_is_significant(study, cell, direction) for cell in family)
        for family in families
        if total is None or len(family) == total
    })  # fmt: skip
    if value in counts:
        return place.judged(Verdict.SUPPORTED, "the number of significant comparisons")
    right = " or ".join(map(str, counts))
    reason = f"the number of significant comparisons is {right or 'undefined for this total'}"
    return place.judged(Verdict.CONTRADICTED, reason, right)


def _is_significant(study: Study, cell: tuple[str, str, str], direction: str) -> bool:
    found = compare(study, *cell)
    return found is not None and found.significant and (not direction or found.direction == direction)
