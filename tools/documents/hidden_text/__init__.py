"""Detect text in a paper that a human reader cannot see."""

from tools.documents.hidden_text.characters import (
    INVISIBLE_MODES,
    PageCharacters,
    no_characters,
    read_characters,
    strip_actual_text,
)
from tools.documents.hidden_text.findings import HiddenText, HiddenTextKind
from tools.documents.hidden_text.render_diff import render_text_difference
from tools.documents.hidden_text.visibility import CharacterKinds, classify_characters, hidden_runs, keep_running_text

__all__ = [
    "INVISIBLE_MODES",
    "CharacterKinds",
    "HiddenText",
    "HiddenTextKind",
    "PageCharacters",
    "classify_characters",
    "hidden_runs",
    "keep_running_text",
    "no_characters",
    "read_characters",
    "render_text_difference",
    "strip_actual_text",
]
