"""All scenarios that come with the project launch, offline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.fakes.foreign_template import write_foreign_template

TEXT = r"""\documentclass{article}\title{On Seeds}\begin{document}\maketitle
\begin{abstract}We compare a method with a baseline over five seeds and report a standard error of 0.1.\end{abstract}
\section{Introduction} Noise matters. \section{Method} One thing is varied, and nothing else. \section{Results} The
baseline is at 1.0 $\pm$ 0.1. \section{Limitations} Five seeds are few.
\begin{thebibliography}{9}\bibitem{a} A. Author. Seeds. 2024.\end{thebibliography}\end{document}
"""


@pytest.mark.slow
def test_paper_launches_with_five_reviewers(colloquium, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent")
    done = colloquium(
        "launch",
        "paper",
        "--models",
        "offline",
        "--template",
        template,
        "--out",
        tmp_path / "runs",
        "--set",
        "literature=[local]",
        "--sandbox",
        "bubblewrap",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    root = next((tmp_path / "runs").glob("*/ideas/*"))
    assert len(list((root / "reviews" / "round_2").glob("reviewer_*.json"))) == 5
    rows = json.loads((root / "results.json").read_text(encoding="utf-8"))["runs"]
    assert [row["name"] for row in rows] == [f"run_{i}" for i in range(6)]


@pytest.mark.slow
def test_ideation_gives_several_ideas_that_differ(command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("launch", "ideation")
    assert done.returncode == 0, done.stdout + done.stderr
    run = next((tmp_path / "runs").iterdir())
    names = [idea["Name"] for idea in json.loads((run / "ideas.json").read_text(encoding="utf-8"))]
    assert len(names) == len(set(names)) and len(list((run / "ideas").iterdir())) == 3
    for folder in (run / "ideas").iterdir():
        assert json.loads((folder / "novelty.json").read_text(encoding="utf-8"))["decision"] == "novel"


def test_a_run_goes_on_with_the_template_it_was_launched_with(command, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent")
    launched = command("launch", "ideation", "--template", template, "--ideas", 1, "--out", tmp_path / "runs")
    assert launched.returncode == 0, launched.stdout + launched.stderr
    shutil.rmtree(template)
    resumed = command("resume", next((tmp_path / "runs").iterdir()))
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr


def test_a_panel_on_a_tex_file(command, tmp_path: Path) -> None:
    (tmp_path / "draft.tex").write_text(TEXT, encoding="utf-8")
    done = command("launch", "review_panel", "--set", f"paper={tmp_path / 'draft.tex'}", "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stdout + done.stderr
    reviews = next((tmp_path / "runs").glob("*/ideas/*/reviews/round_1"))
    meta = json.loads((reviews / "meta_review.json").read_text(encoding="utf-8"))
    assert len(meta["reviewers"]) == 3 and meta["decision"] in ("Accept", "Reject")
    shown = command("transcript", next((tmp_path / "runs").iterdir()), "--agent", "area_chair", "--format", "json")
    assert [entry["agent"] for entry in json.loads(shown.stdout)] == ["area_chair"]


@pytest.mark.parametrize("arguments", [("roles",), ("scenarios",), ("templates",), ("list",), ("--help",)])
def test_lists(command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 0 and done.stdout.strip()


def test_a_new_role_card_can_be_seated_as_it_is(command, tmp_path: Path) -> None:
    assert command("roles", "new", "sceptic", "--roles", tmp_path).returncode == 0
    assert "sceptic" in command("roles", "--roles", tmp_path).stdout
    again = command("roles", "new", "sceptic", "--roles", tmp_path)
    assert again.returncode == 2 and "a card of that name exists already" in again.stderr
