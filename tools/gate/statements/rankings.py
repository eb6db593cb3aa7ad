"""Judge orders of runs: lists from best to worst, chains such as 'run 1 < run 2', ranks, and 'the same order everywhere'."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from tools.evidence.formatting import format_value
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.statements.clauses import Clause
from tools.gate.statements.compared_runs import unique
from tools.gate.statements.comparing import wants_lower
from tools.gate.statements.lexicon import word_sense
from tools.gate.statements.mentions import Mention
from tools.gate.statements.predicate import Predicate, refuted, supported
from tools.gate.statements.scope import scope_of
from tools.gate.statements.study import Study

_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "runner-up": 2}
_RANK = re.compile(
    r"\b(?:(?P<n>second|third|fourth)[\s-]+(?P<most>best|worst|lowest|highest|smallest|largest|fastest|slowest)"
    r"|(?:ranks?|ranked|comes?|came|finish(?:es|ed)|places?|placed|is|lies|takes?|took)\s+(?:only\s+)?(?:in\s+|the\s+)?"
    r"(?P<place>second|third|fourth)(?:\s+place|\s+rank)?(?!\s+(?:run|seed|dataset|set|value|row|column))"
    r"|(?P<up>runner-up)|(?P<only>second only to|trails only|(?:beaten|surpassed|outperformed) only by))\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"\b(?:rank(?:ing|s)?|order(?:ing)?|sequence|from best to worst)\b", re.IGNORECASE)
_LINK = re.compile(
    r"\s*(?:,|;|>|<|≻|≺|,?\s*and|,?\s*then|,?\s*followed by"
    r"|,?\s*(?:and )?finally)\s*(?:the\s+)?",
    re.IGNORECASE,
)
_CHAIN = re.compile(r"\s*(?P<sign>[<>≤≥])\s*(?:the\s+)?")
_SAME_ORDER = re.compile(
    r"\b(?:(?:rank(?:ing|s)?|order(?:ing)?)\b[^.;,]{0,40}\b(?:is|are|remains?"
    r"|stays?)\s+(?:exactly\s+)?(?:the same|identical|unchanged|preserved|consistent)"
    r"|same (?:rank(?:ing)?|order(?:ing)?)|(?P<best>(?:best|optimal|ideal)\b[^.;,]{0,30}\b(?:is|are"
    r"|remains?)\s+(?:always\s+)?(?:the same|identical)))\b",
    re.IGNORECASE,
)


def judge_rankings(clause: Clause, study: Study) -> Iterator[Judgement]:
    """Yield a judgement for each order of runs that a clause states."""
    pseudo = Predicate("lower", clause.start, clause.start, "", "superlative")
    scope = scope_of(pseudo, clause, study, clause.start, clause.end)
    if not scope.metrics or not scope.metrics[0]:
        return
    metric, mentions = scope.metrics[0], clause.named("run")
    orders = {dataset: _order(study, dataset, metric) for dataset in scope.datasets}
    if found := _SAME_ORDER.search(clause.text):
        firsts = [order[:1] if found["best"] else order for order in orders.values()]
        if any(order != firsts[0] for order in firsts):
            told = "; ".join(f"{dataset}: {', '.join(order)}" for dataset, order in orders.items())
            yield _wrong(clause, found.start(), found.end(), f"the order differs for {metric}: {told}")
        return
    for first, last, chain in _series(clause, mentions):
        names = [mention.names[0] for mention in mentions[first : last + 1]]
        for dataset in orders:
            values = [study.mean(f"{name}/{dataset}/{metric}") for name in names]
            known = [value for value in values if value is not None]
            rising = [format_value(v) for v in known] == [format_value(v) for v in sorted(known)]
            falling = [format_value(v) for v in known] == [format_value(v) for v in sorted(known, reverse=True)]
            if not (rising if chain == "<" else falling if chain == ">" else rising or falling):
                told = ", ".join(_order(study, dataset, metric))
                start, end = mentions[first].start - clause.start, mentions[last].end - clause.start
                yield _wrong(clause, start, end, f"for {metric} on {dataset} the order is {told}, lowest first")
                break
    yield from _judge_ranks(clause, study, mentions, orders, metric)


def judge_order(predicate: Predicate, clause: Clause, study: Study, end: int) -> Judgement | None:
    """Judge 'run 0, run 1, run 2, from best to worst'."""
    runs = [name for m in clause.named("run") if m.start < clause.start + end for name in m.names]
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    if len(runs) < 2:
        return None
    for dataset, metric in itertools.product(scope.datasets, scope.metrics):
        means = [v for run in runs if (v := study.mean(f"{run}/{dataset}/{metric}")) is not None]
        lower = wants_lower(study, predicate.sense, metric)
        right = sorted(zip(means, runs, strict=True), reverse=not lower) if len(means) == len(runs) else []
        if [run for _, run in right] != runs:
            return refuted(predicate, f"not in this order for {metric} on {dataset}", ", ".join(r for _, r in right))
    return supported(predicate, "the means have this order")


def judge_same_order(predicate: Predicate, clause: Clause, study: Study) -> Judgement | None:
    """Judge that the runs have one order under all metrics that a clause names."""
    metrics = [name for m in clause.named("metric") for name in m.names]
    if len(set(metrics)) < 2:
        return None
    for dataset in study.datasets:
        orders = [_order(study, dataset, metric) for metric in metrics]
        measured = set.intersection(*map(set, orders))
        if len({tuple(run for run in order if run in measured) for order in orders}) > 1:
            return refuted(predicate, f"the order of the runs differs on {dataset}")
    return supported(predicate, "the means have one order")


def _judge_ranks(
    clause: Clause, study: Study, mentions: Sequence[Mention], orders: dict[str, list[str]], metric: str
) -> Iterator[Judgement]:
    for found in _RANK.finditer(clause.text):
        runs = unique(name for mention in mentions for name in mention.names)
        if not runs:
            continue
        rank = _ORDINALS.get((found["n"] or found["place"] or "second").lower(), 2)
        sense = word_sense(found["most"].lower()) if found["most"] else None
        lower = wants_lower(study, sense.sense if sense else "better", metric)
        for dataset, order in orders.items():
            ranked = order if lower else order[::-1]
            places = {run: {ranked.index(run) + 1, [r for r in ranked if r != BASELINE or r == run].index(run) + 1}
                      for run in runs[:1] if run in ranked}  # fmt: skip
            if places and not any(rank in each for each in places.values()):
                told = ", ".join(ranked)
                yield _wrong(clause, found.start(), found.end(), f"for {metric} on {dataset} the order is {told}")
                break


def _series(clause: Clause, mentions: Sequence[Mention]) -> Iterator[tuple[int, int, str]]:
    """Yield the first and last index of mentions that follow one another in an order, with the sign between them."""
    listed = _LIST.search(clause.text)
    index = 0
    while index < len(mentions):
        last, signs = index, set()
        while last + 1 < len(mentions):
            between = clause.text[mentions[last].end - clause.start : mentions[last + 1].start - clause.start]
            chain = _CHAIN.fullmatch(between)
            if not (chain or (listed and _LINK.fullmatch(between))):
                break
            signs.add(chain["sign"] if chain else ",")
            last += 1
        sign = next(iter(signs), "")
        if len(signs) == 1 and (sign != "," or last - index > 1):
            yield index, last, {"≤": "<", "≥": ">"}.get(sign, sign)
        index = last + 1


def _order(study: Study, dataset: str, metric: str) -> list[str]:
    """Return the runs that were measured, lowest mean first."""
    values = {run: study.mean(f"{run}/{dataset}/{metric}") for run in (BASELINE, *study.runs)}
    known = {run: value for run, value in values.items() if value is not None}
    return sorted(known, key=lambda run: known[run])


def _wrong(clause: Clause, start: int, end: int, reason: str) -> Judgement:
    place = clause.start + start, clause.start + end
    return Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_CLAIM, *place, reason)
