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
from tools.paper.latex_commands import command_problems, without_verbatim

_CITE = re.compile(r"\\(?:no)?[cC]ite[a-zA-Z]*\*?\s*(?:\[[^\]]*\]\s*){0,2}\{([^}]*)\}")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")


def check_syntax(name: str, latex: str) -> None:
    """Check that LaTeX is well-formed and only typesets a section.

    Raises:
        ToolError: names the line and what to write instead.
    """
    _check_structure(name, latex)
    if problems := command_problems(latex):
        first = problems[0]
        raise ToolError(f"{name}, line {line_at(latex, first.start)}: {first.message}")


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


def without_extra_braces(latex: str) -> str:
    """Return LaTeX without closing braces that nothing opened, which TeX ignores. Each becomes a space."""
    characters, depth = list(latex), 0
    for match in re.finditer(r"[{}]", re.sub(r"\\.", "  ", without_verbatim(latex), flags=re.DOTALL)):
        if match[0] == "{":
            depth += 1
        elif depth:
            depth -= 1
        else:
            characters[match.start()] = " "
    return "".join(characters)


def line_at(text: str, position: int) -> int:
    """Return the line number of a position."""
    return text.count("\n", 0, position) + 1


def _check_structure(name: str, latex: str) -> None:
    """Check that braces, environments and dollars are paired, and that no comment cuts off a sentence."""
    try:
        nodes, _, _ = LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    except LatexWalkerParseError as error:
        if (opened := _open_in_math(latex)) is not None:
            words = " ".join(latex[max(0, opened - 20) : opened + 20].split())
            raise ToolError(
                f"{name}, line {line_at(latex, opened)}: the {{ in {words!r} is not closed before the formula ends"
            ) from None
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


def _open_in_math(latex: str) -> int | None:
    """Return the position of the first brace that is opened and not closed between two dollars."""
    text = re.sub(r"\\.", "  ", without_verbatim(latex), flags=re.DOTALL)
    dollars = [match.span() for match in re.finditer(r"\$\$?", text)]
    for (_, start), (end, _) in zip(dollars[::2], dollars[1::2], strict=False):
        opened: list[int] = []
        for brace in re.finditer(r"[{}]", text[start:end]):
            if brace[0] == "{":
                opened.append(start + brace.start())
            elif opened:
                opened.pop()
        if opened:
            return opened[-1]
    return None


def _all(nodes: list[Any]) -> Iterator[Any]:
    """Yield every node of a tree, including arguments."""
    for node in nodes:
        if node is None:
            continue
        yield node
        yield from _all(getattr(node, "nodelist", None) or [])
        arguments = getattr(node, "nodeargd", None)
        yield from _all((arguments.argnlist if arguments else None) or [])
