"""What became of each attack, without a sandbox and in each, as the table that closes a run of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Verdict | str]] = {}

    def keep(self, attack: str, where: str, verdict: Verdict | str) -> None:
        self._rows.setdefault(attack, {})[where] = verdict

    def lines(self) -> Iterator[str]:
        if self._rows:
            yield f"{'':36}{COLUMNS[0]:16}" + "".join(f"{column:32}" for column in COLUMNS[1:])
            yield f"{'':52}" + f"{'contained, clean, told, goes on':32}" * (len(COLUMNS) - 1)
        for name, row in self._rows.items():
            cells = [str(row.get(column, "-")) for column in COLUMNS]
            yield f"{name:36}{cells[0]:16}" + "".join(f"{cell:32}" for cell in cells[1:])
