"""Files of ratings and reviews: formats, missing values, rejected input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.atomic import write_json
from tools.errors import UserError
from tools.review import (
    MetaReview,
    PanelReport,
    ReviewRecord,
    load_form,
    summarize_scores,
)
from tools.review.records import ReviewedPaper
from tools.reviewer_bench.cells import accepted_of, numbers_of, paper_id_of, score_of
from tools.reviewer_bench.matching import match
from tools.reviewer_bench.ratings import PaperRating, read_ratings
from tools.reviewer_bench.records import panel_record
from tools.reviewer_bench.reviews import Review, read_reviews

Write = Callable[[str, str], Path]


def refusal(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read(path)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message
    return message


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("6", [6]), (" 6.0 ", [6]), ("6: weak accept", [6]), (6, [6]), ("", []), ("nan", []), ("None", []), (None, []),
        (float("nan"), []), ("[6, 8, 5]", [6, 8, 5]), ("['6', nan, '3.5']", [6, 3.5]), ("(3, 5)", [3, 5]), ("[]", []),
        ([6, None, "5"], [6, 5]), ("['6: good', '5: fair']", [6, 5]),
    ],
)  # fmt: skip
def test_cells_are_numbers_lists_or_missing(cell: object, numbers: list[float]) -> None:
    assert numbers_of(cell) == numbers


@pytest.mark.parametrize("cell", ["six", "6/10", "inf", "[6, 'x']", "[6", True, "6 or 7", {"a": 1}])
def test_an_unreadable_score_is_an_error(cell: object) -> None:
    with pytest.raises(ValueError, match=r"not a (finite )?(number|list of numbers)"):
        numbers_of(cell)


def test_the_score_of_a_list_is_its_mean() -> None:
    assert score_of("['6', '5', '7']") == 6.0


@pytest.mark.parametrize(
    ("cell", "accepted"),
    [
        ("Accept", True), ("Accept (Poster)", True), (" accepted ", True), ("Weak Accept", True), ("Reject", False),
        ("Desk rejected", False), ("Unknown", None), ("", None), ("nan", None), (None, None), ("Withdrawn", None),
    ],
)  # fmt: skip
def test_decisions_are_accept_reject_or_missing(cell: object, accepted: bool | None) -> None:
    assert accepted_of(cell) is accepted


@pytest.mark.parametrize("cell", ["Maybe", "Accept or Reject", "1", "Not acceptable"])
def test_an_unreadable_decision_is_an_error(cell: str) -> None:
    with pytest.raises(ValueError, match="neither Accept nor Reject"):
        accepted_of(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "-29uFS4FiDZ", " -29uFS4FiDZ ", "-29uFS4FiDZ.pdf", "iclr_parsed/-29uFS4FiDZ.txt", "papers\\-29uFS4FiDZ.tex",
        "https://openreview.net/forum?id=-29uFS4FiDZ", "https://openreview.net/pdf?id=-29uFS4FiDZ&name=x",
        "https://example.org/papers/-29uFS4FiDZ.pdf",
    ],
)  # fmt: skip
def test_identifiers_are_extracted_from_paths_and_urls(cell: str) -> None:
    assert paper_id_of(cell) == "-29uFS4FiDZ"


def test_a_decimal_number_is_a_valid_identifier() -> None:
    assert paper_id_of("2408.06292") == "2408.06292" != paper_id_of("2408.06293")


def test_ratings_with_missing_values(ratings: Path) -> None:
    found = read_ratings(ratings)
    assert found.papers["a2"] == PaperRating("a2", (6.0, 5.0, 6.0), True)
    assert found.papers["r3"].scores == (1.0,) and found.papers["r3"].mean == 1.0
    assert [paper.accepted for paper in found.papers.values()] == [True] * 3 + [False] * 3


def test_the_published_ratings_have_three_to_seven_scores(published: Path) -> None:
    papers = read_ratings(published / "iclr2022_ratings.tsv").papers.values()
    counts = [len(paper.scores) for paper in papers]
    assert len(counts) == 500 and (min(counts), max(counts)) == (3, 7) and sum(counts) == 1968
    assert sum(paper.accepted for paper in papers) == 184


def test_ratings_as_a_list_in_one_column(write: Write) -> None:
    path = write("r.csv", 'paper_id,ratings,decision\na,"[6, 8, None]",Accept\nb,[],Reject\n')
    papers = read_ratings(path).papers
    assert papers["a"].scores == (6.0, 8.0)
    assert papers["b"].scores == () and papers["b"].mean is None


def test_papers_without_a_decision_are_left_out_and_counted(write: Write) -> None:
    found = read_ratings(write("r.tsv", "paper_id\t0\tdecision\na\t6\tUnknown\nb\t5\tReject\nc\t5\t\n"))
    assert (list(found.papers), found.undecided) == (["b"], 2)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("paper_id\t0\tdecision\n", "no row"),
        ("paper\t0\tdecison\na\t6\tAccept\n", "no column 'decision'; did you mean 'decison'?"),
        ("title\t0\tdecision\na\t6\tAccept\n", "no column 'paper_id'"),
        ("paper_id\tdecision\na\tAccept\n", "a column 'ratings'"),
        ("paper_id\t0\tdecision\na\tsix\tAccept\n", "paper a: 'six' is not a number"),
        ("paper_id\t0\tdecision\na\t6\tPerhaps\n", "paper a: 'Perhaps' is neither"),
        ("paper_id\t0\tdecision\na\t6\tAccept\na\t5\tAccept\n", "paper a has two different rows"),
        ("paper_id\t0\tdecision\n\t6\tAccept\n", "row 1 has no paper_id"),
        ("paper_id\t0\tdecision\na\t6\n", "line 2 has 2 cells"),
        ("paper_id\t0\t0\na\t6\t7\n", "two columns have the name '0'"),
        ("paper_id\t0\tdecision\na\t6\tUnknown\n", "no paper has a decision"),
    ],
)
def test_a_mistake_in_ratings_is_one_line(write: Write, text: str, named: str) -> None:
    assert named in refusal(read_ratings, write("r.tsv", text))


def test_a_missing_file_suggests_the_nearest_name(ratings: Path) -> None:
    assert "did you mean 'ratings.tsv'" in refusal(read_ratings, ratings.with_name("rating.tsv"))


def test_reviews_in_the_format_of_the_ai_scientist(reviews: Path) -> None:
    found = read_reviews(reviews)
    assert found.name == "panel" and list(found.reviews) == ["a1", "a2", "a3", "r1", "r2", "r3"]
    assert found.reviews["a2"] == Review(6.0, False)


def test_missing_reviews_and_scores(write: Write) -> None:
    text = "paper_id,Overall,Decision\na,nan,Accept\nb,5,\nc,,\nd,[6; 7],Reject\n".replace("[6; 7]", '"[6, 7]"')
    found = read_reviews(write("x.csv", text))
    assert found.reviews == {"a": Review(None, True), "b": Review(5.0, None), "d": Review(6.5, False)}
    assert found.empty == 1


def test_an_unnamed_index_column_and_other_spellings(write: Write) -> None:
    found = read_reviews(write("x.csv", "\ufeff,rating,decision\nhttps://openreview.net/forum?id=a,6: ok,accept\n"))
    assert found.reviews == {"a": Review(6.0, True)}


def test_unicode_line_separators_stay_in_their_cell(write: Write) -> None:
    found = read_reviews(write("x.csv", "paper_id,Summary,Overall,Decision\na,one\u2028two\x0bthree,6,Accept\n"))
    assert found.reviews == {"a": Review(6.0, True)}


def test_a_paper_reviewed_again_after_a_failure_counts_once(write: Write) -> None:
    found = read_reviews(write("x.csv", "paper_id,Overall,Decision\na,,\na,6,Accept\na,6,Accept\n"))
    assert (found.reviews, found.empty) == ({"a": Review(6.0, True)}, 0)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("x.csv", "", "is empty"),
        ("x.csv", "paper_id,Overal,Decision\na,6,Accept\n", "no column 'Overall'; did you mean 'Overal'?"),
        ("x.csv", "paper_id,Overall\na,6\n", "no column 'Decision'"),
        ("x.csv", "paper_id,Overall,Decision\na,high,Accept\n", "paper a: 'high' is not a number"),
        ("x.csv", "paper_id,Overall,Decision\na,6,Accept\na,5,Accept\n", "paper a has two different reviews"),
        ("x.csv", "paper_id,Overall,Decision\na,,\n", "no row has a score"),
        ("x.csv", 'paper_id,Overall,Decision\na,6,"Acc', "line 2"),
        ("x.json", "{", "not valid JSON"),
        ("x.json", "[]", "no records"),
        ("x.json", "[1]", "record 1 is not a mapping"),
        ("x.json", '{"paper_id": "a", "score": 6}', "no column 'Overall'"),
        ("x.jsonl", '{"paper_id": "a", "Overall": 6, "Decision": "Accept"}\n{"paper_id": "b", "Ov', "not valid JSON"),
        ("x.jsonl", '{"Overall": 6, "Decision": "Accept"}\n', "no column 'paper_id'"),
        ("x.jsonl", '{"paper_id": "a", "Overall": Infinity, "Decision": "Accept"}\n', "not a finite number"),
        ("x.xlsx", "x", ".csv, .tsv, .json or .jsonl"),
    ],
)
def test_a_mistake_in_reviews_is_one_line(write: Write, name: str, text: str, named: str) -> None:
    assert named in refusal(read_reviews, write(name, text))


def test_a_file_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"paper_id,Overall,Decision\na\xff,6,Accept\n")
    assert "not UTF-8 text at byte 27" in refusal(read_reviews, path)


RECORDS = [
    {"paper_id": "a", "Overall": 6, "Decision": "Accept", "Strengths": ["one"]},
    {"paper_id": "b", "form": "neurips", "reviewer": "x", "review": {"Overall": 4, "Decision": "Reject"}},
    {"paper_id": "c", "form": "neurips", "scores": {"Overall": 5}, "decision": "Reject"},
    {
        "paper_id": "d",
        "reviews": [],
        "meta_review": {"form": "iclr", "scores": {"Rating": 8}, "decision": "Accept"},
    },
    {"paper_id": "e", "form": "iclr", "review": {"Rating": 3}},
    {"paper_id": "f", "Overall": float("nan"), "Decision": None},
    {"paper_id": "g", "form": "iclr", "overall": 5.5, "decision": "Reject", "scores": {"Rating": {"mean": 5.5}}},
    {"paper_id": "h", "form": "iclr", "decision": "Reject", "scores": {"Rating": {"mean": 4.5, "rounded": 4}}},
]
FROM_RECORDS = {
    "a": Review(6, True), "b": Review(4, False), "c": Review(5, False), "d": Review(8, True), "e": Review(3, None),
    "g": Review(5.5, False), "h": Review(4.5, False),
}  # fmt: skip


def test_records_in_every_shape_a_panel_leaves(write: Write) -> None:
    lines = "\n".join(json.dumps(record) for record in RECORDS) + "\n\n"
    by_id = {str(record["paper_id"]): {k: v for k, v in record.items() if k != "paper_id"} for record in RECORDS}
    for path in (
        write("x.jsonl", lines),
        write("list.json", json.dumps(RECORDS)),
        write("mapping.json", json.dumps(by_id)),
    ):
        found = read_reviews(path)
        assert (found.reviews, found.empty) == (FROM_RECORDS, 1)


def test_a_single_record_in_json(write: Write) -> None:
    assert read_reviews(write("x.json", json.dumps(RECORDS[0]))).reviews == {"a": Review(6, True)}


def test_a_panels_report_becomes_a_line(tmp_path: Path, write: Write) -> None:
    assert panel_record("a", tmp_path) is None  # no decision yet
    reviews = [
        ReviewRecord(reviewer=f"r{overall}", form="neurips", review={"Overall": overall, "Decision": "Accept"})
        for overall in (5, 6, 6)
    ]
    report = PanelReport(
        notice="Written by programs.",
        paper=ReviewedPaper(title="T", file="a.pdf", sha256="", pages=1, characters=9),
        form="neurips",
        form_title="NeurIPS",
        round=1,
        decision="Accept",
        overall=17 / 3,
        rule="",
        scores=summarize_scores(load_form("neurips"), {review.reviewer: review.review for review in reviews}),
        reviews=reviews,
        meta_review=MetaReview(by="area_chair", summary="", discussion="", reasons=""),
    )
    write_json(tmp_path / "review.json", report.model_dump(mode="json"))
    record = panel_record("a", tmp_path)
    assert record and [review["reviewer"] for review in record["reviews"]] == ["r5", "r6", "r6"]
    whole = {"paper_id": "b", **report.model_dump(mode="json")}
    found = read_reviews(write("x.jsonl", f"{json.dumps(record)}\n{json.dumps(whole)}\n"))
    assert found.reviews == {"a": Review(17 / 3, True), "b": Review(17 / 3, True)}


def test_matched_reviews_have_the_order_of_the_ratings(ratings: Path, write: Write) -> None:
    reviews = write("x.csv", "paper_id,Overall,Decision\nr1.pdf,3,Reject\nzz,9,Accept\na1,7,\nr3,,\n")
    found, coverage = match(read_reviews(reviews), read_ratings(ratings))
    assert found.papers == ("a1", "r1")
    assert found.accepted.tolist() == [True, False] and found.human.tolist() == [7.0, 3.0]
    assert (coverage.unrated, coverage.unreviewed, coverage.failed) == (1, 4, 1)


def test_without_common_papers_the_error_shows_both_kinds_of_identifier(ratings: Path, write: Write) -> None:
    reviews = read_reviews(write("x.csv", "paper_id,Overall,Decision\nA1,6,Accept\n"))
    with pytest.raises(UserError, match=r"none of its 1 papers is among the 6 rated ones; .* 'A1', .* 'a1'"):
        match(reviews, read_ratings(ratings))


@pytest.mark.parametrize(("paper", "named"), [("a1", "accepted all 1 papers"), ("r1", "rejected all 1 papers")])
def test_papers_of_one_class_are_an_error(ratings: Path, write: Write, paper: str, named: str) -> None:
    reviews = read_reviews(write("x.csv", f"paper_id,Overall,Decision\n{paper},6,Accept\n"))
    with pytest.raises(UserError, match=named):
        match(reviews, read_ratings(ratings))
