"""The LaTeX that a section may use: an allow-list of commands and environments, and rules on how they are used.

A command that is not on the list of configs/latex_commands.yaml can print what its source does not show, or hide what it
shows. The list alone is not enough: numbers can be split, text can be moved, and characters can be look-alikes.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from tools.project import CONFIGS
from tools.schema import read_yaml, validated

FILE = CONFIGS / "latex_commands.yaml"

# Verbatim text and comments contain no commands. A control symbol is consumed first, because `\\` and `\%` start neither.
_SKIPPED = re.compile(
    r"\\verb\*?(?P<mark>[^A-Za-z*\s]).*?(?P=mark)"
    r"|\\begin\{(?P<block>verbatim\*?|lstlisting)\}.*?\\end\{(?P=block)\}"
    r"|\\(?:url|path|nolinkurl|href)\s*\{[^{}]*\}"
    r"|(?P<kept>\\(?:[A-Za-z@]+|.))"
    r"|%[^\n]*",
    re.DOTALL,
)
_COMMAND = re.compile(r"\\([A-Za-z@]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\s*\{\s*([^}]*?)\s*\}")
_STRETCH = re.compile(r"\\renewcommand\s*\{?\\arraystretch\}?\s*\{\d(?:\.\d+)?\}")
_LENGTH = re.compile(
    r"\\(hspace|vspace|setlength|\\)\*?\s*(?:\{\\?([A-Za-z]+)\}\s*)?[{\[]\s*(-?)\s*([\d.]*)\s*\\?([A-Za-z]*)"
)
_POINTS = {"pt": 1.0, "mm": 2.85, "cm": 28.5, "in": 72.3, "em": 10.0, "ex": 4.5, "bp": 1.0, "pc": 12.0}
_MOST_BACK = 12.0
"""Points that a negative \\vspace may move text up: less than the height of a line."""
_LENGTHS = frozenset(["tabcolsep", "arraycolsep", "parindent", "parskip", "itemsep", "fboxsep"])
_SCALE = re.compile(r"\\scalebox\s*\{\s*([^{}]*?)\s*\}(\s*\[[^\]]*\])?")
_SPLIT = re.compile(
    r"(?<![A-Za-z\\}\]_^])\d(?:\.|\{,\})?(?P<gap>(?:\\[!;:>/,-]|\\ |\\(?:relax|strut|mathstrut|allowbreak|xspace|unskip"
    r"|ignorespaces|(?:neg)?(?:thin|med|thick)space"
    r"|math(?:bin|rel|op|open|close))(?![A-Za-z])|\{\}|\\hspace\*?\{[^}]*\})+[ ]*)(?=[.\d{])"
)
_GROUPED_DIGITS = re.compile(r"(?<![\\}\]A-Za-z_^])(?:\{\d+\}|\d)(?:\{\.\}|\.)?\{\.?\d+\}|\d\{\.\}\d")
_ACCENTED = re.compile(r"\\(?:['`^\"~=.]|[uvHckrbdt](?![A-Za-z]))\s*\{?\s*\d")
_POINTER = re.compile(r"\\(?:ref|pageref)\*?\s*\{[^{}]*\}")
_NAMED = re.compile(
    r"(?:\b(?:figs?|figures?|tabs?|tables?|sections?|secs?|sects?|equations?|eqs?|eqns?|appendix|appendices|app|chapters?|algorithms?"
    r"|algs?|lines?|steps?|items?|parts?|panels?|definitions?|theorems?|lemmas?|propositions?|corollary|assumptions?|examples?"
    r"|remarks?|claims?|questions?|hypothesis|pages?|p|pp|listings?|footnotes?|subsections?|S)\.?|§|\\S)[s]?[}\s~(\[]*$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\\(?:ref|pageref)\*?\s*\{[^{}]*\}[\s~)(,a-z]*(?:,|and|or|to|through|-+|–|&|\\&|/)[\s~(]*$")
_LOOKALIKE = re.compile(
    r"(?<![\w.\\])(?:[OoQ]\.[OoIl\d]*\d[OoIl\d]*|\d+[OoIl]*\.[\dOoIl]*[OI][\dOoIl]*|[OIl]+\d*\.\d+)(?![\w])"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    commands: str
    """Names, separated by white space."""
    write: str
    """What to write instead."""


class LatexCommands(BaseModel):
    """The content of configs/latex_commands.yaml. Names are separated by white space."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    commands: dict[str, str]
    """Kind -> names of commands, without the backslash."""
    environments: str
    """Names of environments; each is also allowed with a star."""
    instead: list[_Refusal] = Field(default_factory=list)
    """What to write instead of frequent commands that are not allowed."""

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset(name for names in self.commands.values() for name in names.split())

    @property
    def allowed_environments(self) -> frozenset[str]:
        return frozenset(self.environments.split())

    @property
    def hints(self) -> dict[str, str]:
        return {name: refusal.write for refusal in self.instead for name in refusal.commands.split()}


@dataclass(frozen=True)
class LatexUseProblem:
    """A place where a section uses LaTeX that is not allowed."""

    start: int
    end: int
    command: str
    """The command or environment, empty if the use is the problem."""
    message: str


