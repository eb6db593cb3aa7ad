"""The plotter's figures and captions are such as a paper can print, whatever the template's own plot.py draws."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agents.offline.plotter import plotter
from agents.offline.script import CallResult, Opening
from agents.offline.state import NoConversation, ParticipantState, PromptVariables, TemplateData
from tests.agents.offline.test_configured import NoResults
from tools.evidence import Metric, RunRecord
from tools.figures import RECORDER
from tools.paper import check_caption

DRAWN = ["effect_acc.png", "seeds_acc.png", "train_loss_flat.png", "loss by run.png", "val.loss.png"]


def opening(**given: object) -> Opening:
    variables = PromptVariables.of("figures", {"runs": [], "has_plot": False, **given})
    return Opening(ParticipantState("plotter", variables, NoConversation(), NoResults()), {}, 0, ())


def result(metric: str, n: int) -> dict[str, object]:
    return {"run": "run_0", "dataset": "d", "metric": metric, "mean": 1, "n": n, "goal": None, "censored": False}


def test_captions_have_no_bare_special_characters_and_names_are_such_as_latex_includes() -> None:
    template = TemplateData(
        title="", field="", description="", metrics={"acc": Metric(name="acc", label="acc_1 (%) & #2")}
    )
    script = plotter(opening(template=template))
    answers = {"read_results": {"rows": [result("acc", 2)]}, "write_file": None, "run_plot": {"files": DRAWN}}
    act = next(script)
    while act.tool in answers:
        act = script.send(CallResult(act.tool, "", data=answers[act.tool]))
    assert act.tool == "submit_figures" and act.arguments["files"] == DRAWN[:3]
    for file, caption in zip(act.arguments["files"], act.arguments["captions"], strict=True):
        check_caption(file, caption)
    assert all(r"acc\_1 (\%) \& \#2" in caption for caption in act.arguments["captions"][:2])
    assert r"\texttt{train\_loss\_flat}" in act.arguments["captions"][2]


@pytest.mark.parametrize(
    ("metric", "entry"),
    [
        ("value", {"means": 0.5}),
        ("test.mse", {"means": {"test": {"mse": 0.5, "note": "x"}}, "final_info_dict": {"test": {"mse": [0.4, 0.6]}}}),
        ("mse", {"means": {"mse_mean": 0.5}, "final_info_dict": {"mse": [0.4, 0.6], "config": [{"lr": 1}]}}),
    ],
)
def test_results_of_every_shape_are_drawn(tmp_path: Path, metric: str, entry: dict[str, object]) -> None:
    template = TemplateData(title="", field="", description="", metrics={})
    runs = [RunRecord(name=f"run_{number}", status="completed") for number in (0, 1)]
    script = plotter(opening(template=template, runs=runs))
    assert next(script).tool == "read_results"
    written = script.send(CallResult("read_results", "", data={"rows": [result(metric, 1)]}))
    (tmp_path / "plot.py").write_text(written.arguments["content"], encoding="utf-8")
    for number in (0, 1):
        (tmp_path / f"run_{number}").mkdir()
        info = {"d": entry, "version": 2, "args": {"lr": 0.1}}
        (tmp_path / f"run_{number}" / "final_info.json").write_text(json.dumps(info), encoding="utf-8")
    command = [sys.executable, "-c", RECORDER.read_text(encoding="utf-8")]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    [effect] = tmp_path.glob(".effect_*.figure.json")
    assert '"y_values": [0.5, 0.5]' in effect.read_text(encoding="utf-8") and len(list(tmp_path.glob("*.png"))) == 2
