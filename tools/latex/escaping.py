"""Escape plain text for LaTeX."""

from __future__ import annotations

import re
from functools import cache

from pylatexenc.latexencode import UnicodeToLatexEncoder  # type: ignore[import-untyped]

_NUMBER = r"−?\d+(?:\.\d+)?"
_POWER = "10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_MATH = re.compile(
    rf"\({_NUMBER} ± {_NUMBER}\)×{_POWER}|{_NUMBER} ± {_NUMBER}|{_NUMBER}×{_POWER}|{_POWER}"
    rf"|−\d+(?:\.\d+)?|\b[png] [=<] {_NUMBER}"
)
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def to_latex(text: str) -> str:
    """Convert plain text to LaTeX that prints it.

    Numbers with an error, a power of ten or a sign become math. A character that LaTeX's own fonts lack is printed as its
    code point, as in `[U+4E2D]`.
    """
    parts: list[str] = []
    end = 0
    for match in _MATH.finditer(text):
        parts += [_escape(text[end : match.start()]), _math(match.group())]
        end = match.end()
    return "".join([*parts, _escape(text[end:])])


def _math(text: str) -> str:
    text = re.sub(_POWER, lambda m: f"10^{{{m.group()[2:].translate(_SUPERSCRIPTS)}}}", text)
    return r"\ensuremath{" + text.replace("±", r"\pm").replace("×", r" \times ").replace("−", "-") + "}"


def _escape(text: str) -> str:
    return str(_encoder().unicode_to_latex(text))


@cache
def _encoder() -> UnicodeToLatexEncoder:
    return UnicodeToLatexEncoder(
        unknown_char_policy=lambda character: f"[U+{ord(character):04X}]", unknown_char_warning=False
    )
