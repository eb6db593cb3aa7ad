"""Compare the pages of the PDF with what the sources print.

Found: text of the sources that is on no page where a reader sees it; hidden text; numbers and words on a page that no
source explains; pages that cannot be read. Not found: text under other text, a number that is printed at another place
than its own, numbers up to the largest count of the paper (of its pages, items, lines, ...), and text inside figures.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.documents import VisibleText, read_visible_text
from tools.errors import UserError
from tools.gate.expected_print import ExpectedPrint, numbers, plain, split_pages, squeezed
from tools.gate.report import FindingCode, GateFinding
from tools.gate.section_source import SectionSource, Span, read_source
from tools.gate.watermark import MARK_COLOR, is_marked

_SHORTEST = 6
"""Letters. Shorter pieces of text are not looked for."""
_UNMAPPED = 0.05
"""Largest share of a page's characters that may be unknown."""
_HIDDEN_LETTERS = 3
_PDF = "paper.pdf"
_HEADING_BEFORE = re.compile(r"(?:ections?|ec\.|§|and|,|to|–|-)\s*$")


@dataclass(frozen=True)
class PrintedPaper:
    """The text of a paper's pages."""

    text: VisibleText

    @classmethod
    def read(cls, pdf: Path) -> PrintedPaper | None:
        """Read a PDF without the mark of a withheld paper, None if it is missing or cannot be read."""
        if not pdf.is_file():
            return None
        try:
            return cls(read_visible_text(pdf, without_color=MARK_COLOR if is_marked(pdf) else None))
        except UserError:
            return None

    @cached_property
    def _squeezed(self) -> tuple[str, list[int]]:
        """The letters and digits of all pages, and where each page begins."""
        parts, starts, length = [], [], 0
        for page in self.text.pages:
            starts.append(length)
            parts.append(squeezed(page.text))
            length += len(parts[-1])
        return "".join(parts), starts

    def page_of(self, text: str) -> int | None:
        """Return the page on which a sentence of LaTeX begins, None if no page shows it."""
        source = read_source("", text)
        for fragment in _fragments(source, (0, len(text))):
            place = self.find(fragment)
            if place is not None:
                return place
        return None

    def find(self, fragment: str) -> int | None:
        """Return the page on which squeezed text begins. It may go on after a float or on the next page."""
        stream, starts = self._squeezed
        place = stream.find(fragment)
        if place < 0:
            longest = bisect.bisect_left(range(len(fragment)), True, key=lambda k: fragment[: k + 1] not in stream)
            for cut in range(longest, max(2, longest - 12), -1):
                rest = fragment[cut:]
                if len(rest) >= 2 and len(fragment) > _SHORTEST and self._goes_on(fragment[:cut], rest):
                    place = stream.find(fragment[:cut])
                    break
            else:
                return None
        return bisect.bisect_right(starts, place)

    def _goes_on(self, first: str, rest: str) -> bool:
        """Return whether the rest of a text begins later on the page or on the next ones."""
        stream, starts = self._squeezed
        place = stream.find(first)
        while place >= 0:
            page = bisect.bisect_right(starts, place)
            end = starts[page + 2] if page + 2 < len(starts) else len(stream)
            if stream.find(rest, place + len(first), end) >= 0:
                return True
            place = stream.find(first, place + 1)
        return False


def check_printed(
    printed: PrintedPaper, expected: ExpectedPrint, sources: Sequence[SectionSource]
) -> Iterator[GateFinding]:
    """Find where pages and sources differ."""
    yield from _unreadable(printed)
    for hidden in printed.text.hidden:
        if sum(character.isalnum() for character in hidden.quote) >= _HIDDEN_LETTERS:
            reason = f"text that a reader cannot see ({hidden.kind}); print it in black, or delete it"
            yield _on_page(FindingCode.HIDDEN_TEXT, hidden.page, hidden.quote, reason)
    for source in sources:
        yield from _unprinted(printed, source)
    yield from _unexplained(printed, expected)


def with_pages(findings: Sequence[GateFinding], printed: PrintedPaper | None) -> list[GateFinding]:
    """Return the findings with the pages of their excerpts."""
    if printed is None:
        return list(findings)
    return [
        finding.model_copy(update={"page": printed.page_of(finding.excerpt.strip("…"))})
        if finding.page is None and finding.excerpt and finding.file.startswith("sections/")
        else finding
        for finding in findings
    ]


