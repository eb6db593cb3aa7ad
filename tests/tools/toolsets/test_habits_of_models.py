"""What models often write into tools is taken as meant, or refused with what to do instead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agents.models.checked_arguments import checked_arguments
from tests.fakes.seeded_study import idea_with_runs, use
from tools.atomic import write_json
from tools.errors import ToolError
from tools.evidence import Ledger, Metric, RunRecord
from tools.ideas import load_idea
from tools.paper import write_section
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools, describe_results
from tools.toolsets.files import FileTools
from tools.toolsets.ideas import IdeaTools, record_meant
from tools.toolsets.tool import RunName, Tool
from tools.toolsets.writing import WritingTools


@pytest.mark.parametrize("given", [1, "1", "run_1", "run1", "Run 1", "run 1"])
def test_a_run_is_named_in_many_ways(given: object) -> None:
    async def show(run: RunName) -> str:
        """Show a run."""
        return run

    assert checked_arguments(Tool.of(show).arguments, {"run": given}).values == {"run": "run_1"}


@pytest.fixture
async def context(tmp_path: Path) -> ToolContext:
    return ToolContext(await idea_with_runs(tmp_path, ()), "coder", needs_acceptance=True)


async def test_a_short_file_in_place_of_a_long_one_is_remarked_on(context: ToolContext) -> None:
    tools, code = FileTools(context), context.idea.workspace.work / "experiment.py"
    code.write_text("x = 1\n" * 100, encoding="utf-8")
    told = await tools.write_file("experiment.py", "x = 2\n")
    assert "(1 lines), in place of 100 lines" in told and "restore_code" in told
    assert "in place of" not in await tools.write_file("new.py", "x = 2\n")


LEFT_OUT = (
    "# ... rest of the code unchanged ...",
    "# The rest of the file",
    "    # existing code here",
    "# (…the same as before)",
)


@pytest.mark.parametrize("line", LEFT_OUT)
async def test_a_comment_that_stands_for_code_is_refused(context: ToolContext, line: str) -> None:
    with pytest.raises(ToolError, match="edit_file"):
        await FileTools(context).write_file("model.py", f"x = 1\nif x:\n    y = 1\n{line}\n")


async def test_a_comment_about_code_is_written(context: ToolContext) -> None:
    content = (
        "# The rest of the steps use the original schedule.\n# ...and so on\nx = 1  # other code paths do the same\n"
    )
    assert "wrote" in await FileTools(context).write_file("model.py", content)


async def test_a_run_that_its_time_limit_ends_is_told_what_it_took_and_what_the_baseline_takes(
    context: ToolContext,
) -> None:
    limited = replace(context.idea, profile=context.idea.profile.model_copy(update={"time_limit": 0.5}))
    (context.idea.workspace.work / "experiment.py").write_text("import time\ntime.sleep(30)\n", encoding="utf-8")
    with pytest.raises(ToolError) as told:
        await ExperimentTools(ToolContext(limited, "coder")).run_experiment("sleeps")
    ledger = Ledger.load(limited.ledger_file, {})
    baseline, killed = (record.usage["wall_seconds"] for record in (ledger.completed[0], ledger.rows[-1]))
    assert all(text in str(told.value) for text in (f"{killed:.1f} s", "limit of 0.5 s", f"{baseline:.1f} s"))


async def test_a_failed_run_without_a_dry_run_is_told_of_it(context: ToolContext) -> None:
    tools, code = ExperimentTools(context), context.idea.workspace.work / "experiment.py"
    code.write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(ToolError, match=r"(?s)ZeroDivisionError.*Call dry_run"):
        await tools.run_experiment("fails")
    use(context.idea, 0.2)
    told = await tools.run_experiment("works")
    assert "s that a run may take" in told.text and ("run is left" in told.text or "runs are left" in told.text)


async def test_the_name_of_an_idea_becomes_one_and_the_answer_says_what_comes_next(context: ToolContext) -> None:
    experiment = "The step size is doubled and the loss compared with the baseline."
    told = (await IdeaTools(context).submit_idea("Larger Steps!", "Larger steps", experiment, 5, 5, 5)).text
    assert told.startswith("idea larger_steps submitted (its name was 'Larger Steps!'") and "End your answer" in told
    assert load_idea(context.idea.proposal).name == "larger_steps"


async def test_a_record_is_named_without_its_source(context: ToolContext) -> None:
    assert record_meant("Ho2020", ["local:ho2020", "local:song2020"]) == "local:ho2020"
    with pytest.raises(ToolError, match="local:song2020"):
        record_meant("Ho et al.", ["local:ho2020", "local:song2020"])
    log = [{"query": "x", "records": ["local:ho2020", "local:song2020"]}]
    write_json(context.idea.workspace.files.searches_file, log)
    await IdeaTools(context).submit_novelty("novel", "They differ.", ["ho2020, local:song2020"])
    assert '"local:ho2020"' in context.idea.workspace.files.novelty_file.read_text(encoding="utf-8")


def test_a_cost_that_is_the_same_on_all_datasets_is_listed_once() -> None:
    values = {name: {"loss": [1.0, 1.1], "training_time": [5.0, 6.0]} for name in ("a", "b", "c")}
    run = RunRecord.model_validate({"name": "run_0", "status": "completed", "values": values})
    lines = describe_results(
        Ledger({"training_time": Metric(name="training_time", cost=True)}, [run]), "run_0"
    ).splitlines()
    assert [line.split()[0] for line in lines[1:] if "training_time" in line] == ["run_0/a/training_time"]
    assert sum("/loss" in line for line in lines) == 3 and "all 3 datasets" in "".join(lines)


async def test_the_results_at_an_address_are_those_of_its_run(context: ToolContext) -> None:
    told = await ExperimentTools(context).read_results("run_0/flat/final_loss")
    assert "run_0/flat/final_loss" in told.text


async def test_a_line_that_would_not_parse_is_shown_as_it_would_read(context: ToolContext) -> None:
    tools = FileTools(context)
    await tools.write_file("model.py", "def f():\n    return 1\n")
    with pytest.raises(ToolError, match=r"line 3, which would read '   x = 1'"):
        await tools.edit_file("model.py", "return 1", "    return 2\n   x = 1")


async def test_a_passage_that_a_section_does_not_have_is_answered_with_the_nearest_one(context: ToolContext) -> None:
    write_section(context.idea.workspace.paper, "results", "The loss is shown. The step size is the best of all.")
    with pytest.raises(ToolError, match="The step size is the best of all"):
        await WritingTools(context).edit_section("results", "The step size is best of all.", "It is not.")


async def test_a_note_cannot_tell_the_result_of_a_run_that_is_not_made(context: ToolContext) -> None:
    use(context.idea, 0.3)
    tools = ExperimentTools(context)
    with pytest.raises(ToolError, match="not been made"):
        await tools.run_experiment("a larger step size, improves final_loss by 42%")
    assert [run.name for run in Ledger.load(context.idea.ledger_file, {}).runs] == ["run_0"]
