"""Classify which characters of a page a human reader cannot see.

Detected: text outside the page or the crop box; invisible rendering modes; type under 2 points, including squeezed
type; the color of the background, on any background; text behind images and shapes, clipped away, fully transparent, or
on a hidden layer; and runs of letters drawn unlike the extracted ones. Not detected: text under other text, spoofed
letters of other scripts than Latin, single exchanged letters, and anything that is never extracted as text
(attachments, annotations, metadata).
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from tools.documents.hidden_text.characters import INVISIBLE_MODES, PageCharacters
from tools.documents.hidden_text.findings import HiddenText, HiddenTextKind
from tools.documents.hidden_text.font_spoofing import match_letter_shapes
from tools.documents.hidden_text.render_diff import TextRendering

MIN_SIZE = 2.0
"""Points. Smaller type counts as unreadable."""
MIN_LETTERS = 4
"""Fewer hidden letters of one kind on a page are an accident of typesetting."""

_FAINT, _FAINT_WHEN_LARGE, _LARGE = 32, 12, 18.0
_MIN_SPOOFED = 8
_LIGATURES = frozenset({
    "ff", "fi", "fl", "ffi", "ffl", "ft", "st", "ct", "tt", "ti", "tf", "tti", "th", "Th", "fj", "fb", "fh", "fk",
    "ffj", "ij", "IJ", "ae", "AE", "oe", "OE", "ss", "dz", "DZ", "Dz", "lj", "LJ", "Lj", "nj", "NJ", "Nj", "TM", "SM",
    "No", "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "II", "III", "IV", "VI", "VII", "VIII", "IX", "XI",
    "XII", "ry", "sp", "ty", "gi", "gy", "it", "1/2", "1/4", "3/4", "kg", "km", "cm", "mm", "Hz", "kHz", "MHz", "10",
    "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
})  # fmt: skip
"""Several letters that typefaces draw as one glyph."""

CharacterKinds = list[HiddenTextKind | None]
"""One entry per character: how it is hidden, None if it is visible."""


def classify_characters(
    characters: PageCharacters, rendering: TextRendering, size: tuple[float, float]
) -> CharacterKinds:
    """Return how each character is hidden, None if it is visible. White space counts as visible.

    Args:
        size: width and height of the page in points.
    """
    boxes, sizes, modes = characters.boxes, characters.sizes, characters.modes
    printing = np.array([bool(c.strip()) for c in characters.characters])
    faint = np.where(sizes >= _LARGE, _FAINT_WHEN_LARGE, _FAINT)
    contrast = np.abs(characters.fills[:, :3] - rendering.background_color(boxes)).max(axis=1)
    has_area = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    tests = {
        HiddenTextKind.OUTSIDE: (boxes[:, 2:] <= 0).any(axis=1) | (boxes[:, :2] >= np.array(size)).any(axis=1),
        HiddenTextKind.INVISIBLE: np.isin(modes, INVISIBLE_MODES),
        HiddenTextKind.TINY: (sizes > 0) & (sizes < MIN_SIZE),
        HiddenTextKind.COLOR: (modes == 0) & (characters.fills[:, 3] > 0) & (contrast < faint),
        HiddenTextKind.COVERED: has_area & (rendering.max_difference(boxes) < faint),
    }
    kinds: CharacterKinds = [None] * len(characters)
    for kind, holds in reversed(tests.items()):  # the first one that holds is reported
        for i in np.flatnonzero(printing & holds):
            kinds[i] = kind
    for i in np.flatnonzero(printing & _say_more_than_drawn(characters)):
        kinds[i] = kinds[i] or HiddenTextKind.SPOOFED
    visible = printing & np.array([kind is None for kind in kinds])
    if visible.any():
        _mark_spoofed(characters, match_letter_shapes(characters, rendering, visible), kinds)
    return kinds


def _say_more_than_drawn(characters: PageCharacters) -> NDArray[np.bool_]:
    """Return which characters share one drawn glyph, if that is no ligature and such glyphs say a message on the page."""
    said = np.zeros(len(characters), dtype=np.bool_)
    boxes = characters.boxes
    drawn = (boxes[1:, 2:] > boxes[1:, :2]).all(axis=1) & ~characters.generated[1:]
    same = (boxes[1:] == boxes[:-1]).all(axis=1) & drawn
    starts = np.flatnonzero(np.concatenate([[True], ~same])) if len(characters) else np.zeros(0, dtype=int)
    letters = 0
    for start, end in itertools.pairwise([*starts.tolist(), len(characters)]):
        text = "".join(characters.characters[start:end]).strip()
        if sum(c.isalnum() for c in text) > 1 and text not in _LIGATURES and not _is_one_character(text):
            said[start:end] = True
            letters += sum(c.isalnum() for c in text)
    return said if letters >= _MIN_SPOOFED else np.zeros(len(characters), dtype=np.bool_)


def _is_one_character(text: str) -> bool:
    """Return whether Unicode has one character for a text of up to four letters, such as a fraction or a unit."""
    return len(text) <= 4 and not text.isascii()


def keep_running_text(pages: list[tuple[PageCharacters, CharacterKinds]]) -> None:
    """Mark two kinds of harmless characters as visible, in place.

    These are turned text that is visible at the same position of another page, such as a watermark partly under a
    figure, and a few stray letters.
    """
    visible = {_position(characters, i) for characters, kinds in pages for i, kind in enumerate(kinds) if kind is None}
    for characters, kinds in pages:
        for i, kind in enumerate(kinds):
            covered = kind in (HiddenTextKind.COVERED, HiddenTextKind.COLOR)
            if covered and not characters.upright[i] and _position(characters, i) in visible:
                kinds[i] = None
        for kind in set(kinds) - {None}:
            indices = [i for i, k in enumerate(kinds) if k == kind]
            if sum(characters.characters[i].isalnum() for i in indices) < MIN_LETTERS:
                for i in indices:
                    kinds[i] = None


def hidden_runs(characters: PageCharacters, kinds: CharacterKinds, page: int) -> list[HiddenText]:
    """Return the hidden runs of a page. Runs of one kind separated by white space only are merged."""
    found: list[HiddenText] = []
    kind, text = None, ""
    for i, current in enumerate([*kinds, None]):
        character = characters.characters[i] if i < len(characters) else "."
        if not character.strip():
            text += " "
        elif current == kind:
            text += character
        else:
            if kind:
                found.append(HiddenText.of(kind, page, text))
            kind, text = current, character
    return found


def _mark_spoofed(characters: PageCharacters, matches: NDArray[np.int8], kinds: CharacterKinds) -> None:
    """Mark runs of words, within a line of the content stream, in which fewer than half the letters match."""
    run: list[int] = []
    wrong = checked = 0

    def close() -> None:
        nonlocal run, wrong, checked
        if wrong >= _MIN_SPOOFED and wrong > 0.6 * checked:
            for i in range(run[0], run[-1] + 1):  # extracted spaces that are drawn as letters are spoofed too
                kinds[i] = HiddenTextKind.SPOOFED if characters.characters[i].strip() else None
        run, wrong, checked = [], 0, 0

    for word in _words(characters, kinds):
        of_word = [int(matches[i]) for i in word if matches[i] >= 0]
        if of_word and sum(of_word) >= 0.5 * len(of_word):
            close()
            continue
        run += word
        wrong += of_word.count(0)
        checked += len(of_word)
    close()


def _words(characters: PageCharacters, kinds: CharacterKinds) -> list[list[int]]:
    words: list[list[int]] = [[]]
    for i, character in enumerate(characters.characters):
        if not character.strip():
            words.append([])
        elif kinds[i] is None:
            words[-1].append(i)
    return [word for word in words if word]


def _position(characters: PageCharacters, i: int) -> tuple[str, int, int]:
    return characters.characters[i], round(float(characters.boxes[i, 0])), round(float(characters.boxes[i, 1]))
