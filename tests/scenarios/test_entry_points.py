"""A false claim that people or agents put in at any place where text enters a paper withholds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.fakes.foreign_template import write_foreign_template

pytestmark = pytest.mark.slow

FALSE = "Run 1 raises the final loss"
DRAFT = r"""\documentclass{article}\title{%(title)s}\begin{document}
\begin{abstract}We change one setting. %(abstract)s\end{abstract}
\section{Introduction} A test of descent. %(introduction)s
\section{Method} Plain descent.%(footnote)s
\section{Results} The final loss of run 1 is \result{run_1/flat/final_loss}. %(results)s
\begin{table}\caption{The final loss. %(caption)s}\label{tab:loss}\resulttable{final_loss}\end{table}
Table~\ref{tab:loss} shows it.
\section{Conclusion} One setting was changed. %(conclusion)s
\end{document}
"""
PLACES = ("title", "abstract", "introduction", "footnote", "results", "caption", "conclusion")


@pytest.fixture
def study(tmp_path: Path) -> dict[str, Path]:
    """An idea, its results, in which run 1 halves the loss, and a scenario that has only a gate."""
    for number, loss in enumerate((1.0, 0.5)):
        folder = tmp_path / "results" / f"run_{number}"
        folder.mkdir(parents=True)
        values = [loss - 0.1, loss, loss + 0.1]
        info = {"flat": {"means": {"final_loss": loss}, "final_info_dict": {"final_loss": values}}}
        (folder / "final_info.json").write_text(json.dumps(info), encoding="utf-8")
    scenario = {
        "template": str(write_foreign_template(tmp_path / "descent")),
        "sandbox": "bubblewrap",
        "run_quota": {"runs": 1},
        "phases": ["gate"],
    }
    (tmp_path / "gate.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
    return {"scenario": tmp_path / "gate.yaml", "results": tmp_path / "results", "out": tmp_path / "runs"}


def idea(folder: Path, title: str) -> Path:
    path = folder / "idea.json"
    fields = {"Name": "descent", "Title": title, "Experiment": "Change `momentum`; refuted when no run differs."}
    path.write_text(json.dumps({**fields, "Interestingness": 4, "Feasibility": 9, "Novelty": 3}), encoding="utf-8")
    return path


def findings(root: Path) -> list[dict[str, str]]:
    checks = json.loads((root / "gate.json").read_text(encoding="utf-8"))["checks"]
    return [finding for check in checks for finding in check["findings"] if finding["kind"] == "error"]


@pytest.mark.parametrize("place", PLACES)
def test_a_false_claim_in_a_draft_withholds_it(command, study, tmp_path: Path, place: str) -> None:
    texts = dict.fromkeys(PLACES, "") | {"title": "Momentum in descent"}
    texts[place] = rf"\footnote{{{FALSE}.}}" if place == "footnote" else FALSE if place == "title" else f"{FALSE}."
    (tmp_path / "draft.tex").write_text(DRAFT % texts, encoding="utf-8")
    done = command("launch", study["scenario"], "--idea", idea(tmp_path, "Momentum"), "--results", study["results"],
                   "--from", "gate", "--draft", tmp_path / "draft.tex", "--out", study["out"])  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = findings(next(study["out"].glob("*/ideas/*")))
    assert any("raises" in finding["excerpt"] and finding["code"] == "contradicted_claim" for finding in found), found


def test_a_false_claim_in_an_idea_withholds_the_paper_that_repeats_it(command, study, tmp_path: Path) -> None:
    settings = yaml.safe_load(study["scenario"].read_text(encoding="utf-8"))
    study["scenario"].write_text(
        yaml.safe_dump(settings | {"phases": ["figures", "writeup", "gate"]}), encoding="utf-8"
    )
    done = command("launch", study["scenario"], "--idea", idea(tmp_path, FALSE), "--results", study["results"],
                   "--from", "figures", "--out", study["out"])  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = findings(next(study["out"].glob("*/ideas/*")))
    assert any(finding["file"] == "sections/title.tex" for finding in found), found