def _unreadable(printed: PrintedPaper) -> Iterator[GateFinding]:
    for page in printed.text.pages:
        letters = sum(character.isalnum() for character in page.text)
        if page.unmapped > _UNMAPPED * max(letters, 1) or not letters:
            reason = "the page's text cannot be read, so it cannot be compared with the sources"
            yield _on_page(FindingCode.UNREADABLE_PDF, page.number, page.text[:80], reason)


def _unprinted(printed: PrintedPaper, source: SectionSource) -> Iterator[GateFinding]:
    for start, end in source.sentences:
        missing = [fragment for fragment in _fragments(source, (start, end)) if printed.find(fragment) is None]
        if missing:
            first = start + len(source.tex[start:end]) - len(source.tex[start:end].lstrip())
            yield GateFinding(
                code=FindingCode.UNPRINTED_TEXT,
                file=source.file,
                line=source.line(first),
                excerpt=source.excerpt(first, end, around=0),
                reason=f'no page shows "{missing[0][:60]}" where a reader sees it; print it, or delete it',
            )


def _unexplained(printed: PrintedPaper, expected: ExpectedPrint) -> Iterator[GateFinding]:
    text, starts = "", []
    for page in printed.text.pages:
        starts.append(len(text))
        text += plain(page.text).strip() + "\n"
    bibliography, _ = split_pages(text)
    used: Counter[str] = Counter()
    for match in numbers(text):
        place, number = match.start(), match[0]
        if place in bibliography:
            known = all(
                digits in expected.bibliography_digits or _small(digits, expected)
                for digits in re.findall(r"\d+", number)
            )
        else:
            known = _explained(number, text, place, expected, used)
        if not known:
            excerpt = " ".join(text[max(0, place - 40) : match.end() + 30].split())
            reason = f"no source explains the printed {number}; write it where it is printed, by reference"
            yield _on_page(FindingCode.UNEXPLAINED_NUMBER, bisect.bisect_right(starts, place), excerpt, reason)
    joined = re.sub(r"-\s*\n\s*(?=[^\W\d_])", lambda match: "\u00ad" * len(match[0]), text)
    for match in re.finditer(r"[^\W\d_\u00ad](?:[^\W\d_]|\u00ad)+", joined):
        word = squeezed(match[0])
        if len(word) >= 4 and match.start() not in bibliography and word not in expected.words:
            excerpt = " ".join(text[max(0, match.start() - 40) : match.end() + 30].split())
            reason = f"no source explains the printed word {match[0]}"
            yield _on_page(FindingCode.UNEXPLAINED_TEXT, bisect.bisect_right(starts, match.start()), excerpt, reason)


def _explained(number: str, text: str, place: int, expected: ExpectedPrint, used: Counter[str]) -> bool:
    if _small(number, expected) or number in expected.years:
        return True
    if number in expected.headings:
        line = text[text.rfind("\n", 0, place) + 1 : place]
        if not line.strip() or _HEADING_BEFORE.search(line):
            return True
    parts = [number] if expected.counted[number] > used[number] else number.split(",")
    used.update(parts)
    return all(expected.counted[part] >= used[part] or _small(part, expected) for part in parts)


def _small(number: str, expected: ExpectedPrint) -> bool:
    return number.isdigit() and int(number) <= expected.largest_count


def _fragments(source: SectionSource, span: Span) -> Iterator[str]:
    """Yield the pieces of a sentence that are printed in one piece: words without formulas and commands between."""
    start, end = span
    text = source.prose[start:end]
    for a, b in [*source.maths, *((r.start, r.end) for r in source.references)]:
        if a < end and b > start:
            low, high = max(a, start) - start, min(b, end) - start
            text = text[:low] + "\n" * 2 + " " * (high - low - 2) + text[high:] if high - low > 2 else text
    for piece in re.split(r"\s{2,}|[&|]", text):
        fragment = squeezed(re.sub(r"\\[A-Za-z]+", " ", piece))
        if len(fragment) >= _SHORTEST and not fragment.isdigit():
            yield fragment


def _on_page(code: FindingCode, page: int, excerpt: str, reason: str) -> GateFinding:
    return GateFinding(code=code, file=_PDF, page=page, excerpt=" ".join(excerpt.split())[:200], reason=reason)
