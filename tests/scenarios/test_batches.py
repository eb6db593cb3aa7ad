"""Batches of ideas: parallel runs, restarts after a lost worker, resuming, the shared budget."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from scenarios.batches.engine import run_batch, totals
from scenarios.batches.executors import LocalProcesses, start
from scenarios.batches.ideas import BatchSpec, IdeaBatch, open_batch
from scenarios.batches.job import BatchJob, JobKind, WorkerLostError
from scenarios.scenario import load_scenario
from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tests.scenarios.conftest import ROOT, command_line
from tools.errors import ColloquiumError, UserError
from tools.run_dir import RunStatus


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Ideation and experiments on two small templates. An experiment takes a second, so that a run can be interrupted."""
    slow = EXPERIMENT.replace("info = {}", "import time\ntime.sleep(1)\ninfo = {}")
    for name in ("descent", "valley"):
        write_foreign_template(tmp_path / name, slow)
    settings = {"template": str(tmp_path / "descent"), "sandbox": "bubblewrap", "run_quota": {"runs": 2},
                "phases": ["ideation", "novelty", "experiments"]}  # fmt: skip
    (tmp_path / "short.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return tmp_path / "short.yaml"


class ScriptedExecutor:
    """Ends jobs as the test says, by the end of their names, and leaves the files that a run leaves."""

    def __init__(self, *endings: tuple[str, RunStatus | Exception], slots: int = 2, dollars: float = 0.0) -> None:
        self.slots, self.dollars = slots, dollars
        self.ideas = ["one_idea", "other_idea"]
        self.started: list[str] = []
        self.budgets: list[float | None] = []
        self.interrupts = 0
        self._endings = list(endings)

    async def run(self, job: BatchJob) -> RunStatus:
        self.started.append(job.name)
        self.budgets.append(job.dollars)
        await asyncio.sleep(0)
        ending = next((ending for ending in self._endings if job.name.endswith(ending[0])), None)
        if ending:
            self._endings.remove(ending)
        status = ending[1] if ending else RunStatus.FINISHED
        if isinstance(status, Exception):
            raise status
        self.write_run(job, status)
        return status

    def write_run(self, job: BatchJob, status: RunStatus) -> None:
        names = self.ideas if job.kind is JobKind.IDEATION else []
        entries = [{"Name": name, "Title": f"On {name}", "Experiment": "Change something and look at what happens.",
                    "Interestingness": 5, "Feasibility": 5, "Novelty": 5, "novel": True} for name in names]  # fmt: skip
        job.run.mkdir(exist_ok=True)
        for name in names:
            (job.run / "ideas" / name).mkdir(parents=True)
            (job.run / "ideas" / name / "idea.json").touch()
        (job.run / "ideas.json").write_text(json.dumps(entries), encoding="utf-8")
        text = "paused: the budget is exhausted" if status is RunStatus.PAUSED else str(status)
        summary = {"status": text, "template": "t", "models": "m", "dollars": self.dollars, "seconds": 1, "ideas": []}
        (job.run / "summary.json").write_text(json.dumps(summary), encoding="utf-8")

    def interrupt(self) -> None:
        self.interrupts += 1

    async def close(self) -> None: ...


def opened(scenario: Path, **more: object) -> IdeaBatch:
    spec = {
        "templates": [str(scenario.parent / name) for name in ("descent", "valley")],
        "models": ["offline"],
        "ideas": 2,
    }
    return open_batch(scenario.parent / "batch", load_scenario(scenario), BatchSpec.model_validate(spec | more))


async def finished(batch: IdeaBatch, executor: ScriptedExecutor, dollars: float | None = None) -> dict[str, BatchJob]:
    return {job.name: job for job in await run_batch(batch, executor, retries=1, dollars=dollars)}


async def test_a_failed_job_stops_no_other_and_the_same_command_resumes(scenario: Path) -> None:
    executor = ScriptedExecutor(
        ("descent-offline-one_idea", ColloquiumError("no such thing")),
        ("valley-offline-one_idea", WorkerLostError()),
        ("valley-offline-other_idea", RunStatus.PAUSED),
        dollars=0.5,
    )
    batch = opened(scenario)
    jobs = await finished(batch, executor)
    assert {name: (job.status, job.attempts) for name, job in jobs.items()} == {
        "descent-offline-ideas": (RunStatus.FINISHED, 1),
        "descent-offline-one_idea": (RunStatus.FAILED, 1),
        "descent-offline-other_idea": (RunStatus.FINISHED, 1),
        "valley-offline-ideas": (RunStatus.FINISHED, 1),
        "valley-offline-one_idea": (RunStatus.FINISHED, 2),
        "valley-offline-other_idea": (RunStatus.PAUSED, 1),
    }
    assert jobs["descent-offline-one_idea"].reason == "no such thing"
    assert jobs["valley-offline-other_idea"].reason == "the budget is exhausted"
    found = totals(batch)
    assert (found.jobs, found.dollars) == (6, 2.5)
    assert found.by_status == {RunStatus.PAUSED: 1, RunStatus.FAILED: 1, RunStatus.FINISHED: 4}
    again = ScriptedExecutor()
    jobs = await finished(opened(scenario), again)
    assert sorted(again.started) == ["descent-offline-one_idea", "valley-offline-other_idea"]
    assert {job.status for job in jobs.values()} == {RunStatus.FINISHED}


async def test_a_job_fails_if_its_worker_dies_more_often_than_retries(scenario: Path) -> None:
    jobs = await finished(opened(scenario), ScriptedExecutor(*[("valley-offline-one_idea", WorkerLostError())] * 2))
    assert (jobs["valley-offline-one_idea"].status, jobs["valley-offline-one_idea"].attempts) == (RunStatus.FAILED, 2)
    assert Counter(job.status for job in jobs.values())[RunStatus.FINISHED] == 5


async def test_after_ctrl_c_no_job_starts_or_restarts(scenario: Path) -> None:
    class StopsItself(ScriptedExecutor):
        async def run(self, job: BatchJob) -> RunStatus:
            if job.kind is JobKind.IDEATION:
                return await super().run(job)
            self.started.append(job.name)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.1)
            raise WorkerLostError

    executor = StopsItself(slots=1)
    jobs = await finished(opened(scenario), executor)
    assert executor.interrupts == 1 and len(executor.started) == 3
    assert Counter(job.status for job in jobs.values()) == {
        RunStatus.FINISHED: 2, RunStatus.INTERRUPTED: 1, RunStatus.PENDING: 3,
    }  # fmt: skip


