"""The grokking template: its tables are the groups they are called, its splits are disjoint, and a time that was never
reached is no time."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from itertools import permutations
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from tests.templates.project import TEMPLATES, copied, load_module, run_experiment
from tools.experiments.final_info import parse_final_info
from tools.evidence import Ledger, RunRecord
from tools.experiments.template import load_template

FOLDER = TEMPLATES / "grokking"
module = partial(load_module, FOLDER)
run = partial(run_experiment, "grokking")
TASKS = ["x_div_y", "x_minus_y", "x_plus_y", "permutation"]
RANDOM = ("final_val_loss", "final_train_loss")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied("grokking", tmp_path_factory.mktemp("project"))


@pytest.mark.slow
def test_a_smoke_run_writes_the_original_format_and_a_seed_decides_its_numbers(project: Path) -> None:
    template = load_template("grokking", TEMPLATES)
    first, again, other = run(project, "run_0"), run(project, "run_1"), run(project, "run_2", seed=1)
    assert list(first) == TASKS
    info = parse_final_info(first, template.metrics)
    for task in TASKS:
        assert set(info.values[task]) == set(template.metrics)
        assert len(info.values[task]["training_time"]) == 1  # measured once for all seeds: no spread to be had
        for metric in RANDOM:
            values = first[task]["final_info_dict"][metric]
            assert len(values) == 2 and values[0] != values[1]
            assert first[task]["means"][metric] == pytest.approx(np.mean(values))
            assert first[task]["stderrs"][metric] == pytest.approx(np.std(values, ddof=1) / np.sqrt(2))
            assert again[task]["final_info_dict"][metric] == values
            assert other[task]["final_info_dict"][metric] != values
    speed = json.loads((project / "run_0" / "speed.json").read_text())
    assert speed["examples_per_second"] == pytest.approx(speed["steps_per_second"] * 8 * 32)
    subprocess.run([sys.executable, "plot.py"], cwd=project, check=True, capture_output=True, timeout=120)
    assert len(list(project.glob("*.png"))) == 2


@pytest.mark.slow
def test_a_seed_trains_alike_whatever_trains_beside_it(project: Path) -> None:
    """The batch of models is a way to compute, not a part of the experiment."""
    both, alone = run(project, "run_0"), run(project, "run_3", seeds=1)
    for task in TASKS:
        for metric in RANDOM:
            given = both[task]["final_info_dict"][metric][0]
            assert alone[task]["final_info_dict"][metric] == [pytest.approx(given, rel=1e-3)]


@pytest.mark.slow
def test_what_is_never_reached_is_a_bound_in_the_ledger(project: Path) -> None:
    template = load_template("grokking", TEMPLATES)
    written = run(project, "run_0", updates=20)
    assert all("step_val_acc_99" in written[task]["censored"] for task in TASKS)
    info = parse_final_info(written, template.metrics)
    record = RunRecord(name="run_0", status="completed", values=info.values, censored=info.censored)
    result = Ledger(template.metrics, [record]).result("run_0/x_div_y/step_val_acc_99")
    assert result.censored and str(result) == "20.00 (capped)"


@pytest.mark.slow
def test_the_cpu_profile_groks(project: Path) -> None:
    """Training rows are known long before the others, and the others in the end: on division, where the gap is wide."""
    run(project, "run_4", profile="cpu", seeds=1, updates=2000)
    with np.load(project / "run_4" / "curves.npz") as saved:
        training, validation = saved["curves"][:, 0, 0, 0]
        assert list(saved["tasks"]) == TASKS
    late = np.argmax(training > 0.9)
    assert training[late] > 0.9 and validation[late] < 0.2
    assert validation[-20:].max() > 0.99


def test_the_tables_are_what_they_are_called() -> None:
    table = module("tasks").table
    x, y, r = table("x_div_y", 13, 3).T
    assert len(x) == 13 * 12 and np.array_equal(r * y % 13, x) and y.min() == 1
    x, y, r = table("x_minus_y", 13, 3).T
    assert len(x) == 13 * 13 and np.array_equal((r + y) % 13, x)
    x, y, r = table("x_plus_y", 13, 3).T
    assert np.array_equal((x + y) % 13, r)
    group = list(permutations(range(4)))
    for x, y, r in table("permutation", 13, 4):
        assert group[r] == tuple(group[x][group[y][k]] for k in range(4))
    assert len(table("permutation", 97, 5)) == 120 * 120


@pytest.mark.parametrize("task", TASKS)
def test_training_and_validation_share_no_pair_and_leave_none_out(task: str) -> None:
    tasks = module("tasks")
    train, val = tasks.split(task, 13, 4, 0.3, seed=0)
    both = {tuple(row) for row in train} | {tuple(row) for row in val}
    assert len(train) + len(val) == len(both) == len(tasks.table(task, 13, 4))
    assert len(train) == round(0.3 * len(both))
    assert np.array_equal(train, tasks.split(task, 13, 4, 0.3, seed=0)[0])
    assert not np.array_equal(train, tasks.split(task, 13, 4, 0.3, seed=1)[0])
    with pytest.raises(ValueError, match=f"of {task} into training; both sides need some"):
        tasks.split(task, 13, 4, 1.0, seed=0)


def test_accuracy_and_loss_of_known_predictions() -> None:
    """Two models, tables of different length: the padding of the shorter one must not count."""
    evaluation = module("evaluation")
    tables = [np.array([[0, 0, 1], [0, 1, 2], [1, 0, 0]]), np.array([[0, 0, 0]])]
    given = evaluation.examples(tables, 0, torch.device("cpu"))
    always_one = torch.tensor([-20.0, 20.0, -20.0])
    accuracy, loss = evaluation.accuracy_and_loss(lambda pairs: always_one.expand(*pairs.shape[:2], 3), given)
    assert accuracy.tolist() == [1 / 3, 0.0]
    assert loss.tolist() == pytest.approx([80 / 3, 40.0])
    assert evaluation.examples(tables, 2, torch.device("cpu")).counted.sum(1).tolist() == [2, 1]


def test_first_reaching_takes_the_first_time_and_tells_who_never_did() -> None:
    accuracy = np.array([[0.2, 0.99, 0.5, 1.0], [0.2, 0.3, 0.98, 0.989]])
    first, reached = module("evaluation").first_reaching(accuracy, np.array([10, 20, 30, 40]))
    assert first.tolist() == [20, 40]
    assert reached.tolist() == [True, False]
