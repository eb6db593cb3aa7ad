"""Parse a section's LaTeX into the text that a reader sees, with its positions in the source.

`SectionSource.prose` is as long as the LaTeX and contains, at its position, every character that is printed as typed.
Everything else (commands, lengths, labels, addresses, comments) is blank. Checks are then plain text searches whose hits
have a line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from pylatexenc import latex2text  # type: ignore[import-untyped]
from pylatexenc.latexwalker import (  # type: ignore[import-untyped]
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import EnvironmentSpec, MacroSpec  # type: ignore[import-untyped]

from tools.paper import line_at

Span = tuple[int, int]

_MATH_ENVIRONMENTS = frozenset(
    ["equation", "align", "alignat", "gather", "multline", "flalign", "eqnarray", "math", "displaymath"]
)
_VERBATIM = frozenset(["verbatim", "lstlisting"])
_CITATIONS = frozenset(
    f"{first}ite{rest}" for first in "cC" for rest in ("", "p", "t", "alp", "alt", "author", "year", "yearpar", "num")
)
_FRACTIONS = frozenset(["frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"])
_LITERAL = re.compile(
    r"\\(?:url|path|nolinkurl|href)\s*\{(?P<url>[^{}]*)\}|\\begin\{lstlisting\}(?P<code>.*?)\\end\{lstlisting\}",
    re.DOTALL,
)
"""Text in which TeX's special characters print themselves."""
_EVIDENCE = ("result", "change", "compare", "noisefloor", "setting", "env", "resulttable", "comparisontable")
_SYMBOLS = frozenset(["%", "pm", "mp", "times", "cdot", "&", "$", "_", "percent"])
"""Commands that stay in the prose as typed, because the number patterns need them."""
_HIDDEN: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(_EVIDENCE, (0, 1)),
    "claim": (0,),
    **dict.fromkeys(["label", "cline", "color"], (0, 1)),
    **dict.fromkeys(["ref", "eqref", "pageref", "autoref", "nameref", "cref", "Cref", "subref"], (0, 1)),
    **dict.fromkeys(["vspace", "hspace", "\\", "includegraphics", "rule", "cmidrule", "addlinespace"], (0, 1, 2)),
    **dict.fromkeys(["setlength", "addtolength"], (0, 1)),
    "resizebox": (0, 1, 2),
    "scalebox": (0,),
    "rotatebox": (0, 1),
    "raisebox": (0, 1, 2),
    "parbox": (0, 1),
    "makebox": (0, 1),
    "multicolumn": (0, 1),
    "multirow": (0, 1),
    "textcolor": (0, 1),
    "colorbox": (0, 1),
    "captionof": (0,),
    "nocite": (0,),
    "hypertarget": (0,),
    "hyperlink": (0,),
    "href": (0,),
    "hyperref": (0,),
}
"""Command -> positions, in its signature, of arguments that are not printed. Other arguments count as printed."""
_SPECS = {
    **dict.fromkeys(_EVIDENCE, "{"),
    "compare": "{{",
    **dict.fromkeys(["autoref", "nameref", "cref", "Cref"], "*{"),
    **dict.fromkeys(_CITATIONS, "*[[{"),
    **dict.fromkeys(["citetext", "path", "nolinkurl", "intertext", "operatorname"], "{"),
    **dict.fromkeys(["hypertarget", "hyperlink"], "{{"),
    **dict.fromkeys(_FRACTIONS, "{{"),
    "claim": "{{",
    "tag": "*{",
    "subfloat": "[[{",
    "subref": "*{",
    "cmidrule": "[{",
    "addlinespace": "[",
    "caption": "*[{",
    "captionof": "{[{",
    "resizebox": "*{{{",
    "scalebox": "{{",
    "rotatebox": "[{{",
    "raisebox": "{[[{",
    "parbox": "[{{",
    "makebox": "[[{",
    "multicolumn": "{{{",
    "multirow": "{{{",
    "textcolor": "[{{",
    "color": "[{",
    "rule": "[{{",
    "cline": "{",
    "setlength": "{{",
    "addtolength": "{{",
    "href": "{{",
    "hyperref": "[{",
}
_COLUMNS = re.compile(
    r"\\begin\{tabular[x*]?\}(?:\{[^{}]*\})?(?:\[[^\]]*\])?\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
)
_LOCATOR = re.compile(
    r"(?:(?:see|cf\.?|e\.g\.?)(?: also)?,?[\s~]*)?(?:pp?|pages?|sec|sections?|ch|chap|chapters?|eqs?|equations?|figs?"
    r"|figures?|tab|tables?|thm|theorem|lemma|app|appendix|alg|algorithm|vol|volume)\.?[\s~]*\\?[\dA-Z][\d.,–~\s-]*",
    re.IGNORECASE,
)
"""A place in the cited work, in the optional argument of a citation."""
_BREAKING = frozenset(
    ["item", "\\", "subsection", "subsubsection", "paragraph", "par", "caption", "captionof", "footnote"]
)
_POINTERS = frozenset(["ref", "eqref", "pageref", "autoref", "nameref", "cref", "Cref", "subref", "hyperref"])
_FLOATS = ("figure", "figure*", "table", "table*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|resp|approx|Figs?|Eqs?|Secs?|Tabs?|App|Ref|No|ca)|\b[A-Z])\.$"
)


