"""Judge words of size, such as 'marginal', 'substantial' and 'clear'."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.evidence.judgement import Judgement
from tools.gate.report import FindingCode
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import MARGINAL, Cell, judge_cell, size_contradicts
from tools.gate.statements.lexicon import claim_words
from tools.gate.statements.predicate import Predicate, contradicted, no_evidence
from tools.gate.statements.scope import Scope, scope_of
from tools.gate.statements.study import Study

_EFFECTS = re.compile(r"\b(?:effect|difference|gain|improvement|cost|change)s?\b")
_OF_DATA = re.compile(
    r"\b(?:data\s?sets?|problems?|tasks?|benchmarks?|points?|samples)\b[^.;]*\b(?:is|are)\b", re.IGNORECASE
)
_OF_SPREAD = re.compile(
    r"\b(?:intervals?|errors?|bars?|spread|noise|variances?|scatter)\b[^.;,]{0,25}\s(?:is|are|was|were|remains?)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_AMBIGUOUS = frozenset(["only", "little", "small", "large", "big", "strong", "real", "limited"])
"""Words that beside a comparison often describe a setting or a limit."""


def judge_size(predicate: Predicate, clause: Clause, study: Study) -> Judgement | None:
    """Judge a word of size that stands for a comparison, as in 'the effect is negligible'."""
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    if not scope.bound_runs:
        named = (
            clause.measured or clause.named("metric") or (clause.named("dataset") and not _OF_DATA.search(clause.text))
        )
        speaks = named or _EFFECTS.search(clause.text)
        if speaks and claim_words().size[predicate.text.lower()] == "small" and _all_small(study, scope):
            return None
        return no_evidence(predicate, f'"{predicate.text}" is bound to no run') if speaks else None
    wide = predicate.text.lower() in ("wide", "large", "big")
    if predicate.negated or (wide and _OF_SPREAD.search(clause.text[: predicate.start - clause.start])):
        return None
    cells = [
        judge_cell(study, "different", run, dataset, metric, scope.against)
        for run in scope.runs
        for dataset in scope.datasets
        for metric in scope.metrics
    ]
    return _objection(predicate, claim_words().size[predicate.text.lower()], cells)


def _all_small(study: Study, scope: Scope) -> bool:
    """Tell whether no run differs from the baseline by more than a marginal share."""
    cells = [
        judge_cell(study, "different", run, dataset, metric, scope.against)
        for run in study.runs
        for dataset in scope.datasets
        for metric in scope.metrics
    ]
    changes = [cell.comparison.relative for cell in cells if cell.comparison]
    return bool(changes) and all(change is not None and abs(change) <= MARGINAL for change in changes)


def judge_size_beside(predicate: Predicate, clause: Clause, cells: Sequence[Cell]) -> Judgement | None:
    """Judge a word of size next to a comparison that these cells carry, as in 'only marginally lower'."""
    at, until = predicate.start - clause.start, predicate.end - clause.start
    text, named = predicate.text.lower(), clause.without_names.lower()
    beside = re.sub(r" {2,}", " ", named[:at])[-30:] + text + re.sub(r" {2,}", " ", named[until:])[:30]
    parts = re.split(r"[;:()]", beside)
    near = next((part for part in parts if text in part), "")
    for word in re.findall(r"[a-z]+", near):
        size = claim_words().size.get(word)
        if word == "far" and "by far the" in near:
            continue
        graded = word not in _AMBIGUOUS or (word == "little" and "a little" in near)
        if size and graded and (word != "much" or re.search(rf"much\s+{re.escape(text)}", near)):
            objection = _objection(predicate, size, cells, word)
            if objection:
                return objection
    return None


def _objection(predicate: Predicate, size: str, cells: Sequence[Cell], word: str = "") -> Judgement | None:
    for cell in cells:
        if cell.comparison and (why := size_contradicts(size, cell)):
            reason = f'"{word}": {why}' if word else why
            return contradicted(predicate, FindingCode.CONTRADICTED_CLAIM, cell, reason)
    return None
