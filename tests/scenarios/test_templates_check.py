"""`templates check`: a template's faults are told before a scenario is launched on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template

DECLARED = "metrics: {loss_of_nothing: {goal: min}}\nprofiles: {}\n"


@pytest.mark.slow
def test_a_new_template_passes_its_check_as_it_is(command, tmp_path: Path) -> None:
    folder = tmp_path / "my_field"
    written = command("templates", "new", folder)
    assert written.returncode == 0 and "templates check" in written.stdout
    done = command("templates", "check", folder, "--sandbox", "bubblewrap")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "_skeleton" not in command("templates").stdout
    assert str(folder) in command("templates", "new", folder).stderr
    assert "use letters, digits" in command("templates", "new", tmp_path / "my field").stderr


def test_a_template_of_the_original_format_passes(command, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent")
    before = sorted(path.name for path in template.rglob("*"))
    done = command("templates", "check", template, "--sandbox", "none")
    assert done.returncode == 0 and "4 values a metric" in done.stdout, done.stdout + done.stderr
    assert "step_size" in done.stdout and "missing" not in done.stdout
    assert sorted(path.name for path in template.rglob("*")) == before, "the author's folder stays as it was"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("0.5 * curvature * x * x", "float('nan')", "run_0 failed"),
        ("final_info.json", "other.json", "run_0 failed: the run ended without writing run_0/final_info.json"),
    ],
)
def test_an_experiment_without_results_is_told(command, tmp_path: Path, old: str, new: str, told: str) -> None:
    template = write_foreign_template(tmp_path / "descent")
    source = template / "experiment.py"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")
    done = command("templates", "check", template, "--sandbox", "none")
    assert done.returncode == 2 and told in done.stdout


def test_metrics_that_are_declared_and_not_measured_are_told(command, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent")
    (template / "template.yaml").write_text(DECLARED, encoding="utf-8")
    done = command("templates", "check", template, "--sandbox", "none")
    assert done.returncode == 2 and "loss_of_nothing" in done.stdout


@pytest.mark.parametrize("asked", [("launch", "quickstart", "--template"), ("templates", "check")])
def test_packages_that_are_missing_are_told_before_any_work(command, tmp_path: Path, asked: tuple[str, ...]) -> None:
    template = write_foreign_template(tmp_path / "descent", requirements__txt="no-such-package>=2\n")
    place = ["--out", tmp_path / "runs"] if asked[0] == "launch" else []
    done = command(*asked, template, "--sandbox", "none", *place)
    told = done.stdout + done.stderr
    assert done.returncode == 2 and "no-such-package>=2 (not installed)" in told, told
    assert f"pip install -r {template / 'requirements.txt'}" in told
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import no_such_module", "pip install no_such_module"),
        ("import mace", "pip install mace-torch"),
        ("open('data/cells.csv')", "Put data/cells.csv into the template's folder"),
        ("raise AssertionError('Torch not compiled with CUDA enabled')", "gpus: 1"),
    ],
)
def test_what_an_experiment_lacks_is_told_with_the_remedy(command, tmp_path: Path, line: str, told: str) -> None:
    template = write_foreign_template(tmp_path / "descent", EXPERIMENT.replace("info = {}", f"{line}\ninfo = {{}}"))
    done = command("templates", "check", template, "--sandbox", "none")
    assert done.returncode == 2 and told in " ".join(done.stdout.split()), done.stdout


def test_a_template_with_nothing_to_vary_fails(command, tmp_path: Path) -> None:
    source = EXPERIMENT.replace("step_size = 0.1", "step_size = 1 / 10").replace("momentum = 0.5", "momentum = 1 / 2")
    template = write_foreign_template(tmp_path / "descent", source)
    assert command("templates", "check", template, "--sandbox", "none").returncode == 2
    (template / "config.yaml").write_text("degree: 5\n", encoding="utf-8")
    done = command("templates", "check", template, "--sandbox", "none")
    assert done.returncode == 0 and "degree (config.yaml)" in done.stdout


def test_settings_that_template_yaml_names_must_exist(command, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent", template__yaml="tunable: [stepsize]\n")
    done = command("templates", "check", template, "--sandbox", "none")
    assert done.returncode == 2 and "stepsize" in done.stdout
