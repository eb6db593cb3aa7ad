"""Figures: each one that is shown exists, has a label, and is spoken of in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.errors import nearest
from tools.evidence.gate.report import GateFinding
from tools.evidence.gate.section_source import Source

_SUFFIXES = ("", ".pdf", ".png", ".jpg", ".jpeg")


def check_figures(folder: Path, sources: Sequence[Source]) -> Iterator[GateFinding]:
    """Missing image files, figures without a label or a \\ref, labels given twice; as notes, tables that no text
    refers to, and images that are in the folder and in no section."""
    pointers = {label for source in sources for label in source.pointers}
    available = sorted(path.relative_to(folder).as_posix() for path in folder.glob("figures/*") if path.is_file())
    shown: set[str] = set()
    labels: dict[str, str] = {}
    for source in sources:
        for name, position in source.graphics:
            file = next((name + suffix for suffix in _SUFFIXES if (folder / (name + suffix)).is_file()), "")
            shown.add(file)
            if not file:
                yield _finding(
                    source, position, f"\\includegraphics{{{name}}}", f"no such file; {nearest(name, available)}"
                )
        for label, position in source.labels:
            if label in labels:
                yield _finding(source, position, f"\\label{{{label}}}", f"the label is used in {labels[label]} too")
            labels[label] = source.file
        for floating in source.floats:
            kind, words = ("error" if floating.kind == "figure" else "note"), f"a {floating.kind} environment"
            if not floating.labels:
                yield _finding(source, floating.start, words, "it has no \\label, so no text can refer to it", kind)
            elif not pointers & set(floating.labels):
                yield _finding(source, floating.start, floating.labels[0], "no text refers to it with \\ref", kind)
    for file in available:
        if file not in shown and f"./{file}" not in shown:
            yield GateFinding(kind="note", file=file, reason="no section shows it")


def _finding(source: Source, position: int, excerpt: str, reason: str, kind: str = "error") -> GateFinding:
    return GateFinding(
        kind="note" if kind == "note" else "error",
        file=source.file,
        line=source.line(position),
        excerpt=excerpt,
        reason=reason,
    )
