"""Hold the address of a reference against the run, dataset and metric that its clause names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.names import split_address
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.section_source import EvidenceReference
from tools.gate.statements.clauses import Clause, ParsedSentence
from tools.gate.statements.lexicon import word_sense
from tools.gate.statements.mentions import Mention
from tools.gate.statements.study import Study

_AFTER = re.compile(
    r"[\s,(]*(?:bits?|nats|s|seconds)?\s*(?:on|in|for|with|of|under|at|by)\s+(?:the\s+)?(?:data\s?set\s+)?",
    re.IGNORECASE,
)
"""Between a value and the name that it belongs to, as in '0.3 bits on the dataset moons'."""
_BEFORE_BASELINE = re.compile(r"\s*(?:(?:has|is|at|with|of|takes|reaches|gives)\s+)?", re.IGNORECASE)
_FROM = re.compile(
    r"\b(?:from|against|than|versus|vs\.?|compared (?:with|to)|instead of|above|below|was)\b[^.;]*$", re.IGNORECASE
)


def judge_references(sentence: ParsedSentence, study: Study) -> Iterator[Judgement]:
    """Yield references that print another run, dataset or metric than the words beside them say."""
    repeated = {name: run for run, name in study.confirmed.items()}
    for clause in sentence.clauses:
        named_baseline = any(BASELINE in mention.names for mention in clause.named("run"))
        yield from _unknown_runs(clause, study)
        yield from _in_turn(clause, study)
        for number, reference in enumerate(clause.measured):
            parts = split_address(reference.address)
            if len(parts) != 3 or reference.address not in study.addresses:
                continue
            compared_with = _FROM.search(clause.text[: reference.start - clause.start])
            for place, (kind, value) in enumerate(zip(("run", "dataset", "metric"), parts, strict=True)):
                value = repeated.get(value, value) if kind == "run" else value
                mentions = _mentions(clause, kind)
                names = {name for mention in mentions for name in mention.names}
                if kind == "metric" and not names and study.is_duration(value):
                    names = set(study.spoken_of(clause.text, [m for m in study.metrics if study.is_duration(m)]))
                if kind == "run" and (listed := _listed_runs(clause)):
                    names = {listed[number]}
                elif kind == "run" and reference.against and names == {reference.against}:
                    continue  # 'its difference from run 3'
                elif (
                    kind == "run"
                    and value == BASELINE
                    and ((named_baseline and number == 0) or compared_with or _of_baseline(clause, number))
                ):
                    continue
                if not names or value in names:
                    if not names or not (wrong := _nearer(clause, mentions, number, value)):
                        continue
                    names = {wrong}
                right = "/".join([*parts[:place], sorted(names)[0], *parts[place + 1 :]])
                why = f"the words name the {kind} {' or '.join(sorted(names))}, the reference prints that of {value}"
                yield _out_of_place(reference, why, right, study)
                break


def _in_turn(clause: Clause, study: Study) -> Iterator[Judgement]:
    """Yield references that stand out of turn in 'on dino and line, ... and ..., respectively'."""
    references = [r for r in clause.measured if r.address in study.addresses]
    for place, kind in enumerate(("run", "dataset", "metric")):
        mentions = [m for m in clause.named(kind) if len(m.names) == 1]
        if "respectively" not in clause.text.lower() or len(mentions) != len(references) or len(mentions) < 2:
            continue
        for mention, reference in zip(mentions, references, strict=True):
            parts = split_address(reference.address)
            if parts[place] != mention.names[0]:
                right = "/".join([*parts[:place], mention.names[0], *parts[place + 1 :]])
                why = f"in turn, the words name {mention.names[0]}, the reference prints {reference.address}"
                yield _out_of_place(reference, why, right, study)


def _out_of_place(reference: EvidenceReference, why: str, right: str, study: Study) -> Judgement:
    return Judgement(
        Verdict.CONTRADICTED,
        FindingCode.CONTRADICTED_CLAIM,
        reference.start,
        reference.end,
        why,
        right if right in study.addresses else "",
        f"\\{reference.macro}{{{right}}}" if right in study.addresses else "",
        (reference.address,),
    )


def _unknown_runs(clause: Clause, study: Study) -> Iterator[Judgement]:
    """Yield mentions of runs that the ledger has no row of. Future runs are none."""
    known = {row.name for row in study.ledger.rows}
    for mention in clause.named("run"):
        unknown = [name for name in mention.names if name not in known]
        if unknown and not mention.by_setting and not clause.possible and not clause.cited:
            reason = f"there is no {unknown[0]}; the ledger has {', '.join(sorted(known))}"
            yield Judgement(Verdict.NO_EVIDENCE, FindingCode.UNSUPPORTED_CLAIM, mention.start, mention.end, reason)


def _mentions(clause: Clause, kind: str) -> list[Mention]:
    found = clause.named(kind)
    if kind == "run":
        # A setting that is only named as larger or smaller stands for several runs; the reference picks one of them.
        return [
            m
            for m in found
            if m.names
            and (m.names != (BASELINE,) or (len(found) == 1 and not _only_versus(clause, m) and not _of_own(clause, m)))
        ]
    return found


def _only_versus(clause: Clause, mention: Mention) -> bool:
    """Tell whether the baseline is only what something is compared with."""
    before = clause.text[: mention.start - clause.start]
    if any(word_sense(word) for word in re.findall(r"[a-z]+", before.lower())[-2:]):
        return True  # 'outperforms the baseline'
    return bool(
        re.search(r"\b(?:than|against|versus|vs\.?|from|with|to|over|of|below|above|by)\s+(?:the\s+)?$", before, re.I)
    )


def _nearer(clause: Clause, mentions: list[Mention], number: int, value: str) -> str:
    """Return the name that belongs to a reference by its place, if it is another one.

    A value has its name behind it ('0.3 on moons and 0.4 on dino'), or between the value before and itself.
    """
    if behind := _behind(clause, mentions, number):
        return "" if behind.several or value in behind.names else behind.names[0]
    references = clause.measured
    start = references[number - 1].end if number else clause.start
    taken = _behind(clause, mentions, number - 1) if number else None
    between = [m for m in mentions if start <= m.start < references[number].start and m is not taken]
    if number == 0 or len(between) != 1 or between[0].several:
        return ""
    return "" if value in between[0].names else between[0].names[0]


def _behind(clause: Clause, mentions: list[Mention], number: int) -> Mention | None:
    """Return the name that stands directly behind a reference, after a word such as 'on'."""
    end = clause.measured[number].end
    following = next((m for m in mentions if m.start >= end), None)
    if following and _AFTER.fullmatch(clause.text[end - clause.start : following.start - clause.start]):
        return following
    return None


def _listed_runs(clause: Clause) -> list[str]:
    """Return the runs of a clause whose references stand together behind them, as in 'run 2 and the baseline (x and y)'."""
    named, printed = clause.named("run"), clause.measured
    names = [name for mention in named for name in mention.names]
    runs = [reference.address.partition("/")[0] for reference in printed]
    if len(names) < 2 or sorted(names) != sorted(runs) or any(r.macro != "result" for r in printed):
        return []
    gaps = [clause.text[one.end - clause.start : two.start - clause.start] for one, two in itertools.pairwise(printed)]
    opened = re.search(r"\(\s*$", clause.text[: printed[0].start - clause.start])
    return names if opened and all(re.fullmatch(r"[\s,;]*(?:and)?\s*", gap) for gap in gaps) else []


def _of_baseline(clause: Clause, number: int) -> bool:
    """Tell whether the baseline is named directly before a reference, or directly behind it."""
    return any(BASELINE in mention.names for mention in _beside(clause, number))


def _beside(clause: Clause, number: int) -> list[Mention]:
    """Return the runs that are named directly before a reference, or directly behind it."""
    reference = clause.measured[number]
    return [
        m
        for m in clause.named("run")
        if (m.end <= reference.start and _BEFORE_BASELINE.fullmatch(_between(clause, m.end, reference.start)))
        or (m.start >= reference.end and _AFTER.fullmatch(_between(clause, reference.end, m.start)))
    ]


def _of_own(clause: Clause, mention: Mention) -> bool:
    """Tell whether the baseline is named beside a reference that prints it, as in '0.3, against 0.2 in the baseline'."""
    return any(
        reference.address.startswith(f"{BASELINE}/") and mention in _beside(clause, number)
        for number, reference in enumerate(clause.measured)
    )


def _between(clause: Clause, start: int, end: int) -> str:
    return clause.text[start - clause.start : end - clause.start]
