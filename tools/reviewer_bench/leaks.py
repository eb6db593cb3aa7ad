"""Remove from a paper what reveals the decision of its conference.

Benchmarks of reviewers use papers as they are on OpenReview: accepted papers as final versions, with names, acknowledgements
and "Published as"; rejected papers anonymous. A reviewer could decide from that alone. Removed are the author block, running
heads that name the state of the paper, footnotes about authors, acknowledgements, statements of contributions and funding,
addresses, and links to repositories with the sentences that announce them. No marks are left, since a mark would be a leak.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tools.reviewer_bench.paper_structure import (
    author_block,
    author_footnotes,
    author_lines,
    bare,
    paragraph_end,
    section_end,
)

_VENUE = r"[ ]+(?:the[ ]+)?[A-Z][\w’'&().:-]*(?:[ ]+(?:on|of|and|in|for|[A-Z(][\w’'&().:-]*)){0,12}(?:[ ,']*\d{4}\)?)?"
_ALONE = r"^[ #*_]*"
"""Short forms must be a line of their own: in prose, jobs are submitted to a cluster, too."""

PUBLISHED = re.compile(
    rf"(?i:(?:published|accepted|to appear) as an? (?:[\w-]+ )?(?:paper|article) (?:at|in|to|by))(?:{_VENUE})?"
    rf"|{_ALONE}(?i:published (?:at|in)|accepted (?:at|to|by)|to appear (?:at|in)|proceedings of){_VENUE}[ .*_]*$",
    re.MULTILINE,
)
UNDER_REVIEW = re.compile(
    rf"(?i:under (?:review|submission) as an? (?:[\w-]+ )?(?:paper|article) (?:at|in|to|for|by))(?:{_VENUE})?"
    rf"|{_ALONE}(?i:submitted to|under review (?:at|by|for)){_VENUE}[ .*_]*$"
    rf"|{_ALONE}(?i:(?:preprint|manuscript)?[ .,]*(?:currently )?under review|do not distribute)[ .*_]*$",
    re.MULTILINE,
)
ANONYMOUS = re.compile(
    r"anonymous (?:authors?(?:\(s\))?|submission)|(?:paper )?under double[- ]blind review", re.IGNORECASE
)
EMAIL = re.compile(r"\{[^{}\n]{1,300}\}\s*@\s*[\w.-]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(
    r"(?:https?://)?(?<![\w.-])(?:[\w-]+\.)*(?:github\.(?:com|io)|gitlab\.[\w.]+|bitbucket\.org|4open\.science|huggingface\.co|"
    r"zenodo\.org|osf\.io|figshare\.com|codeocean\.com|sites\.google\.com)(?:/(?:[^\s)\]>,;]*[^\s)\]>,;.])?)?",
    re.IGNORECASE,
)
ANONYMOUS_LINK = re.compile(r"anonymous|4open\.science", re.IGNORECASE)
ACKNOWLEDGEMENTS = re.compile(r"^(?:\d+\.?\s*)?acknowledge?ments?(?:\s+and\s+[\w ]+)?\s*(?:$|[.:—–])", re.IGNORECASE)
CONTRIBUTIONS = re.compile(
    r"^(?:\d+\.?\s*)?(?:authors?['’]? contributions?|(?:disclosure of )?funding(?: (?:disclosure|statement))?|"
    r"funding transparency statement)\s*(?:$|[.:—–])",
    re.IGNORECASE,
)
REFERENCES = re.compile(r"^(?:\d+\.?\s*)?(?:references|bibliography)$", re.IGNORECASE)

LINK_MARK = "\N{LEFTWARDS ARROW WITH LOOP}"
_THING = (
    r"(?:codes?|codebase|implementations?|data|datasets?|models?|checkpoints|weights|videos?|demos?|website|repository)"
)
ANNOUNCES = re.compile(
    rf"\b{_THING}\b(?:\W+\w+){{0,10}}?\W+(?:available|released?|found|accessed|accessible|published|open[- ]?sourced)\b"
    rf"(?:\W+\w+){{0,8}}?\W*{LINK_MARK}"
    rf"|\b(?:releas|publish|open[- ]?sourc|provid|shar)\w*\W+(?:\w+\W+){{0,5}}?{_THING}\b(?:\W+\w+){{0,8}}?\W*{LINK_MARK}"
    rf"|^\W*(?:\w+\W+){{0,3}}{_THING}\s*:?\W*{LINK_MARK}",
    re.IGNORECASE,
)
"""A sentence that announces a link, replaced by `LINK_MARK`: "Our code is available at ..."."""

Kind = Literal["running head", "author block", "footnote", "acknowledgements", "contributions", "address", "link"]

_SECTIONS: dict[Kind, re.Pattern[str]] = {
    "acknowledgements": ACKNOWLEDGEMENTS,
    "contributions": CONTRIBUTIONS,
}
_MARKDOWN_LINK = re.compile(r"\[(?P<words>[^\[\]\n]*)\]\((?P<address>[^()\s]*)\)")
_BETWEEN_SENTENCES = re.compile(r"((?<=[.!?])\s+(?=[A-Z\[(])|\n\s*\n)")
_LONGEST_SECTION = 6_000


@dataclass(frozen=True)
class RemovedText:
    """A removed piece of text."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class StrippedText:
    """A paper's text for reviewers, and what was removed from it."""

    text: str
    removed: tuple[RemovedText, ...]


