"""Which characters of a page a human reader cannot see.

Seen by this: text outside the page or the crop box; invisible rendering modes; type under 2 points, squeezed type
included; the colour of the background, on any background; text behind images and shapes, clipped away, fully
transparent, on a layer that is switched off; and runs of letters drawn unlike what they claim to be. Not seen by it:
text under other text, letters of other scripts than Latin with lying fonts, single exchanged letters, and whatever is
never extracted as text (attachments, annotations, metadata).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.documents.hidden_text.font_spoofing import looks_right
from tools.documents.hidden_text.glyph_map import INVISIBLE_MODES, Glyphs
from tools.documents.hidden_text.model import COLOUR, COVERED, INVISIBLE, OUTSIDE, TINY, UNLIKE, HiddenText, quoted
from tools.documents.hidden_text.render_diff import Ink

SMALLEST_SIZE = 2.0
"""Points; smaller type is taken for unreadable."""
FEWEST_LETTERS = 4
"""Fewer hidden letters of one kind on a page are an accident of typesetting."""

_FAINT, _FAINT_WHEN_LARGE, _LARGE = 32, 12, 18.0
_FEWEST_UNLIKE = 8


def unseen(glyphs: Glyphs, ink: Ink, size: tuple[float, float]) -> list[str]:
    """For each character how it hides, empty where it can be seen. White space goes with what surrounds it.

    size: width and height of the page in points.
    """
    boxes, sizes, modes = glyphs.boxes, glyphs.sizes, glyphs.modes
    printing = np.array([bool(c.strip()) for c in glyphs.characters])
    faint = np.where(sizes >= _LARGE, _FAINT_WHEN_LARGE, _FAINT)
    contrast = np.abs(glyphs.fills[:, :3] - ink.ground(boxes)).max(axis=1)
    has_area = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    ways = {
        OUTSIDE: (boxes[:, 2:] <= 0).any(axis=1) | (boxes[:, :2] >= np.array(size)).any(axis=1),
        INVISIBLE: np.isin(modes, INVISIBLE_MODES),
        TINY: (sizes > 0) & (sizes < SMALLEST_SIZE),
        COLOUR: (modes == 0) & (glyphs.fills[:, 3] > 0) & (contrast < faint),
        COVERED: has_area & (ink.strongest(boxes) < faint),
    }
    kinds = [""] * len(glyphs)
    for kind, holds in reversed(ways.items()):  # the first that holds is told
        for i in np.flatnonzero(printing & holds):
            kinds[i] = kind
    printed = printing & np.array([not kind for kind in kinds])
    if printed.any():
        _mark_unlike(glyphs, looks_right(glyphs, ink, printed), kinds)
    return kinds


def forgive_running_text(pages: list[tuple[Glyphs, list[str]]]) -> None:
    """A character that is seen at the same place of another page, like a watermark partly under a figure, hides from
    nobody; nor do a few stray letters."""
    seen: dict[tuple[str, int, int], int] = {}
    for glyphs, kinds in pages:
        for i, kind in enumerate(kinds):
            if not kind:
                key = _place(glyphs, i)
                seen[key] = seen.get(key, 0) + 1
    for glyphs, kinds in pages:
        for i, kind in enumerate(kinds):
            if kind in (COVERED, COLOUR) and not glyphs.upright[i] and _place(glyphs, i) in seen:
                kinds[i] = ""
        for kind in set(kinds) - {""}:
            places = [i for i, k in enumerate(kinds) if k == kind]
            if sum(glyphs.characters[i].isalnum() for i in places) < FEWEST_LETTERS:
                for i in places:
                    kinds[i] = ""


def findings(glyphs: Glyphs, kinds: list[str], page: int) -> list[HiddenText]:
    """The hidden runs of a page, one finding a run; runs of one kind that only white space parts are one."""
    found: list[HiddenText] = []
    kind, text = "", ""
    for i, now in enumerate([*kinds, "end"]):
        character = glyphs.characters[i] if i < len(glyphs) else "."
        if not character.strip():
            text += " "
        elif now == kind:
            text += character
        else:
            if kind:
                found.append(quoted(kind, page, text))
            kind, text = now, character
    return found


def _mark_unlike(glyphs: Glyphs, right: NDArray[np.int8], kinds: list[str]) -> None:
    """Mark runs of words, within a line of the content stream, of which fewer than half the letters look right."""
    run: list[int] = []
    wrong = asked = 0

    def close() -> None:
        nonlocal run, wrong, asked
        if wrong >= _FEWEST_UNLIKE and wrong > 0.6 * asked:
            for i in range(run[0], run[-1] + 1):  # what it says of drawn spaces is part of the lie
                kinds[i] = UNLIKE if glyphs.characters[i].strip() else ""
        run, wrong, asked = [], 0, 0

    for word in _words(glyphs, kinds):
        of_word = [int(right[i]) for i in word if right[i] >= 0]
        if of_word and sum(of_word) >= 0.5 * len(of_word):
            close()
            continue
        run += word
        wrong += of_word.count(0)
        asked += len(of_word)
    close()


def _words(glyphs: Glyphs, kinds: list[str]) -> list[list[int]]:
    words: list[list[int]] = [[]]
    for i, character in enumerate(glyphs.characters):
        if not character.strip():
            words.append([])
        elif not kinds[i]:
            words[-1].append(i)
    return [word for word in words if word]


def _place(glyphs: Glyphs, i: int) -> tuple[str, int, int]:
    return glyphs.characters[i], round(float(glyphs.boxes[i, 0])), round(float(glyphs.boxes[i, 1]))
