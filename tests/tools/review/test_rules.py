"""Decision rules: one file each, laid over any form, and always consistent with the scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.errors import UserError
from tools.review import (
    load_form,
    rule_names,
)

SCORES = [{"Overall": 4}, {"Overall": 7}, {"Overall": 9}]


@pytest.mark.parametrize("name", rule_names())
@pytest.mark.parametrize("form", ["neurips", "iclr", "workshop"])
def test_every_rule_in_configs_fits_every_form(name: str, form: str) -> None:
    laid = load_form(form).with_rule(name)
    assert laid.rule.accept_when[0].at_least == load_form(form).rule.accept_when[0].at_least
    assert laid.overall == load_form(form).overall


def test_rules_decide_differently_on_the_same_scores() -> None:
    form = load_form("neurips")
    assert form.decide(SCORES) == "Accept"
    assert form.with_rule("every_reviewer").decide(SCORES) == "Reject"
    assert form.with_rule("median").decide([{"Overall": 1}, {"Overall": 6}, {"Overall": 6}]) == "Accept"


def test_the_chairs_own_score_counts_only_where_the_rule_says_so() -> None:
    form = load_form("neurips")
    assert form.decide(SCORES, chair=4) == "Accept"
    by_chair = form.with_rule("chair")
    assert by_chair.decide(SCORES, chair=5) == "Reject" and by_chair.decide(SCORES, chair=6) == "Accept"
    assert by_chair.decide(SCORES) == "Accept", "without a chair's score the reviewers' decide"
    assert "area chair's own Overall" in by_chair.rule_text and "at least 6" in by_chair.rule_text


def test_the_chair_of_a_workshop_cannot_overrule_an_unsound_paper() -> None:
    form = load_form("workshop").with_rule("chair")
    reviews = [{"Overall": 5, "Soundness": 1}, {"Overall": 3, "Soundness": 4}]
    assert form.decide(reviews, chair=5) == "Reject"


def test_a_new_rule_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "best.yaml"
    path.write_text(
        "description: One reviewer who is for it is enough, unless one finds it unsound.\n"
        "accept_when:\n  - {statistic: highest}\n  - {field: Soundness, statistic: lowest, at_least: 2}\n"
    )
    form = load_form("neurips").with_rule(str(path))
    assert form.decide([{"Overall": 3, "Soundness": 2}, {"Overall": 6, "Soundness": 3}]) == "Accept"
    assert form.decide([{"Overall": 3, "Soundness": 1}, {"Overall": 6, "Soundness": 3}]) == "Reject"
    assert form.rule_text == (
        "Accept if the highest of Overall is at least 6 and the lowest of Soundness is at least 2; Reject otherwise"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accept_when: []\n", "description: field required"),
        ("description: A rule.\nby: dice\n", "by: "),
        ("description: A rule.\naccept_when:\n  - {fields: Overall}\n", "unknown key; did you mean 'field'"),
        ("description: A rule.\naccept_when:\n  - {field: Overal, at_least: 3}\n", "did you mean 'Overall'"),
        ("description: A rule.\naccept_when:\n  - {field: Quality}\n", "Quality needs at_least"),
        ("- a list\n", "a rule is a mapping"),
    ],
)
def test_a_broken_rule_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        load_form("neurips").with_rule(str(path))
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'median'"):
        load_form("neurips").with_rule("medain")
