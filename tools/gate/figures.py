"""Check figures: each image exists, was drawn here and says what its caption says, and each figure is discussed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from tools.errors import nearest
from tools.evidence import Ledger
from tools.evidence.judgement import Judgement
from tools.figures import DrawingRecord, load_figures
from tools.gate.figure_captions import ShownFigure, check_captions, shown_figures
from tools.gate.figure_origin import check_origin
from tools.gate.figure_steps import judge_curve_points
from tools.gate.figure_text import check_figure_texts, figure_facts
from tools.gate.figure_trends import judge_trends
from tools.gate.report import FindingCode, GateFinding
from tools.gate.section_source import SectionSource
from tools.gate.statements import Study

_IMAGES = frozenset([".pdf", ".png", ".jpg", ".jpeg"])
_SUFFIXES = ("", ".pdf", ".png", ".jpg", ".jpeg")


def check_figures(folder: Path, sources: Sequence[SectionSource]) -> Iterator[GateFinding]:
    """Find missing image files, figures without a label or a \\ref, and duplicate labels.

    As notes: tables that no text refers to, and images in the folder that no section shows.
    """
    pointers = {label for source in sources for label in source.pointers}
    images = (path for path in folder.glob("figures/*") if path.is_file() and path.suffix.lower() in _IMAGES)
    available = sorted(path.relative_to(folder).as_posix() for path in images)
    shown: set[str] = set()
    labels: dict[str, str] = {}
    for source in sources:
        for name, position in source.graphics:
            file = _file(folder, name)
            shown.add(file)
            if not file:
                reason = f"no such file; {nearest(name, available)}"
                yield _finding(FindingCode.MISSING_IMAGE, source, position, f"\\includegraphics{{{name}}}", reason)
        for label, position in source.labels:
            if label in labels:
                reason = f"the label is also used in {labels[label]}"
                yield _finding(FindingCode.DUPLICATE_LABEL, source, position, f"\\label{{{label}}}", reason)
            labels[label] = source.file
        for floating in source.floats:
            kind: Literal["error", "note"] = "error" if floating.kind == "figure" else "note"
            if not floating.labels:
                excerpt, reason = f"a {floating.kind} environment", "it has no \\label, so no text can refer to it"
                yield _finding(FindingCode.MISSING_LABEL, source, floating.start, excerpt, reason, kind)
            elif not pointers & set(floating.labels):
                excerpt, reason = floating.labels[0], "no text refers to it with \\ref"
                yield _finding(FindingCode.UNREFERENCED_FLOAT, source, floating.start, excerpt, reason, kind)
    for file in available:
        if file not in shown and f"./{file}" not in shown:
            yield GateFinding(kind="note", code=FindingCode.UNUSED_IMAGE, file=file, reason="no section shows it")


def check_figure_contents(
    folder: Path, sources: Sequence[SectionSource], ledger: Ledger, drawings: DrawingRecord | None
) -> Iterator[GateFinding]:
    """Find images that plot.py did not draw from the present results, claims and numbers in them, and wrong captions.

    Not seen: what an image shows that matplotlib did not draw, and data that plot.py itself invented.
    """
    files = _shown_files(folder, sources)
    shown = sorted(set(filter(None, files.values())))
    facts = {file: each for file, each in figure_facts(folder, drawings).items() if file in shown}
    yield from check_origin(folder, shown, drawings, ledger)
    yield from check_figure_texts(facts, ledger)
    figures = [figure for source in sources for figure in shown_figures(source, files)]
    yield from check_captions(figures, facts, ledger)


def judge_figure_trends(
    folder: Path, sources: Sequence[SectionSource], ledger: Ledger, drawings: DrawingRecord | None
) -> list[tuple[SectionSource, Judgement]]:
    """Return the judgements of what the sections say of the curves in figures, with the section of each."""
    files = _shown_files(folder, sources)
    figures = [figure for source in sources for figure in shown_figures(source, files)]
    shown = {figure.file for figure in figures}
    figures += [
        ShownFigure(sources[0], f"figures/{each.file}", (each.label,), None, 0)
        for each in load_figures(folder)
        if f"figures/{each.file}" not in shown and sources
    ]
    return list(judge_trends(sources, figures, figure_facts(folder, drawings), ledger))


def judge_curves(
    folder: Path, sources: Sequence[SectionSource], study: Study, drawings: DrawingRecord | None
) -> list[tuple[SectionSource, Judgement]]:
    """Return the judgements of what the sections say of curves at a step of the training, with the section of each."""
    return list(judge_curve_points(sources, figure_facts(folder, drawings), study))


def _shown_files(folder: Path, sources: Sequence[SectionSource]) -> dict[str, str]:
    """Return name in \\includegraphics -> file."""
    return {name: _file(folder, name).removeprefix("./") for source in sources for name, _ in source.graphics}


def _file(folder: Path, name: str) -> str:
    """Return the file that \\includegraphics finds, relative to the paper's folder; empty if there is none."""
    return next((name + suffix for suffix in _SUFFIXES if (folder / (name + suffix)).is_file()), "")


def _finding(
    code: FindingCode,
    source: SectionSource,
    position: int,
    excerpt: str,
    reason: str,
    kind: Literal["error", "note"] = "error",
) -> GateFinding:
    line = source.line(position)
    return GateFinding(kind=kind, code=code, file=source.file, line=line, excerpt=excerpt, reason=reason)
