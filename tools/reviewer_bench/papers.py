"""Folders of benchmark papers, one file per paper with its identifier as name, and what leaks predict of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.documents import read_document
from tools.errors import UserError
from tools.reviewer_bench.bootstrap import RESAMPLES
from tools.reviewer_bench.cells import paper_id_of
from tools.reviewer_bench.leak_power import LEAKS, LENGTH, Features, LeakPower, leak_features, leak_power
from tools.reviewer_bench.leaks import strip_leaks
from tools.reviewer_bench.matching import need_both_classes
from tools.reviewer_bench.ratings import RatingSet

SUFFIXES = (".pdf", ".txt", ".md", ".tex")
_WHOLE = 10_000_000


@dataclass(frozen=True)
class LeakReport:
    """How well leaks predict the decisions on the rated papers of a folder."""

    folder: Path
    papers: dict[str, tuple[Features, Features]]
    """By identifier: the features of the text as it is, and of the stripped text."""
    accepted: dict[str, bool]
    as_given: list[LeakPower]
    stripped: list[LeakPower]
    unreadable: tuple[str, ...]
    """For each unreadable file, the reason in one line."""


def paper_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the identifier and the file of each paper in a folder, sorted by file name.

    Raises:
        UserError: the folder is missing or has no papers, or two files belong to the same paper.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix.lower() in SUFFIXES:
            other = files.setdefault(paper_id_of(path.name), path)
            if other != path:
                raise UserError(f"{folder}: {other.name} and {path.name} are the same paper; remove one of them")
    if not files:
        raise UserError(f"{folder}: no papers found; papers are files like paper_id.pdf ({', '.join(SUFFIXES)})")
    yield from files.items()


def rated_files(folder: Path, files: Iterable[tuple[str, Path]], ratings: RatingSet) -> list[tuple[str, Path]]:
    """Return the rated ones among the papers of a folder.

    Raises:
        UserError: no paper is rated, or the conference accepted or rejected all rated ones.
    """
    rated = [(paper, path) for paper, path in files if paper in ratings.papers]
    if not rated:
        raise UserError(
            f"{folder}: none of its papers is rated; name files by identifier, like {next(iter(ratings.papers))}.pdf"
        )
    need_both_classes(np.array([ratings.papers[paper].accepted for paper, _ in rated], bool), str(folder))
    return rated


def report_leaks(
    folder: Path,
    ratings: RatingSet,
    seed: int,
    resamples: int = RESAMPLES,
    files: Iterable[tuple[str, Path]] | None = None,
) -> LeakReport:
    """Measure how well leaks predict the decisions on the rated papers of a folder. Unreadable papers are left out and
    listed.

    Args:
        files: the papers by identifier, if already selected.

    Raises:
        UserError: no paper is rated and readable, or the conference accepted or rejected all of these.
    """
    features: dict[str, tuple[Features, Features]] = {}
    unreadable = []
    rated = rated_files(folder, paper_files(folder) if files is None else files, ratings)
    for paper, path in rated:
        try:
            text = read_document(path, max_chars=_WHOLE).text
        except UserError as error:
            unreadable.append(str(error))
            continue
        features[paper] = (leak_features(text), leak_features(strip_leaks(text).text))
    if not features:
        raise UserError(f"{folder}: cannot read any of its {len(rated)} rated papers; the first: {unreadable[0]}")
    accepted = np.array([ratings.papers[paper].accepted for paper in features], bool)
    need_both_classes(accepted, str(folder))
    return LeakReport(
        folder=folder,
        papers=features,
        accepted={paper: ratings.papers[paper].accepted for paper in features},
        as_given=leak_power([given for given, _ in features.values()], accepted, seed, resamples),
        stripped=leak_power([stripped for _, stripped in features.values()], accepted, seed, resamples),
        unreadable=tuple(unreadable),
    )


def leaks_as_csv(leaks: LeakReport) -> str:
    """Return a CSV table with one row per paper: its decision, each leak as 0 or 1 and the length, for the text as it is and
    for the stripped text."""
    names = [*LEAKS, LENGTH]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["paper_id", "decision", *names, *(f"{name}_stripped" for name in names)])
    for paper, (given, stripped) in leaks.papers.items():
        decision = "Accept" if leaks.accepted[paper] else "Reject"
        writer.writerow([paper, decision, *(f"{part[name]:g}" for part in (given, stripped) for name in names)])
    return buffer.getvalue()
