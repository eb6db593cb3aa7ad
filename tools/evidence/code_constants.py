"""Read the constants of a folder of code: argument defaults, keyword arguments and assignments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATION = re.compile(
    r"(?:^|_)(?:config(?:uration)?s?|cfg|conf|h?params|parameters|hyper\w*|settings?|defaults?|opts?|options|args|kwargs)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CodeConstant:
    """A number of the code with the name that it has there."""

    name: str
    value: float
    place: str
    option: bool = False
    """True for the default of a command-line option, which the command of a run can override."""


def read_constants(folder: Path) -> list[CodeConstant]:
    """Return the named numbers of every Python file below a folder, or of one file. Broken files are left out."""
    found: list[CodeConstant] = []
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*.py"))[:500]:
        if path.is_symlink() or not path.is_file():
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError, RecursionError, ValueError):
            continue
        name = path.name if folder.is_file() else path.relative_to(folder).as_posix()
        for node in ast.walk(tree):
            for constant, value, line in _named(node):
                if (number := _number(value)) is not None:
                    found.append(CodeConstant(constant, number, f"{name}:{line}", _is_option(node)))
    return found


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr, int]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, node.value, node.lineno
        for key, entry in dictionary_entries(node.targets[0].id, node.value):
            yield key, entry, entry.lineno
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
        for target, value in zip(node.targets[0].elts, node.value.elts, strict=False):  # TRAIN, TEST = 300, 2000
            if isinstance(target, ast.Name):
                yield target.id, value, node.lineno
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value, node.lineno
    elif isinstance(node, ast.FunctionDef):
        arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        yield from ((a.arg, d, node.lineno) for a, d in zip(arguments, node.args.defaults, strict=True))
    elif isinstance(node, ast.Call):
        option = node.args[0] if node.args else None
        for keyword in node.keywords:
            if keyword.arg == "default" and _is_option(node) and isinstance(option, ast.Constant):
                yield re.sub(r"^-+", "", str(option.value)).replace("-", "_"), keyword.value, node.lineno
            elif keyword.arg:
                yield {"lr": "learning_rate"}.get(keyword.arg, keyword.arg), keyword.value, node.lineno


def dictionary_entries(name: str, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield the entries of a dictionary whose name says that it holds settings, like `CONFIG = {"lr": 1e-3}`.

    Entries of dictionaries in it come as its own.
    """
    if _CONFIGURATION.search(name):
        yield from _entries(value)


def _entries(value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    found: list[tuple[object, ast.expr]] = []
    if isinstance(value, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
        found = list(zip(keys, value.values, strict=True))
    elif (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict" and not value.args
    ):
        found = [(keyword.arg, keyword.value) for keyword in value.keywords]
    for key, entry in found:
        if isinstance(entry, ast.Dict | ast.Call):
            yield from _entries(entry)
        elif isinstance(key, str) and key.isidentifier():
            yield key, entry


def _is_option(node: ast.AST) -> bool:
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.startswith("--")


def _number(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
