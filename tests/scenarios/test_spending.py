"""What a run has cost and what a scenario will, from journals."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.journal import Journal
from scenarios.estimate import ASSUMED, forecast, usage_by_phase
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import find_scenario, load_scenario
from scenarios.views.cost import cost_rows, total


def answered(dollars: float, prompt: int, cached: int, answer: int) -> dict[str, object]:
    usage = {"prompt_tokens": prompt, "completion_tokens": answer, "cached_tokens": cached}
    return {
        "model": "anthropic m", "dollars": dollars, "uncached_dollars": 2 * dollars, "tokens": prompt + answer,
        "prompt_size": prompt, "answer_size": answer, "result": {"usage": usage},
    }  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The coder spoke twice in one held phase, with three calls of which one failed; the writer once, twice held."""
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text("phases: [ideation]\n", encoding="utf-8")
    journal = Journal(folder / "journal.jsonl")
    fault = {
        "model": "anthropic m",
        "dollars": 0.5,
        "uncached_dollars": 0.5,
        "tokens": 70,
        "kind": "cut off",
        "text": "…",
    }
    journal.put("idea_1/experiments/coder/1/model:1/fault:1", "fault", fault)
    journal.put("idea_1/experiments/coder/1/model:1", "model", answered(1.0, 1000, 0, 100))
    journal.put("idea_1/experiments/coder/1", "turn", {"speaker": "coder"})
    journal.put("idea_1/experiments/coder/2/model:1", "model", answered(1.0, 3000, 2000, 300))
    journal.put("idea_1/experiments/coder/2", "turn", {"speaker": "coder"})
    journal.put("idea_1/experiments", "phase", {})
    for held in ("writeup", "writeup:2"):
        journal.put(f"idea_1/{held}/writer/1/model:1", "model", answered(2.0, 4000, 4000, 50))
        journal.put(f"idea_1/{held}/writer/1", "turn", {"speaker": "writer"})
        journal.put(f"idea_1/{held}", "phase", {})
    journal.close()
    return folder


def test_the_cost_of_a_run_by_phase_role_and_model(run: Path) -> None:
    coder, *writers = cost_rows(run)
    assert (coder.phase, coder.role, coder.calls, coder.failed) == ("experiments", "coder", 3, 1)
    assert (coder.prompt_tokens, coder.cached_tokens, coder.answer_tokens, coder.tokens) == (4000, 2000, 400, 4470)
    assert (coder.dollars, coder.uncached_dollars, coder.cached_share) == (2.5, 4.5, 0.5)
    assert [row.phase for row in writers] == ["writeup", "writeup:2"]
    assert total(cost_rows(run)).dollars == 6.5


def test_the_commands_print_them(command, run: Path) -> None:
    done = command("cost", "one", "--out", run.parent)
    assert done.returncode == 0 and "$6.50" in done.stdout and "$12.50" in done.stdout
    done = command("estimate", "paper", "--out", run.parent)
    assert done.returncode == 0 and "From 1 run in" in done.stdout and "pauses at its budget of $20.00" in done.stdout
    assert "writeup " in done.stdout and "figures*" in done.stdout
    assert command("cost", "two", "--out", run.parent).returncode == 2
    assert command("estimate", "papr", "--out", run.parent).returncode == 2


def test_a_forecast_rests_on_finished_runs_and_says_where_it_does_not(run: Path) -> None:
    resolved = resolve_scenario(load_scenario(find_scenario("paper"), {"models": "anthropic", "ideas": 2}))
    lines = {(line.phase, line.role): line for line in forecast(resolved, [usage_by_phase(run)])}
    coder, plotter = lines["experiments", "coder"], lines["figures", "plotter"]
    assert not coder.assumed and plotter.assumed
    assert (coder.calls, coder.prompt_tokens, coder.answer_tokens) == (4, 8000, 800), "two calls an idea, two ideas"
    price = resolved.models.spec_for("coder").price
    assert price is not None
    assert coder.dollars == pytest.approx((8000 * price.input + 800 * price.output) / 1e6)
    assert coder.most_dollars > coder.dollars
    assert plotter.calls == ASSUMED.turns * ASSUMED.calls * 2


def test_phases_that_have_not_ended_and_runs_that_cannot_be_read_count_for_nothing(command, run: Path) -> None:
    journal = Journal(run / "journal.jsonl")
    journal.put("idea_2/experiments/coder/1/model:1", "model", answered(9.0, 90_000, 0, 9000))
    journal.put("idea_2/experiments/coder/1", "turn", {"speaker": "coder"})
    journal.close()
    used = usage_by_phase(run)["experiments", "coder"]
    assert (used["calls"], used["prompt"]) == (2, 4000)
    for name, text in {"torn": '{"key": "a', "other": "x\n", "empty": ""}.items():
        (run.parent / name).mkdir()
        (run.parent / name / "scenario.yaml").write_text("phases: [ideation]\n", encoding="utf-8")
        (run.parent / name / "journal.jsonl").write_text(text, encoding="utf-8")
    wrong = '{"key": "idea_1/a/b/1/model:1", "type": "model", "time": "", "seconds": 0, "data": {}}\n'
    (run.parent / "torn" / "journal.jsonl").write_text(
        wrong + wrong.replace("/b/1/model:1", "").replace("model", "phase")
    )
    (run.parent / "empty" / "journal.jsonl").unlink()
    (run.parent / "empty" / "journal.jsonl").mkdir()
    done = command("estimate", "paper", "--out", run.parent)
    assert done.returncode == 0 and "From 1 run in" in done.stdout
