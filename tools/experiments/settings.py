"""Reads the settings of an experiment from its source code.

Settings are the defaults of argparse options (`parser.add_argument("--lr", type=float, default=1e-3)`), assignments of
a literal at module level, in a function, or as a dataclass field, and literals in dictionaries such as `CONFIG`.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.evidence import Scalar
from tools.evidence.code_constants import dictionary_entries


@dataclass(frozen=True)
class SourceSetting:
    """One literal in the source. `text` is its source line, `literal` its spelling there."""

    name: str
    value: Scalar
    line: int
    column: int
    literal: str
    text: str
    kind: str
    """`option`, `constant` (module level), `field` (class level), `local` (inside a function), `entry` (of a dictionary) or
    `configuration` (a file)."""
    file: str = "experiment.py"


def read_settings(source: str) -> list[SourceSetting]:
    """Return the settings of a Python source in the order of its lines; none if it does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    lines = source.splitlines()
    return sorted(_settings(tree, lines, "constant"), key=lambda s: s.line)


def settings_of_run(source: str, module: str, pinned: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Return the settings of a run as `module.name` -> value: those of the source, overridden by the command line.

    An option counts before others of its name. Any other name with several values is left out, because the source alone
    does not tell which one a run used; so is a field of a class that a call sets. Of the variables of functions, numbers
    that nothing else assigns count.
    """
    found = _certain(source)
    found.update({key.replace("-", "_"): value for key, value in pinned.items()})
    return {f"{module}.{name}": value for name, value in sorted(found.items()) if name != "out_dir"}


def variables(source: str) -> set[str]:
    """Return the numbers of functions that the source assigns again, like a best value so far: they are no settings."""
    settings = read_settings(source)
    stored = _stores(ast.walk(ast.parse(source))) if settings else Counter[str]()
    literals = Counter(s.name for s in settings if s.kind != "option")
    return {s.name for s in settings if s.kind == "local" and stored[s.name] > literals[s.name]}


def _stores(nodes: Iterable[ast.AST]) -> Counter[str]:
    """Return how often each variable is assigned."""
    return Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _certain(source: str) -> dict[str, Scalar]:
    """Return the settings of a source that have one value."""
    values: dict[str, set[Scalar]] = {}
    settings = read_settings(source)
    options = {setting.name: setting.value for setting in settings if setting.kind == "option"}
    for s in settings:
        values.setdefault(s.name, set()).add(s.value)
    literals = Counter(s.name for s in settings if s.kind != "option")
    nodes = list(ast.walk(ast.parse(source))) if settings else []
    assigned = _stores(nodes)
    set_by_calls, stored = _fields_of_calls(nodes), _stored_entries(nodes)

    def is_certain(s: SourceSetting) -> bool:
        if len(values[s.name]) > 1 or (s.kind == "field" and s.name in set_by_calls):
            return False
        if s.kind == "entry" and s.name in stored:
            return False
        number = isinstance(s.value, int | float) and not isinstance(s.value, bool)
        return s.kind != "local" or (number and assigned[s.name] == literals[s.name])

    return {s.name: s.value for s in settings if is_certain(s)} | options


def _fields_of_calls(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the fields of classes of the source that a call of the class sets; all fields where arguments have no names."""
    fields = {
        node.name: {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    found: set[str] = set()
    for call in nodes:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in fields:
            named = {keyword.arg for keyword in call.keywords if keyword.arg}
            found |= fields[call.func.id] if call.args or len(named) < len(call.keywords) else named
    return found


def _stored_entries(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the keys that the source sets after a dictionary is written: `CONFIG["lr"] = ...`, `CONFIG.update(...)`."""
    keys: set[str] = set()
    dictionaries: set[str] = set()
    for node in nodes:
        match node:
            case ast.Subscript(slice=ast.Constant(value=key), ctx=ast.Store() | ast.Del()):
                keys.add(str(key))
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                dictionaries.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update" | "pop" | "setdefault")):
                dictionaries.add(name)
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in dictionaries:
                keys |= {key for key, _ in dictionary_entries(name, value)}
    return keys


def _settings(node: ast.AST, lines: list[str], kind: str) -> Iterator[SourceSetting]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and _is_add_argument(child):
            yield from _option(child, lines)
        elif isinstance(child, ast.Assign) and len(child.targets) == 1 and isinstance(child.targets[0], ast.Name):
            yield from _literal(child.targets[0].id, child.value, lines, kind)
            for key, entry in dictionary_entries(child.targets[0].id, child.value):
                yield from _literal(key, entry, lines, "entry")
        elif isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name) and child.value:
            yield from _literal(child.target.id, child.value, lines, kind)
            for key, entry in dictionary_entries(child.target.id, child.value):
                yield from _literal(key, entry, lines, "entry")
        inner = {ast.FunctionDef: "local", ast.AsyncFunctionDef: "local", ast.ClassDef: "field"}.get(type(child), kind)
        yield from _settings(child, lines, inner)


def _is_add_argument(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"


def _option(call: ast.Call, lines: list[str]) -> Iterator[SourceSetting]:
    flags = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    long = next((flag for flag in flags if flag.startswith("--")), "")
    default = next((k.value for k in call.keywords if k.arg == "default"), None)
    if long and default is not None:
        yield from _literal(long[2:].replace("-", "_"), default, lines, "option")


def _literal(name: str, value: ast.expr, lines: list[str], kind: str) -> Iterator[SourceSetting]:
    try:
        literal = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return
    if not isinstance(literal, int | float | bool | str) or value.end_lineno != value.lineno:
        return
    text = lines[value.lineno - 1]
    raw = text.encode("utf-8")[value.col_offset : value.end_col_offset].decode("utf-8")
    yield SourceSetting(name, literal, value.lineno, value.col_offset, raw, text, kind)
