"""Arguments are taken as meant where they can mean one thing only; otherwise every problem is told in plain words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from agents.models.checked_arguments import checked_arguments
from tools.errors import ToolError
from tools.toolsets.tool import Tool


async def review(
    section: Annotated[Literal["title", "related_work"], Field(description="which section")],
    reasons: Annotated[str, Field(description="why it is good", min_length=3)],
    score: Annotated[int, Field(ge=1, le=4, description="of its originality")],
    strengths: Annotated[list[str], Field(description="the points")] = [],  # noqa: B006
    scores: dict[str, int] | None = None,
) -> str:
    """Review."""
    return f"{section}{reasons}{score}{strengths}{scores}"


SCHEMA = Tool.of(review).arguments
PLAIN: dict[str, Any] = {"section": "title", "reasons": "good", "score": 2}


def read(**given: Any) -> dict[str, Any]:
    return checked_arguments(SCHEMA, PLAIN | given).values


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(ToolError) as error:
        checked_arguments(SCHEMA, given)
    return str(error.value)


def test_names_and_choices_match_in_any_case() -> None:
    assert checked_arguments(SCHEMA, {"Section": "Title", "Reasons": "good", "SCORE": "2"}).values == read()
    assert read(section="Related Work")["section"] == "related_work"


def test_one_unknown_text_stands_for_the_one_that_is_missing_and_the_answer_says_so() -> None:
    found = checked_arguments(SCHEMA, {"section": "title", "reason": "good", "score": 2})
    assert found.values == read() and "reasons" in found.notes[0]


def test_an_unknown_argument_beside_all_known_ones_is_refused_unless_it_is_ignored() -> None:
    assert "'colour'" in refusal(PLAIN | {"colour": "red"})
    assert checked_arguments(SCHEMA, PLAIN | {"colour": "red"}, frozenset({"colour"})).values == read()


LISTS = {"JSON": '["a", "b"]', "points": "- a\n- b", "numbers": "1. a\n2. b"}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_list_in_a_text_is_one_where_a_list_is_asked_for(text: str) -> None:
    assert read(strengths=text)["strengths"] == ["a", "b"]


def test_one_item_is_a_list_and_nothing_an_empty_one() -> None:
    assert read(strengths="It is short.")["strengths"] == ["It is short."]
    assert read(strengths="None")["strengths"] == []
    assert read(scores='{"x": 1}')["scores"] == {"x": 1}
    assert read(reasons="[1]")["reasons"] == "[1]"


def test_every_problem_is_told_at_once_and_in_words() -> None:
    told = refusal({"section": "title", "score": "9/10", "colour": "red", "shape": "round"})
    for part in ("reasons is missing: why it is good", "a whole number from 1 to 4, not '9/10'", "'colour'", "'shape'"):
        assert part in told
    assert "pydantic" not in told and "Field required" not in told and "Input should" not in told


def test_a_score_out_of_range_is_told_its_range() -> None:
    assert "from 1 to 4" in refusal(PLAIN | {"score": 9})
    assert "one of title, related_work" in refusal(PLAIN | {"section": "appendix"})


async def edit(
    file: Annotated[str, Field(description="which file")],
    search: Annotated[str, Field(description="the old text")],
    replace: Annotated[str, Field(description="the new text")],
    note: str = "",
) -> str:
    """Edit."""
    return f"{file}{search}{replace}{note}"


EDIT = Tool.of(edit).arguments
OTHER_NAMES = [
    {"path": "a.py", "old_string": "x", "new_string": "y"},
    {"filename": "a.py", "old_str": "x", "new_str": "y"},
    {"file_path": "a.py", "search_text": "x", "replace_with": "y"},
    {"arguments": {"file": "a.py", "search": "x", "replace": "y"}},
    {"edit": '{"File": "a.py", "search": "x", "replace": "y", "note": null}'},
]


@pytest.mark.parametrize("given", OTHER_NAMES, ids=lambda given: "+".join(given))
def test_names_of_other_systems_and_wrapped_arguments_are_read_as_meant(given: dict[str, Any]) -> None:
    found = checked_arguments(EDIT, given)
    assert found.values == {"file": "a.py", "search": "x", "replace": "y", "note": ""}
    assert found.notes


def test_two_names_for_one_argument_are_no_guess() -> None:
    with pytest.raises(ToolError):
        checked_arguments(EDIT, {"file": "a.py", "search_a": "x", "search_b": "z", "replace": "y"})


def test_null_is_nothing_where_an_argument_may_be_left_out() -> None:
    assert read(strengths=None)["strengths"] == []
    assert read(scores=None)["scores"] is None
    assert "null" in refusal(PLAIN | {"reasons": None})


@pytest.mark.parametrize("score", ["3/4", "3 / 4", "3: good", "3 (good)"])
def test_a_score_with_its_scale_or_its_words_is_the_score(score: str) -> None:
    assert read(score=score)["score"] == 3


@pytest.mark.parametrize("score", ["3/10", "3-4", "3.5", "good"])
def test_another_scale_or_a_range_is_no_score(score: str) -> None:
    assert "from 1 to 4" in refusal(PLAIN | {"score": score})


def test_names_between_commas_are_items_and_a_sentence_is_one() -> None:
    assert read(strengths="a.png, run_2")["strengths"] == ["a.png", "run_2"]
    assert read(strengths="It is short, clear, and true.")["strengths"] == ["It is short, clear, and true."]


def test_a_list_of_one_text_is_the_text_and_a_longer_one_is_refused_with_advice() -> None:
    assert read(reasons=["good"])["reasons"] == "good"
    assert "join" in refusal(PLAIN | {"reasons": ["good", "clear"]})


def test_no_argument_that_was_given_is_suggested_for_an_unknown_one() -> None:
    told = refusal(PLAIN | {"reasoning": "because"})
    assert "did you mean" not in told and "leave it out" in told
    assert refusal({"colour": 1, "shape": 2}).count("the arguments are") == 1
