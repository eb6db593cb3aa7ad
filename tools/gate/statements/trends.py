"""Judge trends over a setting, such as 'every increase of the learning rate lowers the loss'."""

from __future__ import annotations

import itertools
import re

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.shapes import FALLS, RISES, follows_shape
from tools.gate.statements.clauses import Clause
from tools.gate.statements.comparing import Cell, Truth, compare, wants_lower
from tools.gate.statements.predicate import Predicate, contradicted, supported
from tools.gate.statements.scope import Scope, scope_of
from tools.gate.statements.study import Study

_DIRECTIONS = ("lower", "higher", "better", "worse", "faster", "slower")
_RISING = r"increas\w+|rais\w+|ris\w+|grow\w*|doubl\w+|larger|higher|bigger|greater"
_FALLING = r"decreas\w+|reduc\w+|lower\w*|halv\w+|cut\w*|smaller"
_EVERY_STEP = re.compile(
    rf"\b(?:every|each)\s+(?:further\s+|additional\s+)?(?:(?P<up>{_RISING})|(?:{_FALLING}))\b"
    rf"|\bthe\s+(?:(?P<the_up>{_RISING})|(?:{_FALLING}))\s+(?:the|its)\b"
    r"|\b(?P<with>monoton\w+|steadily|continuously)\b(?=.*\b(?:with|as|over|across)\b)",
    re.IGNORECASE,
)


