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
from typing import Any

from pylatexenc.latexwalker import (  # type: ignore[import-untyped]
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexMacroNode,
    LatexSpecialsNode,
    LatexWalker,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import EnvironmentSpec, MacroSpec  # type: ignore[import-untyped]

from tools.paper import line_at

Span = tuple[int, int]

_EVIDENCE = ("result", "change", "noisefloor", "setting", "env", "resulttable")
_SYMBOLS = frozenset(["%", "pm", "mp", "times", "cdot", "approx", "sim", "&", "$", "_", "percent"])
"""Commands that stay in the prose as typed, because the number patterns need them."""
_HIDDEN: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(_EVIDENCE, (0,)),
    **dict.fromkeys(["label", "url", "cline", "color"], (0, 1)),
    **dict.fromkeys(["ref", "eqref", "pageref", "autoref", "nameref", "cref", "Cref"], (0, 1)),
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
    "href": (0,),
    "hyperref": (0,),
}
"""Command -> positions, in its signature, of arguments that are not printed. Other arguments count as printed."""
_SPECS = {
    **dict.fromkeys(_EVIDENCE, "{"),
    **dict.fromkeys(["autoref", "nameref", "cref", "Cref"], "*{"),
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
_BREAKING = frozenset(["item", "\\", "subsection", "subsubsection", "paragraph", "par", "caption", "footnote"])
_POINTERS = frozenset(["ref", "eqref", "pageref", "autoref", "nameref", "cref", "Cref", "hyperref"])
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
    captions: list[Span] = field(default_factory=list)
    tables: list[Span] = field(default_factory=list)
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


def read_source(section: str, tex: str) -> SectionSource:
    """Parse one section. Broken LaTeX is parsed as far as possible; the compiler reports it."""
    source = SectionSource(section, tex)
    reader = _Reader(source)
    nodes, _, _ = LatexWalker(tex, latex_context=_context(), tolerant_parsing=True).get_latex_nodes()
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
        if name in _BREAKING:
            self.breaks |= {node.pos, end}
        if name in _EVIDENCE:
            address = re.sub(r"\\([%#_])", r"\1", last)
            source.references.append(EvidenceReference(name, address, node.pos, end))
        elif name == "caption":
            source.captions.append((node.pos, end))
        elif name == "label":
            source.labels.append((last, node.pos))
            if self._float:
                self._float.labels.append(last)
        elif name == "includegraphics":
            source.graphics.append((last, node.pos))
        elif name in _POINTERS:
            source.pointers |= {label.strip() for label in texts[0 if name == "hyperref" else -1].split(",")}
        if name.lower().lstrip("no").startswith("cite"):
            return
        self.walk([a for place, a in enumerate(arguments) if a and place not in _HIDDEN.get(name, ())])

    def _environment(self, node: Any) -> None:
        name, end = node.environmentname, node.pos + node.len
        self.breaks |= {node.pos, end}
        if name.startswith("tabular"):
            self.source.tables.append((node.pos, end))
        outer = self._float
        if name in _FLOATS:
            self._float = FloatEnvironment(name.rstrip("*"), node.pos)
            self.source.floats.append(self._float)
        self.walk(node.nodelist)
        self._float = outer


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
