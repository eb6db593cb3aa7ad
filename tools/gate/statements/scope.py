"""Say what a comparison is about: runs, baseline, datasets, metrics, and over how many of them it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tools.evidence.claim_spec import ClaimSpec
from tools.evidence.names import split_address
from tools.evidence.records import BASELINE
from tools.gate.statements.clauses import Clause
from tools.gate.statements.compared_runs import compared_runs, unique
from tools.gate.statements.declared_claims import declared
from tools.gate.statements.lexicon import claim_words
from tools.gate.statements.mentions import Mention
from tools.gate.statements.predicate import Predicate
from tools.gate.statements.quantifiers import Quantifier, quantifier
from tools.gate.statements.study import Study

_BOTH_SIDES = re.compile(
    r"\bon (?:both|either) sides?\b(?!\s+of\s+(?!it\b|the (?:default|baseline)|this|that))|\bin both directions\b",
    re.IGNORECASE,
)
"""'It rises on both sides of the default.'"""
_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)
_VAGUE = re.compile(r"\b(?:quality|performance|overall)\b", re.IGNORECASE)
_NEXT_PART = re.compile(
    r"\s*,\s+(?!and\s+(?:on|in|for)\b)(?:and\s+)?[\w-]+(?:,? and [\w-]+)*"
    r"\s+(?:is|are|was|were|lies?|lower|higher|better|worse)\b"
)
"""'Line and moons are higher, dino and circle lower': the names before the word are its own."""
_ALL_CHANGES = re.compile(
    r"(?P<no>\bnot )?\b(?:all|every|each)(?: of)?(?: the| these| those| our| its)?(?: \w+)? (?:improvement|gain"
    r"|change|difference|effect|reduction|increase|decrease|comparison)s?"
    r"\b[^.;]{0,40}\b(?:is|are|was|were|reach\w*) (?:\w+ )?(?:statistically )?significan",
    re.IGNORECASE,
)
"""'All improvements of run 2 are significant' speaks of every dataset."""
_ALL_METRICS = re.compile(
    r"\b(?:all|every|each|both|any|across)\s+(?:of\s+)?(?:the\s+|our\s+)?(?:\w+\s+)?(?:metrics?|measures?)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\s+(?:as|from|to|than|with)\b")
_REFERS_BACK = re.compile(
    r"\W*(?:only\s+)?(?:it|where|this|that|which|those|there|here|the (?:difference|change|effect|value|cost|gain))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Scope:
    """What a comparison is about. Without `bound_runs`, it is about some run of the study."""

    runs: tuple[str, ...]
    bound_runs: bool
    against: str
    datasets: tuple[str, ...]
    named_datasets: bool
    metrics: tuple[str, ...]
    over_datasets: Quantifier | None
    over_runs: Quantifier | None
    other_metric: str = ""
    """What the sentence may speak of instead, as it names no metric and its heading does."""

    @property
    def readings(self) -> Iterator[Scope]:
        """Yield the scope, and that of the other metric."""
        yield self
        if self.other_metric:
            yield replace(self, metrics=(self.other_metric,), other_metric="")

    def __str__(self) -> str:
        """Return the scope in words."""
        return f"{' and '.join(self.runs) or 'no run'}, {'/'.join(self.metrics)} on {', '.join(self.datasets)}"


def scope_of(predicate: Predicate, clause: Clause, study: Study, before: int, following: int) -> Scope:
    """Return what a predicate is about.

    Args:
        before: where the previous predicate of the clause ends.
        following: where the next one begins.
    """
    if spec := declared(predicate, clause, study):
        return _declared_scope(spec)
    references = [r for r in clause.measured if before <= r.start < following] or clause.measured
    parts = [found for r in references if len(found := split_address(r.address)) == 3]

    def near(kind: str) -> tuple[str, ...]:
        found = clause.named(kind)
        behind = [m for m in found if before <= m.start < predicate.start]
        if behind and _NEXT_PART.match(clause.text, predicate.end - clause.start):
            return unique(name for m in behind for name in m.names)
        chosen = [m for m in found if before <= m.start < predicate.start or predicate.end <= m.start < following]
        return unique(name for m in chosen or found for name in m.names)

    metrics = near("metric") or unique(p[2] for p in parts) or clause.labelled
    other_metric = ""
    if predicate.sense in ("faster", "slower"):
        metrics = _times(metrics, clause, study)
    elif not metrics and _ALL_METRICS.search(clause.text):
        metrics = tuple(name for name in study.metrics if study.metric(name).goal) or tuple(study.metrics)
    elif not metrics:
        context = mention_before(clause, "metric")
        metrics = context.names if context and not _VAGUE.search(clause.text) else (study.primary,)
        heading = [m.names[0] for m in clause.heading if m.kind == "metric"]
        other_metric = heading[-1] if heading and not context and heading[-1] != study.primary else ""
    over_datasets = quantifier(clause.text, "datasets", study.datasets) or _universal(clause)
    over_runs = quantifier(clause.text, "runs", study.runs)
    named = near("dataset")
    datasets: tuple[str, ...]
    both = unique(
        name for m in clause.named("dataset") or [m for m in clause.before if m.kind == "dataset"] for name in m.names
    )
    if over_datasets and len(both) == 2 < len(study.datasets) and _BOTH.search(clause.text):
        datasets, named, over_datasets = both, both, None  # 'lower on both sets', after two were named
    elif over_datasets:
        datasets = tuple(name for name in study.datasets if name not in over_datasets.except_for)
    else:
        datasets = named or unique(p[1] for p in parts)
        context = mention_before(clause, "dataset")
        if not datasets and context and _REFERS_BACK.match(clause.text):
            datasets = named = context.names
        datasets = datasets or tuple(study.datasets)
    runs, against = compared_runs(predicate, clause, following, references)
    if over_runs and over_runs.kind in ("all", "none"):
        runs = tuple(study.runs)
    elif not runs:
        runs = _runs_before(clause, against)
    if _BOTH_SIDES.search(clause.text, predicate.end - clause.start) and len(study.varied) == 1:
        runs, against = tuple(study.runs), BASELINE
    if study.confirmed and clause.fresh:
        repeated = {run: name for run, name in study.confirmed.items() if run != BASELINE}
        runs = tuple(repeated.get(run, run) for run in runs) or tuple(repeated.values())
    if _are_compared_with_each_other(predicate, clause, runs, against):
        runs, against = runs[1:], runs[0]
    return Scope(
        runs=runs or tuple(study.runs),
        bound_runs=bool(runs),
        against=against,
        datasets=datasets,
        named_datasets=bool(named) or (bool(parts) and not over_datasets),
        metrics=metrics,
        over_datasets=over_datasets,
        over_runs=over_runs,
        other_metric=other_metric,
    )


def _are_compared_with_each_other(predicate: Predicate, clause: Clause, runs: Sequence[str], against: str) -> bool:
    """Tell whether runs are 'the same' or 'differ' among themselves, and not from the baseline."""
    if predicate.sense not in ("same", "different", "noise") or len(runs) != 2 or against != BASELINE:
        return False
    return not any(BASELINE in mention.names for mention in clause.named("run")) and not _OBJECT.match(
        clause.text, predicate.end - clause.start
    )


def _declared_scope(spec: ClaimSpec) -> Scope:
    return Scope(
        runs=spec.runs,
        bound_runs=spec.over_runs != "some",
        against=spec.against,
        datasets=spec.datasets,
        named_datasets=not spec.over_datasets,
        metrics=(spec.metric,),
        over_datasets=Quantifier(spec.over_datasets) if spec.over_datasets else None,
        over_runs=Quantifier(spec.over_runs) if spec.over_runs else None,
    )


def runs_spoken_of(clause: Clause) -> list[str]:
    """Return the runs that a clause names, else those of the text before it."""
    context = mention_before(clause, "run")
    return [name for m in clause.named("run") for name in m.names] or list(context.names if context else ())


def _runs_before(clause: Clause, against: str) -> tuple[str, ...]:
    """Return the nearest runs of the text before, other than the one that is compared with."""
    others = (tuple(name for name in m.names if name != against) for m in reversed(clause.before) if m.kind == "run")
    return next((names for names in others if names), ())


def mention_before(clause: Clause, kind: str) -> Mention | None:
    """Return the nearest mention of a kind in the text before the clause."""
    return next((m for m in reversed(clause.before) if m.kind == kind), None)


def _times(metrics: tuple[str, ...], clause: Clause, study: Study) -> tuple[str, ...]:
    """Return the durations and speeds among the metrics, else all durations; those that the clause speaks of, if any."""
    timed = tuple(m for m in metrics or study.metrics if study.is_duration(m) or study.is_speed(m))
    own = study.spoken_of(clause.text, timed)
    return own or tuple(m for m in timed if study.is_duration(m)) or timed


def _universal(clause: Clause) -> Quantifier | None:
    """Return that a clause speaks of all datasets by a word such as 'consistently'."""
    if changes := _ALL_CHANGES.search(clause.text):
        return Quantifier("not_all" if changes["no"] else "all")
    found = claim_words().phrases["all"].search(clause.text)
    return Quantifier("all") if found and found[0].lower() not in ("all", "every", "each", "both", "any") else None
