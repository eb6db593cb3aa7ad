"""A set of tools that share a desk: a class whose public tools are the methods that it names."""

from __future__ import annotations

from typing import ClassVar

from tools.toolsets.context import ToolContext
from tools.toolsets.tool import Tool


class Toolset:
    """`seat` is the role at whose hands the tools are; a review, for instance, is kept under its name."""

    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, context: ToolContext, participant: str) -> None:
        self._context, self._participant = context, participant

    def tools(self) -> list[Tool]:
        return [Tool.of(getattr(self, name)) for name in self.names]
