"""Whoever writes learns at once what the gate would find, and can mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.tools.paper_sample import METRICS, ledger, write_paper
from tools.atomic import write_json
from tools.errors import ToolError
from tools.experiments.template import Profile, no_template
from tools.experiments.workspace import Workspace
from tools.figures import PaperFigure
from tools.idea_context import IdeaContext
from tools.literature import build_literature
from tools.review import load_form
from tools.sandbox import open_sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.evidence_checks import MOST_REFUSALS, judge_figures
from tools.toolsets.findings import FindingsTools
from tools.toolsets.writing import WritingTools

WRONG = r"On moons the wider network lowers the KL divergence (\change{run_1/moons/kl_divergence})."
RIGHT = r"On moons the wider network raises the KL divergence (\change{run_1/moons/kl_divergence})."


@pytest.fixture
async def context(tmp_path: Path) -> ToolContext:
    workspace = await Workspace.create(tmp_path / "idea", None)
    idea = IdeaContext(
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
    idea = replace(idea, template=idea.template.model_copy(update={"metrics": METRICS}))
    ledger().save(idea.ledger_file)
    workspace.paper.mkdir(parents=True, exist_ok=True)
    write_paper(workspace.paper)
    return ToolContext(idea, "writer", phase_key="idea_1/writeup", deliverable="paper")


async def test_a_section_is_written_and_answered_with_what_the_gate_would_find(context: ToolContext) -> None:
    tools = WritingTools(context)
    told = await tools.write_section("conclusion", WRONG)
    assert "withhold" in told and "sections/conclusion.tex" in told and "lowers" in told
    assert "withhold" not in await tools.edit_section("conclusion", "lowers", "raises")
    assert (context.idea.workspace.paper / "sections" / "conclusion.tex").read_text().strip() == RIGHT


async def test_an_edit_must_name_its_passage_exactly(context: ToolContext) -> None:
    tools = WritingTools(context)
    for old in ("not there", "e"):
        with pytest.raises(ToolError, match="times"):
            await tools.edit_section("conclusion", old, "x")


async def test_findings_against_the_ledger_are_refused_twice(context: ToolContext) -> None:
    tools = FindingsTools(context)
    for _ in range(MOST_REFUSALS):
        with pytest.raises(ToolError, match="lowers"):
            await tools.submit_study(WRONG)
    assert "the gate will find" in (await tools.submit_study(WRONG)).text
    assert (await tools.submit_study(RIGHT)).text.startswith("findings submitted. ")


async def test_a_caption_with_a_typed_number_is_found(context: ToolContext) -> None:
    folder = context.idea.workspace.paper / "figures"
    Image.linear_gradient("L").save(folder / "a.png")
    figure = PaperFigure(file="a.png", label="fig:a", caption="On dino, run_1 reaches 0.913.", width=256, height=256)
    (finding, *_) = await judge_figures(context.idea, [figure])
    assert finding.kind == "error" and finding.file == "caption of a.png"
    right = figure.model_copy(update={"caption": r"On dino, run\_1 reaches \result{run_1/dino/kl_divergence}."})
    assert [each for each in await judge_figures(context.idea, [right]) if each.kind == "error"] == []


async def test_markdown_is_refused_and_the_heading_of_the_template_left_out(context: ToolContext) -> None:
    tools = WritingTools(context)
    with pytest.raises(ToolError, match="textbf"):
        await tools.write_section("conclusion", "It is **not** better.")
    assert "left out" in await tools.write_section("conclusion", "\\section{Conclusion}\n" + RIGHT)
    assert (context.idea.workspace.paper / "sections" / "conclusion.tex").read_text().strip() == RIGHT


async def test_a_paper_without_its_figures_is_told_all_of_them_and_how_to_include_one(context: ToolContext) -> None:
    figures = [PaperFigure(file=f"{name}.png", label=f"fig:{name}", caption="x", width=9, height=9) for name in "ab"]
    write_json(context.idea.workspace.paper / "figures.json", [figure.model_dump() for figure in figures])
    with pytest.raises(ToolError, match=r"(?s)a\.png, b\.png.*includegraphics\[width=\\linewidth\]\{figures/a\.png\}"):
        await WritingTools(context).submit_paper("x")
    with pytest.raises(ToolError, match=r"write .includegraphics\{figures/b\.png\}"):
        await WritingTools(context).write_section("results", r"\includegraphics{b.png}")


async def test_a_paper_of_outlines_is_refused_with_the_lengths_of_its_sections(context: ToolContext) -> None:
    tools = WritingTools(context)
    await tools.write_section("method", "We widen the network and change nothing else. " * 10)
    with pytest.raises(ToolError, match=r"too short .*conclusion \(\d+ words, at least 20\)") as refused:
        await tools.submit_paper("x")
    assert "method" not in str(refused.value)
