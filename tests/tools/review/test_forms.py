"""Review forms: files in, typed arguments out, scores to one decision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests import real_data
from tools.errors import UserError
from tools.review import (
    Form,
    form_names,
    load_form,
    summarize_scores,
)

PAPERS = real_data.PAPERS

ORIGINAL_KEYS = [
    "Summary", "Strengths", "Weaknesses", "Originality", "Quality", "Clarity", "Significance", "Questions",
    "Limitations", "Ethical Concerns", "Soundness", "Presentation", "Contribution", "Overall", "Confidence",
    "Decision",
]  # fmt: skip

TINY = """
title: Tiny
fields:
  - {name: Verdict text, kind: text, description: Say it.}
  - {name: Score, kind: integer, minimum: 1, maximum: 3, description: Rate it., levels: {1: bad, 3: good}}
rule:
  accept_when:
    - {field: Score, statistic: median, at_least: 2}
"""


def answers(form: Form, **changed: Any) -> dict[str, Any]:
    """A form filled in with the highest scores."""
    values: dict[str, Any] = {}
    for field in form.fields:
        top = max(map(int, field.choices)) if field.kind == "integer" and field.choices else field.maximum
        values[field.key] = {
            "text": "It does.", "list": ["one"], "integer": top, "boolean": False, "choice": form.decisions[0],
        }[field.kind]  # fmt: skip
    return values | changed


@pytest.mark.parametrize("name", form_names())
def test_every_form_in_configs_takes_its_own_highest_scores(name: str) -> None:
    form = load_form(name)
    review = form.to_json(form.arguments().model_validate(answers(form)).model_dump())
    assert list(review) == [field.name for field in form.fields]
    assert form.decide([review]) == "Accept"


def test_the_neurips_form_has_the_originals_fields_in_the_originals_order() -> None:
    form = load_form("neurips")
    assert [field.name for field in form.fields] == ORIGINAL_KEYS
    ranges = {field.name: (field.minimum, field.maximum) for field in form.fields if field.kind == "integer"}
    assert ranges.pop("Overall") == (1, 10)
    assert ranges.pop("Confidence") == (1, 5)
    assert len(ranges) == 7 and set(ranges.values()) == {(1, 4)}


@pytest.mark.parametrize("paper", ["adaptive_dual_scale_denoising", "gan_diffusion"])
def test_reviews_that_the_original_published_fit_the_form(paper: str) -> None:
    path = PAPERS / paper / "review.txt"
    if not path.exists():
        pytest.skip(f"the published paper is not at {path}")
    form, review = load_form("neurips"), json.loads(path.read_text(encoding="utf-8"))
    values = {field.key: review[field.name] for field in form.fields}
    assert form.to_json(form.arguments().model_validate(values).model_dump()) == review


def test_a_model_sees_the_range_and_what_each_score_means() -> None:
    schema = load_form("neurips").arguments().model_json_schema()["properties"]
    assert (schema["overall"]["minimum"], schema["overall"]["maximum"]) == (1, 10)
    assert "6: weak accept" in schema["overall"]["description"]
    assert schema["ethical_concerns"]["title"] == "Ethical Concerns"
    assert schema["decision"]["enum"] == ["Accept", "Reject"]
    assert load_form("iclr").arguments().model_json_schema()["properties"]["rating"]["enum"] == [1, 3, 5, 6, 8, 10]


@pytest.mark.parametrize(
    ("field", "value"),
    [("overall", 11), ("overall", 6.5), ("soundness", 0), ("decision", "Weak Accept"), ("summary", ""), ("extra", 1)],
)
def test_what_the_form_does_not_allow_goes_back(field: str, value: object) -> None:
    form = load_form("neurips")
    with pytest.raises(ValidationError, match=field):
        form.arguments().model_validate(answers(form, **{field: value}))


def test_a_reviewer_cannot_reject_what_their_own_scores_accept() -> None:
    form = load_form("neurips")
    with pytest.raises(ValidationError, match="Decision Reject contradicts Overall 6"):
        form.arguments().model_validate(answers(form, overall=6, decision="Reject"))
    form.arguments().model_validate(answers(form, overall=5, decision="Reject"))


def test_mean_scores_round_halves_to_even_and_ignore_values_out_of_range() -> None:
    form = load_form("neurips")
    reviews: dict[str, dict[str, Any]] = {
        "one": {"Overall": 5, "Quality": 2},
        "two": {"Overall": 6, "Quality": 3},
        "three": {"Overall": 99},
        "four": {"Quality": "3"},
    }
    rounded = {name: score.rounded for name, score in summarize_scores(form, reviews).items()}
    assert rounded == {"Quality": 2, "Overall": 6}  # 2.5 and 5.5


def test_the_decision_follows_from_the_scores() -> None:
    neurips, workshop = load_form("neurips"), load_form("workshop")
    assert neurips.decide([{"Overall": 5}, {"Overall": 6}, {"Overall": 6}]) == "Accept"
    assert neurips.decide([{"Overall": 5}, {"Overall": 5}, {"Overall": 6}]) == "Reject"
    assert neurips.decide([]) == "Reject"
    assert workshop.decide([{"Overall": 5, "Soundness": 1}, {"Overall": 5, "Soundness": 4}]) == "Reject"
    assert workshop.rule_text == (
        "Accept if the mean of Overall is at least 3 and the lowest of Soundness is at least 2; Reject otherwise"
    )


def test_a_new_form_with_a_new_rule_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    form = load_form("tiny", [tmp_path])
    assert form == load_form(str(tmp_path / "tiny.yaml"))
    assert form.overall == "Score"
    assert form.decide([{"Score": 1}, {"Score": 2}, {"Score": 3}]) == "Accept"
    assert list(form.arguments().model_fields) == ["verdict_text", "score"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("statistic:", "statistik:", "unknown key; did you mean 'statistic'"),
        ("field: Score", "field: Scores", "is not a score of this form; did you mean 'Score'"),
        ("minimum: 1", "minimum: 5", "needs minimum below maximum"),
        ("3: good", "4: good", "level 4"),
        ("name: Score", "name: Verdict text", "occurs twice"),
        ("kind: text", "kind: prose", "fields.0.kind"),
        ("fields:", "fields: [", "not valid YAML"),
    ],
)
def test_a_broken_form_is_one_clear_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        load_form("tiny", [tmp_path])
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_form_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'neurips'"):
        load_form("neurip")
