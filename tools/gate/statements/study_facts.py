"""Judge what a text says of failed runs and of the statistics that the harness computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.statements.clauses import Clause, ParsedSentence
from tools.gate.statements.lexicon import pattern
from tools.gate.statements.placement import Placement
from tools.gate.statements.study import Study

_FAILED = re.compile(
    r"\b(?P<count>no|one|two|three|four|five|six|\d+|an?|another|some|several|none of the|the last|the first)\s+"
    r"(?:other\s+|further\s+|more\s+|of the\s+)?runs?\b(?:\s+[\w-]+){0,5}?\s+"
    r"(?:failed|crashed|diverged|aborted|timed out|ran out of"
    r"|(?:was|were) (?:killed|aborted|stopped|terminated|discarded))\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:crash(?:ed|es)?|diverg(?:e[sd]?|ing)|fail(?:s|ed) to (?:converge|train|finish|complete)|blew up|exploded"
    r"|collapse[sd]?|NaNs?|(?:numerical )?overflow\w*|(?:numerical\w* )?(?:unstable|instabilit\w+)"
    r"|(?:had to|was|were|to) (?:be )?(?:re-?start|re-?run|re-?launch|exclud|discard)\w*)\b",
    re.IGNORECASE,
)
_OF_TRAINING = re.compile(r"\b(?:runs?|training|seeds?|optimi[sz]ation|loss(?:es)?|models?)\b", re.IGNORECASE)
_OTHER_TEST = re.compile(
    r"\b(?:wilcoxon|mann[\s-]+whitney|kruskal[\s-]+wallis|anova|permutation test|sign test|chi[\s-]*squared?|z-test|friedman"
    r"|fisher's exact|kolmogorov[\s-]+smirnov)\b",
    re.IGNORECASE,
)
_NAMED_TEST = re.compile(rf"(?:{_OTHER_TEST.pattern})\s+(?:rank\s+)?tests?\b", re.IGNORECASE)
"""A test, also where a dataset has its name."""
_OTHER_BARS = re.compile(
    r"\b(?:error )?bars?\s+(?:show|give|mark|span|are|denote|indicate)\w*\s+(?:the\s+)?(?:full\s+)?"
    r"(?:range|minim\w+|maxim\w+|min|max|quartiles?|interquartile|percentiles?)\b",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(r"\b(?:not|no|never|instead of|rather than|unlike|would|could|future)\b", re.IGNORECASE)


def judge_study_facts(sentence: ParsedSentence, study: Study, placement: Placement) -> Iterator[Judgement]:
    """Yield contradicted statements on failed runs, the test of differences, and error bars."""
    failed = sorted({row.name for row in study.ledger.runs} - {run.name for run in study.ledger.completed})
    for clause in sentence.clauses:
        if clause.possible or clause.cited:
            continue
        text = clause.without_names
        found = _FAILED.search(clause.text)
        if (
            found
            and found["count"].lower() not in ("no", "none of the")
            and all(row.status == "completed" for row in study.ledger.rows)
        ):
            yield _contradicted(clause.start, found, "no run failed", "no run failed")
        elif found and found["count"].lower() in ("no", "none of the") and failed:
            yield _contradicted(clause.start, found, f"{', '.join(failed)} failed", f"{len(failed)} failed")
        elif trouble := _trouble(clause, study, failed, strict=placement.strict):
            yield _contradicted(clause.start, trouble, "the ledger records no such failure", "no run failed")
        if _NOT_OURS.search(text) or clause.cites:
            continue
        if found := _OTHER_TEST.search(text) or _NAMED_TEST.search(clause.text):
            test = "t-tests, paired by seed where both runs share seeds, else Welch's"
            yield _contradicted(clause.start, found, f"the harness computes {test}", test)
        if found := _OTHER_BARS.search(text):
            yield _contradicted(clause.start, found, "the harness prints standard errors", "standard errors")


def _trouble(clause: Clause, study: Study, failed: Sequence[str], *, strict: bool) -> re.Match[str] | None:
    """Return what a clause says went wrong in a run, where the ledger records that nothing did."""
    found = _TROUBLE.search(clause.text)
    own = strict or any(not mention.by_setting for mention in clause.named("run"))
    if not found or not own or clause.cites or pattern("negation").search(clause.text[: found.start()]):
        return None
    runs = {name for mention in clause.named("run") for name in mention.names}
    recorded = {row.name for row in study.ledger.rows if row.status != "completed"} | set(failed)
    if recorded & runs if runs else recorded or not _OF_TRAINING.search(clause.text):
        return None
    return found


def _contradicted(start: int, found: re.Match[str], reason: str, right: str) -> Judgement:
    return Judgement(
        Verdict.CONTRADICTED,
        FindingCode.CONTRADICTED_CLAIM,
        start + found.start(),
        start + found.end(),
        f'"{found[0]}": {reason}',
        right,
    )
