"""What became of each attack, without a sandbox and in each, as the table that closes a run of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PROPERTY = "verdict"
COLUMNS = ("without", "bubblewrap", "docker")


@dataclass(frozen=True)
class Verdict:
    """Of one attack in one sandbox."""

    contained: bool
    """It did not get what it wanted."""
    clean: bool
    """Nothing of it was left: no process, and nothing in the workspace that acts on who reads it."""
    told: bool
    """The outcome has the right reason, with words."""
    goes_on: bool
    """The next command ran as if nothing had been."""
    reason: str

    @property
    def good(self) -> bool:
        return self.contained and self.clean and self.told and self.goes_on

    def __str__(self) -> str:
        marks = [self.contained, self.clean, self.told, self.goes_on]
        return "  ".join("yes" if mark else "NO " for mark in marks) + f"  {self.reason}"


class Verdicts:
    """What one test keeps; it travels with the test's report, from whatever process ran it."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def keep(self, attack: str, where: str, verdict: Verdict | str) -> None:
        self._properties.append((PROPERTY, [attack, where, str(verdict)]))


class Table:
    """The verdicts of all tests."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, str]] = {}

    def add(self, properties: Iterable[tuple[str, object]]) -> None:
        for name, value in properties:
            if name == PROPERTY:
                attack, where, verdict = value  # type: ignore[misc]
                self._rows.setdefault(attack, {})[where] = verdict

    def lines(self) -> Iterator[str]:
        if self._rows:
            yield f"{'':36}{COLUMNS[0]:16}" + "".join(f"{column:32}" for column in COLUMNS[1:])
            yield f"{'':52}" + f"{'contained, clean, told, goes on':32}" * (len(COLUMNS) - 1)
        for name, row in self._rows.items():
            cells = [row.get(column, "-") for column in COLUMNS]
            yield f"{name:36}{cells[0]:16}" + "".join(f"{cell:32}" for cell in cells[1:])
