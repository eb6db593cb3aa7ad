"""Configuration files hold settings and count as code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.experiments.configuration import configuration_files, number_settings, read_configuration


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


YAML = "degree: 5  # a comment\nmodel: {width: 64, rate: 0.5}\n# depth: 3\nlr: 1e-3\non: true\nb:\n  x: 1\nc:\n  x: 2\n"


@pytest.mark.parametrize(
    ("file", "text", "places"),
    [
        ("base.yaml", YAML, {"degree": (1, "5"), "width": (2, "64"), "rate": (2, "0.5")}),
        ("train.toml", "[optimizer]\nlr = 1e-3\nname = 'x = 3'\n", {"lr": (2, "1e-3")}),
        ("data.json", '{"size": 3,\n "deep": {"share": 0.25}}', {"size": (1, "3"), "share": (2, "0.25")}),
        ("list.json", "[1, 2]", {}),
        ("broken.yaml", "a: [", {}),
    ],
)
def test_the_place_of_a_number_is_found_where_it_is_certain(file: str, text: str, places: dict[str, object]) -> None:
    found = number_settings(file, text)
    assert {setting.name: (setting.line, setting.literal) for setting in found} == places
    for setting in found:
        assert setting.text.encode()[setting.column :].decode().startswith(setting.literal) and setting.file == file


ALIASES = "a: &a {}\n" + "\n".join(
    f"{name}: &{name} {{" + ", ".join(f"k{number}: *{before}" for number in range(300)) + "}"
    for before, name in zip("abcd", "bcde", strict=True)
)
MERGED = "a: &a {" + ", ".join(f"k{number}: 1" for number in range(1000)) + "}\nb: {<<: [" + "*a, " * 20_000 + "]}"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", [ALIASES, ALIASES.replace("&a {}", "&a {x: 1}"), MERGED, "a: " + "[" * 90_000])
def test_a_file_with_billions_of_keys_is_read_in_seconds(tmp_path: Path, text: str) -> None:
    (tmp_path / "base.yaml").write_text(text)
    assert len(read_configuration(tmp_path)) <= 200 and number_settings("base.yaml", text) == []


def test_merged_mappings_are_settings(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("a: &a {width: 3}\nb: {<<: *a, depth: 2}\nc: {<<: [*a]}\n")
    assert read_configuration(tmp_path) == {"base.a.width": 3, "base.b.width": 3, "base.b.depth": 2, "base.c.width": 3}
