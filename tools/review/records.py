"""Reviews as data: what a reviewer handed in, the meta-review, and `review.json`, the whole of one panel.

`review.json` is what other programs read. Its JSON schema is published as `docs/review.schema.json`, generated from here.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.project import ROOT

SCHEMA = ROOT / "docs" / "review.schema.json"

Values = dict[str, Any]
"""A filled form: display name of each field -> text, list of points, score, word, or true and false."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(_Part):
    """A quotation in a review, looked up in the paper."""

    field: str
    """The field of the form that holds it."""
    point: int = Field(ge=0)
    """The point of the field, from 0; 0 in a field of prose."""
    quote: str
    found: bool
    """Whether the paper says so."""
    page: int | None = None
    """The page, from 1; null where it was not found or the paper has no pages."""


class Point(_Part):
    """A point that had to quote the paper and does not."""

    field: str
    point: int = Field(ge=0)


class Version(_Part):
    """A review that its reviewer has replaced since."""

    stage: str
    """When it was handed in: blind, reflection, discussion, rebuttal."""
    review: Values


class ReviewRecord(_Part):
    """What one reviewer handed in."""

    reviewer: str
    """The reviewer's seat; a role that sits twice has two."""
    role: str = ""
    """The role card behind the seat."""
    model: str = ""
    """What played the role: provider and model."""
    form: str = ""
    stage: str = ""
    """When this version was handed in."""
    review: Values
    places: list[Place] = []
    """Every quotation of the review."""
    unplaced: list[Point] = []
    """Points without a quotation, in fields that ask for one."""
    earlier: list[Version] = []
    """The versions before, the oldest first."""

    @property
    def not_found(self) -> list[Place]:
        return [place for place in self.places if not place.found]


class Absent(_Part):
    """A reviewer without a review, and why."""

    reviewer: str
    model: str = ""
    reason: str


class Score(_Part):
    """One score over all reviewers who gave it."""

    scale: tuple[float, float]
    """The lowest and the highest value that the form allows."""
    mean: float
    rounded: int
    """The mean as a whole number, halves to the even one."""
    meaning: str = ""
    """What the form says that this whole number means."""
    lowest: float
    highest: float
    spread: float | None = None
    """Standard deviation over the reviewers; null where only one gave the score."""
    disagreement: bool = False
    """The reviewers lie a third of the scale apart or more, and two points at least."""
    given: dict[str, float]
    """By reviewer."""


class MetaReview(_Part):
    """The area chair's word, or that of the rule where the chair gave none."""

    by: str
    """The area chair's role, or `rule`."""
    model: str = ""
    summary: str
    discussion: str
    reasons: str
    score: float | None = None
    """The chair's own overall score, where the rule leaves the decision to the chair."""
    places: list[Place] = []
    """Quotations of the paper in it; what a chair quotes of the reviews is not among them."""


class Remark(_Part):
    """What somebody said, in the order of the talk."""

    stage: str
    speaker: str
    text: str


class Hidden(_Part):
    """Text that was kept out of what the reviewers read."""

    kind: str
    """How it hides."""
    page: int
    quote: str


class Paper(_Part):
    """The paper as it was read."""

    title: str
    file: str
    sha256: str
    pages: int | None
    """null for files without pages."""
    characters: int
    """Of the text that the reviewers read."""
    notes: list[str] = []
    """What was cut or left out."""
    hidden: list[Hidden] = []


class PanelReport(_Part):
    """Everything about one panel on one paper."""

    version: Literal[1] = 1
    """Of this format."""
    notice: str
    """That automatic reviewers wrote this, and which."""
    paper: Paper
    form: str
    form_title: str
    round: int = Field(ge=1)
    """2 and up for a revised paper."""
    decision: str
    overall: float | None
    """The mean of the score that the decision rests on."""
    rule: str
    """How the scores lead to the decision, in words."""
    scores: dict[str, Score]
    reviews: list[ReviewRecord]
    absent: list[Absent] = []
    meta_review: MetaReview
    talk: list[Remark] = []
    """The discussion and what was said to the rebuttal."""
    rebuttal: str | None = None
    """The authors' answer to the reviews."""
    examples: list[str] = []
    """The examples of reviews that the reviewers were shown."""
    gate: str | None = None
    """What the gate says of the paper, where there is a run behind it."""


def schema_text() -> str:
    """The published schema, as its file holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **PanelReport.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
