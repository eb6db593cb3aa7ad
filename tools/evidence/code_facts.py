"""What the code of an experiment contains: the names that it uses, what it imports, and its named values."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.evidence.code_constants import read_constants

_PLOTTING = ("plot.py",)
_MOST_FILES = 500
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class CodeFacts:
    """The facts of a folder of code; empty without one."""

    names: str = ""
    """Identifiers and short strings that are used, in lower case, one a line. Comments and docstrings are no evidence."""
    imports: frozenset[str] = frozenset()
    constants: tuple[tuple[str, float], ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Option -> the strings that it may have."""
    literals: frozenset[float] = frozenset()
    """Decimal numbers with four significant digits or more."""
    pairs: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """Name -> a tuple of numbers, such as betas=(0.9, 0.999)."""
    summaries: tuple[tuple[str, str], ...] = ()
    """Function -> the first line of its docstring. It may explain a name, and is no evidence of what the code does."""

    @property
    def known(self) -> bool:
        return bool(self.names)

    def has(self, pattern: str) -> bool:
        """Tell whether a name or string of the code matches somewhere."""
        return bool(pattern) and re.search(pattern, self.names, re.IGNORECASE) is not None


def read_code(folder: Path | None) -> CodeFacts:
    """Return the facts of the Python files below a folder.

    Code that draws figures, and files that do not parse, are left out.
    """
    if folder is None or not folder.is_dir():
        return CodeFacts()
    trees = list(_trees(folder))
    names: set[str] = set()
    imports: set[str] = set()
    choices: dict[str, tuple[str, ...]] = {}
    pairs: list[tuple[str, tuple[float, ...]]] = []
    summaries: dict[str, str] = {}
    literals: set[float] = set()
    for tree in trees:
        aliases = _aliases(tree)
        documentation = set(_docstrings(tree))
        for node in ast.walk(tree):
            names.update(_names(node, aliases, documentation))
            imports.update(_imports(node))
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, float)
                and float(f"{node.value:.3g}") != node.value
            ):
                literals.add(node.value)
            if isinstance(node, ast.FunctionDef) and (documented := ast.get_docstring(node)):
                summaries[node.name] = documented.partition("\n")[0]
            if isinstance(node, ast.Call):
                choices.update(_choices(node))
                pairs += _pairs(node)
    constants = [
        (c.name, c.value) for c in read_constants(folder) if Path(c.place.rpartition(":")[0]).name not in _PLOTTING
    ]
    return CodeFacts(
        "\n".join(sorted(name.lower() for name in names)),
        frozenset(imports),
        tuple(dict.fromkeys(constants)),
        tuple(choices.items()),
        frozenset(literals),
        tuple(dict.fromkeys(pairs)),
        tuple(summaries.items()),
    )


def _trees(folder: Path) -> Iterator[ast.Module]:
    seen: set[bytes] = set()
    for path in sorted(folder.rglob("*.py"))[:_MOST_FILES]:
        if path.name in _PLOTTING or path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            continue
        content = path.read_bytes()
        digest = hashlib.sha256(content).digest()
        if digest in seen:
            continue
        seen.add(digest)
        try:
            yield ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Return local name -> imported name."""
    return {
        alias.asname: alias.name.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _names(node: ast.AST, aliases: dict[str, str], documentation: set[int]) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from {node.id, aliases.get(node.id, node.id)}
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
        if len(node.value) <= 60 and node.value.count(" ") < 6:
            yield node.value.lstrip("-").replace("-", "_").replace("\n", " ")
    elif (isinstance(node, ast.Assign) and _adds_to_itself(node)) or (
        isinstance(node, ast.FunctionDef) and _passes_on(node)
    ):
        yield "residual"


def _adds_to_itself(node: ast.Assign) -> bool:
    """Tell whether `h = h + f(h)` or `x = x + self.block(x)`: a residual connection."""
    target, value = node.targets[0], node.value
    return (
        isinstance(target, ast.Name)
        and isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add)
        and isinstance(value.left, ast.Name)
        and value.left.id == target.id
        and isinstance(value.right, ast.Call)
        and any(isinstance(inner, ast.Name) and inner.id == target.id for inner in ast.walk(value.right))
    )


def _passes_on(function: ast.FunctionDef) -> bool:
    """Tell whether the forward pass of a module adds a layer's output to a value, as in `x + self.block(y)`."""
    return function.name in ("forward", "__call__") and any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add)
        and isinstance(node.left, ast.Name)
        and isinstance(node.right, ast.Call)
        for node in ast.walk(function)
    )


def _imports(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def _choices(call: ast.Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    options = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    given = next((k.value for k in call.keywords if k.arg == "choices"), None)
    if options and isinstance(given, ast.List | ast.Tuple | ast.Set):
        found = tuple(e.value for e in given.elts if isinstance(e, ast.Constant) and isinstance(e.value, str))
        if found:
            yield options[-1].lstrip("-").replace("-", "_"), found


def _pairs(call: ast.Call) -> Iterator[tuple[str, tuple[float, ...]]]:
    for keyword in call.keywords:
        if keyword.arg and isinstance(keyword.value, ast.Tuple):
            values = [e.value for e in keyword.value.elts if isinstance(e, ast.Constant)]
            numbers = tuple(float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool))
            if len(numbers) == len(keyword.value.elts) > 1:
                yield keyword.arg, numbers
