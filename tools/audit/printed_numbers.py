"""Find the numbers that a text prints, with their precision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?<![\w.,^_\\{/])(?P<sign>[-−+]|\\minus)?\s?\$?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?\$?"
    r"(?P<error>\s*\$?\s*(?:\\pm|±|\+/-)\s*\$?\s*(?P<spread>\d+(?:\.\d+)?))?\$?(?P<percent>\s?\\?%)?"
    r"(?!(?!x\b|-?fold\b)[\d\w]|\.\d|\s*(?:\\times|×)\s*10)"
)
_POINTER = re.compile(
    r"(?:section|sec|table|tab|figure|fig|equation|eq|chapter|appendix|algorithm|step|runs?|version|page|seed)s?\.?[\s~]*"
    r"(?:\\?#)?(?:[\d., ]+(?:and|to|,|-|–)\s*)?$",
    re.IGNORECASE,
)
_SETUP = re.compile(
    r"learning rate|batch|steps?\b|epoch|optimi[sz]er|decay|hidden|layers?\b|units?\b|embedding|dimension|timesteps?"
    r"|pytorch|python|cuda|\bgpu|points each|samples?\b|dropout|momentum|warmup|weight(?:ing)? factor|fixed \d|\bseeds?\b"
    r"|temperature|threshold|sigma|beta_|\\beta|\\lambda|vocab|heads?\b|parameters?\b|schedule",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PrintedNumber:
    """A number of the text. Positions count characters of the text."""

    start: int
    end: int
    text: str
    value: float
    decimals: int
    percent: bool
    spread: str = ""
    """The error bar as printed."""

    @property
    def half_unit(self) -> float:
        return float(0.5 * 10.0**-self.decimals * (1 + 1e-9) + 1e-12)

    def equals(self, value: float) -> bool:
        """Tell whether a value prints as this number, or is it if it is whole."""
        return abs(value - self.value) <= self.half_unit if self.decimals else value == self.value

    def prints(self, value: float) -> bool:
        """Tell whether a value prints as this number, with or without its sign."""
        return abs(abs(value) - abs(self.value)) <= self.half_unit


def printed_numbers(text: str, start: int = 0, end: int | None = None) -> Iterator[PrintedNumber]:
    """Yield the numbers between two positions, without numbers of sections, tables, runs and years."""
    for match in _NUMBER.finditer(text, start, len(text) if end is None else end):
        before = text[max(0, match.start() - 40) : match.start()]
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if _POINTER.search(before) or line.startswith("#"):
            continue
        whole, decimals = match["whole"].replace(",", ""), match["decimals"] or ""
        bare = not decimals and not match["percent"] and not match["spread"]
        if bare and re.fullmatch(r"(?:19|20)\d\d", match["whole"]):
            continue
        signed = bool(match["sign"]) and match["sign"] != "+" and not re.search(r"[\w)]\s?$", before)
        value = float(whole + decimals) * (-1 if signed else 1)
        places = max(0, len(decimals) - 1)
        first = match.start("whole")
        printed = text[first : match.end()].strip().replace("\\", "").replace("$", "")
        yield PrintedNumber(
            first, match.end(), ("-" if signed else "") + printed, value, places, bool(match["percent"]),
            match["spread"] or "",
        )  # fmt: skip


def is_setup(text: str) -> bool:
    """Tell whether the words around a number describe a set-up rather than a result."""
    return bool(_SETUP.search(text))
