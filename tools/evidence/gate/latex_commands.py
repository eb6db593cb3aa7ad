"""Check that sections use only LaTeX that prints what it shows. The allow-list is owned by `tools.paper.latex_commands`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.evidence.gate.report import FindingCode, GateFinding
from tools.evidence.gate.section_source import SectionSource
from tools.paper import command_problems


def check_latex_commands(sources: Iterable[SectionSource]) -> Iterator[GateFinding]:
    """Find commands outside the allow-list, numbers in pieces, look-alike and invisible characters."""
    for source in sources:
        for problem in command_problems(source.tex):
            yield GateFinding(
                code=FindingCode.UNKNOWN_COMMAND,
                file=source.file,
                line=source.line(problem.start),
                excerpt=source.excerpt(problem.start, problem.end),
                reason=problem.message,
            )
