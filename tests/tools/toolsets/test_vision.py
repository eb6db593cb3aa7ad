"""Figures and pages are looked at: as images, and in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.pdfs import plain_page, write_pdf
from tools.documents import read_document, save_document
from tools.errors import ToolError
from tools.experiments.template import Profile, no_template
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.literature import build_literature
from tools.review import (
    load_form,
)
from tools.run_dir import ReviewRoundDir
from tools.sandbox import open_sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.figures import FigureTools
from tools.toolsets.vision import VisionTools

PLOT = """
import matplotlib.pyplot as plt
figure, (left, right) = plt.subplots(1, 2)
left.plot([1, 10, 100], [0.5, 0.25, float("nan")], label="run_1")
left.set_xscale("log"); left.set_xlabel("learning rate"); left.set_ylabel("KL divergence [bits]"); left.set_title("circle")
left.legend()
right.bar([0, 1], [3.0, 4.0]); right.scatter([1, 2, 3], [4, 5, 6], label="seeds")
figure.savefig("two.png")
"""


@pytest.fixture
async def context(tmp_path: Path) -> IdeaContext:
    workspace = await Workspace.create(tmp_path / "idea", None)
    return IdeaContext(
        template=no_template(tmp_path),
        profile=Profile.model_validate({}),
        profile_name="",
        workspace=workspace,
        sandbox=await open_sandbox("none"),
        literature=build_literature(["local"], bib_files=[], cache=tmp_path),
        form=load_form("neurips"),
        archive=tmp_path / "ideas.json",
        proposal=tmp_path / "proposal.json",
    )


@pytest.mark.slow
async def test_a_figure_is_shown_and_told_in_words_from_its_own_data(context: IdeaContext) -> None:
    (context.workspace.work / "plot.py").write_text(PLOT, encoding="utf-8")
    drawn = await FigureTools(ToolContext(context, "plotter")).run_plot()
    assert drawn.data is not None and "two.png" in drawn.data.model_dump()["files"]
    shown = await VisionTools(ToolContext(context, "plotter")).view_figure("two.png")
    assert shown.images[0].startswith(b"\x89PNG")
    for told in (
        "panel 1 circle: x axis learning rate (log)",
        "y axis KL divergence [bits]",
        "legend: run_1",
        'line "run_1": 3 points, x 1 to 100, y 0.25 to 0.5',
        "bars: 2 points, y 3 to 4",
        'points "seeds": 3 points, x 1 to 3, y 4 to 6',
    ):
        assert told in shown.text


async def test_an_image_drawn_without_matplotlib_is_shown_without_words(context: IdeaContext) -> None:
    drawing = "from PIL import Image\nImage.linear_gradient('L').save('one.png')"
    (context.workspace.work / "plot.py").write_text(drawing, encoding="utf-8")
    await FigureTools(ToolContext(context, "plotter")).run_plot()
    shown = await VisionTools(ToolContext(context, "plotter")).view_figure("one.png")
    assert shown.images and "no description" in shown.text


async def test_a_failing_plot_still_names_its_own_line(context: IdeaContext) -> None:
    (context.workspace.work / "plot.py").write_text("x = 1\nraise ValueError('no data')", encoding="utf-8")
    with pytest.raises(ToolError, match=r"plot\.py\", line 2"):
        await FigureTools(ToolContext(context, "plotter")).run_plot()


async def test_a_page_is_shown_and_its_text_is_told(context: IdeaContext) -> None:
    context.workspace.paper.mkdir(parents=True, exist_ok=True)
    write_pdf(context.workspace.paper / "paper.pdf", [plain_page()])
    looking = VisionTools(ToolContext(context, "writer"))
    shown = await looking.view_page(1)
    assert shown.images[0].startswith(b"\x89PNG") and "page 1 of" in shown.text
    with pytest.raises(ToolError, match="the paper has"):
        await looking.view_page(99)


async def test_pages_are_not_shown_where_their_text_was_taken_out_on_purpose(context: IdeaContext) -> None:
    context.workspace.paper.mkdir(parents=True, exist_ok=True)
    path = write_pdf(context.workspace.paper / "submission.pdf", [plain_page()])
    save_document(replace(read_document(path), pages_shown=False), ReviewRoundDir(context.review_folder(1)).paper_file)
    with pytest.raises(ToolError, match="hidden"):
        await VisionTools(ToolContext(context, "reviewer_clarity")).view_page(1)


async def test_what_is_not_there_names_the_nearest(context: IdeaContext) -> None:
    (context.workspace.work / "plot.py").write_text(PLOT, encoding="utf-8")
    await FigureTools(ToolContext(context, "plotter")).run_plot()
    with pytest.raises(ToolError, match=r"did you mean .two\.png"):
        await VisionTools(ToolContext(context, "plotter")).view_figure("tow.png")
    with pytest.raises(ToolError, match="not a compiled PDF"):
        await VisionTools(ToolContext(context, "writer")).view_page(1)


@pytest.mark.slow
async def test_figures_are_submitted_as_plot_py_draws_them_now(context: IdeaContext) -> None:
    tools, plot = FigureTools(ToolContext(context, "plotter")), context.workspace.work / "plot.py"
    with pytest.raises(ToolError, match="run_plot"):
        await VisionTools(ToolContext(context, "plotter")).view_figure("two.png")
    plot.write_text(PLOT, encoding="utf-8")
    assert "submit_figures" not in (await tools.run_plot()).text
    plot.write_text(PLOT.replace('"circle"', '"ring"'), encoding="utf-8")
    with pytest.raises(ToolError, match="run_plot"):
        await tools.submit_figures(["two.png"], ["Loss of the runs."])
    await tools.run_plot()
    await tools.submit_figures(["two.png"], ["Loss of the runs."])
    plot.write_text(PLOT, encoding="utf-8")
    assert "submit_figures" in (await tools.run_plot()).text, "the paper still has the ring"
