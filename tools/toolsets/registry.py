"""The registry of toolsets."""

from __future__ import annotations

from collections.abc import Sequence

from tools.toolsets.base import Toolset
from tools.toolsets.code_history import CodeHistoryTools
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools
from tools.toolsets.figures import FigureTools
from tools.toolsets.files import FileTools
from tools.toolsets.findings import FindingsTools
from tools.toolsets.handing_on import AcceptanceTools, RequestTools
from tools.toolsets.ideas import IdeaTools
from tools.toolsets.literature import LiteratureTools
from tools.toolsets.reviews import ReviewTools
from tools.toolsets.tool import Tool
from tools.toolsets.vision import VisionTools
from tools.toolsets.writing import WritingTools

TOOLSETS: tuple[type[Toolset], ...] = (
    FileTools,
    IdeaTools,
    LiteratureTools,
    ExperimentTools,
    CodeHistoryTools,
    FindingsTools,
    FigureTools,
    VisionTools,
    WritingTools,
    ReviewTools,
    AcceptanceTools,
    RequestTools,
)


def tool_names(toolsets: Sequence[type[Toolset]] = TOOLSETS) -> list[str]:
    return [name for toolset in toolsets for name in toolset.names]


def build_tools(
    context: ToolContext, wanted: Sequence[str], toolsets: Sequence[type[Toolset]] = TOOLSETS
) -> list[Tool]:
    """Return the wanted tools for one participant, in registry order."""
    return [
        tool
        for toolset in toolsets
        if any(name in wanted for name in toolset.names)
        for tool in toolset(context).tools()
        if tool.name in wanted
    ]
