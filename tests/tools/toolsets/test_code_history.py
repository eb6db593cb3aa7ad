"""The code and the output of every attempt can be read, compared and restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.seeded_study import idea_with_runs, use
from tools.errors import ToolError
from tools.toolsets.code_history import CodeHistoryTools
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools


async def test_the_code_of_runs_is_compared_and_restored_without_touching_results_and_plots(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, (0.2, 0.3))
    tools, work = CodeHistoryTools(ToolContext(idea, "coder")), idea.workspace.work
    diff = await tools.compare_code("run_1", "run_2")
    assert "-step_size = 0.2" in diff and "+step_size = 0.3" in diff and "final_info" not in diff
    assert "+step_size = 0.3" in await tools.compare_code("run_0")
    (work / "plot.py").write_text("print()\n", encoding="utf-8")
    await tools.restore_code("run_1")
    assert "step_size = 0.2\n" in (work / "experiment.py").read_text(encoding="utf-8")
    assert (work / "plot.py").is_file() and (work / "run_2" / "final_info.json").is_file()
    assert "+step_size" not in await tools.compare_code("run_1")
    with pytest.raises(ToolError, match="run_1"):
        await ExperimentTools(ToolContext(idea, "coder")).run_experiment("the same code again")


async def test_logs_are_read_by_line_and_searched(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, ())
    use(idea, 0.2)
    code = idea.workspace.work / "experiment.py"
    source = code.read_text(encoding="utf-8")
    code.write_text(f"for i in range(300):\n    print('Step', i)\n1 / 0\n{source}", encoding="utf-8")
    with pytest.raises(ToolError):
        await ExperimentTools(ToolContext(idea, "coder")).run_experiment("fails")
    tools = CodeHistoryTools(ToolContext(idea, "coder"))
    assert "ZeroDivisionError" in await tools.read_log("run_1")
    assert "2: Step 1\n" in await tools.read_log("run_1", start_line=2)
    assert "43: Step 42" in (await tools.read_log("run_1", attempt=1, search="step 42")).splitlines()
    with pytest.raises(ToolError):
        await tools.read_log("run_1", attempt=2)


async def test_the_value_of_each_seed_can_be_read(tmp_path: Path) -> None:
    idea = await idea_with_runs(tmp_path, ())
    tools = ExperimentTools(ToolContext(idea, "phd_student"))
    first = (await tools.read_results("run_0", per_seed=True)).text
    assert "seeds: " in first and "seeds: " not in (await tools.read_results("run_0")).text
