"""`run.py review` on a folder: parallel reviews, result files, resuming without repeating a finished review."""

from __future__ import annotations

import csv
import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from agents.journal import read_journal
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.panellist import Panellist
from tests.scenarios.conftest import ROOT, command_line
from tests.scenarios.test_reviewing import TEXT, Command, models_config
from tools.reviewer_bench.reviews import read_reviews


def write_papers(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"p{number:03d}.tex").write_text(TEXT.replace("On Seeds", f"On Seeds {number}"), encoding="utf-8")
    return folder


def finished(batch: Path) -> list[Path]:
    return [path.parent for path in batch.glob("*/summary.json") if '"status": "finished"' in path.read_text("utf-8")]


def journals(batch: Path) -> dict[str, bytes]:
    """The journal of each finished run."""
    return {run.name: (run / "journal.jsonl").read_bytes() for run in finished(batch)}


@pytest.mark.slow
def test_a_folder_becomes_a_table_and_a_file_that_the_benchmark_reads(command: Command, tmp_path: Path) -> None:
    papers = write_papers(tmp_path / "papers", 3)
    (papers / "part.tex").write_text("\\section{Appendix} A part of another file.", encoding="utf-8")
    (papers / "README.md").write_text("# About these papers\n", encoding="utf-8")
    (papers / "broken.pdf").write_bytes(b"%PDF-1.5\nbroken")
    done = command("review", papers, "--out", tmp_path / "runs")
    assert done.returncode == 1 and "4 papers" in done.stdout, done.stdout + done.stderr
    batch = tmp_path / "runs" / "review-papers"
    table = list(csv.DictReader((batch / "reviews.csv").open(encoding="utf-8")))
    assert [row["paper"] for row in table] == ["broken", "p000", "p001", "p002"]
    assert table[1]["decision"] == "Reject" and table[0]["decision"] == ""
    assert [row["status"] for row in table] == ["failed", "finished", "finished", "finished"]
    assert "broken.pdf" in table[0]["reason"] and table[0]["reason"] in done.stdout
    rows = json.loads((batch / "reviews.json").read_text(encoding="utf-8"))
    assert (Path(rows[1]["folder"]) / "report.html").exists()
    reviews = read_reviews(batch / "reviews.jsonl").reviews
    assert list(reviews) == ["p000", "p001", "p002"] and reviews["p000"].overall == rows[1]["overall"]


@pytest.mark.slow
def test_the_same_command_reviews_only_what_has_no_review(command: Command, tmp_path: Path) -> None:
    papers = write_papers(tmp_path / "papers", 2)
    arguments = ("review", papers, "--rounds", 0, "--out", tmp_path / "runs")
    assert command(*arguments).returncode == 0
    batch = tmp_path / "runs" / "review-papers"
    before = journals(batch)
    (papers / "p001.tex").write_text(TEXT.replace("On Seeds", "On Seeds, revised"), encoding="utf-8")
    done = command(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    after = journals(batch)
    assert len(before) == 2 and len(after) == 3, "the changed paper is reviewed again, and its first review is kept"
    assert all(after[name] == journal for name, journal in before.items())
    done = command("review", papers, "--rounds", 0, "--form", "iclr", "--out", tmp_path / "runs")
    assert done.returncode == 2 and "other settings: form" in done.stderr
    assert journals(batch) == after


@pytest.mark.slow
def test_papers_beyond_the_budget_are_paused(command: Command, tmp_path: Path) -> None:
    papers = write_papers(tmp_path / "papers", 2)
    scores = dict.fromkeys(("reviewer_methodology", "reviewer_evidence", "reviewer_clarity"), 7)
    with OpenAIServer(Panellist(scores)) as server:
        priced = {"provider": "openai_compatible", "model": "served", "base_url": server.base_url,
                  "max_output_tokens": 1000, "price": {"input": 1, "output": 1}}  # fmt: skip
        config = models_config(tmp_path, server, served=priced)
        arguments = ("review", papers, "--models", config, "--out", tmp_path / "runs")
        done = command(*arguments, "--budget", 0.0001)
        assert done.returncode == 3 and "2 of 2 jobs are unfinished" in done.stdout, done.stdout
        before = json.loads((tmp_path / "runs" / "review-papers" / "reviews.json").read_text(encoding="utf-8"))
        assert [row["status"] for row in before] == ["paused", "paused"]
        done = command(*arguments, "--budget", 5)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "runs" / "review-papers" / "reviews.json").read_text(encoding="utf-8"))
    assert [row["decision"] for row in rows] == ["Accept", "Accept"]
    assert all(0 < row["dollars"] < 2.5 for row in rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--rebuttal", "answer.md"), "goes with one paper"), (("--form", "neurip"), "did you mean 'neurips'")],
)
def test_a_mistake_creates_no_files(command: Command, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    papers = write_papers(tmp_path / "papers", 1)
    done = command("review", papers, *arguments, "--out", tmp_path / "runs")
    assert done.returncode == 2 and told in done.stderr and not (tmp_path / "runs").exists()
    (tmp_path / "empty").mkdir()
    done = command("review", tmp_path / "empty", "--out", tmp_path / "runs")
    assert done.returncode == 2 and str(tmp_path / "empty") in done.stderr and not (tmp_path / "runs").exists()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_hundred_papers_survive_repeated_kills(tmp_path: Path) -> None:
    """No finished review is repeated, every paper gets one, and memory does not grow with the number of papers."""
    papers, batch = write_papers(tmp_path / "papers", 100), tmp_path / "runs" / "review-papers"
    short = ("--reviewers", 2, "--reflections", 0, "--rounds", 0)
    command = command_line("review", papers, *short, "--out", tmp_path / "runs")
    moments, kept = random.Random(0), dict[str, bytes]()
    for more in (1, 7, 15, 12):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        while len(finished(batch)) < len(kept) + more:
            assert process.poll() is None
            time.sleep(0.2)
        time.sleep(moments.random() * 0.5)
        process.kill()
        process.wait()
        now = journals(batch)
        assert all(now[name] == journal for name, journal in kept.items()), "a finished review was touched"
        kept = now
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    memory: dict[int, int] = {}
    while process.poll() is None:
        memory[len(finished(batch))] = _megabytes(process.pid) or max(memory.values(), default=0)
        time.sleep(0.5)
    shown = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, shown
    now = journals(batch)
    assert len(now) == 100 and all(now[name] == journal for name, journal in kept.items())
    assert len((batch / "reviews.jsonl").read_text(encoding="utf-8").splitlines()) == 100
    for run in batch.glob("*/journal.jsonl"):
        handed_in = [r.key for r in read_journal(run) if r.type == "tool" and r.data["tool"] == "submit_review"]
        assert len(handed_in) == 2, run
    early = max(used for done, used in memory.items() if done < len(kept) + 15)
    assert max(memory.values()) < early + 40, f"{early} MiB early, {max(memory.values())} MiB at the most"


def _megabytes(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)


@pytest.mark.slow
def test_ctrl_c_stops_every_paper_where_it_can_resume(tmp_path: Path) -> None:
    papers, batch = write_papers(tmp_path / "papers", 30), tmp_path / "runs" / "review-papers"
    command = command_line("review", papers, "--jobs", 3, "--out", tmp_path / "runs")
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while len(finished(batch)) < 2:
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "run the same command to resume" in shown and "Traceback" not in shown, shown
    rows = json.loads((batch / "reviews.json").read_text(encoding="utf-8"))
    assert len(rows) == 30 and {row["status"] for row in rows} == {"finished", "interrupted", "pending"}