async def test_a_crash_of_a_run_that_was_paused_before_is_a_failure(scenario: Path) -> None:
    """`launch` and a Python traceback both exit with 1: the summary of the earlier attempt must not count."""
    await finished(opened(scenario), ScriptedExecutor(("valley-offline-one_idea", RunStatus.PAUSED)))

    class Crashes(ScriptedExecutor):
        async def run(self, job: BatchJob) -> RunStatus:
            job.log.parent.mkdir(exist_ok=True)
            job.log.write_text("KeyError: 'x'\n", encoding="utf-8")
            return RunStatus.FINISHED

    jobs = await finished(opened(scenario), Crashes())
    job = jobs["valley-offline-one_idea"]
    assert (job.status, job.reason) == (RunStatus.FAILED, "KeyError: 'x'")


async def test_each_job_gets_an_equal_share_of_what_is_left_of_the_budget(scenario: Path) -> None:
    executor = ScriptedExecutor(slots=1, dollars=1.0)
    await finished(opened(scenario), executor, dollars=12.0)
    assert executor.budgets == pytest.approx([2.0, 2.2, 2.5, 3.0, 4.0, 7.0])


async def test_a_resumed_batch_shares_what_is_left_among_unfinished_jobs(scenario: Path) -> None:
    first = ScriptedExecutor(("other_idea", RunStatus.PAUSED), ("other_idea", RunStatus.PAUSED), slots=1, dollars=1.0)
    await finished(opened(scenario), first, dollars=6.0)
    again = ScriptedExecutor(slots=1, dollars=3.0)
    await finished(opened(scenario), again, dollars=10.0)
    assert again.budgets == pytest.approx([1.0 + 4.0 / 2, 1.0 + 2.0 / 1])


