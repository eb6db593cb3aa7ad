"""The gate's checks while agents still write, so that they learn of a problem where they can mend it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence

from tools.atomic import write_json
from tools.errors import ToolError
from tools.evidence.judgement import Verdict
from tools.experiments.execution import load_ledger
from tools.figures import PaperFigure, load_drawings
from tools.gate import GateFinding, GateReport
from tools.gate.checks import PaperEvidence, run_gate
from tools.gate.report import FindingCode
from tools.idea_context import IdeaContext
from tools.literature import collect_source_records
from tools.toolsets.context import ToolContext
from tools.toolsets.ideas import search_log

MOST_REFUSALS = 2
"""This often a submission with errors is refused in one phase. After that it counts, and the gate decides."""
_OF_A_TEXT = ("references", "numbers", "claims", "setup", "latex")
"""Checks that need no more than the text of a section."""
_OF_CITATIONS = (FindingCode.UNKNOWN_CITATION, FindingCode.HANDWRITTEN_CITATION)
_OF_FIGURES = (
    FindingCode.TYPED_FIGURE_NUMBER,
    FindingCode.FIGURE_CLAIM,
    FindingCode.FIGURE_MISMATCH,
    FindingCode.CONTRADICTED_TREND,
    FindingCode.OUTDATED_FIGURE,
)
_SHOWN = 25


async def judge_paper(idea: IdeaContext) -> GateReport:
    """Run the whole gate on the paper as it is compiled now. Nothing is written."""
    searches = {str(entry["query"]): entry["records"] for entry in search_log(idea)}
    records = await collect_source_records(idea.bibliography, idea.literature, searches)
    return await asyncio.to_thread(
        run_gate,
        idea.workspace.paper,
        load_ledger(idea),
        idea.bibliography,
        idea.gate_checks,
        code=idea.workspace.work,
        template=idea.template,
        drawings=load_drawings(idea.workspace.files.drawings_file),
        records=records,
    )


async def judge_text(idea: IdeaContext, section: str, latex: str) -> list[GateFinding]:
    """Return what the gate would find in the text of one section alone, errors first."""
    return await asyncio.to_thread(_findings, idea, section, latex, _OF_A_TEXT, _OF_CITATIONS)


async def judge_words(
    idea: IdeaContext, what: str, words: str, checks: Collection[str] = _OF_A_TEXT
) -> list[GateFinding]:
    """Return what the named checks of the gate would find in a text that is no part of the paper, such as the findings."""
    found = await asyncio.to_thread(_findings, idea, "results", words, checks, ())
    return [_placed(finding, what) for finding in found]


async def judge_remarks(idea: IdeaContext, what: str, words: str, checks: Collection[str]) -> list[GateFinding]:
    """Return what the evidence contradicts in a text beside the paper, such as a rebuttal.

    Such a text speaks of reviews and plans too. What no result carries is no finding there, a typed number is.
    """
    found = await judge_words(idea, what, words, checks)
    return [each for each in found if each.verdict is not Verdict.NO_EVIDENCE or each.code == FindingCode.TYPED_NUMBER]


async def judge_figures(idea: IdeaContext, figures: Sequence[PaperFigure]) -> list[GateFinding]:
    """Return what the gate would find in figures of the paper's folder and in their captions."""
    found: list[GateFinding] = []
    for figure in figures:
        latex = (
            f"\\begin{{figure}}\n\\includegraphics{{figures/{figure.file}}}\n\\caption{{{figure.caption}}}\n"
            f"\\label{{{figure.label}}}\n\\end{{figure}}\n\nFigure~\\ref{{{figure.label}}} shows this.\n"
        )
        of_one = await asyncio.to_thread(_findings, idea, "results", latex, (*_OF_A_TEXT, "figures"), _OF_FIGURES)
        found += [_placed(finding, f"caption of {figure.file}") for finding in of_one]
    return list(dict.fromkeys(found))


def _placed(finding: GateFinding, place: str) -> GateFinding:
    """Return a finding of a text that is no section with the place of that text."""
    is_of_text = finding.file.startswith("sections/")
    return finding.model_copy(update={"file": place, "line": None}) if is_of_text else finding


def _findings(
    idea: IdeaContext, section: str, latex: str, checks: Collection[str], codes: Collection[str]
) -> list[GateFinding]:
    """Return the findings of the named checks, and those of the citation and figure checks that have one of the codes."""
    evidence = PaperEvidence.of(
        idea.workspace.paper,
        {section: latex},
        load_ledger(idea),
        idea.bibliography,
        code=idea.workspace.work,
        template=idea.template,
        drawings=load_drawings(idea.workspace.files.drawings_file),
    )
    found: list[GateFinding] = []
    for check in idea.gate_checks:
        if check.name in _OF_A_TEXT:
            found += check.find(evidence) if check.name in checks else ()
        elif check.name in (*checks, "citations"):
            found += [finding for finding in check.find(evidence) if finding.code in codes]
    return sorted(found, key=lambda finding: finding.kind)


def format_findings(findings: Iterable[GateFinding], most: int = _SHOWN) -> str:
    """Return findings as lines for an author: place, words, reason, and what to write instead."""
    lines = []
    for finding in findings:
        line = f"- {finding}"
        if finding.suggestion:
            line += f"; write instead: {finding.suggestion}"
        elif finding.expected and finding.expected not in finding.reason:
            line += f"; the evidence has: {finding.expected}"
        lines.append(line)
    more = len(lines) - most
    return "\n".join([*lines[:most], *([f"- and {more} more"] if more > 0 else [])])


def format_report(report: GateReport) -> str:
    """Return a verdict with all its errors, and its notes as far as there is room."""
    findings = [finding for check in report.checks for finding in check.findings]
    errors = [finding for finding in findings if finding.kind == "error"]
    notes = [finding for finding in findings if finding.kind == "note"]
    if not errors:
        verdict = "The gate would pass this paper."
    else:
        verdict = f"The gate would withhold this paper for {len(errors)} error{'s' * (len(errors) > 1)}:"
    parts = [verdict, format_findings(errors, most=len(errors))]
    if notes:
        parts += ["Notes, which withhold nothing:", format_findings(notes)]
    return "\n".join(filter(None, parts))


def with_objections(text: str, findings: Iterable[GateFinding]) -> str:
    """Return a text that counts although its evidence does not carry all of it, with what was found, for its readers."""
    errors = [finding for finding in findings if finding.kind == "error"]
    objections = "\n".join(f"- {finding}" for finding in errors)
    marked = f"\n\nA program has checked this text against the ledger. The evidence does not carry:\n{objections}"
    return f"{text.rstrip()}{marked if errors else ''}\n"


def refuse(context: ToolContext, what: str, findings: Iterable[GateFinding]) -> str:
    """Refuse a submission whose text contradicts the evidence, `MOST_REFUSALS` times in a phase.

    Returns:
        What to add to the answer of a submission that counts: empty without errors.

    Raises:
        ToolError: with every error, its reason and what to write instead.
    """
    errors = [finding for finding in findings if finding.kind == "error"]
    if not errors:
        return ""
    path, key = context.idea.workspace.files.refusals_file, f"{context.phase_key}/{what}"
    counts: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if counts.get(key, 0) < MOST_REFUSALS:
        write_json(path, counts | {key: counts.get(key, 0) + 1})
        verb = "were" if what == "figures" else "was"
        raise ToolError(f"{what} {verb} not submitted, the evidence does not carry it:\n{format_findings(errors)}")
    return f"\nIt counts as it is, although the gate will find:\n{format_findings(errors)}"
