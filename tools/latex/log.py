"""Reads the TeX log as problems: message, section, line, and a hint how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OVERFULL = 20.0
"""Overfull lines are reported from this many points on."""


@dataclass(frozen=True)
class LatexProblem:
    """`file` is relative to the paper's folder, empty if unknown; a `fatal` problem stopped the compilation."""

    file: str
    line: int | None
    message: str
    hint: str = ""
    fatal: bool = False
    unresolved: bool = False
    """An undefined reference or citation, or a duplicate label: the PDF prints something wrong."""

    def __str__(self) -> str:
        place = ", line ".join(filter(None, [self.file, str(self.line or "")]))
        return ": ".join(filter(None, [place, self.message])) + (f" ({self.hint})" if self.hint else "")


# Pattern of a message and the hint for it; the first match counts.
_HINTS = [
    (r"Undefined control sequence", "no package of the paper defines it; check its spelling or write it without"),
    (r"Missing \$ inserted", "use _, ^ and mathematical commands between dollars; in text write \\_"),
    (r"Misplaced alignment tab", "& separates columns; in text write \\&"),
    (r"Extra alignment tab", "the row has more columns than the tabular declares"),
    (r"Environment (\S+) undefined", "no package of the paper has this environment; use another"),
    (r"File `?[^' ]+\.(?:png|jpe?g|pdf)'? not found", "list_figures lists the existing figures"),
    (r"File `?[^' ]+' not found", "only the packages of the paper's template can be used"),
    (r"Unicode character", "pdfLaTeX cannot print this character; write it as a LaTeX command or leave it out"),
    (r"Missing (?:\{|\}) inserted|Extra \}|Runaway argument|File ended while|Paragraph ended", "a brace is missing"),
    (r"Missing number|Illegal unit", "a length such as 0.8\\linewidth or 2em is needed here"),
    (r"begin\{.*\} (?:on input line \d+ )?ended by", "close environments in reverse order of opening"),
    (r"Double (?:super|sub)script", "group it with braces: {x_a}_b"),
    (r"can be used only in preamble", "a section contains only body text"),
    (r"No value for", "the ledger has no such result; read_results lists the addresses"),
    (r"Illegal parameter number|macro parameter character #", "in text write \\#"),
    (r"Something's wrong--perhaps a missing \\item", "a list starts with \\item"),
    (
        r"Not in outer par mode|Float\(s\) lost",
        "figure and table environments cannot stand inside a box or another float",
    ),
]
_MARK = re.compile(r"\[\[(sections/\w+\.tex|paper\.tex)\]\]")
_ERROR = re.compile(r"^(?:\./)?([^\s:()][^:()]*):(\d+): (.+)$")
_UNPLACED = re.compile(r"^! (.+)$")
_REFERENCE = re.compile(
    r"^(?:LaTeX|Package natbib) Warning: (Reference|Citation) `([^']*)' on page \S+ undefined(?: on input line (\d+))?"
)
_LABEL = re.compile(r"^LaTeX Warning: Label `([^']*)' multiply defined")
_WIDE = re.compile(r"^Overfull \\hbox \(([\d.]+)pt too wide\) (?:in paragraph|in alignment|detected)\D*(\d+)")
_BIB_ENTRY = re.compile(r"^Warning--I didn't find a database entry for \"([^\"]*)\"")
_BIB_ERROR = re.compile(r"^(.*)---line (\d+) of file (\S+)")
_BIB_FILE = re.compile(r"^I couldn't open (database|style) file (\S+)")


def read_log(log: str, bibtex: str = "") -> list[LatexProblem]:
    """Return the problems in a pdfTeX log (with `-file-line-error`) and a BibTeX log, without duplicates, fatal ones first.

    Warnings name a line but no file; paper.tex writes `[[sections/results.tex]]` into the log where a section starts.
    """
    found = dict.fromkeys([*_tex(log.splitlines()), *_bibtex(bibtex.splitlines())])
    return sorted(found, key=lambda problem: not problem.fatal)


def _tex(lines: list[str]) -> Iterator[LatexProblem]:
    file = "paper.tex"
    for number, text in enumerate(lines):
        if marks := _MARK.findall(text):
            file = marks[-1]
        elif match := _ERROR.match(text):
            message = _with_context(match[3], lines[number + 1 : number + 12])
            yield LatexProblem(match[1], int(match[2]), message, _hint(message), fatal=True)
        elif (match := _UNPLACED.match(text)) and "==> Fatal error" not in text:
            yield LatexProblem("", None, match[1], _hint(match[1]), fatal=True)
        elif match := _REFERENCE.match(text):
            kind, name, line = match.groups()
            hint = "add_citation adds an entry" if kind == "Citation" else "no \\label has this name"
            yield LatexProblem(
                file, int(line) if line else None, f"{kind.lower()} {name!r} is undefined", hint, unresolved=True
            )
        elif match := _LABEL.match(text):
            yield LatexProblem(
                "", None, f"label {match[1]!r} is defined more than once", "use unique names", unresolved=True
            )
        elif (match := _WIDE.match(text)) and float(match[1]) > OVERFULL:
            yield LatexProblem(file, int(match[2]), f"{match[1]} pt wider than the page", "break it or make it smaller")


def _bibtex(lines: list[str]) -> Iterator[LatexProblem]:
    for text in lines:
        if match := _BIB_ENTRY.match(text):
            yield LatexProblem("references.bib", None, f"there is no entry {match[1]!r}", "add_citation adds an entry")
        elif match := _BIB_ERROR.match(text):
            yield LatexProblem(match[3], int(match[2]), f"BibTeX: {match[1]}", "the entry is not valid", fatal=True)
        elif match := _BIB_FILE.match(text):
            yield LatexProblem(
                "references.bib", None, f"BibTeX cannot open {match[2]}", "cite something first", fatal=True
            )


def _with_context(message: str, following: list[str]) -> str:
    """Return an error message with the text that TeX had read: `l.12 we write \\foo`."""
    if "Undefined control sequence" in message or "Missing $" in message or "Unicode" in message:
        for text in following:
            if match := re.match(r"^l\.\d+ (.*)$", text):
                return f'{message.rstrip(".")} after "{match[1].strip()[-60:]}"'
    return message


def _hint(message: str) -> str:
    return next((hint for pattern, hint in _HINTS if re.search(pattern, message)), "")
