"""The diffusion template: it runs for real, its format is the original's, and its measures measure."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.templates.project import TEMPLATES, copied, load_module, run_experiment
from tools.experiments.final_info import parse_final_info
from tools.experiments.template import load_template

FOLDER = TEMPLATES / "diffusion_2d"
module = partial(load_module, FOLDER)
run = partial(run_experiment, "diffusion_2d", timeout=120)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied("diffusion_2d", tmp_path_factory.mktemp("project"))


@pytest.mark.slow
def test_a_smoke_run_writes_the_original_format_and_a_seed_decides_its_numbers(project: Path) -> None:
    template = load_template("diffusion_2d", TEMPLATES)
    first, again, other = run(project, "run_0", 0), run(project, "run_1", 0), run(project, "run_2", 1)
    assert list(first) == ["circle", "dino", "line", "moons"]
    info = parse_final_info(first, template.metrics)
    assert set(info.values["dino"]) == set(template.metrics)
    for dataset in first:
        for metric in ("kl_divergence", "eval_loss"):
            values = first[dataset]["final_info_dict"][metric]
            assert len(values) == 2 and values[0] != values[1]
            assert first[dataset]["means"][metric] == pytest.approx(np.mean(values))
            assert first[dataset]["stderrs"][metric] == pytest.approx(np.std(values, ddof=1) / np.sqrt(2))
            assert again[dataset]["final_info_dict"][metric] == values
            assert other[dataset]["final_info_dict"][metric] != values
    subprocess.run([sys.executable, "plot.py"], cwd=project, check=True, capture_output=True, timeout=120)
    assert len(list(project.glob("*.png"))) >= 2


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_divergence_of_two_gaussians_is_known(shift: float) -> None:
    """KL(N(0, I) || N(mu, I)) = |mu|^2 / 2 nats."""
    draw = np.random.default_rng(0)
    reference = draw.standard_normal((8000, 2))
    samples = draw.standard_normal((8000, 2)) + np.array([shift, 0.0])
    expected = shift**2 / 2 / np.log(2)
    assert module("evaluation").kl_divergence(reference, samples) == pytest.approx(expected, abs=0.07)


def test_the_divergence_survives_coinciding_points_and_refuses_divergence() -> None:
    kl = module("evaluation").kl_divergence
    points = np.repeat(np.random.default_rng(0).standard_normal((50, 2)), 20, axis=0)
    assert np.isfinite(kl(points, points))
    with pytest.raises(ValueError, match="1 of 1000 samples points are not finite"):
        broken = points.copy()
        broken[3, 0] = np.nan
        kl(points, broken)


def test_each_point_set_is_centred_and_in_scale() -> None:
    datasets = module("datasets")
    points = datasets.draw_all(2000, 0)
    assert points.shape == (4, 2000, 2)
    assert np.abs(points).max() < 5 and points.std(axis=(1, 2)).min() > 0.1
    assert not np.array_equal(points, datasets.draw_all(2000, 1))
    assert np.array_equal(points, datasets.draw_all(2000, 0))
