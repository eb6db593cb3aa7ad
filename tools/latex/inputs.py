"""What a PDF was made from, so that it can be told whether it still shows the paper as it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

INPUTS = ("sections/*.tex", "results.tex", "references.bib", "figures/*")
"""The files that decide what a paper says. paper.tex is made from the sections, and is not among them."""


def write_inputs(folder: Path) -> str:
    """The inputs in a folder with their SHA-256, as JSON text."""
    return json.dumps(_digests(folder), indent=1, sort_keys=True) + "\n"


def changed_inputs(folder: Path) -> list[str] | None:
    """The inputs that were changed, added or removed since `paper.pdf` was made; None when nothing is known of it."""
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
