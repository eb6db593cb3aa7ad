"""Small conferences to measure reviewers on, and the published data if present."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import real_data

SHARED = real_data.REVIEWER_BENCH

Write = Callable[[str, str], Path]

RATINGS = """paper_id\t0\t1\t2\t3\tdecision
a1\t8.0\t6.0\t\t\tAccept (Oral)
a2\t6.0\t5.0\t6.0\t\tAccept (Poster)
a3\t5.0\t5.0\t3.0\t8.0\tAccept (Spotlight)
r1\t3.0\t3.0\t\t\tReject
r2\t6.0\t5.0\t3.0\t\tReject
r3\t1.0\t\t\t\tReject
"""
REVIEWS = """paper_id,Summary,Overall,Decision
a1,"commas, and
a line",7,Accept
a2,,6,Reject
a3,,4,Reject
r1,,3,Reject
r2,,6,Accept
r3,,4,Reject
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file into the folder of the test."""

    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def ratings(write: Write) -> Path:
    """Six papers, three of them accepted."""
    return write("ratings.tsv", RATINGS)


@pytest.fixture
def reviews(write: Write) -> Path:
    """One reviewer of the six: by the Decision one hit and one alarm, by Overall of at least 6 two hits and one alarm."""
    return write("panel.csv", REVIEWS)


@pytest.fixture
def published() -> Path:
    """The folder of The AI Scientist's published reviews."""
    if not (SHARED / "iclr2022_ratings.tsv").exists():
        pytest.skip(f"The AI Scientist's published reviews are not at {SHARED}")
    return SHARED
