"""Find measured numbers that were typed by hand instead of printed by reference.

In the sections of `STRICT`, and in captions and tables anywhere, each withholds the paper. In those of `CITING` too, but
there whole numbers are notes, and so is a number in a sentence with a citation, since it may be the cited paper's. In the
other sections, where a method has constants of its own, numbers other than whole ones are notes.

Allowed: whole numbers up to ten without a unit; numbers in a name, an index or a power (ResNet-50, x_12); numbers of
sections, figures, runs and seeds; years; conventional levels ("95% confidence interval", "5% level").

Not detected: numbers in words, except before percent, fold and times ("halved" passes); numbers inside images.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tools.evidence.gate.report import FindingCode, GateFinding
from tools.evidence.gate.section_source import SectionSource
from tools.paper import cited_keys

STRICT = ("title", "abstract", "results", "limitations", "conclusion")
CITING = ("introduction", "experimental_setup")
_SMALL = 10

_DIGITS = r"(?:\d+(?:(?:,| , )\d{3})+|\d+)"
_NUMBER = re.compile(rf"{_DIGITS}(?:(?:\.| \. )\d+)*|(?<![\w.])\.\d+")
_PART_OF_NAME = re.compile(r"(?:[A-Za-z][-–]?|[_^]\s*|\\_)$")
_ORDINAL_OR_DIMENSION = re.compile(r"(?:st|nd|rd|th)\b|[- ]?D\b|-?dimensional")
_COUNTED = re.compile(
    r"(?:figs?\.?|figures?|tables?|sections?|secs?\.|eqs?\.?|equations?|appendix|chapter|algorithm|steps?|lines?|rows?"
    r"|columns?|runs?|seeds?|layers?|versions? of run)[\s~(]*(?:\d+[\s~]*(?:,|and|or|to|-+|–)[\s~]*)*$",
    re.IGNORECASE,
)
_PLACED = re.compile(r"(?:figure|fig\.|table|section|sec\.|appendix|chapter|equation|eq\.)[\s~(]*$", re.IGNORECASE)
_YEAR_BEFORE = re.compile(r"(?:\b(?:in|since|until|before|after|year)\s+|\(\s*)$", re.IGNORECASE)
_QUANTITY = re.compile(r"[\s~-]*(?:\w+[ -])?(?:steps|samples|epochs|iterations|points|images|tokens|parameters|batch)")

_EXPONENT = re.compile(r"[eE][-+−]?\d|\s*(?:\\times|×|\\cdot)\s*10\s*\^|\s*\^\s*[-−]")
_ERROR = re.compile(r"\s*(?:\\pm|±|\+/-|\+-)")
_ERROR_BEFORE = re.compile(r"(?:\\pm|±|\+/-|\+-)\s*$")
_PERCENT = re.compile(r"[\s~-]*(?:\\%|%|per\s?cent|pp\b|points? of percent)")
_UNIT = re.compile(
    r"[\s~-]*(?:(?:m?s|secs?|seconds?|milliseconds?|mins?|minutes?|h|hrs?|hours?|days?|[kKMGT]i?B|[GM]?Hz|W|times|x|folds?)\b"
    r"|×|\\times(?!\s*\d))"
)
_CONVENTION = re.compile(
    r"[\s~]*\\%[\s~-]*(?:\w+[\s~-]+)?(?:confidence|credible|interval|intervals|CIs?|level|significance)\b"
)
_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundred)(?:[- ]\w+)?[- ]?(?:per\s?cent\b|fold\b|times (?:as|more|less|fewer|lower|higher|faster"
    r"|slower|better|worse|larger|smaller|greater)\b)",
    re.IGNORECASE,
)
_FIX = "print it by reference: \\result, \\change, \\noisefloor, \\setting or \\env"


def check_numbers(source: SectionSource) -> Iterator[GateFinding]:
    """Yield every number of a section that reads as measured."""
    spans = [*source.captions, *source.tables]
    for start, end, kind in typed_numbers(source.prose):
        inside = any(a <= start < b for a, b in spans)
        severity: Literal["error", "note"]
        if source.section in STRICT or inside:
            severity = "error"
        elif source.section in CITING:
            severity = "note" if kind == "whole number" or _cites(source, start) else "error"
        elif kind != "whole number":
            severity = "note"
        else:
            continue
        reason = f"a {kind} typed by hand; {_FIX}"
        if severity == "note":
            reason = f"a {kind} typed by hand; correct for another paper's number or a constant, not for a measured one"
        yield GateFinding(
            kind=severity,
            code=FindingCode.TYPED_NUMBER,
            file=source.file,
            line=source.line(start),
            excerpt=source.excerpt(start, end),
            reason=reason,
        )


def typed_numbers(prose: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of each number in a text that reads as measured."""
    last = 0
    for match in _NUMBER.finditer(prose):
        if match.start() < last:
            continue  # the second part of a number already reported, as in 0.3 ± 0.1 or 3e-4
        before, after = prose[max(0, match.start() - 60) : match.start()], prose[match.end() : match.end() + 40]
        if kind := _kind(match[0], before, after):
            last = _end(prose, match.end())
            yield match.start(), last, kind
    for match in _WORDS.finditer(prose):
        yield match.start(), match.end(), "number in words"


def _kind(text: str, before: str, after: str) -> str:
    """Return why a number reads as measured, or an empty string."""
    if _PART_OF_NAME.search(before) or _ORDINAL_OR_DIMENSION.match(after) or _CONVENTION.match(after):
        return ""
    if _ERROR.match(after) or _ERROR_BEFORE.search(before):
        return "number with an error"
    if _PERCENT.match(after):
        return "percentage"
    if _EXPONENT.match(after):
        return "number in scientific notation"
    if _UNIT.match(after):
        return "number with a unit"
    if "." in text:
        return "" if _PLACED.search(before) else "decimal"
    value = int(re.sub(r"\D", "", text))
    year = 1900 <= value < 2100 and "," not in text and _YEAR_BEFORE.search(before) and not _QUANTITY.match(after)
    return "" if value <= _SMALL or year or _COUNTED.search(before) else "whole number"


def _end(prose: str, end: int) -> int:
    """Return the end of a number, including its exponent, error and percent sign."""
    match = re.compile(
        r"(?:[eE][-+−]?\d+|\s*(?:\\times|×|\\cdot)\s*10\s*\^\s*[-−]?\s*\d+)?(?:\s*(?:\\pm|±|\+/-)\s*[\d.,]+)?(?:\s*\\%)?"
    ).match(prose, end)
    return match.end() if match else end


def _cites(source: SectionSource, position: int) -> bool:
    start, end = next(((a, b) for a, b in source.sentences if a <= position < b), (position, position))
    return bool(cited_keys(source.tex[start:end]))
