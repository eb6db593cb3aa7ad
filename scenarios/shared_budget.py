"""What runs side by side may still spend together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SharedBudget:
    """Each run gets an equal part of what is left over when it begins. `dollars` is None where there is no limit."""

    dollars: float | None
    waiting: int
    """Runs that have not begun."""

    def take(self) -> float | None:
        if self.dollars is None:
            return None
        part = max(0.0, self.dollars) / max(1, self.waiting)
        self.dollars -= part
        self.waiting -= 1
        return part

    def give_back(self, part: float | None, spent: float) -> None:
        if self.dollars is not None and part is not None:
            self.dollars += part - spent
