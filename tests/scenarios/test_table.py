"""The table over many runs."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path
from typing import Any

from scenarios.views.table import render_table, table_of

NUMBERS = itertools.count()


def run(
    folder: Path, template: str, ideas: list[dict[str, Any]], dollars: float = 1.0, status: str = "finished"
) -> Path:
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text("phases: [ideation]\n", encoding="utf-8")
    summary = {"template": template, "models": "mixed", "status": status, "dollars": dollars, "ideas": ideas}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return folder


def idea(
    novel: bool = True, completed: int = 1, papers: int = 1, gate: str = "pass", scores: tuple[int, ...] = ()
) -> dict[str, Any]:
    return {
        "name": f"idea_{next(NUMBERS)}",
        "novel": novel,
        "runs_completed": completed,
        "papers": ["p.pdf"] * papers,
        "gate": gate,
        "scores": [{"Soundness": 1, "Overall": score} for score in scores],
    }


def test_ideas_are_counted_by_template_and_models(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "1", "nano_gpt", [idea(scores=(4, 6)), idea(novel=False, completed=0, papers=0, gate="")], 1.5),
        run(tmp_path / "2", "nano_gpt", [idea(gate="withheld", scores=(3,))], 2.0),
        run(tmp_path / "3", "grokking", [idea(completed=0, papers=0, gate="")]),
    ]
    grokking, nano = table_of(runs)
    assert grokking.cells() == ["grokking", "mixed", "1", "1", "0", "0", "", "", "0", "$1.00"]
    assert nano.cells() == ["nano_gpt", "mixed", "3", "2", "2", "2", "4.50", "6", "1", "$3.50"]


def test_an_idea_that_a_batch_proposed_and_studied_counts_once(tmp_path: Path) -> None:
    studied = idea(scores=(5,))
    proposed = {**studied, "papers": [], "scores": [], "runs_completed": 0, "gate": ""}
    known = idea(novel=False, completed=0, papers=0, gate="")
    runs = [run(tmp_path / "1", "nano_gpt", [proposed, known]), run(tmp_path / "2", "nano_gpt", [studied])]
    assert table_of(runs)[0].ideas == 3
    (tmp_path / "batch.json").write_text("{}", encoding="utf-8")
    assert table_of(runs)[0].cells() == ["nano_gpt", "mixed", "2", "1", "1", "1", "5.00", "5", "1", "$2.00"]


def test_experiments_of_a_paused_run_count_as_passed_only_once_there_is_a_paper(tmp_path: Path) -> None:
    paused = "paused: the budget is exhausted"
    runs = [
        run(tmp_path / "1", "nano_gpt", [idea(papers=0, gate="")], status=paused),
        run(tmp_path / "2", "nano_gpt", [idea(gate="")], status=paused),
        run(tmp_path / "3", "nano_gpt", [idea(papers=0, gate="")]),
    ]
    assert (table_of(runs)[0].ideas, table_of(runs)[0].passed) == (3, 2)


def test_the_formats_hold_the_same(tmp_path: Path) -> None:
    lines = table_of([run(tmp_path / "1", "nano_gpt", [idea(scores=(5,))])])
    assert list(csv.reader(render_table(lines, "csv").splitlines()))[1] == lines[0].cells()
    assert "nano\\_gpt & mixed & 1" in render_table(lines, "latex") and "\\$1.00" in render_table(lines, "latex")
    assert render_table(lines, "markdown").splitlines()[2] == "| " + " | ".join(lines[0].cells()) + " |"


def test_the_command_draws_the_scores_and_says_when_there_is_nothing(command, tmp_path: Path) -> None:
    run(tmp_path / "runs" / "1", "nano_gpt", [idea(scores=(5,)), idea(scores=(3,)), idea(scores=(6,))])
    done = command("table", "--out", tmp_path / "runs", "--plot", tmp_path / "scores.png")
    assert done.returncode == 0 and "4.67" in done.stdout
    assert (tmp_path / "scores.png").read_bytes().startswith(b"\x89PNG")
    (tmp_path / "none").mkdir()
    done = command("table", "--out", tmp_path / "none")
    assert done.returncode == 2 and "no run in" in done.stderr
