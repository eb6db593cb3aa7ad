"""Follow, search, compare and diff runs, and find them from any folder."""

from __future__ import annotations

import json
import subprocess
import tarfile
import threading
import time
from pathlib import Path

import pytest
import yaml

from agents.journal import Journal
from scenarios.views.transcript import Entry, EntryFilter, follow
from tests.scenarios.conftest import ROOT
from tools.errors import UserError
from tools.run_dir import find_runs_folder, remember_runs_folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, of which the second is a copy with another seed."""
    folder = tmp_path_factory.mktemp("here") / "runs"
    for name in ("one", "other"):
        with tarfile.open(ROOT / "tests" / "data" / "old_run_finished.tar.gz") as archive:
            archive.extractall(folder / "unpacked", filter="data")
        next(path.parent for path in (folder / "unpacked").rglob("scenario.yaml")).rename(folder / name)
    scenario = yaml.safe_load((folder / "other" / "scenario.yaml").read_text(encoding="utf-8"))
    (folder / "other" / "scenario.yaml").write_text(yaml.safe_dump({**scenario, "seed": 7}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("since", ["yesterday", "25:00", "9", "9:5", "2026-13-01", "12:30 pm"])
def test_a_time_that_is_none_is_refused(command, runs: Path, since: str) -> None:
    done = command("transcript", "one", "--since", since, "--out", runs)
    assert done.returncode == 2 and since in done.stderr


def test_times_are_compared_as_times() -> None:
    entry = Entry("2026-11-28T13:34:00.000+00:00", "idea_1", "ideation", "turn", "advisor", "text")
    wanted = {"9:30": True, "09:30": True, "13:35": False, "2026-11-28": True, "2026-11-28T14:00": False}
    assert {since: EntryFilter(since=since).accepts(entry) for since in wanted} == wanted


def test_follow_shows_what_is_added_until_nobody_plays_the_run(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.put("idea_1/ideation/advisor/1", "turn", {"speaker": "advisor", "text": "first"})

    def play() -> None:
        time.sleep(0.3)
        journal.put("idea_1/ideation/advisor/2", "turn", {"speaker": "advisor", "text": "second"})
        journal.close()

    threading.Thread(target=play).start()
    assert [entry.text for entry in follow(tmp_path, seconds=0.05)] == ["first", "second"]


def test_search_finds_in_every_run_and_answers_with_its_exit_code(command, runs: Path) -> None:
    hits = json.loads(command("search", "I HAVE ADDED", "--agent", "phd_student", "--json", "--out", runs).stdout)
    assert {hit["run"] for hit in hits} == {"one", "other"} and {hit["entry"]["agent"] for hit in hits} == {
        "phd_student"
    }
    assert all("i have added" in hit["excerpt"].lower() for hit in hits)
    assert len(json.loads(command("search", "idea", "one", "--limit", "1", "--json", "--out", runs).stdout)) == 1
    assert command("search", "no such words anywhere", "--out", runs).returncode == 1


def test_compare_names_what_differs(command, runs: Path) -> None:
    found = json.loads(command("compare", "one", "other", "--json", "--out", runs).stdout)
    assert found["settings"] == {"seed": ["0", "7"]} and found["outcomes"]["status"] == ["finished", "finished"]
    assert command("compare", "one", "--out", runs).returncode == 2


def test_a_run_without_experiments_has_no_code_to_compare(command, tmp_path: Path) -> None:
    (tmp_path / "mine" / "ideas" / "draft").mkdir(parents=True)
    (tmp_path / "mine" / "scenario.yaml").write_text("phases: [panel]\n", encoding="utf-8")
    done = command("diff", "mine", "run_0", "run_1", "--out", tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "no experiments" in done.stderr


def test_diff_shows_the_code_between_two_experiment_runs(command, tmp_path: Path) -> None:
    idea = tmp_path / "mine" / "ideas" / "faster"
    (idea / "work").mkdir(parents=True)
    (tmp_path / "mine" / "scenario.yaml").write_text("phases: [chat]\n", encoding="utf-8")
    git(idea, "init", "--quiet")
    for number in (1, 2):
        (idea / "work" / "experiment.py").write_text(f"rate = {number}\n", encoding="utf-8")
        (idea / "results.json").write_text(f"[{number}]\n", encoding="utf-8")
        git(idea, "add", ".")
        git(idea, "-c", "user.name=me", "-c", "user.email=me@localhost", "commit", "--quiet", "-m", "run")
        git(idea, "tag", f"run_{number}")
    done = command("diff", "mine", "run_1", "run_2", "--out", tmp_path)
    assert done.returncode == 0 and "-rate = 1\n+rate = 2" in done.stdout and "results.json" not in done.stdout
    done = command("diff", "mine", "run_1", "run_3", "--out", tmp_path)
    assert done.returncode == 2 and "did you mean 'run_2'" in done.stderr


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_runs_are_found_from_within_beside_and_after_a_launch(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = Path("runs")
    for place in (runs.parent, runs, runs / "one" / "ideas"):
        monkeypatch.chdir(place)
        assert find_runs_folder(default, tmp_path).resolve() == runs.resolve()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_runs_folder(default, tmp_path) == default
    remember_runs_folder(runs, tmp_path)
    assert find_runs_folder(default, tmp_path) == runs.resolve()
    monkeypatch.setenv("COLLOQUIUM_RUNS", str(tmp_path))
    assert find_runs_folder(default, tmp_path) == tmp_path


def test_a_folder_of_runs_that_does_not_exist_is_a_mistake(command, tmp_path: Path) -> None:
    done = command("list", "--out", tmp_path / "nowhere")
    assert done.returncode == 2 and "nowhere" in done.stderr


def test_a_filter_refuses_a_wrong_time() -> None:
    with pytest.raises(UserError):
        EntryFilter(since="soon")
