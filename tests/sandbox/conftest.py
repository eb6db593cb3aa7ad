"""The sandboxes that work on this machine, and the table that closes a run of the attacks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.errors import UserError
from tools.sandbox import Sandbox, choose

sys.path.insert(0, str(Path(__file__).parent))  # attacks.py and targets.py, beside their tests

VERDICTS: dict[str, dict[str, str]] = {}
COLUMNS = ("without", "bubblewrap", "docker")


@pytest.fixture(scope="session", params=["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each isolating sandbox in turn; one that this machine lacks is skipped by name."""
    try:
        return asyncio.run(choose(request.param))
    except UserError as error:
        pytest.skip(f"{request.param}: {error}")


@pytest.fixture
def verdicts() -> Iterator[dict[str, dict[str, str]]]:
    """Attack -> where it was tried -> what became of it."""
    yield VERDICTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not VERDICTS:
        return
    terminalreporter.section("attacks")
    terminalreporter.write_line(f"{'':42}" + "".join(f"{column:>26}" for column in COLUMNS))
    for name, row in VERDICTS.items():
        terminalreporter.write_line(f"{name:42}" + "".join(f"{row.get(column, '-'):>26}" for column in COLUMNS))
