"""Structure of a paper's plain text: headings, sections, and the lines about its authors.

Works on text from any source: Markdown marks, bold lines, capitals, numbered headings.
"""

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
    """Return a line without surrounding Markdown marks."""
    return _MARKUP.sub("", line)


def is_heading(line: str) -> bool:
    """Return True for a heading, False for a wrapped line of prose, even if it begins with a number or a capital."""
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
    """Return the line after the section whose heading is at `start`: the next heading. If there is none within `most_chars`
    characters, the section ends with its first paragraph, since the text may have no further headings."""
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
    """Return the line after the paragraph that begins at `start` or after the blank lines there."""
    number = start
    while number < len(lines) and not lines[number].strip():
        number += 1
    while number < len(lines) and lines[number].strip():
        number += 1
    return number


_MOST_LINES = 150
_FIRST_PAGE = 8_000
_ABSTRACT = re.compile(r"^abstract\s*(?:$|[.:—–-]\s*\S)", re.IGNORECASE)
_INTRODUCTION = re.compile(r"^(?:1|I)?[.\s]*introduction$", re.IGNORECASE)
_PAGE = re.compile(r"^\[page \d+\]$")
_AFFILIATION = re.compile(
    r"[@∗†‡§¶]|\b(?:university|universit[àäé]t?|institut[eo]?|department|laborator(?:y|ies)|college|school of|faculty of|"
    r"academy|research|corporation|inc|deepmind|google|microsoft|facebook|meta ai)\b",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"^[^\w]*(?:equal (?:contribution|advising)|joint (?:first|senior)|correspond(?:ence|ing)|contact:|"
    r"(?:this )?work (?:was )?(?:partially )?(?:done|performed|conducted) (?:while|during|when|at|as)|"
    r"the (?:first )?\w+ authors? contributed)",
    re.IGNORECASE,
)
_SIGN = re.compile(r"^\W*[∗*†‡§¶]")
_CONTINUES = re.compile(
    r"(?:[:,–-]|\b(?:of|for|with|and|or|the|in|to|an?|on|via|from|by|using|through))$", re.IGNORECASE
)


def author_block(lines: list[str]) -> range | None:
    """Return the lines between title and abstract, possibly empty; None if there is no abstract.

    The title is the first heading with the headings directly below it, or else the first line with its continuation lines:
    all in capitals, or after a line that cannot end a title. In doubt a line belongs to the authors.
    """
    start = _after_title(lines)
    for number in range(start, min(len(lines), _MOST_LINES)):
        if _ABSTRACT.match(bare(lines[number])):
            return range(start, number)
    return None


def author_lines(lines: list[str]) -> list[int]:
    """Return the lines that look like names, affiliations or addresses, for a paper without an abstract heading. Searched
    are the lines between title and introduction, or the first twelve."""
    start = _after_title(lines)
    end = min(len(lines), start + 12)
    for number in range(start, min(len(lines), _MOST_LINES)):
        if _INTRODUCTION.match(bare(lines[number])):
            end = number
            break
    return [number for number in range(start, end) if _looks_like_authors(lines[number])]


def author_footnotes(lines: list[str]) -> list[int]:
    """Return the lines of footnotes about authors: equal contribution, correspondence, where the work was done, and
    affiliations after a footnote sign. Searched are the first 8,000 characters, about one page."""
    found: set[int] = set()
    length = 0
    for number, line in enumerate(lines):
        length += len(line) + 1
        if length > _FIRST_PAGE:
            break
        text = line.strip().strip("_* ")
        if _FOOTNOTE.match(text):
            found.update(range(number, paragraph_end(lines, number)))
        elif _SIGN.match(line.strip("_ ")) and _AFFILIATION.search(text.lstrip("∗*†‡§¶ ")) and len(text) < 300:
            found.add(number)
    return sorted(found)


def _after_title(lines: list[str]) -> int:
    number = _skip(lines, 0)
    if number < len(lines) and _is_marked(lines[number]):
        while number < len(lines) and _is_marked(lines[number]) and not _ABSTRACT.match(bare(lines[number])):
            number = _skip(lines, number + 1)
        return number
    while number + 1 < len(lines) and _title_continues(lines[number], lines[number + 1]):
        number += 1
    return min(number + 1, len(lines))


def _title_continues(line: str, following: str) -> bool:
    line, following = bare(line), bare(following)
    if not line or not following or _ABSTRACT.match(following) or _AFFILIATION.search(following):
        return False
    return (line.isupper() and following.isupper()) or bool(_CONTINUES.search(line))


def _looks_like_authors(line: str) -> bool:
    words = [
        word for word in re.findall(r"[^\W\d_]+", line) if word.lower() not in {"and", "de", "van", "von", "der", "of"}
    ]
    if not words or _INTRODUCTION.match(bare(line)):
        return False
    capitals = sum(word[0].isupper() for word in words) / len(words)
    return "@" in line or capitals >= 0.8 or (capitals >= 0.6 and bool(_AFFILIATION.search(line)))


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith("#")


def _skip(lines: list[str], number: int) -> int:
    while number < len(lines) and (not lines[number].strip() or _PAGE.match(lines[number].strip())):
        number += 1
    return number
