"""What the sources of a paper are expected to print: its words and its numbers.

The sections print their prose, the values of their references and the generated tables. The paper's template adds
headings, numbers of sections, pages, figures and equations, citations, the bibliography and the last section.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.evidence.ledger import Ledger
from tools.evidence.references import reference_values
from tools.evidence.tables import GeneratedTable, generated_tables
from tools.gate.section_source import SectionSource
from tools.paper import HEADINGS, without_verbatim

_EXPONENT = re.compile("(?<=[^⁰¹²³⁴⁵⁶⁷⁸⁹])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹])")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_BIBLIOGRAPHY, _LAST_SECTION = "References", "How this paper was made"
_TEMPLATE_WORDS = (
    "figure table algorithm section equation appendix theorem lemma definition require ensure function procedure return"
    " while until repeat forall else untitled draft abstract references continued listing page"
)
_COUNTED = re.compile(
    r"\\(?:item|State|Require|Ensure|If|ElsIf|Else|EndIf|For|ForAll|EndFor|While|EndWhile|Repeat|Until|Return|footnote|caption"
    r"|Function|EndFunction|Procedure|EndProcedure)(?![A-Za-z])|\\\\|\\begin\{(?:equation|align|gather|multline|eqnarray)\}"
)


def plain(text: str) -> str:
    """Return text with compatibility characters replaced and numbers in one form."""
    text = unicodedata.normalize("NFKC", _EXPONENT.sub(" ", text)).replace("\\%", "%").replace("−", "-")
    text = re.sub(r"(?<=\d)[ \t]+%", "%", text)
    return re.sub(r"(?<=\d)(?:,| , )(?=\d{3}(?!\d))", "", text)


def squeezed(text: str) -> str:
    """Return only the letters and digits of a text, without accents, in lower case."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).replace("ı", "i")
    return "".join(character for character in text.casefold() if character.isalnum())


def numbers(text: str) -> Iterator[re.Match[str]]:
    """Yield the numbers of a `plain` text, with their percent signs."""
    return _NUMBER.finditer(text)


