"""All tools there are, by name."""

from __future__ import annotations

from collections.abc import Sequence

from tools.acceptance import AcceptanceTools
from tools.citing import LiteratureTools
from tools.desk import Desk
from tools.experiments import ExperimentTools
from tools.figures import FigureTools
from tools.files import FileTools
from tools.idea import IdeaTools
from tools.looking import LookingTools
from tools.reviewing import ReviewTools
from tools.study import StudyTools
from tools.tool import Tool
from tools.toolset import Toolset
from tools.writing import WritingTools

TOOLSETS: tuple[type[Toolset], ...] = (
    FileTools,
    IdeaTools,
    LiteratureTools,
    ExperimentTools,
    StudyTools,
    FigureTools,
    LookingTools,
    WritingTools,
    ReviewTools,
    AcceptanceTools,
)


def tool_names() -> list[str]:
    return [name for toolset in TOOLSETS for name in toolset.names]


def build_tools(desk: Desk, seat: str, wanted: Sequence[str]) -> list[Tool]:
    """The wanted tools at the hands of one seat, in the toolbox's order."""
    return [
        tool
        for toolset in TOOLSETS
        if any(name in wanted for name in toolset.names)
        for tool in toolset(desk, seat).tools()
        if tool.name in wanted
    ]
