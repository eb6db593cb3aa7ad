"""Check the LaTeX of a section before it is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pylatexenc.latexwalker import (  # type: ignore[import-untyped]
    LatexCommentNode,
    LatexWalker,
    LatexWalkerParseError,
)

from tools.errors import ToolError

# Commands that read or write files, define or compute others, or produce characters from numbers. With them a section
# could print something that no check of its source detects.
_PRIMITIVE_NAMES = """
    input include includeonly InputIfFileExists openin openout closeout read readline write immediate special
    def edef gdef xdef let futurelet global csname endcsname expandafter noexpand newcommand renewcommand
    providecommand DeclareRobustCommand DeclareMathOperator newenvironment renewenvironment newcounter setcounter
    addtocounter stepcounter refstepcounter arabic value newtheorem catcode lccode uccode sfcode mathcode char chardef
    mathchar mathchardef symbol number the romannumeral numexpr dimexpr glueexpr count dimen advance multiply divide
    uppercase lowercase scantokens detokenize string meaning jobname everypar everymath output shipout afterassignment
    aftergroup loop makeatletter makeatother
    directlua pdfliteral pdfobj pdffiledump pdffilesize pdfmdfivesum pdfximage pdfextension pdfstrcmp pdfshellescape
    AtBeginDocument AtEndDocument AddToHook errmessage
"""
_TEMPLATE_NAMES = """
    documentclass usepackage RequirePackage title author date thanks maketitle section chapter part tableofcontents
    bibliography bibliographystyle appendix pagestyle
"""
_PRIMITIVES, _TEMPLATES = frozenset(_PRIMITIVE_NAMES.split()), frozenset(_TEMPLATE_NAMES.split())
_ENVIRONMENTS = frozenset(
    ["document", "abstract", "thebibliography", "filecontents", "filecontents*", "comment", "lrbox"]
)
# A control sequence is letters or one character. The second alternative consumes `\\`.
_COMMAND = re.compile(r"\\([A-Za-z@]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\s*\{\s*([^}]*?)\s*\}")
_CITE = re.compile(r"\\(?:no)?[cC]ite[a-zA-Z]*\*?\s*(?:\[[^\]]*\]\s*){0,2}\{([^}]*)\}")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")


def check_syntax(name: str, latex: str) -> None:
    """Check that LaTeX is well-formed and only typesets a section.

    Raises:
        ToolError: names the line and what to write instead.
    """
    _check_structure(name, latex)
    text = without_comments(latex)
    if found := re.search(r"\^\^", text):
        raise ToolError(
            f"{name}, line {line_at(text, found.start())}: ^^ writes characters by number; type the characters"
        )
    for match in _COMMAND.finditer(text):
        command, place = match[1], f"{name}, line {line_at(text, match.start())}"
        if command in _PRIMITIVES or "@" in command:
            raise ToolError(f"{place}: \\{command} is not allowed in sections; write what it would print")
        if command in _TEMPLATES:
            raise ToolError(f"{place}: \\{command} is set by the paper's template; write only the section's body")
    for match in _ENVIRONMENT.finditer(text):
        if match[1] in _ENVIRONMENTS:
            place = f"{name}, line {line_at(text, match.start())}"
            raise ToolError(
                f"{place}: environment {match[1]} is not allowed in sections; write only the section's body"
            )


def cited_keys(latex: str) -> list[tuple[str, int]]:
    """Return every key in a \\cite, \\citep, \\citet, ... with its line."""
    text = without_comments(latex)
    return [
        (key.strip(), line_at(text, match.start()))
        for match in _CITE.finditer(text)
        for key in match[1].split(",")
        if key.strip() not in ("", "*")
    ]


def without_comments(latex: str) -> str:
    """Return the text without comments. Line numbers stay the same."""
    return _COMMENT.sub(r"\1", latex)


def line_at(text: str, position: int) -> int:
    """Return the line number of a position."""
    return text.count("\n", 0, position) + 1


def _check_structure(name: str, latex: str) -> None:
    """Check that braces, environments and dollars are paired, and that no comment cuts off a sentence."""
    try:
        nodes, _, _ = LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    except LatexWalkerParseError as error:
        line = line_at(latex, error.pos) if error.pos is not None else "?"
        raise ToolError(f"{name}, line {line}: {error.msg}; close what was opened, in order") from None
    for node in _all(nodes):
        if not isinstance(node, LatexCommentNode):
            continue
        before = latex[latex.rfind("\n", 0, node.pos) + 1 : node.pos]
        if before.strip() and node.comment.strip():
            raise ToolError(
                f"{name}, line {line_at(latex, node.pos)}: the % after {before.strip()[-30:]!r} makes the rest of the "
                "line a comment; write a percent sign as \\%, and comments on lines of their own"
            )


def _all(nodes: list[Any]) -> Iterator[Any]:
    """Yield every node of a tree, including arguments."""
    for node in nodes:
        if node is None:
            continue
        yield node
        yield from _all(getattr(node, "nodelist", None) or [])
        arguments = getattr(node, "nodeargd", None)
        yield from _all((arguments.argnlist if arguments else None) or [])