@dataclass(frozen=True)
class ExpectedPrint:
    """What a paper is expected to print. `body` is everything but the bibliography, as plain text."""

    body: str
    bibliography: str
    headings: frozenset[str]
    """Numbers of sections, such as 4.1."""
    largest_count: int
    """The largest number that the template itself can print, for a page, figure, equation, list item or line."""

    @cached_property
    def counted(self) -> Counter[str]:
        """How often each number is expected."""
        text = plain(self.body)
        found = Counter(match[0] for match in numbers(text))
        found.update(
            re.sub(r"\s", "", match[0]) for match in re.finditer(r"(?<![\d.])\d{1,3}(?:\s{1,2}\d{3})+(?!\d)", text)
        )
        return found

    @cached_property
    def years(self) -> frozenset[str]:
        return frozenset(re.findall(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)", self.bibliography))

    @cached_property
    def bibliography_digits(self) -> frozenset[str]:
        return frozenset(re.findall(r"\d+", self.bibliography))

    @cached_property
    def words(self) -> str:
        """All words, squeezed."""
        bibliography = re.sub(r"\\[A-Za-z]+\s?|[{}\\\"'^`~=]", "", self.bibliography)
        return squeezed(f"{self.body} {bibliography} {self.bibliography} {_TEMPLATE_WORDS}")


def expected_print(
    folder: Path,
    sources: Sequence[SectionSource],
    ledger: Ledger,
    environment: Mapping[str, str] | None = None,
    *,
    pages: int = 0,
) -> ExpectedPrint:
    """Return what the sections in `folder` are expected to print on so many pages."""
    if environment is None:
        environment = ledger.baseline.environment if ledger.baseline else {}
    values, tables = reference_values(ledger, environment), generated_tables(ledger)
    parts = [_section(source, values, tables) for source in sources]
    parts += [*HEADINGS.values(), _BIBLIOGRAPHY]
    document = _text(folder / "paper.tex")
    parts += re.findall(r"^\\(?:author|date)\{(.*)\}$", document, re.MULTILINE)
    last = document.rpartition(rf"\section*{{{_LAST_SECTION}}}")[2]
    parts.append(_LAST_SECTION + " " + re.sub(r"\\(.)", r"\1", _with_references(last, values, tables)))
    texts = "\n".join(without_verbatim(source.tex) for source in sources)
    counts = Counter(re.sub(r"\{.*", "", match[0]) for match in _COUNTED.finditer(texts))
    return ExpectedPrint(
        body="\n".join(parts),
        bibliography=_text(folder / "references.bib"),
        headings=frozenset(_heading_numbers(sources)),
        largest_count=max([len(HEADINGS), pages, *counts.values()]),
    )


def split_pages(text: str) -> tuple[range, int]:
    """Return the part of the pages' text that is the bibliography, and where the last section begins."""
    last = max(
        (match.start() for match in re.finditer(rf"^\s*{_LAST_SECTION}\s*$", text, re.MULTILINE)), default=len(text)
    )
    starts = [match.start() for match in re.finditer(rf"^\s*{_BIBLIOGRAPHY}\s*$", text, re.MULTILINE)]
    return range(max((start for start in starts if start < last), default=last), last), last


def _section(
    source: SectionSource,
    values: Mapping[str, Mapping[str, str]],
    tables: Mapping[str, Mapping[str, list[GeneratedTable]]],
) -> str:
    """Return the prose with the values of the references at their places."""
    macros = "|".join([*values, *tables])
    parts, end = list[str](), 0
    for match in re.finditer(rf"\\({macros})(?![A-Za-z])((?:\s*\{{[^{{}}]*\}})*)", source.tex):
        parts += [source.prose[end : match.start()], " ", _value(match[1], match[2], values, tables), " "]
        end = match.end()
    notes = (source.tex[start:stop] for start, stop in source.citation_notes)
    return "".join([*parts, source.prose[end:], " ", " ; ".join(notes)])


def _value(
    macro: str,
    arguments: str,
    values: Mapping[str, Mapping[str, str]],
    tables: Mapping[str, Mapping[str, list[GeneratedTable]]],
) -> str:
    """Return what a reference prints. Further arguments in braces print themselves."""
    given = [re.sub(r"\\([%#_])", r"\1", text) for text in re.findall(r"\{([^{}]*)\}", arguments)]
    known = tables.get(macro, {}) if macro in tables else {}
    for count in range(len(given), -1, -1):
        address = "}{".join(given[:count])
        if address in known:
            return " ".join([*map(_table_text, known[address]), *given[count:]])
        if address in values.get(macro, {}):
            return " ".join([values[macro][address], *given[count:]])
    return " ".join(given)


def _with_references(
    text: str, values: Mapping[str, Mapping[str, str]], tables: Mapping[str, Mapping[str, list[GeneratedTable]]]
) -> str:
    """Return the text of the last section with the values of its references."""
    return re.sub(
        r"\\(runstable|analysisplan|comparisontable)(?![A-Za-z])((?:\{[^{}]*\})?)",
        lambda match: _value(match[1], match[2], values, tables),
        text,
    )


def _table_text(table: GeneratedTable) -> str:
    return "\n".join([" | ".join(cells) for cells in (table.head, *table.rows)] + [table.note])


def _heading_numbers(sources: Sequence[SectionSource]) -> Iterator[str]:
    numbered = [source for source in sources if HEADINGS.get(source.section)]
    for section, source in enumerate(numbered, start=1):
        below = lower = 0
        for match in re.finditer(r"\\(sub)?subsection\s*\{", without_verbatim(source.tex)):
            if match[1]:
                lower += 1
                yield f"{section}.{below}.{lower}"
            else:
                below, lower = below + 1, 0
                yield f"{section}.{below}"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
