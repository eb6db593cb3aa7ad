"""Audit a paper that was not written here."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from tools.audit.binding import LabelBinding, LabelMap, bind_labels
from tools.audit.cells import judge_table
from tools.audit.consistency import check_changes, check_references, check_tables
from tools.audit.leftovers import check_citations, check_leftovers
from tools.audit.manuscript import Manuscript, read_manuscript
from tools.audit.names import matching_constants
from tools.audit.pdf_tables import read_pdf_tables
from tools.audit.printed_numbers import printed_numbers
from tools.audit.report import AuditedStatement, AuditReport, AuditStatement
from tools.audit.reported_statistics import check_statistics
from tools.audit.result_files import read_results, results_of_tables
from tools.audit.sentences import carry_to_repetitions, judge_sentences
from tools.audit.statements_in_words import judge_claims_in_words, judge_experiments_named, judge_method
from tools.errors import UserError
from tools.evidence.code_constants import read_constants
from tools.evidence.judgement import Verdict

_SEVERITY = [
    Verdict.CONTRADICTED, Verdict.NO_EVIDENCE, Verdict.SUPPORTED, Verdict.CONVENTIONAL, Verdict.NOT_CHECKABLE,
]  # fmt: skip


def audit_paper(
    path: Path,
    results: Path | None = None,
    *,
    code: Path | None = None,
    bibliography: Path | None = None,
    confirmed: LabelMap | None = None,
) -> tuple[AuditReport, LabelBinding]:
    """Judge every number of a paper, against results or else against the paper's own tables.

    Raises:
        UserError: the paper or the results cannot be read.
    """
    if code and not code.exists():
        raise UserError(f"{code}: no such folder; --code names the folder that holds the experiment's Python files")
    paper = read_manuscript(path)
    measured = read_results(results) if results else results_of_tables(paper)
    binding = bind_labels(paper, measured, confirmed or LabelMap())
    if paper.kind == "pdf" and results:
        paper.tables = read_pdf_tables(paper, binding)
    statements: list[AuditStatement] = []
    if results:
        for table in paper.tables:
            statements += judge_table(paper, table, binding)
    statements += [s for s in judge_sentences(paper, binding) if results or s.verdict != Verdict.NO_EVIDENCE]
    statements += judge_claims_in_words(paper, binding)
    if results:
        statements += judge_experiments_named(paper, measured)
    if code:
        statements = _with_code(paper, statements, code)
        statements += judge_method(paper, measured, code)
    statements = carry_to_repetitions(statements)
    for check in (check_changes, check_tables, check_references, check_statistics, check_leftovers):
        statements += check(paper)
    if bibliography:
        statements += check_citations(paper, bibliography)
    notes = [*paper.notes, *measured.notes]
    if results and (left_out := _runs_not_shown(paper, binding)):
        notes.append(f"no table and no sentence names {', '.join(left_out)} of the results")
    if not results:
        notes.append("no --results: the paper is checked against its own tables only")
    elif not paper.tables:
        notes.append("no table was read; numbers of the text are judged alone")
    return (
        AuditReport(
            paper=str(path),
            results=str(results or ""),
            statements=[_placed(paper, s) for s in sorted(_merged(statements), key=lambda s: s.start)],
            labels=dict(binding.used.runs),
            notes=list(dict.fromkeys(notes)),
        ),
        binding,
    )


def _runs_not_shown(paper: Manuscript, binding: LabelBinding) -> list[str]:
    """Return the runs of the results that neither a row of a table nor a sentence names."""
    shown = set(binding.used.runs.values())
    for start, end in paper.sentences:
        shown |= set(binding.named(paper.prose[start:end]))
    return [run for run in binding.results.runs if run not in shown]


def _merged(statements: list[AuditStatement]) -> list[AuditStatement]:
    """Keep the gravest verdict at each place."""
    kept: dict[int, AuditStatement] = {}
    for statement in statements:
        other = kept.get(statement.start)
        if other is None or _SEVERITY.index(statement.verdict) < _SEVERITY.index(other.verdict):
            kept[statement.start] = statement
    return list(kept.values())


def _with_code(paper: Manuscript, statements: list[AuditStatement], code: Path) -> list[AuditStatement]:
    """Judge set-up values and whole numbers against the constants of the code."""
    constants = read_constants(code)
    judged = {s.start: s for s in statements}
    for start, end in paper.sentences:
        if any(table.start <= start < table.end for table in paper.tables):
            continue
        for number in printed_numbers(paper.prose, start, end):
            known = judged.get(number.start)
            if known and known.code != "set-up" and known.verdict != Verdict.NO_EVIDENCE:
                continue
            named = matching_constants(paper.prose[start:end], number.start - start, constants)
            if not named:
                continue
            equal = next((c for c in named if number.equals(c.value)), None)
            base = known or AuditStatement(Verdict.NOT_CHECKABLE, "set-up", number.start, number.end, number.text, "")
            if equal:
                judged[number.start] = dataclasses.replace(
                    base, verdict=Verdict.CONVENTIONAL, code="constant", reason=f"{equal.name} in {equal.place}",
                    evidence=(equal.place,),
                )  # fmt: skip
            elif len({c.value for c in named}) == 1 and not (known and known.verdict == Verdict.NO_EVIDENCE):
                right = f"{named[0].value:g}"
                judged[number.start] = dataclasses.replace(
                    base, verdict=Verdict.CONTRADICTED, code="wrong-setup", expected=right,
                    reason=f"{named[0].name} is {right} in {named[0].place}", evidence=(named[0].place,),
                )  # fmt: skip
    return list(judged.values())


def _placed(paper: Manuscript, statement: AuditStatement) -> AuditedStatement:
    text, pages = paper.text, re.compile(r"\[page \d+\]")
    before = pages.sub("", text[max(0, statement.start - 160) : statement.start]).split("\n\n")[-1]
    after = pages.sub("", text[statement.end : statement.end + 120]).split("\n\n")[0]
    return AuditedStatement(
        verdict=statement.verdict,
        code=statement.code,
        said=statement.said,
        reason=statement.reason,
        expected=statement.expected,
        evidence=list(statement.evidence),
        line=paper.line(statement.start),
        page=paper.page(statement.start),
        before=before,
        after=after,
    )
