"""The report of the bench: tables in Markdown, data as JSON, and the cases that went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from tools.evidence_bench.bench import BenchRun
from tools.evidence_bench.case import Decider, Judged
from tools.evidence_bench.scores import KindScore, Totals, is_right, score, total, wrong


def as_markdown(runs: Sequence[BenchRun]) -> str:
    """Return both tables over all papers, with a sentence on each paper."""
    scores = score(answer for run in runs for answer in run.judged)
    lines = ["## Papers", ""]
    for run in runs:
        cases = len(run.judged)
        each = sum(answer.seconds for answer in run.judged) / max(cases, 1)
        errors = f" Without any case the gate finds {len(run.unchanged)} errors in it." if run.unchanged else ""
        lines.append(f"- {run.subject}: {cases} cases, {each:.1f} s for each gate, {run.seconds:.0f} s in all.{errors}")
    lines += ["", "## False statements", "", *_defects([s for s in scores if not s.honest])]
    lines += ["", "## Honest sentences", "", *_honest([s for s in scores if s.honest])]
    lines += ["", "## Totals", "", *(f"- {line}" for line in totals_in_words(total(scores))), ""]
    return "\n".join(lines)


def totals_in_words(totals: Totals) -> list[str]:
    """Return one phrase for each sum that exists."""
    named = (
        ("false statements that code decides, withheld at their place for the right reason", totals.by_code),
        ("false statements that take a reader, withheld or told to be unverified", totals.by_model),
        ("honest sentences withheld", totals.false_blocks),
        ("wrong values for which the gate tells the right one", totals.told),
    )
    return [f"{name}: {_percent(part)}" for name, part in named if part is not None]


def as_json(runs: Sequence[BenchRun]) -> dict[str, object]:
    """Return scores, sums and every case with the gate's answer."""
    scores = score(answer for run in runs for answer in run.judged)
    return {
        "totals": asdict(total(scores)),
        "kinds": [asdict(kind) | {"recall": None if kind.honest else kind.recall} for kind in scores],
        "papers": [
            {
                "name": run.subject,
                "seconds": round(run.seconds, 1),
                "errors_without_case": list(run.unchanged),
                "cases": [_case(answer) for answer in run.judged],
            }
            for run in runs
        ],
    }


def wrong_cases(runs: Sequence[BenchRun]) -> str:
    """Return the cases in which the gate did something else than it should, most frequent kinds first, as Markdown."""
    lines = []
    kind = ""
    found = wrong(answer for run in runs for answer in run.judged)
    for answer in found:
        case = answer.case
        if case.kind != kind:
            kind = case.kind
            count = sum(other.case.kind == kind for other in found)
            lines += ["", f"## {kind} ({count})", ""]
        should = "should pass" if case.honest else "should be withheld"
        text = case.draft.text or "; ".join(f"{e.path}: {e.old} -> {e.new}" for e in case.draft.edits)
        lines.append(f"- {case.id} in {case.draft.section}, {should}, {answer.outcome}: `{text}`")
        if case.draft.claimed and not case.honest:
            lines.append(f"  - says {case.draft.claimed}; the evidence: {case.draft.actual}")
        lines += [f"  - {finding}" for finding in answer.findings[:3]]
    return "\n".join(lines).lstrip() + "\n"


def _case(answer: Judged) -> dict[str, object]:
    case, draft = answer.case, answer.case.draft
    return {
        "id": case.id,
        "kind": case.kind,
        "honest": case.honest,
        "section": draft.section,
        "text": draft.text,
        "claimed": draft.claimed,
        "actual": draft.actual,
        "evidence": list(draft.evidence),
        "outcome": str(answer.outcome),
        "right": is_right(answer),
        "told": answer.told,
        "findings": list(answer.findings),
        "seconds": round(answer.seconds, 2),
    }


def _defects(scores: Sequence[KindScore]) -> Iterator[str]:
    yield "| kind | decided by | cases | withheld for the reason | for another | unverified | passed | right value told |"
    yield "|---|---|---|---|---|---|---|---|"
    for s in sorted(scores, key=lambda s: (s.decider is Decider.MODEL, s.group)):
        told = f"{s.told} of {s.with_right_value}" if s.with_right_value else ""
        yield (
            f"| {s.kind} | {s.decider} | {s.cases} | {s.withheld} ({_percent(s.withheld / s.cases)}) | {s.other_reason} "
            f"| {s.unverified} | {s.passed} | {told} |"
        )


def _honest(scores: Sequence[KindScore]) -> Iterator[str]:
    yield "| kind | cases | withheld | with a note | passed |"
    yield "|---|---|---|---|---|"
    for s in scores:
        blocked = s.withheld + s.other_reason
        yield f"| {s.kind} | {s.cases} | {blocked} ({_percent(s.blocked)}) | {s.unverified} | {s.passed} |"


def _percent(part: float | None) -> str:
    return "none" if part is None else f"{part * 100:.0f}%" if part in (0, 1) else f"{part * 100:.1f}%"
