"""Find the runs that a predicate compares, and the run that it compares them with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tools.evidence.records import BASELINE, CONFIRMATION
from tools.gate.section_source import EvidenceReference
from tools.gate.statements.clauses import Clause
from tools.gate.statements.lexicon import words
from tools.gate.statements.mentions import Mention
from tools.gate.statements.predicate import Predicate

VERSUS = re.compile(
    r"\b(?:than|against|vs\.?|versus|compared (?:with|to)|relative to|over|from|below|above|ahead of|behind|instead of"
    r"|like|as|(?:superior|inferior|preferable|comparable|similar|identical|equal|close|closer|closest|next"
    r"|second|akin) to)\s+"
    r"(?:(?:that|those|the|its|in|with|of|for|our|on|unmodified)\s+)*$",
    re.IGNORECASE,
)
"""Text before a run that something is compared with."""
_RECOMMENDS = re.compile(r"(?:argu|speak|prefer|favou?r|in favou?r)", re.IGNORECASE)
"""'Argues for run 1': what follows is the winner."""
_TAKEN_FROM = re.compile(
    r"\b(?:drawn|sampled|generated|samples|obtained|taken|points|results?|values?)\s+from\s+(?:the\s+)?$", re.IGNORECASE
)
_BY = re.compile(r"\s+(?:only\s+)?by\s+(?:the\s+)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\b[^,;]*\band\s+(?:the\s+|that of\s+)?$", re.IGNORECASE)
_TAKES_OBJECT = re.compile(r"(?:ahead of|out to|behind|for|par|over|below|above|of|out|to)$", re.IGNORECASE)


def compared_runs(
    predicate: Predicate, clause: Clause, following: int, references: Sequence[EvidenceReference]
) -> tuple[tuple[str, ...], str]:
    """Return the compared runs, and the run that they are compared with.

    Args:
        following: where the next predicate begins.
        references: the references to results beside the predicate.
    """
    referred = [reference.address.partition("/")[0] for reference in references]
    subjects: list[str] = []
    against = next((reference.against for reference in references if reference.against), "")
    against = against or (_versus_reference(clause, references) if len(set(referred)) > 1 else "")
    mentions = clause.named("run")
    agent = _agent(predicate, clause)
    if agent:
        others = [name for m in mentions if m is not agent for name in m.names]
        return agent.names, against or (others[0] if others else BASELINE)
    for number, mention in enumerate(mentions):
        if _is_object(predicate, clause, mention, first=number == 0):
            against = against or mention.names[0]
        elif mention.start < following or not subjects:
            subjects += mention.names
    if BASELINE in subjects and len(set(subjects)) > 1 and against != BASELINE:
        subjects = [name for name in subjects if name != BASELINE]
    subjects = [name for name in unique(subjects) if name != against]
    wanted = unique(name for name in referred if name != against)
    if referred and not against and len(wanted) > 1 and len(subjects) == 1 and subjects[0] in wanted:
        rest = [name for name in wanted if name != subjects[0]]
        against = rest[0] if len(rest) == 1 else BASELINE
    if any(m.by_setting for m in mentions) and set(wanted) & set(subjects):
        subjects = [name for name in wanted if name in subjects]
    elif not subjects:
        subjects = [name for name in wanted if name != BASELINE or against] or list(wanted)
    against = against or BASELINE
    if subjects == [BASELINE] and against == BASELINE:
        subjects = list(wanted)
    repeated = {name: name.replace("run_", CONFIRMATION, 1) for name in subjects}
    subjects = [repeated[name] if repeated[name] in referred else name for name in subjects]
    return tuple(name for name in subjects if name != against), against


def _agent(predicate: Predicate, clause: Clause) -> Mention | None:
    """Return the run that does it in the passive, as in 'the baseline is outperformed by run 1'."""
    if predicate.degree != "verb" or predicate.lemma not in words("direct"):
        return None
    after = clause.text[predicate.end - clause.start :]
    return next(
        (m for m in clause.named("run") if m.start > predicate.end and _BY.fullmatch(after[: m.start - predicate.end])),
        None,
    )


def _versus_reference(clause: Clause, references: Sequence[EvidenceReference]) -> str:
    """Return the run of the reference behind a word such as 'than' or 'from'; empty if there is none."""
    for reference in references:
        if VERSUS.search(clause.text[: reference.start - clause.start]):
            return reference.address.partition("/")[0]
    return ""


def _is_object(predicate: Predicate, clause: Clause, mention: Mention, *, first: bool) -> bool:
    """Tell whether a mentioned run is what the predicate compares with."""
    at = mention.start - clause.start
    if mention.start >= predicate.end:
        gap = clause.text[predicate.end - clause.start : at]
        close = len(gap.split()) <= 2
        if predicate.degree == "verb" and predicate.lemma in words("direct") and close:
            return True
        if (
            predicate.degree == "phrase"
            and close
            and not re.search(r"\b(?:in|for|with)\b", gap)
            and _TAKES_OBJECT.search(predicate.text)
            and not _RECOMMENDS.match(predicate.text)
        ):
            return True
    by_setting = mention.by_setting and not clause.text[:at].endswith("than ")
    if VERSUS.search(clause.text[:at]) and not (by_setting or _TAKEN_FROM.search(clause.text[:at])):
        return True
    if not first and _BETWEEN.search(clause.text[:at]):
        return True
    written = clause.text[at : mention.end - clause.start]
    return BASELINE in mention.names and written.endswith("'s") and not first


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names without repetitions, in order."""
    return tuple(dict.fromkeys(names))
