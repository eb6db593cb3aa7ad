"""Files and names that the system or a parser refuses: one line, exit code 2, no traceback."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.foreign_template import write_foreign_template
from tests.scenarios.conftest import command_line

OTHER_USER = 65534
AS_ORDINARY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]
"""Starts a program as root without root's right to read everything; the test's Python may lie in root's home."""
LONG = "a" * 300


@pytest.mark.parametrize(
    "text",
    [
        "[" * 3000,
        "".join(" " * depth + "a:\n" for depth in range(600)),
        "template: diffusion_2d\nphases: [ideation]\nideas: 1\nideas: 3\n",
        "template: diffusion_2d\nphases: [{phase: ideation, turns: 3, turns: 4}]\n",
        "template: diffusion_2d\nphases: [ideation]\nideas: " + "9" * 5000,
        "template: diffusion_2d\nphases: [ideation]\nname: 2026-13-45\n",
        "template: diffusion_2d\nphases: [ideation]\nname: !!python/name:os.system\n",
        "# " + "x" * 2_000_000,
        "template: \0\n",
    ],
    ids=[
        "deep flow",
        "deep block",
        "key twice",
        "inner key twice",
        "long number",
        "no such date",
        "tag",
        "huge",
        "NUL",
    ],
)
def test_yaml_that_is_refused(command, tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    done = command("launch", tmp_path / "mine.yaml", "--out", tmp_path / "runs")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "mine.yaml" in done.stderr and len(done.stderr) < 1000
    assert not (tmp_path / "runs").exists()


def test_a_scenario_with_a_byte_order_mark_and_windows_lines_is_read(command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"\xef\xbb\xbftemplate: difusion_2d\r\nphases: [ideation]\r\n")
    assert "did you mean 'diffusion_2d'" in command("launch", tmp_path / "mine.yaml").stderr


@pytest.mark.parametrize("option", ["--template", "--models", "--roles", "--plugins", "--code", "--draft", "--run"])
def test_names_that_are_too_long(command, tmp_path: Path, option: str) -> None:
    done = command("launch", "quickstart", option, LONG, "--out", tmp_path / "runs")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr


def test_a_card_that_is_not_utf_8(command, tmp_path: Path) -> None:
    (tmp_path / "guest.md").write_bytes("---\nname: guest\ndescription: Gäste\n---\nHello.\n".encode("latin-1"))
    done = command("roles", "--roles", tmp_path)
    assert done.returncode == 2 and "guest.md:3: not UTF-8" in done.stderr, done.stderr


@pytest.mark.parametrize("head", ["# -*- coding: latin-1 -*-\n# \xe4\n".encode("latin-1"), b"\xef\xbb\xbf"])
def test_a_program_that_agents_could_not_edit(command, tmp_path: Path, head: bytes) -> None:
    template = write_foreign_template(tmp_path / "mine")
    program = template / "experiment.py"
    program.write_bytes(head + program.read_bytes())
    for arguments in (("templates", "check", template), ("launch", "quickstart", "--template", template)):
        done = command(*arguments)
        assert done.returncode == 2 and "experiment.py" in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that only its owner, another user, may enter."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o000)
    if os.geteuid() == 0:
        os.chown(folder, OTHER_USER, OTHER_USER)
    yield folder
    folder.chmod(0o700)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("launch", "{}/scenario.yaml"),
        ("launch", "quickstart", "--template", "{}/template"),
        ("launch", "quickstart", "--models", "{}/models.yaml"),
        ("launch", "quickstart", "--out", "{}/runs"),
        ("review", "{}/paper.pdf"),
        ("transcript", "{}/run"),
        ("list", "--out", "{}/runs"),
        ("templates", "new", "{}/mine"),
        ("resume", "{}/run"),
        ("roles", "new", "guest", "--roles", "{}/roles"),
        ("cites", "{}/paper.bib"),
        ("audit", "{}/paper.tex"),
    ],
    ids=" ".join,
)
def test_a_folder_that_an_ordinary_user_may_not_enter(locked: Path, arguments: tuple[str, ...]) -> None:
    command = command_line(*(word.format(locked) for word in arguments))
    if os.geteuid() == 0:
        command = [*AS_ORDINARY, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    said = [line for line in done.stderr.splitlines() if not line.startswith("Runs in ")]
    assert done.returncode == 2 and len(said) == 1, done.stdout + done.stderr
    assert str(locked) in done.stderr
