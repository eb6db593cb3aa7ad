"""The leaks of each paper as a table."""

from __future__ import annotations

import csv
import io

from tools.reviewer_bench.leak_power import LEAKS, LENGTH
from tools.reviewer_bench.papers import LeakReport


def as_csv(leaks: LeakReport) -> str:
    """One row a paper: its decision, each leak of the text as it stands as 0 or 1, its length, and the same for the
    stripped text."""
    names = [*LEAKS, LENGTH]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["paper_id", "decision", *names, *(f"{name}_stripped" for name in names)])
    for paper, (given, stripped) in leaks.papers.items():
        decision = "Accept" if leaks.accepted[paper] else "Reject"
        writer.writerow([paper, decision, *(f"{part[name]:g}" for part in (given, stripped) for name in names)])
    return buffer.getvalue()
