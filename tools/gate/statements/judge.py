"""Judge every sentence of a section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.section_source import SectionSource, read_source
from tools.gate.statements.bound_references import judge_references
from tools.gate.statements.claims import judge_claims
from tools.gate.statements.clauses import ParsedSentence, read_sentences
from tools.gate.statements.mentions import find_mentions
from tools.gate.statements.numbers import judge_numbers
from tools.gate.statements.placement import HEADLINE, STRICT, Placement
from tools.gate.statements.plain_text import plain
from tools.gate.statements.study import Study
from tools.gate.statements.study_facts import judge_study_facts
from tools.gate.statements.table_words import table_numbers, table_statements

_FORMULA = re.compile(
    r"^(?:\\\[|\$\$|\\begin)|[_^].*[_^]|\\\||\\(?:sum|int|prod|mathbb|mathcal|sqrt)\b|\w\(", re.DOTALL
)


def judge_section(source: SectionSource, study: Study) -> list[Judgement]:
    """Return the judgements of a section's sentences, by position. What states nothing is left out."""
    return sorted(_judgements(source, study), key=lambda j: (j.start, j.end))


def _judgements(source: SectionSource, study: Study) -> Iterator[Judgement]:
    cells = dict(_cells(source, study))
    yield from (judgement for judged in cells.values() for judgement in judged)
    for sentence in read_sentences(source, study):
        in_table = _within(sentence, source.tables)
        strict = source.section in STRICT or _within(sentence, source.captions)
        placement = Placement(
            strict=strict or in_table,
            headline=source.section in HEADLINE,
            formulas=_formulas(source, sentence),
            cell=in_table and _names_result(source, sentence, study),
        )
        for judgement in judge_numbers(sentence, study, placement):
            if not any(start <= judgement.start and judgement.end <= end for start, end in cells):
                yield judgement
        if not in_table:
            yield from judge_references(sentence, study)
            yield from judge_study_facts(sentence, study, placement)
            yield from judge_claims(sentence, study, placement)
    for start, end, statement in table_statements(source, study):
        for sentence in read_sentences(read_source(source.section, statement), study):
            for judgement in judge_claims(sentence, study, Placement(strict=True)):
                yield replace(judgement, start=start, end=end)


def _cells(source: SectionSource, study: Study) -> Iterator[tuple[tuple[int, int], list[Judgement]]]:
    """Yield the cells whose row and column tell what their number is, with its judgement."""
    for start, end, statement in table_numbers(source, study):
        if not statement:
            yield (start, end), []
        for sentence in read_sentences(read_source(source.section, statement), study):
            low = len(statement) - len(statement.rpartition(" is ")[2])
            found = [j for j in judge_numbers(sentence, study, Placement(strict=True, cell=True)) if j.start >= low]
            if found and all(j.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED) for j in found):
                yield (start, end), [replace(j, start=start, end=end) for j in found]


def _within(sentence: ParsedSentence, spans: list[tuple[int, int]]) -> bool:
    return any(low <= sentence.start and sentence.end <= high for low, high in spans)


def _names_result(source: SectionSource, sentence: ParsedSentence, study: Study) -> bool:
    """Tell whether the row of a table that a sentence is a cell of names a run, dataset or metric."""
    table = next(((low, high) for low, high in source.tables if low <= sentence.start < high), None)
    if table is None:
        return False
    row_start = max(source.tex.rfind("\\\\", table[0], sentence.start), table[0])
    row_end = source.tex.find("\\\\", sentence.end)
    row = plain(source.prose[row_start : row_end if 0 <= row_end < table[1] else table[1]])
    return any(mention.kind in ("run", "dataset", "metric") for mention in find_mentions(row, study))


def _formulas(source: SectionSource, sentence: ParsedSentence) -> tuple[tuple[int, int], ...]:
    """Return the formulas around or in a sentence that are displayed or hold more than a symbol and a number."""
    return tuple(
        (low, high)
        for low, high in source.maths
        if low < sentence.end and sentence.start < high and _FORMULA.search(source.tex[low:high])
    )
