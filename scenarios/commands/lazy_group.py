"""A group of commands whose modules are imported when they are used, so that help and completion come at once."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from tools.errors import UserError, nearest


class LazyGroup(TyperGroup):
    """Finds its commands in `places`, which subclasses set: name of the command -> `module:object` in this package.

    The object is a function, or a Typer application with commands of its own.
    """

    places: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a stand-in with name and help, enough for lists of commands."""
        if cmd_name not in self.places:
            return None
        return TyperCommand(cmd_name, help=_first_line(*self.places[cmd_name].split(":")))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in self.places:
            if ctx.resilient_parsing:
                return None, None, args
            raise UserError(f"{name}: no such command; {nearest(name, self.places)}")
        return name, self.load(name), args[1:]

    def load(self, name: str) -> Any:
        """Import the module of a command and return the command."""
        found = pkgutil.resolve_name(f"{__package__}.{self.places[name]}")
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False)
            found.command(name)(function)
        return typer.main.get_command(found)

    def load_all(self) -> dict[str, Any]:
        """Import all modules and return all commands by name."""
        return {name: self.load(name) for name in self.places}


def _first_line(module: str, name: str) -> str:
    """Return the first line of the docstring of a function, or of a module's application, without importing the module."""
    tree = ast.parse((Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    text = ast.get_docstring(functions[0] if functions else tree) or ""
    return text.partition("\n")[0]
