"""The papers of a benchmark as a folder: one file a paper, called by its identifier."""

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
    """What leaks predict of the rated papers in a folder."""

    folder: Path
    papers: dict[str, tuple[Features, Features]]
    """By identifier: the features of the text as it stands, and of the stripped text."""
    accepted: dict[str, bool]
    as_given: list[LeakPower]
    stripped: list[LeakPower]
    unreadable: tuple[str, ...]
    """Why a file was left out, one line each."""


def paper_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The identifier and the file of each paper in a folder, in the order of the identifiers.

    Raises:
        UserError: there is no such folder, it holds no paper, or two files are of the same paper.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder of papers")
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix.lower() in SUFFIXES:
            other = files.setdefault(paper_id_of(path.name), path)
            if other != path:
                raise UserError(f"{folder}: {other.name} and {path.name} are the same paper; keep one of them")
    if not files:
        raise UserError(f"{folder}: no paper in it; papers are files like paper_id.pdf ({', '.join(SUFFIXES)})")
    yield from files.items()


def rated_files(folder: Path, files: Iterable[tuple[str, Path]], ratings: RatingSet) -> list[tuple[str, Path]]:
    """Of the papers of a folder, by identifier, those that are rated.

    Raises:
        UserError: none is, or the conference took one decision only on those that are.
    """
    rated = [(paper, path) for paper, path in files if paper in ratings.papers]
    if not rated:
        raise UserError(
            f"{folder}: none of its papers is rated; a file is called by its paper_id, like {_first(ratings)}.pdf"
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
    """Measure what leaks alone predict of the rated papers in a folder. A paper that cannot be read is told and left out.

    Args:
        files: the papers by identifier, where they are chosen already.

    Raises:
        UserError: no paper is rated and readable, or the conference took one decision only on those that are.
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
        raise UserError(f"{folder}: none of its {len(rated)} rated papers can be read; the first: {unreadable[0]}")
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


def _first(ratings: RatingSet) -> str:
    return next(iter(ratings.papers))
