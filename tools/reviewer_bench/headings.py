"""Headings in a paper's text, whatever wrote it: Markdown marks, bold lines, capitals, numbers."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"^[#*_\s]+|[*_\s]+$")
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)*)\.?\s+(?P<title>[A-Z].*)$")
_KNOWN = re.compile(
    r"^(?:references|bibliography|appendix|appendices|abstract|introduction|conclusions?|discussion|limitations|"
    r"acknowledge?ments?|(?:ethics?|reproducibility|broader impact) statement|broader impacts?|supplementary materials?)$",
    re.IGNORECASE,
)
_MOST_WORDS = 12


def bare(line: str) -> str:
    """A line without the marks of Markdown around it."""
    return _MARKUP.sub("", line)


def is_heading(line: str) -> bool:
    """Whether a line is a heading. A wrapped line of prose is none, also where it begins with a number or a capital."""
    text = bare(line)
    words = text.split()
    if not words or len(words) > _MOST_WORDS or not any(char.isalpha() for char in text):
        return False
    if line.lstrip().startswith("#") or _KNOWN.match(text):
        return True
    if text[-1] in ".,;:":
        return False
    if line.strip().startswith("**") and line.strip().endswith("**"):
        return True
    numbered = _NUMBERED.match(text)
    title = numbered["title"] if numbered else text
    long = [word for word in re.findall(r"[A-Za-z]+", title) if len(word) > 3]
    if not long:
        return False
    return all(word.isupper() for word in long) or (numbered is not None and all(word[0].isupper() for word in long))


def section_end(lines: list[str], start: int, most_chars: int) -> int:
    """The line after the section whose heading is at `start`: the next heading. Where none follows within `most_chars`, only
    the first paragraph belongs to it, so a text without headings is not swallowed whole."""
    length = 0
    for number in range(start + 1, len(lines)):
        if is_heading(lines[number]):
            return number
        length += len(lines[number]) + 1
        if length > most_chars:
            break
    else:
        return len(lines)
    return paragraph_end(lines, start + 1)


def paragraph_end(lines: list[str], start: int) -> int:
    """The line after the paragraph that begins at `start` or after blank lines there."""
    number = start
    while number < len(lines) and not lines[number].strip():
        number += 1
    while number < len(lines) and lines[number].strip():
        number += 1
    return number
