"""Runs and attempts are limited, unchanged code does not run again, and the evaluation is restored before a run."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tools.errors import ToolError
from tools.evidence import RunRecord
from tools.experiments.execution import load_ledger, source_digest
from tools.experiments.integrity import changed_protected, filesystem_now, prepare_project, read_result
from tools.experiments.template import load_template
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext, RunQuota
from tools.literature import build_literature
from tools.review import load_form
from tools.sandbox import ExecutionResult, open_sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools
from tools.toolsets.figures import FigureTools
from tools.toolsets.files import FileTools
from tools.toolsets.ideas import search_log
from tools.toolsets.literature import LiteratureTools


@pytest.fixture
async def idea(tmp_path: Path) -> IdeaContext:
    folder = write_foreign_template(tmp_path / "descent", EXPERIMENT, evaluation__py="truth = 1\n")
    (folder / "template.yaml").write_text("protected: [evaluation.py]\n", encoding="utf-8")
    template = load_template(str(folder), tmp_path)
    return IdeaContext(
        template=template,
        profile=template.profile(""),
        profile_name="",
        workspace=await Workspace.create(tmp_path / "idea", template),
        sandbox=await open_sandbox("none"),
        literature=build_literature([], bib_files=[], cache=tmp_path / "cache"),
        form=load_form("neurips"),
        archive=tmp_path / "ideas.json",
        proposal=tmp_path / "proposal.json",
        run_quota=RunQuota(runs=2, attempts=2),
    )


def record_runs(idea: IdeaContext, *runs: tuple[str, str], source: str = "") -> None:
    ledger = load_ledger(idea)
    for name, status in runs:
        values = {"flat": {"final_loss": [1.0]}} if status == "completed" else {}
        reason = "" if status == "completed" else "a reason"
        attempt = 1 + sum(run.name == name for run in ledger.runs)
        record = RunRecord(name=name, status=status, reason=reason, attempt=attempt, values=values, source=source)  # type: ignore[arg-type]
        ledger.record(record)
    ledger.save(idea.ledger_file)


async def next_run(idea: IdeaContext) -> tuple[str, int]:
    """Run another experiment, which fails at once, and return name and attempt of the run."""
    code = f"raise SystemExit({len(load_ledger(idea).runs)})"
    (idea.workspace.work / "experiment.py").write_text(code, encoding="utf-8")
    with pytest.raises(ToolError):
        await ExperimentTools(ToolContext(idea, "coder")).run_experiment("fails")
    last = load_ledger(idea).runs[-1]
    return last.name, last.attempt


async def test_each_run_has_its_attempts(idea: IdeaContext) -> None:
    record_runs(idea, ("run_0", "completed"), ("run_1", "failed"))
    assert await next_run(idea) == ("run_1", 2)
    assert await next_run(idea) == ("run_2", 1)


@pytest.mark.parametrize(
    "runs",
    [
        [("run_1", "completed"), ("run_2", "completed")],
        [("run_1", "failed"), ("run_1", "tampered"), ("run_2", "completed")],
    ],
)
async def test_no_run_starts_beyond_the_quota(idea: IdeaContext, runs: list[tuple[str, str]]) -> None:
    record_runs(idea, ("run_0", "completed"), *runs)
    before = len(load_ledger(idea).runs)
    await next_run(idea)
    assert len(load_ledger(idea).runs) == before, "nothing ran"


@pytest.mark.parametrize("status", ["completed", "tampered", "failed"])
async def test_unchanged_code_does_not_run_again(idea: IdeaContext, status: str) -> None:
    record_runs(idea, ("run_1", status), source=source_digest(idea))
    with pytest.raises(ToolError, match="run_1"):
        await ExperimentTools(ToolContext(idea, "coder")).run_experiment("the same again")
    assert len(load_ledger(idea).runs) == 1


def test_the_evaluation_and_only_known_results_are_restored(idea: IdeaContext) -> None:
    work = idea.workspace.work
    record_runs(idea, ("run_0", "completed"))
    (work / "evaluation.py").write_text("truth = 2\n", encoding="utf-8")
    (work / "evaluation").mkdir()
    (work / "evaluation" / "__init__.py").touch()
    for name in ("run_0", "run_7", "run_notes"):
        (work / name).mkdir()
    assert changed_protected(idea) == ["evaluation.py", "evaluation"]
    prepare_project(idea, load_ledger(idea))
    assert changed_protected(idea) == [] and (work / "evaluation.py").read_text() == "truth = 1\n"
    assert sorted(path.name for path in work.glob("run_*")) == ["run_0", "run_notes"]


@pytest.mark.parametrize(
    "name", ["evaluation.py", "x/../evaluation.py", "evaluation/__init__.py", "run_0/final_info.json"]
)
async def test_protected_files_cannot_be_edited(idea: IdeaContext, name: str) -> None:
    before = (idea.workspace.work / "evaluation.py").read_text()
    (idea.workspace.work / "x").mkdir()
    with pytest.raises(ToolError):
        await FileTools(ToolContext(idea, "coder")).write_file(name, "truth = 3\n")
    assert (idea.workspace.work / "evaluation.py").read_text() == before
    assert "evaluation.py 10 (fixed)" in (await FileTools(ToolContext(idea, "coder")).list_files()).text


async def test_an_edit_needs_a_unique_text_and_must_leave_python_that_parses(idea: IdeaContext) -> None:
    tools, file = FileTools(ToolContext(idea, "coder")), idea.workspace.work / "code.py"
    file.write_text("a = 1\nb = 1\nlonger_name = 3\n", encoding="utf-8")
    for search, replace_by in (("= 1", "= 2"), ("", "x"), ("a = 1", "a = 1"), ("a = 1", "a = ("), ("c = 9", "c = 8")):
        with pytest.raises(ToolError):
            await tools.edit_file("code.py", search, replace_by)
    with pytest.raises(ToolError, match="longer_name = 3"):
        await tools.edit_file("code.py", "longer_name = 4", "x = 4")
    assert file.read_text(encoding="utf-8") == "a = 1\nb = 1\nlonger_name = 3\n"
    await tools.edit_file("code.py", "a = 1", "a = 2")
    assert file.read_text(encoding="utf-8") == "a = 2\nb = 1\nlonger_name = 3\n"


async def test_a_result_of_another_time_is_no_result(idea: IdeaContext) -> None:
    (idea.workspace.work / "run_1").mkdir()
    final = idea.workspace.work / "run_1" / "final_info.json"
    final.write_text("{}", encoding="utf-8")
    done = ExecutionResult(0, "finished", "", 1.0, None, None, 0, "")
    began = filesystem_now(idea)
    assert read_result(idea, "run_1/final_info.json", done, began) == {}
    for moved in (-60, 60):
        os.utime(final, (began + moved, began + moved))
        with pytest.raises(ToolError):
            read_result(idea, "run_1/final_info.json", done, began)


async def test_a_phase_has_a_number_of_searches_that_a_resume_does_not_reset(idea: IdeaContext) -> None:
    idea = replace(idea, run_quota=RunQuota(search_rounds=2))
    here, later = (ToolContext(idea, "phd_student", phase_key=key) for key in ("idea_1/novelty", "idea_1/writeup"))
    await LiteratureTools(here).search_literature("step size")
    await LiteratureTools(here).search_literature("momentum")
    with pytest.raises(ToolError, match="all 2 searches"):
        await LiteratureTools(here).search_literature("noise")  # a new toolset, as after a resume
    await LiteratureTools(replace(here, participant="advisor")).search_literature("noise")
    await LiteratureTools(later).search_literature("noise")
    assert len(search_log(idea)) == 4


async def test_a_record_is_shown_in_full_once_to_each_participant_of_a_phase(idea: IdeaContext, tmp_path: Path) -> None:
    entry = "@article{key, title={Step sizes}, author={Doe, Jane}, year={2020}, abstract={On step sizes.}}\n"
    (tmp_path / "own.bib").write_text(entry, encoding="utf-8")
    sources = build_literature(["local"], bib_files=[tmp_path / "own.bib"], cache=tmp_path / "cache")
    here = ToolContext(replace(idea, literature=sources), "phd_student", phase_key="idea_1/novelty")

    async def shown_before(context: ToolContext) -> bool:
        return "(shown before)" in str(await LiteratureTools(context).search_literature("step sizes"))

    assert not await shown_before(here)
    assert await shown_before(here), "a new toolset, as after a resume"
    assert not await shown_before(replace(here, participant="advisor"))
    assert not await shown_before(replace(here, phase_key="idea_1/writeup"))


async def test_a_phase_has_a_number_of_failed_plots_that_a_resume_does_not_reset(idea: IdeaContext) -> None:
    idea = replace(idea, run_quota=RunQuota(plot_attempts=2))
    here, later = (ToolContext(idea, "plotter", phase_key=key) for key in ("idea_1/figures", "idea_1/revision"))
    plot, marker = idea.workspace.work / "plot.py", idea.workspace.work / "ran"
    plot.write_text(f"open({str(marker)!r}, 'a').write('x')\nraise SystemExit(1)\n", encoding="utf-8")
    for _ in range(4):
        with pytest.raises(ToolError):
            await FigureTools(here).run_plot()
    assert marker.read_text(encoding="utf-8") == "xx", "the third and fourth attempt did not run"
    with pytest.raises(ToolError):
        await FigureTools(later).run_plot()
    assert marker.read_text(encoding="utf-8") == "xxx"


async def test_a_changed_configuration_file_is_a_change_of_the_code(idea: IdeaContext) -> None:
    (idea.workspace.work / "config.yaml").write_text("degree: 5\n", encoding="utf-8")
    before = source_digest(idea)
    (idea.workspace.work / "config.yaml").write_text("degree: 9\n", encoding="utf-8")
    assert source_digest(idea) != before
