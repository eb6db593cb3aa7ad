"""Record which files a PDF was made from, to detect later changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

INPUTS = ("sections/*.tex", "results.tex", "colloquium.sty", "references.bib", "figures/*")
"""The files that determine what a paper says. paper.tex is generated from the sections and not included."""


def write_inputs(folder: Path) -> str:
    """Return the inputs in a folder with their SHA-256, as JSON text."""
    return json.dumps(_digests(folder), indent=1, sort_keys=True) + "\n"


def changed_inputs(folder: Path) -> list[str] | None:
    """Return the inputs that were changed, added or removed since `paper.pdf` was made; None if they were not recorded."""
    path = folder / "paper.inputs.json"
    if not path.is_file():
        return None
    before: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    now = _digests(folder)
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in INPUTS
        for path in sorted(folder.glob(pattern))
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    }
