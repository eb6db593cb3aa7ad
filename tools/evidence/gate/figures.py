"""Check figures: each image exists, and each figure has a label and is discussed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from tools.errors import nearest
from tools.evidence.gate.report import FindingCode, GateFinding
from tools.evidence.gate.section_source import SectionSource

_SUFFIXES = ("", ".pdf", ".png", ".jpg", ".jpeg")


def check_figures(folder: Path, sources: Sequence[SectionSource]) -> Iterator[GateFinding]:
    """Find missing image files, figures without a label or a \\ref, and duplicate labels.

    As notes: tables that no text refers to, and images in the folder that no section shows.
    """
    pointers = {label for source in sources for label in source.pointers}
    available = sorted(path.relative_to(folder).as_posix() for path in folder.glob("figures/*") if path.is_file())
    shown: set[str] = set()
    labels: dict[str, str] = {}
    for source in sources:
        for name, position in source.graphics:
            file = next((name + suffix for suffix in _SUFFIXES if (folder / (name + suffix)).is_file()), "")
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
