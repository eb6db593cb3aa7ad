"""Runs of the command line as a person would start them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from run import main

ROOT = Path(__file__).parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def command_line(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "run.py"), *map(str, arguments)]


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
        monkeypatch.setenv("COLUMNS", "200")
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

    def run(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
            env={**os.environ, "COLUMNS": "200", **(environment or {})},
        )

    return run