@cache
def latex_commands() -> LatexCommands:
    """Return the allow-list."""
    return validated(LatexCommands, read_yaml(FILE), FILE)


def command_problems(latex: str) -> list[LatexUseProblem]:
    """Return what a section uses that is not allowed, in the order of the text."""
    text = without_verbatim(latex)
    found = [*_unlisted(text), *_uses(text), *_characters(latex)]
    return sorted(found, key=lambda problem: (problem.start, problem.end))


def without_verbatim(latex: str) -> str:
    """Return the LaTeX with comments and verbatim text blanked. Positions stay the same."""

    def blank(match: re.Match[str]) -> str:
        return match[0] if match["kept"] else re.sub(r"[^\n]", " ", match[0])

    return _SKIPPED.sub(blank, latex)


def _unlisted(text: str) -> Iterator[LatexUseProblem]:
    listed = latex_commands()
    allowed, environments, hints = listed.allowed, listed.allowed_environments, listed.hints
    stretched = [match.span() for match in _STRETCH.finditer(text)]
    for match in _COMMAND.finditer(text):
        name = match[1]
        if name in allowed or name.isspace() or any(a <= match.start() < b for a, b in stretched):
            continue
        message = f"\\{name} is not allowed in sections: {hints.get(name) or _similar(name, allowed)}"
        yield LatexUseProblem(match.start(), match.end(), f"\\{name}", message)
    for match in _ENVIRONMENT.finditer(text):
        name = match[1]
        if name.removesuffix("*") not in environments:
            hint = "write only the section's body" if name == "document" else _similar(name, environments)
            message = f"environment {name} is not allowed in sections: {hint}"
            yield LatexUseProblem(match.start(), match.end(), name, message)
    for match in re.finditer(r"\^\^", text):
        yield LatexUseProblem(match.start(), match.end(), "^^", "^^ writes characters by number; type the characters")


def _similar(name: str, names: frozenset[str]) -> str:
    close = difflib.get_close_matches(name, sorted(names), 1, 0.8) if len(name) > 3 else []
    return f"did you mean {close[0]}?" if close else "write it without"


def _uses(text: str) -> Iterator[LatexUseProblem]:
    for match in _LENGTH.finditer(text):
        command, target, minus, digits, unit = match.groups()
        if command == "setlength" and target not in _LENGTHS:
            message = f"\\setlength of \\{target} is not allowed in sections; the paper's template sets it"
        elif minus and (command != "vspace" or not digits or float(digits) * _POINTS.get(unit, 99.0) > _MOST_BACK):
            message = f"the negative length of \\{command} can put text over other text; leave it out"
        else:
            continue
        yield LatexUseProblem(match.start(), match.end(), f"\\{command}", message)
    for match in _SCALE.finditer(text):
        if match[2] or not re.fullmatch(r"0?\.[4-9]\d*|[12](?:\.\d+)?", match[1]):
            message = "\\scalebox takes one factor between 0.4 and 2.9, so that its text can be read"
            yield LatexUseProblem(match.start(), match.end(), "\\scalebox", message)
    for match in _SPLIT.finditer(text):
        if not re.fullmatch(r"\\,", match["gap"]) or not re.match(r"\d{3}(?!\d)", text[match.end() :]):
            yield LatexUseProblem(match.start(), match.end() + 1, "", "a number in pieces; write it in one piece")
    for match in _GROUPED_DIGITS.finditer(text):
        if not re.search(r"\\[A-Za-z]+\*?(?:\[[^\]]*\])?(?:\{[^{}]*\})*$", text[: match.start()][-60:]):
            yield LatexUseProblem(match.start(), match.end(), "", "a number in pieces; write it in one piece")
    for match in _ACCENTED.finditer(text):
        if text.count(r"\begin{tabbing}", 0, match.start()) > text.count(r"\end{tabbing}", 0, match.start()):
            continue  # there they are tab stops
        yield LatexUseProblem(match.start(), match.end(), "", "an accent on a digit; write the digit alone")
    for match in _POINTER.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        if not _NAMED.search(before) and not _LISTED.search(before):
            message = "a reference prints a number; name what it counts before it, as in Table~\\ref{...}"
            yield LatexUseProblem(match.start(), match.end(), "\\ref", message)


def _characters(latex: str) -> Iterator[LatexUseProblem]:
    for place, character in enumerate(latex):
        if ord(character) < 128:
            continue
        if unicodedata.category(character) in ("Cf", "Cc", "Co", "Cs"):
            message = f"the invisible character U+{ord(character):04X}; delete it"
            yield LatexUseProblem(place, place + 1, "", message)
    for match in _WORD.finditer(latex):
        scripts = {_script(character) for character in match[0]} - {""}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
            message = f"{match[0]} mixes letters of two alphabets that look alike; type it in Latin letters"
            yield LatexUseProblem(match.start(), match.end(), "", message)
    for match in _LOOKALIKE.finditer(latex):
        message = f"{match[0]} has letters that look like digits; type digits, or print the value by reference"
        yield LatexUseProblem(match.start(), match.end(), "", message)


def _script(character: str) -> str:
    return "LATIN" if character.isascii() else unicodedata.name(character, "").partition(" ")[0]
