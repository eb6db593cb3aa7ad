"""A submitted figure can be left out of the paper again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.seeded_study import idea_with_runs
from tools.atomic import write_json
from tools.errors import ToolError
from tools.figures import PaperFigure, load_figures
from tools.paper import write_section
from tools.toolsets.context import ToolContext
from tools.toolsets.figures import FigureTools


async def test_a_dropped_figure_is_no_figure_of_the_paper_and_its_sections_are_named(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, ())
    paper = idea.workspace.paper
    figures = [
        PaperFigure(file=f"{name}.png", label=f"fig:{name}", caption="Loss.", width=9, height=9) for name in "ab"
    ]
    (paper / "figures").mkdir(parents=True)
    for figure in figures:
        (paper / "figures" / figure.file).write_bytes(b"x")
    write_json(paper / "figures.json", [figure.model_dump() for figure in figures])
    write_section(paper, "results", r"\includegraphics{figures/a.png}")
    tools = FigureTools(ToolContext(idea, "writer"))
    with pytest.raises(ToolError):
        await tools.drop_figure("c.png", "there is no such figure")
    assert "results" in await tools.drop_figure("a.png", "its title claims an effect")
    assert [figure.file for figure in load_figures(paper)] == ["b.png"]
    assert not (paper / "figures" / "a.png").exists()