@dataclass(frozen=True)
class EvidenceReference:
    """A macro that prints a value of the ledger, such as \\change{run_2/dino/kl_divergence}."""

    macro: str
    address: str
    start: int
    end: int
    against: str = ""
    """The run that \\compare names; empty for other macros."""


@dataclass(frozen=True)
class DeclaredClaim:
    """A \\claim: what it declares, and the span of its words."""

    spec: str
    start: int
    words: Span


@dataclass
class FloatEnvironment:
    """A figure or table environment."""

    kind: str
    start: int
    labels: list[str] = field(default_factory=list)


@dataclass
class SectionSource:
    """What one section prints and refers to. Positions count characters of `tex`."""

    section: str
    tex: str
    prose: str = ""
    references: list[EvidenceReference] = field(default_factory=list)
    claims: list[DeclaredClaim] = field(default_factory=list)
    captions: list[Span] = field(default_factory=list)
    tables: list[Span] = field(default_factory=list)
    maths: list[Span] = field(default_factory=list)
    """Formulas, in text and displayed."""
    footnotes: list[Span] = field(default_factory=list)
    citation_notes: list[Span] = field(default_factory=list)
    """Optional arguments of citations, which are printed beside the citation."""
    floats: list[FloatEnvironment] = field(default_factory=list)
    labels: list[tuple[str, int]] = field(default_factory=list)
    pointers: set[str] = field(default_factory=set)
    """Labels that the section refers to."""
    graphics: list[tuple[str, int]] = field(default_factory=list)
    sentences: list[Span] = field(default_factory=list)

    @property
    def file(self) -> str:
        return f"sections/{self.section}.tex"

    def line(self, position: int) -> int:
        return line_at(self.tex, position)

    def excerpt(self, start: int, end: int, *, around: int = 40) -> str:
        """Return the source from start to end with some context, on one line, at most 200 characters."""
        left = self.tex[max(0, start - around) : start].split("\n\n")[-1]
        right = self.tex[end : end + around].split("\n\n")[0]
        before = "…" if start > around and not left.startswith(("\n", " ")) else ""
        text = " ".join((before + left + self.tex[start:end] + right).split())
        return text if len(text) <= 200 else text[:199] + "…"


@lru_cache(maxsize=32)
def read_source(section: str, tex: str) -> SectionSource:
    """Parse one section. Broken LaTeX is parsed as far as possible; the compiler reports it.

    Callers share the result and do not change it: a gate reads the same sections again after a revision or in a benchmark.
    """
    source = SectionSource(section, tex)
    reader = _Reader(source)
    nodes, _, _ = LatexWalker(_plain_literals(tex), latex_context=_context(), tolerant_parsing=True).get_latex_nodes()
    reader.walk(nodes)
    source.prose = "".join(reader.prose)
    source.sentences = list(_sentences(source, reader.breaks))
    return source


