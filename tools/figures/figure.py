"""The figures of a paper with their captions."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel


class Figure(BaseModel):
    """One figure of the paper."""

    file: str
    label: str
    caption: str
    width: int
    height: int


def load_figures(paper: Path) -> list[Figure]:
    """The figures handed in for a paper; none before that."""
    path = paper / "figures.json"
    if not path.exists():
        return []
    return [Figure.model_validate(item) for item in json.loads(path.read_text(encoding="utf-8"))]