_WITH_SETTING = re.compile(
    r"\bwith (?:the |an? |each |every )?(?:(?P<with_up>increasing|growing|rising|higher|larger|increase in|rise in)|"
    r"(?:decreasing|falling|shrinking|lower|smaller|decrease in|fall in))? ?(?:the )?§"
    r"|\bas (?:the )?§ (?:is |gets? )?(?:(?P<as_up>rises|grows|increase[sd]?|raised|larger|higher)|(?:falls"
    r"|shrinks|drops|decrease[sd]?|reduced|lowered|smaller))",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\b(?:up to|until|between|beyond|from \S+ to)\b", re.IGNORECASE)
_WITH = re.compile(r"(?:\s+\w+ly)?\s+with\b", re.IGNORECASE)
_NO_ADJECTIVE = re.compile(r"\bwith (?:the )?§", re.IGNORECASE)


def _along_setting(predicate: Predicate, clause: Clause, study: Study) -> bool | None:
    """Return whether a clause says that a metric follows a varied setting as this one rises, or as it falls; else None."""
    text = clause.text
    for mention in reversed(clause.named("setting")):
        if set(mention.names) & set(study.varied):
            text = f"{text[: mention.start - clause.start]}§{text[mention.end - clause.start :]}"
    found = _WITH_SETTING.search(re.sub(r" {2,}", " ", text))
    if found is None or _RANGE.search(text) or len(clause.named("setting")) != 1:
        return None
    if _NO_ADJECTIVE.fullmatch(found[0]):  # 'falls with the learning rate': with its growth
        return _WITH.match(text, predicate.end - clause.start) is not None or None
    return any(found.groupdict().values())


_CHANGES_COURSE = re.compile(r"\b(?:then|again|beyond|before|up to|until|afterwards)\b", re.IGNORECASE)
_MOVES = re.compile(rf"\b(?:(?P<up>{RISES})|(?:{FALLS}))\b", re.IGNORECASE)


def judge_trend(predicate: Predicate, clause: Clause, study: Study, scope: Scope) -> Judgement | None:
    """Judge that a metric goes one way with every step of a setting; None if the clause states no trend."""
    stated = _EVERY_STEP.search(clause.text)
    turning = [] if stated else _turning(predicate, clause)
    rising = any(stated.groupdict().values()) if stated else _along_setting(predicate, clause, study)
    named = [name for m in clause.named("setting") for name in m.names if name in study.varied]
    settings = named or (study.varied if any(m.by_setting for m in clause.named("run")) else [])
    if (rising is None and not turning) or predicate.sense not in _DIRECTIONS or not settings:
        return None
    runs = study.ranked_by(settings[0])
    if turning:
        return _judge_turns(predicate, clause, study, scope, runs, turning)
    lower = wants_lower(study, predicate.sense, scope.metrics[0]) == rising
    for dataset in scope.datasets:
        addresses = [f"{run}/{dataset}/{scope.metrics[0]}" for run in runs]
        means = [(a, study.ledger.result(a).mean) for a in addresses if a in study.addresses]
        for (one, before), (other, after) in itertools.pairwise(means):
            if before == after or (after < before) != lower:
                reason = f'"{predicate.text}" at every step of {settings[0]}: not from {one} to {other}'
                return Judgement(
                    Verdict.CONTRADICTED,
                    FindingCode.CONTRADICTED_CLAIM,
                    predicate.start,
                    predicate.end,
                    reason,
                    evidence=(one, other),
                )
        found = [compare(study, run, dataset, scope.metrics[0]) for run in runs if run != BASELINE]
        if not clause.hedge and not any(comparison and comparison.significant for comparison in found):
            cell = Cell(f"{runs[-1]}/{dataset}/{scope.metrics[0]}", BASELINE, Truth.NOT_SIGNIFICANT, found[-1])
            return contradicted(predicate, FindingCode.INSIGNIFICANT_CLAIM, cell, "no step is significant")
    return supported(predicate, f"the means follow {settings[0]}")


def judge_shape(predicate: Predicate, clause: Clause, study: Study) -> Judgement | None:
    """Judge that a metric is U-shaped or monotone in the only setting that varies; None for other shapes."""
    text = predicate.text.lower()
    if len(study.varied) != 1 or predicate.negated or not re.search(r"\bu\b|monoton", text):
        return None
    scope = scope_of(predicate, clause, study, clause.start, clause.end)
    shapes = [[1, -1] if "invert" in text else [-1, 1]]
    if "monoton" in text:
        move = _MOVES.search(text)
        shapes = [[1 if move["up"] else -1]] if move else [[1], [-1]]
    runs = study.ranked_by(study.varied[0])
    judged = [_judge_means(predicate, study, scope, runs, shape, []) for shape in shapes]
    return next((each for each in judged if each.verdict is Verdict.SUPPORTED), judged[0])


def _turning(predicate: Predicate, clause: Clause) -> list[re.Match[str]]:
    """Return the verbs of 'falls up to a rate of x and rises beyond it', if a predicate is one of them; else nothing."""
    settings = [m.end - clause.start for m in clause.named("setting")]
    moves = [
        move
        for move in _MOVES.finditer(clause.text)
        if not any(
            end <= move.start() and re.fullmatch(r"\s+(?:is\s+)?", clause.text[end : move.start()]) for end in settings
        )
    ]
    inside = any(clause.start + move.start() <= predicate.start < clause.start + move.end() for move in moves)
    both = len({bool(move["up"]) for move in moves}) == 2
    return moves if inside and both and _CHANGES_COURSE.search(clause.text) else []


def _judge_turns(
    predicate: Predicate, clause: Clause, study: Study, scope: Scope, runs: list[str], moves: list[re.Match[str]]
) -> Judgement:
    """Judge that a metric goes one way and then the other with a setting; a reference to its value tells where it turns."""
    directions = [1 if move["up"] else -1 for move in moves]
    low, high = clause.start + moves[0].end(), clause.start + moves[-1].start()
    turns = [
        runs.index(run)
        for reference in clause.references
        if reference.macro == "setting" and low <= reference.start < high and len(moves) == 2
        for run in [reference.address.partition("/")[0] if "/" in reference.address else BASELINE]
        if run in runs
    ]
    return _judge_means(predicate, study, scope, runs, directions, turns)


def _judge_means(
    predicate: Predicate, study: Study, scope: Scope, runs: list[str], directions: list[int], turns: list[int]
) -> Judgement:
    for dataset in scope.datasets:
        addresses = [f"{run}/{dataset}/{scope.metrics[0]}" for run in runs]
        means = [study.ledger.result(address).mean for address in addresses if address in study.addresses]
        if len(means) != len(runs) or not follows_shape(means, directions, turns):
            reason = (
                f'"{predicate.text}": the means are {", ".join(f"{mean:.4g}" for mean in means)} for {", ".join(runs)}'
            )
            return Judgement(
                Verdict.CONTRADICTED, FindingCode.CONTRADICTED_CLAIM, predicate.start, predicate.end, reason
            )
    return supported(predicate, "the means turn so")
