"""The base class of toolsets."""

from __future__ import annotations

from typing import ClassVar

from tools.toolsets.context import ToolContext
from tools.toolsets.tool import Tool


class Toolset:
    """Tools that belong together. Each name in `names` is a public async method that becomes a tool."""

    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, context: ToolContext) -> None:
        self._context, self._idea, self._participant = context, context.idea, context.participant

    def tools(self) -> list[Tool]:
        return [Tool.of(getattr(self, name)) for name in self.names]
