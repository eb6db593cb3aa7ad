"""The wheel: everything lies in one folder, with all data files, and works from any folder without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("agents", "tools", "scenarios", "templates", "configs")
WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; import colloquium; colloquium.main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip unpacks it."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_TORCH, *map(str, arguments)]
    home = {
        "PYTHONPATH": str(installed),
        "XDG_CACHE_HOME": str(cwd / "cache"),
        "COLUMNS": "200",
        "COLLOQUIUM_RUNS": str(cwd / "runs"),
    }
    environment = {key: value for key, value in os.environ.items() if key != "COLLOQUIUM_CACHE"} | home
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_nothing_lies_outside_of_one_folder(installed: Path) -> None:
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {"colloquium"}


def test_every_file_of_the_project_is_in_the_wheel(installed: Path) -> None:
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    packed = {path.relative_to(installed / "colloquium").as_posix() for path in (installed / "colloquium").rglob("*")}
    assert tracked - packed == set() and len(tracked) > 300


def test_the_wheel_declares_the_command(installed: Path) -> None:
    text = next(installed.glob("*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "colloquium = colloquium:main" in text


@pytest.mark.parametrize("command", ["scenarios", "roles", "templates", "--version", "--help", "list", "doctor --help"])
def test_commands_work_from_any_folder(installed: Path, tmp_path: Path, command: str) -> None:
    done = run(installed, *command.split(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_new_role_goes_into_the_current_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "roles", "new", "guest", cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "roles" / "guest.md").is_file(), done.stderr


@pytest.mark.slow
def test_a_review_works_without_torch(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(
        "# A study\n\n## Abstract\nWe vary it.\n\n## Results\nIt is 0.9.\n", encoding="utf-8"
    )
    done = run(installed, "review", "draft.md", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "runs").glob("*/ideas/draft/reviews/round_1/report.html"))


def test_experiments_say_that_torch_is_missing(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "launch", "quickstart", "--sandbox", "none", cwd=tmp_path)
    assert done.returncode == 2 and "torch" in done.stderr and "experiments" in done.stderr, done.stderr
