"""Tables of the commands: whole in a pipe, readable in a terminal of 80 columns, and as JSON."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import tarfile
import termios
from pathlib import Path

import pytest

from agents.journal import Journal
from tests.scenarios.conftest import ROOT, command_line

NAME = "2026-11-28-quickstart-with-a-name-of-some-length-99cb82"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    with tarfile.open(ROOT / "tests" / "data" / "old_run_finished.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    next(path.parent for path in folder.rglob("scenario.yaml")).rename(folder / NAME)
    return folder


def in_terminal(*arguments: object, columns: int = 80) -> str:
    """Return what a command prints in a terminal of that width, without colours."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        command_line(*arguments), stdout=follower, stderr=follower, env={**environment, "TERM": "xterm"}
    )
    os.close(follower)
    output = b""
    while True:
        try:
            read = os.read(leader, 65536)
        except OSError:
            break
        output += read
    assert process.wait() == 0, output
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", output.decode()).replace("\r\n", "\n")


def in_pipe(*arguments: object) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = command_line(*arguments)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_names_and_amounts_are_whole_in_a_terminal(runs: Path) -> None:
    listed = in_terminal("list", "--out", runs)
    assert NAME in listed and "finished" in listed and "$0.00" in listed and "…" not in listed
    spent = in_terminal("cost", NAME, "--out", runs)
    assert "reviewer_methodology" in spent and "$0.00" in spent and "…" not in spent
    assert max(map(len, (listed + spent).splitlines())) <= 80


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 100, 120])
def test_a_terminal_shows_whole_columns_and_tells_which_it_leaves_out(runs: Path, columns: int) -> None:
    listed = in_terminal("list", "--out", runs, columns=columns)
    heads, line, *told = listed.splitlines()
    assert {"run", "status", "gate", "cost"} <= set(heads.split()) and "finished" in line
    left_out = {"phase", "ideas", "scores", "minutes"} - set(heads.split())
    assert all(name in told[0] for name in left_out)


@pytest.mark.slow
def test_the_names_of_reviewed_papers_are_whole_in_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "drafts").mkdir()
    paper = tmp_path / "drafts" / "a_draft_of_long_name.txt"
    paper.write_text("A title\n\nWe train for ten epochs and find nothing.\n" * 20, encoding="utf-8")
    shown = in_terminal("review", tmp_path / "drafts", "--out", tmp_path / "reviews")
    row = next(line for line in shown.splitlines() if "Reject" in line and "finished" in line)
    assert re.search(r"a_draft_of_long_name-[0-9a-f]{8} ", row) and "$0.00" in row


@pytest.mark.slow
def test_nothing_is_cut_in_a_pipe(runs: Path) -> None:
    heads, line = in_pipe("list", "--out", runs).splitlines()
    assert heads.split() == ["run", "status", "phase", "ideas", "scores", "gate", "minutes", "cost"]
    assert NAME in line and "…" not in line
    assert len(in_pipe("roles").split("read_results")) > 2


@pytest.mark.parametrize(
    "arguments",
    [
        "list",
        "cost last",
        "estimate paper",
        "scenarios",
        "roles",
        "templates",
        "models",
        "gate last",
        "ideas last",
        "table",
    ],
)
def test_json(command, runs: Path, arguments: str) -> None:
    words = arguments.split()
    places = ["--out", runs] if words[0] in ("list", "cost", "estimate", "gate", "ideas", "table") else []
    form = ["--format", "json"] if words[0] == "table" else ["--json"]
    done = command(*words, *form, *places)
    assert done.returncode == 0 and json.loads(done.stdout), done.stderr


def test_the_cost_of_a_batch_is_that_of_its_runs(command, runs: Path) -> None:
    one = json.loads(command("cost", NAME, "--json", "--out", runs).stdout)
    batch = json.loads(command("cost", runs, "--json").stdout)
    assert batch["total"]["calls"] == one["total"]["calls"] > 0 and batch["runs"] == [str(runs / NAME)]


def test_a_run_that_runs_is_listed_as_running(command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scenario.yaml").write_text("phases: [chat]\n", encoding="utf-8")
    os.utime(tmp_path / "mine" / "scenario.yaml", (1e9, 1e9))
    journal = Journal(tmp_path / "mine" / "journal.jsonl")
    journal.put(
        "idea_1/ideation/advisor/1/model:1", "model", {"model": "m", "tokens": 1, "dollars": 0.5, "result": RESULT}
    )
    [run] = json.loads(command("list", "--json", "--out", tmp_path).stdout)
    journal.close()
    assert run["status"] == "running" and run["seconds"] > 1e8 and run["dollars"] == 0.5
    [run] = json.loads(command("list", "--json", "--out", tmp_path).stdout)
    assert run["status"] == "interrupted"


RESULT = {
    "finish_reason": "stop",
    "content": "",
    "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    "cached": False,
}
