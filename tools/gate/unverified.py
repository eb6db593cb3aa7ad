"""The statements of a paper that no program could check: readers are told which they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.section_source import SectionSource


@dataclass(frozen=True)
class UnverifiedStatement:
    """A sentence that states what the evidence does not decide."""

    section: str
    text: str
    """The sentence as printed; values that references print are left out as "..."."""


def unverified_statements(judged: Iterable[tuple[SectionSource, Judgement]]) -> list[UnverifiedStatement]:
    """Return the sentences with a statement that is not checkable, in the order of the judgements, each once."""
    found = [
        UnverifiedStatement(source.section, text)
        for source, judgement in judged
        if judgement.verdict is Verdict.NOT_CHECKABLE and (text := _sentence(source, judgement))
    ]
    return list(dict.fromkeys(found))


def _sentence(source: SectionSource, judgement: Judgement) -> str:
    start, end = next(
        (span for span in source.sentences if span[0] <= judgement.start < span[1]), (judgement.start, judgement.end)
    )
    prose = source.prose
    for reference in reversed(source.references):
        if start <= reference.start < end:
            prose = f"{prose[: reference.start]} ... {prose[reference.end :]}"
            end += len(" ... ") - (reference.end - reference.start)
    text = " ".join(prose[start:end].replace("~", " ").replace(r"\%", "%").split())
    return re.sub(r" ([.,;:])(?!\.)", r"\1", text)
