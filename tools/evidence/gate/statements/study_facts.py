"""Judge what a text says of failed runs and of the statistics that the harness computed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.gate.report import FindingCode
from tools.evidence.gate.statements.clauses import ParsedSentence
from tools.evidence.gate.statements.study import Study
from tools.evidence.judgement import Judgement, Verdict

_FAILED = re.compile(
    r"\b(?P<count>no|one|two|three|four|five|six|\d+|an?|another|some|several|none of the|the last|the first)\s+"
    r"(?:other\s+|further\s+|more\s+|of the\s+)?runs?\b(?:\s+[\w-]+){0,5}?\s+"
    r"(?:failed|crashed|diverged|aborted|timed out|ran out of"
    r"|(?:was|were) (?:killed|aborted|stopped|terminated|discarded))\b",
    re.IGNORECASE,
)
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


def judge_study_facts(sentence: ParsedSentence, study: Study) -> Iterator[Judgement]:
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
        if _NOT_OURS.search(text) or clause.cites:
            continue
        if found := _OTHER_TEST.search(text) or _NAMED_TEST.search(clause.text):
            test = "t-tests, paired by seed where both runs share seeds, else Welch's"
            yield _contradicted(clause.start, found, f"the harness computes {test}", test)
        if found := _OTHER_BARS.search(text):
            yield _contradicted(clause.start, found, "the harness prints standard errors", "standard errors")


def _contradicted(start: int, found: re.Match[str], reason: str, right: str) -> Judgement:
    return Judgement(
        Verdict.CONTRADICTED,
        FindingCode.CONTRADICTED_CLAIM,
        start + found.start(),
        start + found.end(),
        f'"{found[0]}": {reason}',
        right,
    )
