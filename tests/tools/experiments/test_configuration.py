"""Configuration files hold settings and count as code."""

from __future__ import annotations

from pathlib import Path

from tools.experiments.configuration import configuration_files, read_configuration


def test_single_values_of_yaml_toml_and_json_are_settings(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "run_0").mkdir()
    (tmp_path / "configs" / "base.yaml").write_text("degree: 5\nmodel: {width: 64, act: relu}\nlist: [1, 2]\n")
    (tmp_path / "train.toml").write_text("[optimizer]\nlr = 0.1\n")
    (tmp_path / "data.json").write_text('{"seed": 3}')
    (tmp_path / "broken.yaml").write_text("a: [")
    for name in ("template.yaml", "prompt.json", "run_0/final_info.json", ".hidden.json"):
        (tmp_path / name).write_text("{}")
    found = read_configuration(tmp_path)
    assert found == {
        "base.degree": 5,
        "base.model.width": 64,
        "base.model.act": "relu",
        "train.optimizer.lr": 0.1,
        "data.seed": 3,
    }
    assert [path.name for path in configuration_files(tmp_path)] == [
        "broken.yaml",
        "base.yaml",
        "data.json",
        "train.toml",
    ]
