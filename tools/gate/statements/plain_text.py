"""Normalise printed text without moving its characters."""

from __future__ import annotations

import re
import unicodedata

_AS_ASCII = {
    "−": "-",
    "٫": ".",
    "·": ".",
    "∙": ".",
    "⋅": ".",
    "’": "'",
    "~": " ",
    "\N{ZERO WIDTH SPACE}": " ",
    "٪": "%",
}


def plain(text: str) -> str:
    """Return the text in ASCII forms where they exist, as long as the input.

    Digits of every script become 0 to 9 and full-width letters narrow. A backslash before a symbol is blank; the commands pm
    and times become one character.
    """
    characters = []
    for character in text:
        if character.isdecimal():
            character = str(unicodedata.decimal(character))
        elif character in _AS_ASCII:
            character = _AS_ASCII[character]
        elif ord(character) > 127:
            narrow = unicodedata.normalize("NFKC", character)
            character = narrow if len(narrow) == 1 else character
        characters.append(character)
    text = re.sub(r"\\(?=[%_#&$])", " ", "".join(characters))
    return text.replace("\\pm", "  ±").replace("\\times", "     ×")
