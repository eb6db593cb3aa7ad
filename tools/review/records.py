"""Reviews as data: one reviewer's review, the decision of a panel, and `review.json`, the report on one panel.

`review.json` is made for other programs. Its JSON schema is published as `docs/review.schema.json`, generated from here.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.gate.report import GateFinding
from tools.project import ROOT

SCHEMA = ROOT / "docs" / "review.schema.json"

FilledForm = dict[str, Any]
"""Display name of each field of the form -> text, list of points, score, word, or true and false."""


class ReviewStage(StrEnum):
    """The stages of a panel. Each is the turn-taking policy of its name."""

    BLIND = "blind"
    REFLECTION = "reflection"
    DISCUSSION = "discussion"
    REBUTTAL = "rebuttal"
    CHAIR = "chair"


INDEPENDENT_STAGES = frozenset((ReviewStage.BLIND, ReviewStage.REFLECTION))
"""Stages in which a reviewer neither hears nor reads the others."""
STAGES_BEFORE_REBUTTAL = INDEPENDENT_STAGES | {ReviewStage.DISCUSSION}
"""Stages in which nobody reads the authors' rebuttal yet."""


class _ReviewPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckedQuote(_ReviewPart):
    """A quotation in a review, looked up in the paper."""

    field: str
    """The field of the form that contains it."""
    point: int = Field(ge=0)
    """Index of the point in the field; 0 for prose."""
    quote: str
    found: bool
    """Whether the paper contains it."""
    page: int | None = None
    """The page, from 1; null if it was not found or the paper has no pages."""


class UnquotedPoint(_ReviewPart):
    """A point that should quote the paper and does not."""

    field: str
    point: int = Field(ge=0)


class EarlierReview(_ReviewPart):
    """A review that its reviewer has replaced."""

    stage: str
    """When it was submitted: blind, reflection, discussion, rebuttal."""
    review: FilledForm


class ReviewRecord(_ReviewPart):
    """The review of one reviewer."""

    reviewer: str
    """The participant's name."""
    role: str = ""
    """The role card of the participant."""
    model: str = ""
    """Provider and model that played the role."""
    form: str = ""
    stage: str = ""
    """When this version was submitted."""
    review: FilledForm
    """Empty if the reviewer abstained."""
    abstained: str = ""
    """Why the reviewer abstained; empty if they did not. An abstention has no scores and counts for nothing."""
    places: list[CheckedQuote] = []
    """Every quotation of the review."""
    unplaced: list[UnquotedPoint] = []
    """Points without a quotation, in fields that ask for one."""
    earlier: list[EarlierReview] = []
    """Previous versions, the oldest first."""

    @property
    def not_found(self) -> list[CheckedQuote]:
        """Return the quotations that the paper does not contain."""
        return [quote for quote in self.places if not quote.found]


class MissingReview(_ReviewPart):
    """A reviewer without a review, and why."""

    reviewer: str
    model: str = ""
    reason: str
    abstained: bool = False
    """The reviewer took part and abstained."""


class ScoreSummary(_ReviewPart):
    """One score over all reviewers who gave it."""

    scale: tuple[float, float]
    """The lowest and the highest value that the form allows."""
    mean: float
    rounded: int
    """The mean as a whole number, halves to the even one."""
    meaning: str = ""
    """What this whole number means on the form."""
    lowest: float
    highest: float
    spread: float | None = None
    """Standard deviation over the reviewers; null if only one gave the score."""
    disagreement: bool = False
    """Whether the range is at least a third of the scale and at least two points."""
    given: dict[str, float]
    """By reviewer."""


class MetaReview(_ReviewPart):
    """The meta-review of the area chair, or of the decision rule if the chair wrote none."""

    by: str
    """The area chair's role, or `rule`."""
    model: str = ""
    summary: str
    discussion: str
    reasons: str
    score: float | None = None
    """The chair's own overall score, if the rule leaves the decision to the chair."""
    places: list[CheckedQuote] = []
    """Quotations of the paper. Quotations of the reviews are not included."""


class PanelDecision(BaseModel):
    """`meta_review.json`: the decision of a panel, the scores that it rests on, and the meta-review."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    form: str = ""
    reviewers: list[str] = []
    scores: dict[str, float]
    """The mean of each score, rounded to a whole number."""
    means: dict[str, float] = {}
    """The mean of each score to two digits; empty in decisions of earlier versions."""
    spread: dict[str, float] = {}
    """Standard deviation of each score that several reviewers gave."""
    decision: str
    rule: str = ""
    """The decision rule as a sentence."""
    by: str = ""
    model: str = ""
    summary: str = ""
    discussion: str = ""
    reasons: str = ""
    score: float | None = None

    @property
    def overall(self) -> float | None:
        """Return the score that stands for the paper: `Overall`, or the form's first."""
        return self.scores.get("Overall", next(iter(self.scores.values()), None))

    @property
    def meta_review(self) -> MetaReview:
        """Return the meta-review alone."""
        return MetaReview.model_validate(self.model_dump(include=set(MetaReview.model_fields)))


class PanelMessage(_ReviewPart):
    """One message of the discussion."""

    stage: str
    speaker: str
    text: str


class HiddenTextRecord(_ReviewPart):
    """Text that was removed from what the reviewers read."""

    kind: str
    """How it is hidden."""
    page: int
    quote: str


class ReviewedPaper(_ReviewPart):
    """The paper as it was read."""

    title: str
    file: str
    sha256: str
    pages: int | None
    """null for files without pages."""
    characters: int
    """Of the text that the reviewers read."""
    notes: list[str] = []
    """What was cut or omitted."""
    hidden: list[HiddenTextRecord] = []


class PanelReport(_ReviewPart):
    """The report on one panel about one paper."""

    version: Literal[1] = 1
    """Version of this format."""
    notice: str
    """Says that automatic reviewers wrote this, and which."""
    paper: ReviewedPaper
    form: str
    form_title: str
    round: int = Field(ge=1)
    """2 and up for a revised paper."""
    decision: str
    overall: float | None
    """The mean of the score that the decision rests on."""
    rule: str
    """The decision rule as a sentence."""
    scores: dict[str, ScoreSummary]
    reviews: list[ReviewRecord]
    absent: list[MissingReview] = []
    meta_review: MetaReview
    talk: list[PanelMessage] = []
    """The discussion and the replies to the rebuttal."""
    rebuttal: str | None = None
    """The authors' answer to the reviews."""
    examples: list[str] = []
    """Names of the example reviews that the reviewers saw."""
    gate: str | None = None
    """The summary of the evidence gate, if a run produced the paper."""
    gate_findings: list[GateFinding] = []
    """Everything that the gate found, notes included."""


def schema_text() -> str:
    """Return the content of the published schema."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **PanelReport.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
