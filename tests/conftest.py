"""The table of the attacks, which closes a run of the tests in whatever process they ran."""

from __future__ import annotations

import pytest

from tests.sandbox.verdicts import Table

TABLE = Table()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        TABLE.add(report.user_properties)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if lines := list(TABLE.lines()):
        terminalreporter.section("attacks")
        for line in lines:
            terminalreporter.write_line(line)