async def test_ideas_that_are_not_novel_get_no_run(scenario: Path) -> None:
    class OneIsKnown(ScriptedExecutor):
        def write_run(self, job: BatchJob, status: RunStatus) -> None:
            super().write_run(job, status)
            path = job.run / "ideas.json"
            path.write_text(path.read_text().replace("true", "false", 1))

    batch = opened(scenario, templates=[str(scenario.parent / "descent")])
    assert list(await finished(batch, OneIsKnown())) == ["descent-offline-ideas", "descent-offline-other_idea"]


async def test_an_idea_with_the_name_of_the_ideation_run_gets_its_own_folder(scenario: Path) -> None:
    executor = ScriptedExecutor()
    executor.ideas = ["ideas", "one_idea"]
    batch = opened(scenario, templates=[str(scenario.parent / "descent")])
    jobs = await finished(batch, executor)
    assert {(job.kind, job.run.name) for job in jobs.values()} == {
        (JobKind.IDEATION, "descent-offline-ideas"),
        (JobKind.IDEA, "descent-offline-ideas-2"),
        (JobKind.IDEA, "descent-offline-one_idea"),
    }
    assert executor.started.count("descent-offline-ideas") == 1
    again = ScriptedExecutor()
    await finished(opened(scenario, templates=[str(scenario.parent / "descent")]), again)
    assert not again.started


def test_a_batch_does_not_resume_with_other_settings(scenario: Path) -> None:
    opened(scenario)
    with pytest.raises(UserError, match="other settings: ideas"):
        opened(scenario, ideas=3)
    with pytest.raises(UserError, match="no profile 'gpu'"):
        opened(scenario, profile="gpu")


def test_a_folder_with_other_files_is_no_batch(scenario: Path) -> None:
    folder = scenario.parent / "batch"
    folder.mkdir()
    (folder / "thesis.tex").write_text("mine")
    with pytest.raises(UserError, match=r"batch\.json"):
        opened(scenario)
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_two_templates_with_one_name_are_refused(scenario: Path) -> None:
    write_foreign_template(scenario.parent / "other" / "descent")
    with pytest.raises(UserError, match="descent-offline"):
        opened(scenario, templates=[str(scenario.parent / "descent"), str(scenario.parent / "other" / "descent")])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("review_panel",), ("review_panel", "ideation")),
        (("quickstart", "--templates", "nowhere"), ("'nowhere'",)),
        (("quickstart", "--models", "offlin"), ("'offline'",)),
        (("quickstart", "--address", "auto"), ("--address", "--executor ray")),
        (("quickstart", "--idea", "nowhere.json"), ("nowhere.json",)),
    ],
)
def test_mistakes_are_reported_before_any_work(
    command, tmp_path: Path, arguments: tuple[str, ...], named: tuple[str, ...]
) -> None:
    done = command("batch", *arguments, "--out", tmp_path / "batch")
    assert done.returncode == 2 and all(name in done.stderr for name in named), done.stdout + done.stderr


async def test_a_gpu_is_assigned_to_one_job_at_a_time(scenario: Path) -> None:
    """Three jobs on two GPUs: no GPU has two jobs at once, and every job sees its own only."""

    class ShowsGpu(BatchJob):
        @property
        def command(self) -> list[str]:
            now, seen = "date +%s.%N", f"{self.run}.seen"
            return ["/bin/bash", "-c", f"({now}; echo $CUDA_VISIBLE_DEVICES; sleep 0.3; {now}) > {seen}"]

    executor, loaded = LocalProcesses(3, ["4", "7"]), load_scenario(scenario)
    jobs = [ShowsGpu(f"t{i}", JobKind.IDEA, scenario.parent / f"t{i}", loaded, gpus=1) for i in range(3)]
    assert await asyncio.gather(*(executor.run(job) for job in jobs)) == [RunStatus.FINISHED] * 3
    seen = sorted(tuple(Path(f"{job.run}.seen").read_text().split()) for job in jobs)
    assert {gpu for _, gpu, _ in seen} == {"4", "7"}
    third = seen[2]
    assert all(float(third[0]) >= float(ended) for _, gpu, ended in seen[:2] if gpu == third[1])