def strip_leaks(text: str) -> StrippedText:
    """Return the text without what reveals the decision."""
    removed: list[RemovedText] = []
    for pattern in (PUBLISHED, UNDER_REVIEW, ANONYMOUS):
        text = _without(pattern, "running head", text, removed)
    lines = text.splitlines()
    block = author_block(lines)
    lines = _without_lines(lines, author_lines(lines) if block is None else block, "author block", removed)
    lines = _without_lines(lines, author_footnotes(lines), "footnote", removed)
    for section, kind in reversed(revealing_sections(lines)):
        lines = _without_lines(lines, section, kind, removed)
    text = _without_links("\n".join(lines), removed)
    text = _without(EMAIL, "address", text, removed)
    text = re.sub(r"(?<!\n)\n(?=#{1,6} )", "\n\n", text)  # a heading whose preceding lines were removed
    return StrippedText(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", tuple(removed))


def revealing_sections(lines: list[str]) -> list[tuple[range, Kind]]:
    """Return the lines of each section of acknowledgements, contributions or funding, in order."""
    found: list[tuple[range, Kind]] = []
    for number, line in enumerate(lines):
        for kind, pattern in _SECTIONS.items():
            if begins := pattern.match(text := bare(line)):
                run_in = bool(text[begins.end() :].strip(" *_"))
                end = paragraph_end(lines, number) if run_in else section_end(lines, number, _LONGEST_SECTION)
                found.append((range(number, end), kind))
    return found


def _without(pattern: re.Pattern[str], kind: Kind, text: str, removed: list[RemovedText]) -> str:
    removed += [RemovedText(kind, match[0].strip()) for match in pattern.finditer(text)]
    return pattern.sub("", text)


def _without_lines(lines: list[str], gone: Iterable[int], kind: Kind, removed: list[RemovedText]) -> list[str]:
    numbers = set(gone)
    words = "\n".join(line for number, line in enumerate(lines) if number in numbers).strip()
    if re.search(r"\w", words):
        removed.append(RemovedText(kind, words))
    return [line for number, line in enumerate(lines) if number not in numbers]


def _without_links(text: str, removed: list[RemovedText]) -> str:
    """Remove links to repositories, with the sentences that announce them."""
    pieces = _BETWEEN_SENTENCES.split(text)
    return "".join(_without_link(piece, removed) if LINK.search(piece) else piece for piece in pieces)


def _without_link(sentence: str, removed: list[RemovedText]) -> str:
    plain = _MARKDOWN_LINK.sub(lambda link: link["words"] if LINK.search(link["address"]) else link[0], sentence)
    if ANNOUNCES.search(LINK.sub(LINK_MARK, plain)):
        removed.append(RemovedText("link", sentence.strip()))
        return ""
    removed += [RemovedText("link", match[0]) for match in LINK.finditer(sentence)]
    return LINK.sub("", plain)
