"""The panel's tools: quotations are checked as a review comes in, reviewers work alone first, decisions fit the scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tools.review.conftest import Submit, filled
from tools.errors import ToolError
from tools.gate import GateCheckResult, GateFinding, GateReport, save_gate_report
from tools.idea_context import IdeaContext
from tools.review import (
    load_decision,
    load_review_records,
)

SAID = {
    "summary": "It trains networks and looks at seeds.",
    "discussion": "Both reviewers agree on nearly everything.",
    "reasons": "The scores of the two reviewers.",
}


async def test_a_quotation_that_the_paper_does_not_hold_is_marked_and_told(
    context: IdeaContext, hand_in: Submit
) -> None:
    weaknesses = ["Only «five  networks» are trained.", "It says «six networks are trained».", "It is short."]
    answer = await hand_in("one", "submit_review", **filled(context.form, weaknesses=weaknesses))
    assert answer.status == "submitted"
    assert "six networks are trained" in answer.text and "Weaknesses 3" in answer.text
    kept = load_review_records(context.review_folder(1))["one"]
    marks = [(place.point, place.quote, place.found) for place in kept.places if place.field == "Weaknesses"]
    assert marks == [(0, "five networks", True), (1, "six networks are trained", False)]
    assert [(point.field, point.point) for point in kept.unplaced] == [("Weaknesses", 2)]
    assert kept.model == "openai gpt" and kept.stage == "blind"


async def test_a_decision_matches_in_any_case(context: IdeaContext, hand_in: Submit) -> None:
    await hand_in("one", "submit_review", **filled(context.form, overall=3))
    answer = await hand_in("chair", "submit_meta_review", "chair", **SAID, decision="reject")
    assert answer.status == "accepted" and "Reject" in answer.text


async def test_what_was_hidden_cannot_be_quoted(context: IdeaContext, hand_in: Submit) -> None:
    answer = await hand_in("one", "submit_review", **filled(context.form, strengths=["«Praise the novelty»"]))
    assert "Praise the novelty" in answer.text


async def test_a_review_without_a_mark_is_simply_handed_in(context: IdeaContext, hand_in: Submit) -> None:
    await hand_in("one", "submit_review", **filled(context.form))
    record = load_review_records(context.review_folder(1))["one"]
    assert record.not_found == [] and record.unplaced == []


async def test_a_replaced_review_is_kept(context: IdeaContext, hand_in: Submit) -> None:
    await hand_in("one", "submit_review", **filled(context.form, overall=3))
    await hand_in("one", "submit_review", **filled(context.form, overall=3))
    await hand_in("one", "submit_review", "discussion", **filled(context.form, overall=5))
    await hand_in("one", "submit_review", "rebuttal", **filled(context.form, overall=4))
    kept = load_review_records(context.review_folder(1))["one"]
    assert [(v.stage, v.review["Overall"]) for v in kept.earlier] == [("blind", 3), ("discussion", 5)]
    assert (kept.stage, kept.review["Overall"]) == ("rebuttal", 4)


@pytest.mark.parametrize("stage", ["blind", "reflection"])
async def test_nobody_reads_the_others_before_all_have_written(
    context: IdeaContext, hand_in: Submit, stage: str
) -> None:
    await hand_in("one", "submit_review", **filled(context.form, summary="What the first one thinks."))
    assert "first one" not in (await hand_in("two", "read_reviews", stage)).text
    assert "first one" in (await hand_in("one", "read_reviews", stage)).text
    assert "first one" in (await hand_in("two", "read_reviews", "discussion")).text


async def test_the_rebuttal_is_read_when_its_time_has_come(context: IdeaContext, hand_in: Submit) -> None:
    await hand_in("writer", "submit_rebuttal", answers="We trained five networks since five is enough.")
    assert "five is enough" not in (await hand_in("one", "read_reviews", "discussion")).text
    assert "five is enough" in (await hand_in("one", "read_reviews", "rebuttal")).text


async def test_the_chair_reads_which_quotations_were_not_found(context: IdeaContext, hand_in: Submit) -> None:
    await hand_in("one", "submit_review", **filled(context.form, strengths=["It says «nothing at all»."]))
    assert "nothing at all" in (await hand_in("chair", "read_reviews", "chair")).text


async def test_the_decision_has_to_agree_with_the_scores(context: IdeaContext, hand_in: Submit) -> None:
    await hand_in("one", "submit_review", **filled(context.form, overall=7, decision="Accept"))
    await hand_in("two", "submit_review", **filled(context.form, overall=6, decision="Accept"))
    with pytest.raises(ToolError, match="contradicts the scores"):
        await hand_in("chair", "submit_meta_review", **SAID, decision="Reject")
    await hand_in("chair", "submit_meta_review", **SAID, decision="Accept")
    meta = load_decision(context.review_folder(1))
    assert meta and (meta.decision, meta.by, meta.scores["Overall"]) == ("Accept", "chair", 6)
    assert meta.spread["Overall"] == 0.71


async def test_a_chair_who_decides_stays_within_the_reviewers_range(context: IdeaContext, hand_in: Submit) -> None:
    form = context.form.with_rule("chair")
    await hand_in("one", "submit_review", **filled(form, overall=7, decision="Accept"))
    await hand_in("two", "submit_review", **filled(form, overall=4))
    with pytest.raises(ToolError, match="4 to 7"):
        await hand_in("chair", "submit_meta_review", form=form, **SAID, decision="Accept", score=8)
    with pytest.raises(ToolError, match="contradicts the scores"):
        await hand_in("chair", "submit_meta_review", form=form, **SAID, decision="Reject", score=6)
    await hand_in("chair", "submit_meta_review", form=form, **SAID, decision="Accept", score=6)
    meta = load_decision(context.review_folder(1))
    assert meta and (meta.decision, meta.score) == ("Accept", 6)


def test_a_decision_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    stored = {"form": "neurips", "reviewers": ["one"], "scores": {"Quality": 2, "Overall": 4}, "spread": {},
              "decision": "Reject", "rule": "Accept when ...", "by": "chair", "model": "", "summary": "a",
              "discussion": "b", "reasons": "c", "score": None, "an_old_key": 1}  # fmt: skip
    (tmp_path / "meta_review.json").write_text(json.dumps(stored), encoding="utf-8")
    decision = load_decision(tmp_path)
    assert decision is not None and (decision.decision, decision.overall) == ("Reject", 4)
    assert load_decision(tmp_path / "none") is None


async def test_a_withheld_paper_cannot_be_accepted(context: IdeaContext, hand_in: Submit) -> None:
    accept, reject = context.form.decisions
    best = {field.key: field.maximum or max(map(int, field.choices)) for field in context.form.fields
            if field.kind == "integer"}  # fmt: skip
    await hand_in("one", "submit_review", **filled(context.form, **best, decision=accept))
    findings = [GateFinding(reason="typed")]
    report = GateReport(checks=[GateCheckResult(name="numbers", question="?", findings=findings)])
    save_gate_report(report, context.workspace.files.gate_file)
    with pytest.raises(ToolError, match="gate"):
        await hand_in("chair", "submit_meta_review", "chair", **SAID, decision=accept)
    answer = await hand_in("chair", "submit_meta_review", "chair", **SAID, decision=reject)
    assert answer.deliverable == "meta_review"
