"""Judge claims that a metric changed on every dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.audit.binding import LabelBinding
from tools.evidence.audit.directions import claimed_sign, names_a_change
from tools.evidence.audit.manuscript import Manuscript
from tools.evidence.audit.statement import AuditStatement
from tools.evidence.judgement import Verdict

_ALL = re.compile(
    r"\b(?:across|on|for|over|in)\s+(?:all|every|each)(?:\s+(?:of\s+)?(?:the|four|three|five|\d))*\s+datasets?\b", re.I
)
_DENIED = re.compile(r"\b(?:not|no|never|mixed|neither|except|without|most)\b", re.IGNORECASE)


def judge_claims_over_datasets(paper: Manuscript, binding: LabelBinding) -> Iterator[AuditStatement]:
    """Yield a verdict for each sentence such as 'reduced the loss on all datasets'."""
    results, base = binding.results, binding.results.baseline
    for start, end in paper.sentences:
        text = paper.prose[start:end]
        claim = _ALL.search(text)
        if not (claim and base and names_a_change(text)) or _DENIED.search(text[: claim.end()]):
            continue
        metrics = {name for _, name in binding.all_metrics(text[: claim.end()])}
        if len(metrics) != 1:
            continue
        metric = metrics.pop()
        sign = claimed_sign(text, claim.start(), metric)
        runs = [run for run in binding.named(text) if run != base] or [run for run in results.runs if run != base]
        against: dict[str, list[str]] = {}
        for run in runs:
            pairs = [(d, results.find(run, d, metric), results.find(base, d, metric)) for d in results.datasets]
            against[run] = [d for d, v, b in pairs if not v or not b or (v.value - b.value) * sign <= 0]
        at, said = start + claim.start(), " ".join(text[: claim.end()].split())[-90:]
        if sign and all(against.values()):
            run, failing = min(against.items(), key=lambda item: len(item[1]))
            which = f"{run} has" if len(runs) == 1 else f"no run has this; the closest, {run}, has"
            expected = f"not on {', '.join(failing)}"
            yield AuditStatement(
                Verdict.CONTRADICTED, "not-on-all-datasets", at, start + claim.end(), said,
                f"{which} {metric} the other way, or no value, on {', '.join(failing)}", expected,
                tuple(f"{run}/{name}/{metric}" for name in failing), metric,
            )  # fmt: skip
        elif sign and len(runs) == 1:
            yield AuditStatement(
                Verdict.SUPPORTED, "measured", at, start + claim.end(), said,
                f"{runs[0]}/*/{metric} changes so on all {len(results.datasets)} datasets", "", (), metric,
            )  # fmt: skip