class _Reader:
    def __init__(self, source: SectionSource) -> None:
        self.source = source
        self.prose = ["\n" if character == "\n" else " " for character in source.tex]
        self.breaks = {0, len(source.tex)}
        self._float: FloatEnvironment | None = None

    def walk(self, nodes: list[Any] | None) -> None:
        for node in nodes or []:
            if isinstance(node, LatexCharsNode | LatexSpecialsNode):
                self._keep(node)
            elif isinstance(node, LatexMacroNode):
                self._macro(node)
            elif isinstance(node, LatexEnvironmentNode):
                self._environment(node)
            elif isinstance(node, LatexMathNode):
                self.source.maths.append((node.pos, node.pos + node.len))
                self.walk(node.nodelist)
            elif node is not None:
                self.walk(getattr(node, "nodelist", None))

    def _keep(self, node: Any) -> None:
        span = slice(node.pos, node.pos + node.len)
        self.prose[span] = self.source.tex[span]

    def _macro(self, node: Any) -> None:
        source, name = self.source, node.macroname
        end = node.pos + node.len
        arguments = list((node.nodeargd.argnlist if node.nodeargd else None) or [])
        texts = [_inside(source.tex, a) for a in arguments if a is not None]
        last = texts[-1] if texts else ""
        texts = texts or [""]
        if name in _SYMBOLS:
            self._keep(node)
        elif symbol := _printed_symbols().get(name):
            self.prose[node.pos] = symbol
        if name in _BREAKING:
            self.breaks |= {node.pos, end}
        if name in _EVIDENCE:
            plain = [re.sub(r"\\([%#_])", r"\1", text) for text in texts]
            against = plain[1] if name == "compare" and len(plain) > 1 else ""
            source.references.append(EvidenceReference(name, plain[0], node.pos, end, against))
        elif name == "claim" and len(texts) == 2:
            source.claims.append(DeclaredClaim(texts[0], node.pos, (arguments[1].pos, end)))
        elif name in ("caption", "captionof", "subcaption", "subcaptionbox", "subfloat"):
            source.captions.append((node.pos, end))
        elif name == "footnote":
            source.footnotes.append((node.pos, end))
        elif name in _FRACTIONS and len(arguments) == 2 and all(arguments):
            if all(re.fullmatch(r"[\d.,]+", text) for text in texts) and node.len > len("/".join(texts)):
                text = "/".join(texts)
                self.prose[node.pos + 1 : node.pos + 1 + len(text)] = text
                return
            self.prose[arguments[1].pos - (source.tex[arguments[1].pos] != "{")] = "/"
        elif name == "label":
            source.labels.append((last, node.pos))
            if self._float:
                self._float.labels.append(last)
        elif name == "includegraphics":
            source.graphics.append((last, node.pos))
        elif name in _POINTERS:
            source.pointers |= {label.strip() for label in texts[0 if name == "hyperref" else -1].split(",")}
        if name in _CITATIONS:
            notes = [a for a in arguments if a is not None and source.tex[a.pos] == "["]
            source.citation_notes += [(note.pos, note.pos + note.len) for note in notes]
            self.walk([note for note in notes if not _LOCATOR.fullmatch(_inside(source.tex, note))])
            return
        self.walk([a for place, a in enumerate(arguments) if a and place not in _HIDDEN.get(name, ())])

    def _environment(self, node: Any) -> None:
        name, end = node.environmentname, node.pos + node.len
        self.breaks |= {node.pos, end}
        if name.startswith("tabular"):
            self.source.tables.append((node.pos, end))
            if columns := _COLUMNS.match(self.source.tex, node.pos):
                self._printed_columns(columns)
        if name.rstrip("*") in _MATH_ENVIRONMENTS:
            self.source.maths.append((node.pos, end))
        if name.rstrip("*") in _VERBATIM:
            self.walk((node.nodeargd.argnlist if node.nodeargd and name.startswith("verbatim") else None) or [])
        outer = self._float
        if name in _FLOATS:
            self._float = FloatEnvironment(name.rstrip("*"), node.pos)
            self.source.floats.append(self._float)
        self.walk(node.nodelist)
        self._float = outer

    def _printed_columns(self, columns: re.Match[str]) -> None:
        """Keep text that the column specification prints in every row, as in `@{ ms}`."""
        for match in re.finditer(r"[@!><]\{([^{}]*)\}", columns[1]):
            start = columns.start(1) + match.start(1)
            for word in re.finditer(r"(?<![\\A-Za-z])[\w.]+", match[1]):
                self.prose[start + word.start() : start + word.end()] = word[0]


def _plain_literals(tex: str) -> str:
    """Return the LaTeX with the special characters of URLs and listings replaced. Its length is the same."""

    def plain(match: re.Match[str]) -> str:
        name = "url" if match["url"] is not None else "code"
        start, end = (place - match.start() for place in match.span(name))
        return match[0][:start] + re.sub(r"[\\%#$&~^_{}]", "x", match[0][start:end]) + match[0][end:]

    return _LITERAL.sub(plain, tex)


@cache
def _printed_symbols() -> dict[str, str]:
    """Return the commands that print one symbol, such as \\approx, with the symbol."""
    found = {"sim": "∼", "over": "/", "sqrt": "√"}
    for spec in latex2text.get_default_latex_context_db().iter_macro_specs():
        printed = spec.simplify_repl
        if isinstance(printed, str) and len(printed) == 1 and not printed.isspace():
            found.setdefault(spec.macroname, printed)
    return {name: symbol for name, symbol in found.items() if name not in _SYMBOLS}


def _inside(tex: str, node: Any) -> str:
    text = tex[node.pos : node.pos + node.len]
    return text[1:-1].strip() if text[:1] in "{[" else text.strip()


def _context() -> Any:
    context = get_default_latex_context_db()
    context.add_context_category(
        "colloquium",
        macros=[MacroSpec(name, arguments) for name, arguments in _SPECS.items()],
        environments=[
            EnvironmentSpec("minipage", "[{"),
            EnvironmentSpec("subfigure", "[{"),
            EnvironmentSpec("table", "["),
            EnvironmentSpec("lstlisting", "["),
        ],
        prepend=True,
    )
    return context


def _sentences(source: SectionSource, breaks: set[int]) -> Iterator[Span]:
    """Yield the spans of sentences.

    They end at . ! ? before white space, at empty lines, list items, table cells and rows, captions and environments.
    Common abbreviations do not end one.
    """
    breaks |= {match.start() for match in re.finditer(r"\n[ \t]*\n", source.tex)}
    for start, end in source.tables:
        breaks |= {start + match.start() for match in re.finditer(r"(?<!\\)&", source.tex[start:end])}
    for match in re.finditer(r"[.!?][\"')\]]*(?=\s|$)", source.prose):
        if not _ABBREVIATION.search(source.prose[max(0, match.start() - 12) : match.start() + 1]):
            breaks.add(match.end())
    places = sorted(breaks)
    for start, end in itertools.pairwise(places):
        if source.tex[start:end].strip():
            yield start, end
