"""`run.py bench-reviewer --run`: make the reviews of a panel and of its one-prompt control, then measure them."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agents.journal import read_journal
from scenarios.review_files import without_leaks
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.panellist import PLAIN, Panellist
from tests.fakes.pdfs import plain_page, text_at, write_pdf
from tests.scenarios.conftest import ROOT, command_line
from tests.scenarios.test_paper_batches import finished, journals
from tests.scenarios.test_reviewing import TEXT, Command, models_config
from tools.documents import RUNNING_TEXT_NOTE, as_data, read_document

SCORES = {"reviewer_methodology": 7, "reviewer_evidence": 7, "reviewer_clarity": 6, PLAIN: 4}
SHORT = ("--resamples", 100, "--set", "phases.panel.rounds=0", "--set", "phases.panel.reviewers=2")
TELLING = """# On Seeds

Jane Roe, Institute of Seeds, jane@seeds.org

## Abstract

We compare a method with a baseline over five seeds.

## Acknowledgements

We thank Jane Roe.
"""


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Two rated papers, one of which names its authors, and an unrated one."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a1.md").write_text(TELLING, encoding="utf-8")
    (folder / "r1.tex").write_text(TEXT.replace("On Seeds", "On Noise"), encoding="utf-8")
    (folder / "unrated.tex").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.tsv"
    path.write_text("paper_id\tdecision\t0\t1\na1\tAccept (Poster)\t7\t6\nr1\tReject\t3\t4\n", encoding="utf-8")
    return path


def both(out: Path) -> dict[str, bytes]:
    """The journals of the panel and of its control."""
    found = {name: journals(out / name) for name in ("review_panel", "one_prompt_review")}
    return {f"{name}/{run}": journal for name, runs in found.items() for run, journal in runs.items()}


def test_a_folder_of_rated_papers_becomes_a_report_with_a_control(
    command: Command, papers: Path, ratings: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("bench-reviewer", "--run", papers, "--ratings", ratings, "--out", out, *SHORT)
    done = command(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    report = (out / "report.md").read_text(encoding="utf-8")
    assert (
        "| review_panel | Overall ≥ 6 | 2 |" in report and "| one_prompt_review (control) | Overall ≥ 6 | 2 |" in report
    )
    assert "### review_panel minus one_prompt_review" in report and "no one-prompt control" not in report
    assert "with the models `offline`, which read the text as it is" in report
    assert "| author names | 100% | 0% | 1.00" in report, "the report includes what leaks predict"
    before = both(out)
    assert sorted(name[:-9] for name in before) == [
        "one_prompt_review/a1", "one_prompt_review/r1", "review_panel/a1", "review_panel/r1",
    ]  # fmt: skip
    done = command(*arguments, "--control", "none")
    assert done.returncode == 0 and "no one-prompt control" in done.stdout, done.stdout + done.stderr
    assert both(out) == before


def test_a_note_does_not_quote_the_removed_running_head(papers: Path) -> None:
    heads = [text_at(72, 770, "Published as a conference paper at ICLR 2022") + plain_page() for _ in range(4)]
    notes = read_document(write_pdf(papers.parent / "headed.pdf", heads)).notes
    assert any("ICLR" in note for note in notes)
    stripped, removed = without_leaks(replace(read_document(papers / "a1.md"), notes=notes))
    assert "ICLR" not in as_data(stripped) and RUNNING_TEXT_NOTE in as_data(stripped)
    assert "Jane Roe" not in stripped.text and {piece.kind for piece in removed} == {"author block", "acknowledgements"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--run", "nowhere"), ("--run nowhere",)),
        (("--run", "{papers}", "--ratings", "{tmp}/other.tsv"), ("{papers}", "zz.pdf")),
        (("--run", "{papers}", "--ratings", "{tmp}/rejected.tsv"), ("{papers}", "rejected all 1 papers")),
        (("--run", "{papers}", "--scenario", "quickstart"), ("--scenario quickstart", "review_panel")),
        (("--run", "{papers}", "--set", "phases.panel.participants=[nobody]"), ("'nobody'",)),
        (("--run", "{papers}", "--control", "review_panel"), ("--control review_panel",)),
        (("--control", "one_prompt_review"), ("--control one_prompt_review", "--run")),
        (("--budget", 3), ("--budget", "--run")),
        ((), ("--reviews", "--run")),
    ],
)
def test_a_mistake_reviews_nothing(
    command: Command, papers: Path, ratings: Path, tmp_path: Path, arguments: tuple[object, ...], named: tuple[str, ...]
) -> None:
    (tmp_path / "other.tsv").write_text("paper_id\tdecision\t0\nzz\tReject\t3\n", encoding="utf-8")
    (tmp_path / "rejected.tsv").write_text("paper_id\tdecision\t0\nr1\tReject\t3\n", encoding="utf-8")
    given = [str(part).format(papers=papers, tmp=tmp_path) for part in arguments]
    done = command("bench-reviewer", "--ratings", ratings, *given, "--out", tmp_path / "out")
    assert done.returncode == 2, done.stdout + done.stderr
    assert all(name.format(papers=papers) in done.stderr for name in named), done.stderr
    assert not list((tmp_path / "out").glob("*/*/journal.jsonl"))


@pytest.mark.slow
def test_the_control_makes_one_call_per_paper_and_one_budget_covers_both(
    command: Command, papers: Path, ratings: Path, tmp_path: Path
) -> None:
    (papers / "broken.pdf").write_bytes(b"%PDF-1.5\nbroken")
    with ratings.open("a", encoding="utf-8") as file:
        file.write("broken\tReject\t2\t2\n")
    with OpenAIServer(Panellist(SCORES)) as server:
        priced = {"provider": "openai_compatible", "model": "served", "base_url": server.base_url,
                  "max_output_tokens": 1000, "price": {"input": 1, "output": 1}}  # fmt: skip
        config = models_config(tmp_path, server, served=priced)
        out = tmp_path / "out"
        arguments = ("bench-reviewer", "--run", papers, "--ratings", ratings, "--models", config, "--strip",
                     "--resamples", 100, "--out", out)  # fmt: skip
        done = command(*arguments, "--budget", 0.012)
        assert done.returncode == 3 and "run the same command to resume" in done.stdout, done.stdout + done.stderr
        assert not (out / "report.md").exists(), "half of the papers are not measured"
        assert len(finished(out / "one_prompt_review")) == 2
        control = journals(out / "one_prompt_review")
        done = command(*arguments, "--budget", 1)
        assert done.returncode == 1 and "broken.pdf" in done.stdout, done.stdout + done.stderr
        sent = [json.dumps(body, ensure_ascii=False) for body in server.requests]
    assert journals(out / "one_prompt_review") == control, "the control was finished the first time"
    for run in finished(out / "one_prompt_review"):
        calls = [record for record in read_journal(run / "journal.jsonl") if record.type == "model"]
        assert [record.key for record in calls] == ["idea_1/panel/plain_reviewer/1/model:1"]
    plain = [text for text in sent if "submit_review, in one call" in text]
    assert len(plain) == 2 and not any("Rules for every participant" in text or "discussion" in text for text in plain)
    assert len(sent) > 10 and not any("Jane Roe" in text or "seeds.org" in text for text in sent)
    numbers = json.loads((out / "numbers.json").read_text(encoding="utf-8"))
    by_score = {name: found["thresholds"]["6"]["metrics"] for name, found in numbers["reviewers"].items()}
    assert by_score["review_panel"]["fnr"]["value"] == 0 and by_score["one_prompt_review"]["fnr"]["value"] == 1
    assert numbers["control"] == "one_prompt_review"
    removed = [path.read_text(encoding="utf-8") for path in out.glob("review_panel/a1-*/given/removed.json")]
    assert len(removed) == 1 and "Jane Roe" in removed[0]


@pytest.mark.slow
def test_after_a_kill_it_resumes_without_repeating_a_review(papers: Path, ratings: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = command_line("bench-reviewer", "--run", papers, "--ratings", ratings, "--jobs", 1, "--out", out, *SHORT)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    while not finished(out / "review_panel"):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = both(out)
    assert not (out / "report.md").exists()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    after = both(out)
    assert all(after[name] == journal for name, journal in before.items())
    for run in finished(out / "review_panel"):
        calls = [record.data["tool"] for record in read_journal(run / "journal.jsonl") if record.type == "tool"]
        assert calls.count("submit_review") == 2, "each reviewer once"
    assert (out / "report.md").exists() and (out / "leaks.csv").exists()
