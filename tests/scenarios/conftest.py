"""Runs of the command line as a person would start them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from run import main
from scenarios.commands.console import out
from tests.fakes.foreign_template import EXPERIMENT, PLOT, write_foreign_template

ROOT = Path(__file__).parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def command_line(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "run.py"), *map(str, arguments)]


def play(template: Path, runs: Path, *more: object, environment: dict[str, str] | None = None) -> Path:
    """The quickstart on a template, to its end; answers the run folder."""
    command = command_line(
        "launch", "quickstart", "--template", template, "--sandbox", "bubblewrap", *more, "--out", runs
    )
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(runs.iterdir())


def idea_of(run: Path) -> Path:
    return next((run / "ideas").iterdir())


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests share what survives runs among themselves, and with nobody else."""
    before = os.environ.get("COLLOQUIUM_CACHE")
    os.environ["COLLOQUIUM_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["COLLOQUIUM_CACHE"]
    else:
        os.environ["COLLOQUIUM_CACHE"] = before


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template that the project has never seen. Its experiment takes a moment, and prints all that it can see of the
    environment."""
    telling = EXPERIMENT + "\nimport os\nprint(dict(os.environ))\n"
    return write_foreign_template(tmp_path_factory.mktemp("templates") / "descent", telling, plot__py=PLOT)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A whole run of the offline researcher, with which others are compared. It is not to be changed."""
    return play(template, tmp_path_factory.mktemp("undisturbed"))


@dataclass(frozen=True)
class Done:
    """What a command left on screen, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run a command inside this process, which spares the start of Python; for commands that end early."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["run.py", *map(str, arguments)])
        out.width = 200
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ending:
            code = int(ending.code or 0)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return run


@pytest.fixture
def colloquium() -> Command:
    """Run a command to its end; answers what it printed and its exit code."""

    def run(
        *arguments: object, environment: dict[str, str] | None = None, seconds: float = 500
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(*arguments),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "COLUMNS": "200", **(environment or {})},
        )

    return run
