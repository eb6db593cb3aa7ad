"""Metrics such as val/loss and loss, whose names end alike, go through a whole run without being taken for each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios.exports import ExportFormat
from tests.fakes.foreign_template import EXPERIMENT, PLOT, write_foreign_template
from tests.scenarios.viewer.conftest import Site

REPORT = '    info[name] = {"means": {"final_loss": mean}, "final_info_dict": {"final_loss": losses}}'
SLASHES = """\
    half = [loss / 2 for loss in losses]
    seeds = {"val/loss": losses, "loss": half, "loss/first": losses[:1]}
    info[name] = {"means": {"val/loss": mean, "loss": mean / 2, "loss/first": losses[0]}, "final_info_dict": seeds}"""
METRICS = "metrics:\n  val/loss: {goal: min}\n  loss: {goal: min}\n"
SCENARIO = "phases: [ideation, experiments, figures, writeup, gate]\nsandbox: bubblewrap\n"


@pytest.mark.slow
def test_a_whole_run_with_slashes_in_metric_names(colloquium, tmp_path: Path) -> None:
    assert REPORT in EXPERIMENT
    template = write_foreign_template(
        tmp_path / "descent",
        EXPERIMENT.replace(REPORT, SLASHES),
        plot__py=PLOT.replace('final_loss"]', 'val/loss"]'),
        template__yaml=METRICS,
    )
    (tmp_path / "mine.yaml").write_text(f"template: {template}\n{SCENARIO}", encoding="utf-8")
    runs = tmp_path / "runs"
    done = colloquium("launch", tmp_path / "mine.yaml", "--out", runs, "--name", "mine")
    assert done.returncode == 0, done.stdout + done.stderr
    [idea] = (runs / "mine" / "ideas").iterdir()
    gate = json.loads((idea / "gate.json").read_text(encoding="utf-8"))
    errors = [f for check in gate["checks"] for f in check["findings"] if f["kind"] == "error"]
    assert gate["verdict"] == "pass" and not errors, errors
    macros = (idea / "paper" / "results.tex").read_text(encoding="utf-8")
    assert r"\colloquium@define{change}{run_1/flat/val/loss}" in macros
    assert r"\colloquium@define{resulttable}{val/loss}" in macros
    site = Site(runs)
    site.log_in()
    assert "val/loss" in site.page(f"/run/mine/idea/{idea.name}/experiments").text
    for name in ExportFormat:
        if name is not ExportFormat.WANDB_OFFLINE:
            exported = colloquium("export", runs / "mine", "--format", name, "--to", tmp_path / f"{name}.out")
            assert exported.returncode == 0, exported.stderr
