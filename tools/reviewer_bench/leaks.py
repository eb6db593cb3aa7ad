"""A paper without what gives its decision away.

Benchmarks of reviewers are built from papers as they stand on OpenReview: the accepted ones as their final versions, with
names, thanks and «Published as»; the rejected ones anonymous. A reviewer that sees this need not read. Taken out are the
author block, running heads that name the state of the paper, footnotes about authors, acknowledgements, statements of
contributions and funding, addresses, and links to repositories with the sentences that announce them. Nothing is put in
their place, since a mark would leak as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tools.reviewer_bench import leak_patterns as patterns
from tools.reviewer_bench.front_matter import author_block, author_footnotes, author_lines
from tools.reviewer_bench.headings import bare, paragraph_end, section_end

Kind = Literal["running head", "author block", "footnote", "acknowledgements", "contributions", "address", "link"]

_SECTIONS: dict[Kind, re.Pattern[str]] = {
    "acknowledgements": patterns.ACKNOWLEDGEMENTS,
    "contributions": patterns.CONTRIBUTIONS,
}
_MARKDOWN_LINK = re.compile(r"\[(?P<words>[^\[\]\n]*)\]\((?P<address>[^()\s]*)\)")
_BETWEEN_SENTENCES = re.compile(r"((?<=[.!?])\s+(?=[A-Z\[(])|\n\s*\n)")
_LONGEST_SECTION = 6_000


@dataclass(frozen=True)
class Removed:
    """A piece of text that was taken out."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Stripped:
    """A paper's text for reviewers, and what was taken out of it."""

    text: str
    removed: tuple[Removed, ...]


def strip_leaks(text: str) -> Stripped:
    """The text without what gives the decision away."""
    removed: list[Removed] = []
    for pattern in (patterns.PUBLISHED, patterns.UNDER_REVIEW, patterns.ANONYMOUS):
        text = _without(pattern, "running head", text, removed)
    lines = text.splitlines()
    block = author_block(lines)
    lines = _without_lines(lines, author_lines(lines) if block is None else block, "author block", removed)
    lines = _without_lines(lines, author_footnotes(lines), "footnote", removed)
    for section, kind in reversed(telling_sections(lines)):
        lines = _without_lines(lines, section, kind, removed)
    text = _without_links("\n".join(lines), removed)
    text = _without(patterns.EMAIL, "address", text, removed)
    text = re.sub(r"(?<!\n)\n(?=#{1,6} )", "\n\n", text)  # a heading that the lines before it have left alone
    return Stripped(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", tuple(removed))


def telling_sections(lines: list[str]) -> list[tuple[range, Kind]]:
    """The lines of each section of acknowledgements, or statement of contributions or funding, in order."""
    found: list[tuple[range, Kind]] = []
    for number, line in enumerate(lines):
        for kind, pattern in _SECTIONS.items():
            if begins := pattern.match(text := bare(line)):
                run_in = bool(text[begins.end() :].strip(" *_"))
                end = paragraph_end(lines, number) if run_in else section_end(lines, number, _LONGEST_SECTION)
                found.append((range(number, end), kind))
    return found


def _without(pattern: re.Pattern[str], kind: Kind, text: str, removed: list[Removed]) -> str:
    removed += [Removed(kind, match[0].strip()) for match in pattern.finditer(text)]
    return pattern.sub("", text)


def _without_lines(lines: list[str], gone: Iterable[int], kind: Kind, removed: list[Removed]) -> list[str]:
    numbers = set(gone)
    words = "\n".join(line for number, line in enumerate(lines) if number in numbers).strip()
    if re.search(r"\w", words):
        removed.append(Removed(kind, words))
    return [line for number, line in enumerate(lines) if number not in numbers]


def _without_links(text: str, removed: list[Removed]) -> str:
    """Without links to repositories; a sentence that announces what is there goes with its link."""
    pieces = _BETWEEN_SENTENCES.split(text)
    return "".join(_without_link(piece, removed) if patterns.LINK.search(piece) else piece for piece in pieces)


def _without_link(sentence: str, removed: list[Removed]) -> str:
    plain = _MARKDOWN_LINK.sub(
        lambda link: link["words"] if patterns.LINK.search(link["address"]) else link[0], sentence
    )
    if patterns.ANNOUNCES.search(patterns.LINK.sub(patterns.LINK_MARK, plain)):
        removed.append(Removed("link", sentence.strip()))
        return ""
    removed += [Removed("link", match[0]) for match in patterns.LINK.finditer(sentence)]
    return patterns.LINK.sub("", plain)
