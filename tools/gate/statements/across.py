"""Judge comparisons that are not between two runs: of datasets, of metrics, and of the spread over seeds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from tools.evidence.judgement import Judgement
from tools.evidence.records import BASELINE
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import MARGINAL, wants_lower
from tools.gate.statements.lexicon import claim_words
from tools.gate.statements.mentions import Mention
from tools.gate.statements.predicate import EXTREMES, ORDERED, Predicate, refuted, supported
from tools.gate.statements.rankings import judge_order, judge_same_order
from tools.gate.statements.scope import mention_before, runs_spoken_of, scope_of
from tools.gate.statements.study import Study

_THAN = re.compile(
    r"\b(?:than|above|below|over|under)\s+(?:(?:that|those|the|its|on|of|for|in|any|best|final|same|data\s?set)\s+)*$",
    re.I,
)
_HARD = {"hardest": "worse", "easiest": "better", "harder": "worse", "easier": "better"}
_OF_SETS = re.compile(
    r"\bof\s+(?:the\s+|all\s+|our\s+)?(?:\w+\s+)?(?:point\s+|data\s*)?(?:sets|problems|tasks|corpora)\b", re.I
)
_OTHER_SETS = re.compile(
    r"\bthan\s+(?:on|for|in)\s+(?:all\s+|any\s+(?:of\s+)?)?(?:the\s+)?other(?:s|\s+(?:\w+\s+){0,2}(?:sets?|problems?|tasks?))\b",
    re.I,
)
_ORDER = re.compile(r"\b(?:order|ranking)\b[^.;,]{0,40}$", re.IGNORECASE)
_IN = re.compile(r"\b(?:in|for|of|with|under)\s+(?:the\s+)?$", re.IGNORECASE)
_AT_RUN = re.compile(r"\s+(?:is\s+|lies\s+)?(?:at|with|in|for)\s+(?:the\s+)?", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"\b(?:across|between|for all|on all|over all)\s+(?:(?:all|the|of|our|four|three|two|five)\s+)*"
    r"(?:data\s?sets?|sets|tasks|problems)\b",
    re.IGNORECASE,
)
_ON = re.compile(r"\s+(?:on|for|in)\s+(?:the\s+)?")
_EFFECT = re.compile(
    r"\b(?:effects?|changes?|differences?|gaps?|gains?|improvements?|increases?|decreases?|reductions?)\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    r"(?:(?P<large>largest|biggest|greatest|highest|strongest)|smallest|lowest|least|weakest)", re.IGNORECASE
)
_SPREAD = re.compile(
    r"\b(?:standard (?:errors?|deviations?)|spread|scatter|variances?|variability|variation|error bars?)\b",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"(?:more|most|less|least) (?:variable|noisy|scattered)$", re.IGNORECASE)
_ENDS = re.compile(r"\bfrom\s+(?:the\s+)?(?P<first>best|worst|lowest|highest)\s+to\s+(?:the\s+)?\w+\b", re.IGNORECASE)


def judge_across(predicate: Predicate, clause: Clause, study: Study, before: int, following: int) -> Judgement | None:
    """Judge a comparison of datasets, metrics or spreads, or an order of runs; None if the clause makes none.

    Args:
        before: where the previous predicate of the clause ends.
        following: where the next one begins.
    """
    if predicate.negated or clause.claims:
        return None
    if ends := _ENDS.search(clause.text):
        return judge_order(replace(predicate, sense=EXTREMES[ends["first"].lower()]), clause, study, ends.end())
    if predicate.sense == "same" and _ORDER.search(clause.text[: predicate.start - clause.start]):
        return judge_same_order(predicate, clause, study)
    if predicate.sense == "same" and _EVERYWHERE.search(clause.text) and not clause.named("run"):
        return _judge_sameness_of_sets(predicate, clause, study, before, following)
    predicate = replace(predicate, sense=_HARD.get(predicate.text.lower(), predicate.sense))
    near = clause.text[max(0, predicate.start - clause.start - 45) : predicate.end - clause.start + 25]
    scattered = _VARIABLE.fullmatch(predicate.text)
    if scattered or (predicate.sense in ("lower", "higher") and _of_spread(predicate, clause, near)):
        less = scattered is not None and predicate.text.lower().startswith("l")
        sense = ("lower" if less else "higher") if scattered else predicate.sense
        return _judge_spread(replace(predicate, sense=sense), clause, study, before, following)
    if predicate.sense not in ORDERED:
        return None
    if predicate.degree == "superlative":
        effect = _judge_effect_ranking(predicate, clause, study, before, following)
        return effect or judge_dataset_ranking(predicate, clause, study, before, following)
    for kind, known in (("metric", study.metrics), ("dataset", study.datasets)):
        named = [m for m in clause.named(kind) if before <= m.start < following]
        objects = [m for m in named if m.start >= predicate.end and _THAN.search(clause.text[: m.start - clause.start])]
        subjects = [m for m in named if m not in objects and (not objects or m.start < objects[0].start)]
        ones = tuple(name for m in subjects for name in m.names)
        others = tuple(name for m in objects[:1] for name in m.names)
        if kind == "dataset" and not others and _OTHER_SETS.search(clause.text, predicate.end - clause.start):
            others = tuple(name for name in known if name not in ones)
        if ones and others and not set(ones) & set(others):
            return _judge_pair(predicate, clause, study, kind, ones, others)
    return None


def _judge_sameness_of_sets(
    predicate: Predicate, clause: Clause, study: Study, before: int, following: int
) -> Judgement | None:
    """Judge that a metric is equal on all datasets in each run; None if some run comes close to it."""
    metrics = clause.labelled or scope_of(predicate, clause, study, before, following).metrics
    for run, metric in itertools.product([BASELINE, *study.runs], metrics):
        means = [v for d in study.datasets if (v := study.mean(f"{run}/{d}/{metric}")) is not None]
        if not means or max(means) - min(means) > 1e-9 * max(map(abs, means)):
            return None
    return supported(predicate, "the means over the datasets are equal")


def judge_dataset_ranking(
    predicate: Predicate, clause: Clause, study: Study, before: int, following: int
) -> Judgement | None:
    """Judge that a metric is the highest on one dataset, in every run or in those that the clause names; None if not said."""
    if predicate.sense not in ORDERED or len(study.datasets) < 2:
        return None
    named = clause.named("dataset")
    leading = [m for m in named if before <= m.start < predicate.start]
    behind = [m for m in named if predicate.end <= m.start < following][:1]
    subjects = [m for m in clause.named("run") if before <= m.start < predicate.start]
    if not leading and any(not _IN.search(clause.text[: m.start - clause.start]) for m in subjects):
        return None  # 'run 2 is lowest on dino'
    if any(
        _AT_RUN.fullmatch(clause.text, predicate.end - clause.start, m.start - clause.start)
        for m in clause.named("run")
    ):
        return None  # 'its minimum at the default'
    subject = behind if _is_subject(behind, predicate, clause) else leading[-1:] or behind
    its = re.search(r"\b(?:its|their)\b", clause.text[before - clause.start : predicate.start - clause.start])
    if not leading and its:
        context = mention_before(clause, "dataset")
        subject = [m for m in named if m.start < before][-1:] or ([context] if context else [])
    runs = [name for m in clause.named("run") for name in m.names] or [BASELINE, *study.runs]
    of_sets = (
        its
        or predicate.text.lower() in _HARD
        or _OF_SETS.search(clause.text)
        or _is_subject(subject, predicate, clause)
    )
    if (
        not subject
        or clause.measured
        or not (of_sets or (not clause.named("run") and not mention_before(clause, "run")))
    ):
        return None
    metrics = scope_of(predicate, clause, study, before, following).metrics
    first = min if wants_lower(study, predicate.sense, metrics[0]) else max
    for run, metric in itertools.product(runs, metrics):
        means = {d: v for d in study.datasets if (v := study.mean(f"{run}/{d}/{metric}")) is not None}
        if means and (right := first(means, key=lambda d: means[d])) not in subject[0].names:
            return refuted(predicate, f"for {metric} of {run} it is {right}", right)
    return supported(predicate, "the means over the datasets agree")


def _judge_effect_ranking(
    predicate: Predicate, clause: Clause, study: Study, before: int, following: int
) -> Judgement | None:
    """Judge on which dataset the effect of one run is the largest or smallest, absolute or relative; None if not said."""
    extreme = _EXTREME.fullmatch(predicate.text)
    named = [m for m in clause.named("dataset") if predicate.end <= m.start < following][:1]
    if not extreme or not _EFFECT.search(clause.text[: predicate.start - clause.start]) or not named:
        return None
    if not _ON.fullmatch(clause.text, predicate.end - clause.start, named[0].start - clause.start):
        return None
    scope = scope_of(predicate, clause, study, before, following)
    context = mention_before(clause, "run")
    named_runs = [name for m in clause.named("run") for name in m.names] or list(
        context.names if context else scope.runs
    )
    runs = [name for name in dict.fromkeys(named_runs) if name != BASELINE]
    if len(runs) != 1:
        return None
    metric = scope.metrics[0]
    pairs = {d: (study.mean(f"{runs[0]}/{d}/{metric}"), study.mean(f"{BASELINE}/{d}/{metric}")) for d in study.datasets}
    sizes = {d: (abs(new - old), old) for d, (new, old) in pairs.items() if new is not None and old is not None}
    by_size = sorted(sizes, key=lambda dataset: sizes[dataset][0])
    by_share = sorted((d for d in sizes if sizes[d][1]), key=lambda dataset: sizes[dataset][0] / abs(sizes[dataset][1]))
    right = [order[-1 if extreme["large"] else 0] for order in (by_size, by_share) if order]
    if not right or set(right) & set(named[0].names):
        return supported(predicate, "the differences of the means agree") if right else None
    return refuted(predicate, f"for {runs[0]} and {metric} it is {right[0]}", right[0])


def _is_subject(subject: Sequence[Mention], predicate: Predicate, clause: Clause) -> bool:
    """Tell whether a dataset is what a superlative is said of, as in 'dino has the highest loss', 'it is highest on dino'."""
    if not subject:
        return False
    if subject[0].start >= predicate.end:
        before = clause.text[: predicate.start - clause.start]
        on = _ON.fullmatch(clause.text, predicate.end - clause.start, subject[0].start - clause.start)
        return on is not None and re.search(r"\b(?:the|a)\s+$", before) is None
    between = clause.text[subject[0].end - clause.start : predicate.start - clause.start]
    return re.fullmatch(r"\s+(?:is|has|was|had|shows|gives|remains)\s+(?:by far\s+)?the\s+", between) is not None


def _judge_pair(
    predicate: Predicate, clause: Clause, study: Study, kind: str, ones: Sequence[str], others: Sequence[str]
) -> Judgement | None:
    """Judge that some metrics are above others, or a metric on some datasets above itself on others."""
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    of_runs = [name for m in clause.named("run") for name in m.names]
    runs = of_runs or [BASELINE, *study.runs]
    lower = wants_lower(study, predicate.sense, scope.metrics[0])
    small = {w for w in re.findall(r"[a-z]+", clause.text.lower()) if claim_words().size.get(w) == "small"} - {"only"}
    for run in runs:
        for one, other, rest in itertools.product(ones, others, scope.datasets if kind == "metric" else scope.metrics):
            first, second = [(run, rest, name) if kind == "metric" else (run, name, rest) for name in (one, other)]
            a, b = study.mean("/".join(first)), study.mean("/".join(second))
            if a is None or b is None:
                return None
            if (a < b) != lower or a == b:
                return refuted(predicate, f"{'/'.join(first)} is {a:.4g}, {'/'.join(second)} is {b:.4g}")
            if small and abs(a - b) > MARGINAL * abs(b):
                return refuted(predicate, f"{'/'.join(first)} is {a:.4g}, {'/'.join(second)} is {b:.4g}, not so near")
    return supported(predicate, "the means agree")


def _of_spread(predicate: Predicate, clause: Clause, near: str) -> bool:
    """Tell whether a word ranks or compares the spread over seeds, as in 'its standard error is the largest'."""
    at = predicate.start - clause.start
    behind = re.match(
        rf"\s+(?:\w+\s+)?(?:{_SPREAD.pattern})", clause.text[predicate.end - clause.start :], re.IGNORECASE
    )
    leading = _SPREAD.search(clause.text[max(0, at - 45) : at])
    verb = re.search(r"\b(?:is|are|was|were|has|have)\b", clause.text[max(0, at - 45) : at])
    named = any(clause.start + max(0, at - 20) <= m.start < predicate.start for m in clause.named("metric"))
    compared = re.match(
        r"\s+than\s+(?:the\s+)?(?:differences?|changes?|effects?|gaps?)", clause.text[at + len(predicate.text) :]
    )
    return bool(behind or (leading and verb and not named)) and not compared


def _judge_spread(predicate: Predicate, clause: Clause, study: Study, before: int, following: int) -> Judgement | None:
    named = runs_spoken_of(clause)
    scope = scope_of(predicate, clause, study, before, following)
    if not named:
        return None
    against = scope.against if predicate.degree == "comparative" else ""
    sign = -1 if predicate.sense == "lower" else 1
    for dataset, metric in itertools.product(scope.datasets, scope.metrics):
        rivals = [against] if against else [r for r in (BASELINE, *study.runs) if r not in named[:1]]
        own = study.standard_error(f"{named[0]}/{dataset}/{metric}")
        others = [v for run in rivals if (v := study.standard_error(f"{run}/{dataset}/{metric}")) is not None]
        if own is None or not others or named[0] in rivals:
            return None
        if not all(sign * own > sign * each for each in others):
            return refuted(predicate, f"the standard error of {named[0]}/{dataset}/{metric} is {own:.3g}")
    return supported(predicate, "the standard errors agree")
