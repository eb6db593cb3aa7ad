"""How well leaks alone predict decisions, on constructed papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.errors import UserError
from tools.reviewer_bench.leak_power import LEAKS, LENGTH, LeakPower, leak_power
from tools.reviewer_bench.papers import leaks_as_csv, paper_files, report_leaks
from tools.reviewer_bench.ratings import PaperRating, RatingSet

NONE = dict.fromkeys([*LEAKS, LENGTH], 0.0)
ACCEPTED = np.arange(40) < 15


def by_name(powers: list[LeakPower]) -> dict[str, LeakPower]:
    return {power.leak: power for power in powers}


def value(power: LeakPower, name: str) -> float:
    found = power.estimates[name].value
    assert found is not None
    return found


def test_a_perfect_leak_and_an_uninformative_one() -> None:
    features = [NONE | {"anonymous_note": float(not a), "email": float(n % 2)} for n, a in enumerate(ACCEPTED)]
    found = by_name(leak_power(features, ACCEPTED, seed=0, resamples=50))
    assert value(found["anonymous_note"], "balanced_accuracy") == value(found["anonymous_note"], "auc") == 1.0
    assert (found["anonymous_note"].accepted_share, found["anonymous_note"].rejected_share) == (0.0, 1.0)
    assert value(found["published_note"], "balanced_accuracy") == 0.5
    assert value(found["email"], "balanced_accuracy") == pytest.approx((7 / 15 + 12 / 25) / 2)
    assert value(found["all together"], "balanced_accuracy") == 1.0


def test_the_direction_of_a_leak_is_not_fitted() -> None:
    features = [NONE | {"acknowledgements": float(not a)} for a in ACCEPTED]
    found = by_name(leak_power(features, ACCEPTED, seed=0, resamples=50))
    assert value(found["acknowledgements"], "balanced_accuracy") == 0.0


def test_length_has_an_auc_but_no_threshold() -> None:
    features = [NONE | {LENGTH: 100.0 + n} for n in range(40)]  # the accepted papers are the shortest
    found = by_name(leak_power(features, ACCEPTED, seed=0, resamples=50))
    assert value(found[LENGTH], "auc") == 0.0 and "balanced_accuracy" not in found[LENGTH].estimates
    assert value(found["all together"], "auc") > 0.95


def test_noise_predicts_nothing_on_held_out_papers() -> None:
    rng = np.random.default_rng(4)
    features = [{name: float(rng.random() < 0.5) for name in NONE} for _ in ACCEPTED]
    assert value(by_name(leak_power(features, ACCEPTED, 0, 50))["all together"], "auc") < 0.7


def test_no_regression_on_too_few_papers() -> None:
    found = by_name(leak_power([NONE] * 8, np.arange(8) < 4, 0, 50))
    assert "all together" not in found and LENGTH in found


def folder_of_papers(folder: Path) -> RatingSet:
    """Eight final versions and eight anonymous ones, of the same length."""
    folder.mkdir()
    papers = {}
    for number in range(16):
        accepted = number < 8
        authors = "Jane Roe\nUniversity of Elsewhere" if accepted else "Anonymous authors\nUnder double-blind review"
        text = f"# Trees {number}\n\n{authors}\n\n## Abstract\n\nWe grow trees.\n\n## Introduction\n\nTrees grow.\n"
        (folder / f"p{number}.txt").write_text(text, encoding="utf-8")
        papers[f"p{number}"] = PaperRating(f"p{number}", (6.0,), accepted)
    return RatingSet(papers, 0)


def test_a_folder_as_it_is_and_stripped(tmp_path: Path) -> None:
    ratings = folder_of_papers(tmp_path / "papers")
    (tmp_path / "papers" / "p3.txt").write_text("", encoding="utf-8")
    (tmp_path / "papers" / "unrated.txt").write_text("# Trees", encoding="utf-8")
    (tmp_path / "papers" / "notes.csv").write_text("not a paper", encoding="utf-8")
    found = report_leaks(tmp_path / "papers", ratings, seed=0, resamples=50)
    assert len(found.papers) == 15
    assert len(found.unreadable) == 1 and "p3.txt" in found.unreadable[0]
    given, stripped = by_name(found.as_given), by_name(found.stripped)
    assert (
        value(given["anonymous_note"], "balanced_accuracy") == value(given["author_names"], "balanced_accuracy") == 1.0
    )
    assert value(given["all together"], "balanced_accuracy") == 1.0
    for leak in LEAKS:
        assert value(stripped[leak], "balanced_accuracy") == 0.5
    lines = leaks_as_csv(found).splitlines()
    assert len(lines) == 16 and lines[1].startswith("p0,Accept,0,1,")
    assert len({len(line.split(",")) for line in lines}) == 1


def test_folders_without_usable_papers_are_errors(tmp_path: Path) -> None:
    ratings = folder_of_papers(tmp_path / "papers")
    with pytest.raises(UserError, match="no such folder"):
        report_leaks(tmp_path / "elsewhere", ratings, 0)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no papers found"):
        report_leaks(tmp_path / "empty", ratings, 0)
    with pytest.raises(UserError, match=r"none of its papers is rated; .* like z\.pdf"):
        report_leaks(tmp_path / "papers", RatingSet({"z": PaperRating("z", (), True)}, 0), 0)
    with pytest.raises(UserError, match="accepted all 8 papers"):
        report_leaks(tmp_path / "papers", RatingSet({k: r for k, r in ratings.papers.items() if r.accepted}, 0), 0)
    (tmp_path / "papers" / "p1.md").write_text("# Trees", encoding="utf-8")
    with pytest.raises(UserError, match=r"p1\.md and p1\.txt are the same paper"):
        list(paper_files(tmp_path / "papers"))