async def test_a_job_that_waits_for_a_gpu_does_not_start_after_ctrl_c(scenario: Path) -> None:
    class Sleeps(BatchJob):
        @property
        def command(self) -> list[str]:
            return ["/bin/bash", "-c", "trap 'exit 130' INT; while true; do sleep 0.1; done"]

    executor, loaded = LocalProcesses(2, ["0"]), load_scenario(scenario)
    jobs = [Sleeps(f"t{i}", JobKind.IDEA, scenario.parent / f"t{i}", loaded, gpus=1) for i in range(2)]
    running = asyncio.gather(*(executor.run(job) for job in jobs))
    await asyncio.to_thread(until, jobs[0].log.exists, "the first job does not start")
    await asyncio.sleep(0.5)
    executor.interrupt()
    assert await asyncio.wait_for(running, 20) == [RunStatus.INTERRUPTED] * 2
    assert not jobs[1].log.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the end of a parent")
def test_a_process_is_killed_when_its_parent_is(tmp_path: Path) -> None:
    code = (
        "import time; from pathlib import Path; from scenarios.batches.executors import start\n"
        f"print(start(['/bin/sleep', '300'], Path({str(tmp_path / 'log')!r})).pid, flush=True); time.sleep(300)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    until(lambda: name_of(child) == "sleep", "the child does not run its command")
    parent.kill()
    parent.wait()
    until(lambda: name_of(child) == "", "the child survives its parent")


def test_a_process_does_not_receive_ctrl_c_from_the_terminal(tmp_path: Path) -> None:
    process = start(["/bin/sleep", "300"], tmp_path / "log")
    try:
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def name_of(pid: int) -> str:
    """The program of a process; empty if it has ended."""
    try:
        status = Path("/proc", str(pid), "status").read_text()
    except OSError:
        return ""
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return "" if fields["State"].startswith("Z") else fields["Name"]


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["processes", "ray"])
def test_a_worker_is_killed_in_the_middle_of_a_run(scenario: Path, executor: str) -> None:
    """Of two runs at once, the half-finished one is killed: all ideas finish, and no finished step is repeated."""
    batch = scenario.parent / "batch"
    command = command_line("batch", scenario, "--executor", executor, "--out", batch)
    with batch.with_suffix(".log").open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
        home = half_done(batch, process)
        before = (home / "journal.jsonl").read_text().splitlines()
        runner = runner_of(home)
        os.kill(parent_of(runner) if executor == "ray" else runner, signal.SIGKILL)
        code = process.wait(300)
    shown = batch.with_suffix(".log").read_text()
    assert code == 0 and "worker died in attempt 1" in shown and "| descent | offline | 2 | 2 | 2 |" in shown, shown
    lines = (home / "journal.jsonl").read_text().splitlines()
    assert lines[: len(before) - 1] == before[:-1], "finished steps stay unchanged"
    keys = [json.loads(line)["key"] for line in lines]
    assert len(keys) == len(set(keys)), "no step is repeated"
    assert sum(json.loads(line)["type"] == "start" for line in lines) == 2


def half_done(batch: Path, process: subprocess.Popen[bytes]) -> Path:
    """The folder of an idea run that has finished its first experiment and continues."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for journal in batch.glob("*_sensitivity/journal.jsonl"):
            if "run_1 completed" in journal.read_text() and not (journal.parent / "summary.json").exists():
                return journal.parent
        time.sleep(0.05)
    raise AssertionError(f"no run got that far:\n{batch.with_suffix('.log').read_text()}")


def runner_of(home: Path) -> int:
    """The process of a run."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().decode(errors="replace").split("\0")
        if words[1:2] == [str(ROOT / "run.py")] and (home.name in words or str(home) in words):
            return int(path.parent.name)
    raise AssertionError(f"no process of {home}")


def parent_of(pid: int) -> int:
    return int(Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[1])
