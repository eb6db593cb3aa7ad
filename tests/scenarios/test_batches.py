"""Batches: every idea a run of its own, side by side; what is lost is taken up again, and what fails stops no other."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from scenarios.batches.ideas import Batch, BatchSpec, Row, open_batch
from scenarios.batches.play import play_batch
from scenarios.batches.processes import Processes
from scenarios.batches.task import Task
from scenarios.scenario import load_scenario
from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tests.scenarios.conftest import ROOT, command_line
from tools.errors import UserError


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Ideas and their experiments on small templates; an experiment takes a second, so that a run can be cut short."""
    slow = EXPERIMENT.replace("info = {}", "import time\ntime.sleep(1)\ninfo = {}")
    for name in ("descent", "valley"):
        write_foreign_template(tmp_path / name, slow)
    settings = {"template": str(tmp_path / "descent"), "sandbox": "bubblewrap", "run_quota": {"runs": 2},
                "phases": ["ideation", "novelty", "experiments"]}  # fmt: skip
    (tmp_path / "short.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return tmp_path / "short.yaml"


class Told:
    """An executor that ends runs as it is told, by the end of their names, and leaves what a run leaves."""

    def __init__(self, *codes: tuple[str, int], slots: int = 2, dollars: float = 0.0) -> None:
        self.slots, self.dollars = slots, dollars
        self.begun: list[str] = []
        self.budgets: list[float | None] = []
        self._codes = list(codes)

    async def run(self, task: Task) -> int:
        self.begun.append(task.name)
        await asyncio.sleep(0)
        settings = load_scenario(task.settings)
        self.budgets.append(settings.budget.dollars)
        name, code = next((told for told in self._codes if task.name.endswith(told[0])), ("", 0))
        if name:
            self._codes.remove((name, code))
        if code == 2:
            task.log.parent.mkdir(exist_ok=True)
            task.log.write_text("no such thing\n", encoding="utf-8")
        if code in (0, 3):
            self._leave(task, "paused: the budget is spent" if code == 3 else "finished")
        return code

    def _leave(self, task: Task, status: str) -> None:
        names = ["one_idea", "other_idea"] if task.name.endswith("-ideas") else []
        entries = [{"Name": name, "Title": f"On {name}", "Experiment": "Change something and look at what happens.",
                    "Interestingness": 5, "Feasibility": 5, "Novelty": 5, "novel": True} for name in names]  # fmt: skip
        task.home.mkdir(exist_ok=True)
        for name in names:
            (task.home / "ideas" / name).mkdir(parents=True)
            (task.home / "ideas" / name / "idea.json").touch()
        (task.home / "ideas.json").write_text(json.dumps(entries), encoding="utf-8")
        summary = {"status": status, "template": "t", "models": "m", "dollars": self.dollars, "seconds": 1, "ideas": []}
        (task.home / "summary.json").write_text(json.dumps(summary), encoding="utf-8")

    def interrupt(self) -> None:
        raise AssertionError("nobody interrupts")

    async def close(self) -> None: ...


def opened(scenario: Path, **more: object) -> Batch:
    spec = {
        "templates": [str(scenario.parent / name) for name in ("descent", "valley")],
        "models": ["offline"],
        "ideas": 2,
    }
    return open_batch(scenario.parent / "batch", load_scenario(scenario), BatchSpec.model_validate(spec | more))


async def played(batch: Batch, executor: Told, dollars: float | None = None) -> dict[str, Row]:
    rows = await play_batch(batch, executor, retries=1, dollars=dollars, told=lambda row: None)
    return {row.task.name: row for row in rows}


async def test_one_failure_stops_no_other_and_the_batch_goes_on_where_it_was(scenario: Path) -> None:
    told = Told(("descent-offline-one_idea", 2), ("valley-offline-one_idea", -9), ("valley-offline-other_idea", 3))
    rows = await played(opened(scenario), told)
    assert {name: (row.state, row.tries) for name, row in rows.items()} == {
        "descent-offline-ideas": ("finished", 1),
        "descent-offline-one_idea": ("failed", 1),
        "descent-offline-other_idea": ("finished", 1),
        "valley-offline-ideas": ("finished", 1),
        "valley-offline-one_idea": ("finished", 2),
        "valley-offline-other_idea": ("paused", 1),
    }
    assert rows["descent-offline-one_idea"].note == "no such thing"
    assert rows["valley-offline-other_idea"].note == "the budget is spent"
    again = Told()
    rows = await played(opened(scenario), again)
    assert sorted(again.begun) == ["descent-offline-one_idea", "valley-offline-other_idea"]
    assert {row.state for row in rows.values()} == {"finished"}


async def test_a_run_that_is_lost_again_and_again_is_given_up(scenario: Path) -> None:
    rows = await played(opened(scenario), Told(*[("valley-offline-one_idea", -9)] * 2))
    assert (rows["valley-offline-one_idea"].state, rows["valley-offline-one_idea"].tries) == ("given up", 2)
    assert Counter(row.state for row in rows.values())["finished"] == 5


async def test_the_budget_is_shared_out_and_what_is_left_goes_to_the_others(scenario: Path) -> None:
    told = Told(slots=1, dollars=1.0)
    await played(opened(scenario), told, dollars=12.0)
    assert told.budgets == pytest.approx([2.0, 2.2, 2.5, 3.0, 4.0, 7.0])


async def test_only_what_was_found_novel_goes_on(scenario: Path) -> None:
    class OneIsKnown(Told):
        def _leave(self, task: Task, status: str) -> None:
            super()._leave(task, status)
            path = task.home / "ideas.json"
            path.write_text(path.read_text().replace("true", "false", 1))

    batch = opened(scenario, templates=[str(scenario.parent / "descent")])
    assert list(await played(batch, OneIsKnown())) == ["descent-offline-ideas", "descent-offline-other_idea"]


def test_a_batch_is_not_begun_again_with_other_settings(scenario: Path) -> None:
    opened(scenario)
    with pytest.raises(UserError, match="was begun with another ideas"):
        opened(scenario, ideas=3)
    with pytest.raises(UserError, match="no profile 'gpu'"):
        opened(scenario, profile="gpu")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("review_panel",), "a batch needs one that begins with ideation"),
        (("quickstart", "--templates", "nowhere"), "template 'nowhere': no such folder"),
        (("quickstart", "--models", "offlin"), "did you mean 'offline'?"),
        (("quickstart", "--address", "auto"), "--address goes with --executor ray"),
        (("quickstart", "--idea", "nowhere.json"), "ideas nowhere.json: No such file"),
    ],
)
def test_mistakes_are_told_before_any_work(command, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    done = command("batch", *arguments, "--out", tmp_path / "batch")
    assert done.returncode == 2 and told in done.stderr, done.stdout + done.stderr


async def test_graphics_cards_are_dealt_out(tmp_path: Path) -> None:
    """Three tasks on two cards: no card is given to two at once, and every task sees its own alone."""

    class Shows(Task):
        def command(self) -> list[str]:
            filesystem_now, seen = "date +%s.%N", f"{self.home}.seen"
            return [
                "bash",
                "-c",
                f"({filesystem_now}; echo $CUDA_VISIBLE_DEVICES; sleep 0.3; {filesystem_now}) > {seen}",
            ]

    executor = Processes(3, ["4", "7"])
    tasks = [Shows(f"t{i}", tmp_path / f"t{i}", tmp_path, tmp_path / "logs" / f"t{i}", gpus=1) for i in range(3)]
    assert await asyncio.gather(*(executor.run(task) for task in tasks)) == [0, 0, 0]
    seen = sorted(tuple(Path(f"{task.home}.seen").read_text().split()) for task in tasks)
    assert {card for _, card, _ in seen} == {"4", "7"}
    third = seen[2]
    assert all(float(third[0]) >= float(ended) for _, card, ended in seen[:2] if card == third[1])


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["processes", "ray"])
def test_a_worker_is_killed_in_the_middle_of_a_run(scenario: Path, executor: str) -> None:
    """Two at once, and the one of a run that is half done is killed: all ideas end, and no finished step is done again."""
    batch = scenario.parent / "batch"
    command = command_line("batch", scenario, "--executor", executor, "--out", batch)
    with batch.with_suffix(".log").open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
        home = half_done(batch, process)
        before = (home / "journal.jsonl").read_text().splitlines()
        player = player_of(home)
        os.kill(parent_of(player) if executor == "ray" else player, signal.SIGKILL)
        code = process.wait(300)
    told = batch.with_suffix(".log").read_text()
    assert code == 0 and "lost after try 1, taken up again" in told and "| descent | offline | 2 | 2 | 2 |" in told, (
        told
    )
    lines = (home / "journal.jsonl").read_text().splitlines()
    assert lines[: len(before) - 1] == before[:-1], "what was finished stays as it was"
    keys = [json.loads(line)["key"] for line in lines]
    assert len(keys) == len(set(keys)), "and is not done again"
    assert sum(json.loads(line)["type"] == "start" for line in lines) == 2


def half_done(batch: Path, process: subprocess.Popen[bytes]) -> Path:
    """The folder of a study whose first run is done, and that is still at work."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for journal in batch.glob("*_sensitivity/journal.jsonl"):
            if "run_1 completed" in journal.read_text() and not (journal.parent / "summary.json").exists():
                return journal.parent
        time.sleep(0.05)
    raise AssertionError(f"no study got that far:\n{batch.with_suffix('.log').read_text()}")


def player_of(home: Path) -> int:
    """The process that plays a run."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().decode(errors="replace").split("\0")
        if words[1:2] == [str(ROOT / "run.py")] and (home.name in words or str(home) in words):
            return int(path.parent.name)
    raise AssertionError(f"nobody plays {home}")


def parent_of(pid: int) -> int:
    return int(Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[1])
