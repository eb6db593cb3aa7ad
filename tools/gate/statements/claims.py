"""Judge what sentences claim about results against the ledger.

A comparison is bound to runs, datasets and metrics by the names and references in its clause, then by the text before it. In
the title, the abstract, the results and everything that concludes, what cannot be bound or understood counts as not
carried; elsewhere only statements about this study are judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.statements.across import judge_across
from tools.gate.statements.clause_words import clause_words
from tools.gate.statements.clauses import Clause, ParsedSentence
from tools.gate.statements.comparisons import judge_comparison
from tools.gate.statements.declared_claims import declared, judge_words_of_claims, sense_of
from tools.gate.statements.descriptions import judge_descriptions
from tools.gate.statements.direction_counts import judge_direction_counts
from tools.gate.statements.distances import judge_distances
from tools.gate.statements.intervals import interval_statements, judge_intervals
from tools.gate.statements.lexicon import pattern
from tools.gate.statements.placement import Placement
from tools.gate.statements.predicate import Predicate, no_evidence
from tools.gate.statements.predicates import predicates
from tools.gate.statements.rankings import judge_rankings
from tools.gate.statements.seed_ranges import judge_seed_ranges
from tools.gate.statements.seeds import as_ranking, judge_seeds, names_a_seed
from tools.gate.statements.sizes import judge_size
from tools.gate.statements.study import Study
from tools.gate.statements.superlatives import judge_superlative, speaks_of_changes
from tools.gate.statements.tendencies import judge_tendency
from tools.gate.statements.trends import judge_shape
from tools.gate.statements.word_subjects import unknown_verb

_CONCLUDES = re.compile(r"(?:indicat|suggest|impl|demonstrat|confirm|reveal|prov)", re.IGNORECASE)
_UNIVERSAL = re.compile(
    r"\b(?:all|every|each|no|both|any)\b.{0,40}\b(?:difference|change|comparison|effect|result|cell|improvement)s?\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?<![=<>.\d])(?<![=<>] )\b\d+\b(?!\.\d|\s*%|\s*percent)|\b(?:two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve)\b.{0,40}significant",
    re.IGNORECASE,
)
_A_TEST = re.compile(r"\b(?:level|threshold|alpha|tests?)\b")
_STOPPED = re.compile(r"\b(?:killed|crash\w*|timed out|time limit|aborted|ran out of)\b", re.IGNORECASE)
_SINGLE_SEED = re.compile(r"(?:single|one)\s+seed", re.IGNORECASE)
_FIRST_SEEDS = re.compile(r"(?:the\s+)?(?:first|original)\s+seeds", re.IGNORECASE)
_ONE_SEED = re.compile(r"(?:first|second|third|fourth|last|final)\b", re.IGNORECASE)
_SHOWN = re.compile(
    r"\b(?:samples?|points?|images?|pictures?|drawn|shown?|shows|plotted|panels?|rows?|figure|histograms?|densit(?:y|ies)"
    r"|looked at|inspected)\b",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\s+(?:most|many|other|few|some)\s+(?:\w+\s+)?(?:studies|papers|works|methods|models|benchmarks)\b", re.IGNORECASE
)
_A_FINDING = re.compile(
    r"\s+(?:the|this|that)\s+(?:picture|findings?|results?|observation|pattern|order|ranking)\b", re.IGNORECASE
)
"""'The training loss confirms the picture' explains nothing."""
_NOUN_POINTS = re.compile(r"points to", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|between|of)\s+(?:the\s+)?(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_STATES_RELATION = ("better", "worse", "lower", "higher", "faster", "slower", "same", "noise", "different")
_STATES_ORDER = ("better", "worse", "lower", "higher", "faster", "slower")
_THAN_OTHERS = re.compile(
    r"[^,;]{0,40}?(?:\bthan|\babove|\bbelow)?\s+(?:all|any|every|each|those)\s+(?:(?:values?|seeds?|those|of|in|the)\s+)*others?\s+(?:\w+\s+)?(?:runs?|values?)\b"
    r"|[^,;]{0,40}?\b(?:than|above|below)\s+(?:(?:those|that|of|in|the)\s+)*other\s+(?:\w+\s+)?runs\b",
    re.IGNORECASE,
)
_COMPARES = ("better", "lower", "higher", "faster", "absolute")


def judge_claims(sentence: ParsedSentence, study: Study, placement: Placement) -> Iterator[Judgement]:
    """Yield a judgement for each claim of a sentence. Suppositions, questions, others' results and headings of one word are
    none."""
    if len(sentence.clauses) == 1 and len(clause_words(sentence.clauses[0])) == 1:
        return
    for clause in sentence.clauses:
        if clause.possible and not clause.cited:
            yield from judge_tendency(clause, study)
        if clause.possible or clause.cited:
            continue
        yield from judge_descriptions(clause, study)
        yield from judge_direction_counts(clause, study)
        placed = list(interval_statements(clause, study))
        found = [p for p in predicates(clause, study) if not any(s.start < p.end and p.start < s.end for s in placed)]
        yield from judge_intervals(placed, study)
        judged = []
        if not placement.headline:
            if ranges := judge_seed_ranges(clause, study):
                yield ranges[1]
                found = _outside(found, ranges[0])
            judged = list(_of_seeds(found, clause, study))
            if judged:
                found = [p for p in found if p not in [q for q, _ in judged] and not names_a_seed(p)]
        for span, distance in judge_distances(clause, study):
            found = _outside(found, span)
            yield distance
        for number, predicate in enumerate(found):
            before = found[number - 1].end if number else clause.start
            following = found[number + 1].start if number + 1 < len(found) else clause.end
            judgement = judge_across(predicate, clause, study, before, following)
            judgement = judgement or _judge(predicate, clause, study, before, following, found, placement)
            if judgement:
                judged.append((predicate, judgement))
        if placement.strict or clause.about_study:
            yield from judge_rankings(clause, study)
        yield from judge_words_of_claims(clause, found, study)
        yield from _judge_claims_without_predicate(clause, found, study, placement)
        carried = any(judgement.verdict is Verdict.SUPPORTED for _, judgement in judged)
        for predicate, judgement in judged:
            # 'The results suggest that run 2 is better' explains nothing; the comparison has its own judgement.
            if not (carried and predicate.sense == "cause" and _CONCLUDES.match(predicate.text)):
                yield judgement
        if not found and not judged and (placement.strict or clause.about_study):
            judgement = _judge_without_predicate(clause, study, placement)
            if judgement:
                yield judgement


def _outside(found: Sequence[Predicate], span: tuple[int, int]) -> list[Predicate]:
    return [predicate for predicate in found if predicate.end <= span[0] or span[1] <= predicate.start]


def _of_seeds(found: Sequence[Predicate], clause: Clause, study: Study) -> Iterator[tuple[Predicate, Judgement]]:
    """Yield the predicates that compare single seeds, with their judgements. In a headline, a seed would be selected."""
    found = [predicate for predicate in found if not names_a_seed(predicate)]
    for number, predicate in enumerate(found):
        before = found[number - 1].end if number else clause.start
        following = found[number + 1].start if number + 1 < len(found) else clause.end
        judgement = judge_seeds(as_ranking(predicate), clause, study, before, following)
        if judgement:
            yield predicate, judgement


def _judge_claims_without_predicate(
    clause: Clause, found: Sequence[Predicate], study: Study, placement: Placement
) -> Iterator[Judgement]:
    """Judge what a \\claim declares where its words compare by no word that the lexicon knows."""
    for claim in clause.claims:
        low, high = claim.words
        stated = any(low <= predicate.start < high and predicate.sense in _STATES_RELATION for predicate in found)
        predicate = Predicate("", low, high, "\\claim")
        spec = declared(predicate, clause, study)
        if spec and not stated and clause.start <= low < clause.end:
            predicate = replace(predicate, sense=sense_of(spec))
            judgement = judge_comparison(predicate, clause, study, low, high, headline=placement.headline)
            if judgement:
                yield judgement


def _judge_without_predicate(clause: Clause, study: Study, placement: Placement) -> Judgement | None:
    """Judge a clause that compares by no known word: bare significance, and verbs that nobody can check."""
    named = clause.named("metric") or clause.measured or clause.named("run")
    stated = pattern("significant").search(clause.text)
    if stated and (named or clause.labelled or _UNIVERSAL.search(clause.text)):
        counted = _COUNTED.search(clause.without_names) and not clause.measured
        if counted or (_A_TEST.search(clause.text) and not clause.named("run")):
            return None  # counts are judged as numbers
        denied = pattern("negation").search(clause.text[: stated.start()]) is not None
        predicate = Predicate(
            "different", clause.start + stated.start(), clause.start + stated.end(), stated[0], negated=denied
        )
        return judge_comparison(predicate, clause, study, clause.start, clause.end, headline=placement.headline)
    if placement.strict and not stated and (named or clause.named("dataset")) and (unknown := unknown_verb(clause)):
        return no_evidence(
            unknown,
            f'"{unknown.text}" is no comparison that the evidence can be asked for; write lower, higher, better, worse or '
            "not significant",
        )
    return None


def _judge(
    predicate: Predicate,
    clause: Clause,
    study: Study,
    before: int,
    following: int,
    others: Sequence[Predicate],
    placement: Placement,
) -> Judgement | None:
    sense, negated, strict = predicate.sense, predicate.negated, placement.strict
    own = clause.about_study or bool(clause.named("metric") and clause.named("dataset"))
    if sense == "record" and not negated:
        return no_evidence(
            predicate, "nothing in this study compares it with the field; only its own baseline was measured"
        )
    if sense == "rivals" and not negated and (strict or own) and any(p.sense in _COMPARES for p in others):
        return no_evidence(predicate, "no other method was measured, only this study's runs")
    if sense in ("record", "rivals"):
        return None
    if sense == "form" and (turned := judge_shape(predicate, clause, study)):
        return turned
    if sense == "form":
        varied = any(set(m.names) & set(study.varied) for m in clause.named("setting"))
        speaks = strict and (varied or clause.named("metric") or any(m.by_setting for m in clause.named("run")))
        return no_evidence(predicate, "the shape of a dependence was not tested") if speaks and not negated else None
    if sense == "unmeasured":
        known = predicate.text.lower()[:6] in f"{study.description} {study.title}".lower()
        if known or predicate.negated or not (strict or own):
            return None
        return no_evidence(
            predicate, f'"{predicate.text}" was not measured; the metrics are {", ".join(study.metrics)}'
        )
    if sense == "seed" and study.confirmed and _FIRST_SEEDS.fullmatch(predicate.text):
        return None  # all seeds of the runs, as against the fresh ones
    if sense == "seed" and (_STOPPED.search(clause.text) or _shows_one_seed(predicate, clause)):
        return None  # a report on a failure, or what a figure shows
    if sense == "seed":
        reason = (
            "every result is over all seeds; a selection of seeds is not evidence. Compare seeds by number in the results "
            "(seed 2 of run_1 is the worst of the three), or state the mean"
        )
        return no_evidence(predicate, reason, Verdict.CONTRADICTED)
    if sense == "noise" and _SINGLE_SEED.fullmatch(predicate.text) and _shows_one_seed(predicate, clause):
        return None
    if not strict and not own:
        return None
    if sense == "cause":
        return _judge_cause(predicate, clause, study, others) if strict and not negated else None
    several = sum(other.degree == "superlative" for other in others) > 1
    span = (before, following) if several else (clause.start, clause.end)
    if predicate.degree == "superlative" and speaks_of_changes(predicate, clause):
        return judge_superlative(predicate, clause, study, span, headline=placement.headline)
    unknown = predicate.unknown or (predicate.text if sense == "unknown" else "")
    if unknown in _before(predicate, clause) and declared(predicate, clause, study):
        unknown = ""  # the claim says what the subject is
    if unknown:
        return no_evidence(predicate, f'"{unknown}" was not measured; the metrics are {", ".join(study.metrics)}')
    if sense == "absolute":
        reason = f'"{predicate.text}" is no comparison; say against which run, and print the result by reference'
        return None if negated else no_evidence(predicate, reason)
    if sense == "size":
        return judge_size(predicate, clause, study)
    ranks = predicate.sense in _STATES_ORDER and not pattern("significant").search(clause.text)
    if ranks and not negated and _THAN_OTHERS.match(clause.text, predicate.end - clause.start):
        predicate = replace(predicate, degree="superlative")  # 'lower than all other runs'
    if predicate.degree == "superlative":
        return judge_superlative(predicate, clause, study, span, headline=placement.headline)
    return judge_comparison(predicate, clause, study, before, following, headline=placement.headline)


def _before(predicate: Predicate, clause: Clause) -> list[str]:
    return re.findall(r"[a-z]+", clause.text[: predicate.start - clause.start].lower())


def _shows_one_seed(predicate: Predicate, clause: Clause) -> bool:
    """Tell whether samples of one seed are shown, as in 'samples of the last seed' and 'a histogram of one seed'."""
    shown = (_ONE_SEED.match(predicate.text) or _SINGLE_SEED.match(predicate.text)) and _SHOWN.search(clause.text)
    return bool(shown) and not (clause.named("metric") or clause.measured)


def _by_design(text: str, study: Study) -> bool:
    """Tell whether an explanation repeats the template's own description, as of a time that is divided among the datasets."""
    described = {word[:5] for word in re.findall(r"[a-z]{4,}", study.description.lower())}
    said = {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())} - {"becau", "since"}
    return len(said) >= 3 and len(said & described) >= 0.75 * len(said)


def _judge_cause(predicate: Predicate, clause: Clause, study: Study, others: Sequence[Predicate]) -> Judgement | None:
    if _OF_OTHERS.match(clause.text, predicate.end - clause.start) or _A_FINDING.match(
        clause.text, predicate.end - clause.start
    ):
        return None
    if _by_design(clause.text[predicate.start - clause.start :], study):
        return None
    if pattern("unexplained").search(clause.text[: predicate.start - clause.start + 60]):
        return None
    if _NOUN_POINTS.fullmatch(predicate.text) and _FROM.search(clause.text[: predicate.start - clause.start]):
        return None  # 'the divergence from held-out points to the samples'
    results = clause.named("metric") or clause.named("run") or clause.named("dataset") or clause.measured
    if not results and len(others) < 2 and not pattern("explained").search(clause.text):
        return None
    return no_evidence(
        predicate, "no run tested this explanation; leave it out, or say that it is a conjecture (may, might)"
    )
