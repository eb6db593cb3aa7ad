"""A kind of statement: how it is worded, where it stands, and the builder that finds the facts for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from tools.evidence_bench.case import Decider, Draft
from tools.evidence_bench.study_facts import StudyFacts

Builder = Callable[..., Draft | None]
"""Called with kind, facts, random and the kind's options; returns None if the study has no fact for the kind."""
BUILDERS: dict[str, Builder] = {}


def builds(function: Builder) -> Builder:
    """Register a builder by its name, for `make` in the files of kinds."""
    BUILDERS[function.__name__] = function
    return function


class Kind(BaseModel):
    """A kind of defect, or of honest sentence. A wording has fields such as `<run>`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    group: str
    make: str
    """The builder."""
    options: dict[str, str | bool | int | float] = Field({}, alias="with")
    """Arguments of the builder."""
    codes: frozenset[str] = frozenset()
    """Codes of findings that name the right reason; empty for honest kinds."""
    decider: Decider = Decider.CODE
    places: tuple[str, ...] = ("results",)
    """Sections; one is chosen."""
    confirmed_in_results: bool = False
    """Stands in the results if runs were confirmed: elsewhere a claim would have to rest on the confirmation."""
    claimed: str = ""
    actual: str = ""
    words: tuple[str, ...] = ()
    """Names that the builder chooses from."""
    wordings: tuple[str, ...] = ()
    variants: dict[str, tuple[str, ...]] = {}
    """Other wordings, by the fact that they need."""

    @property
    def honest(self) -> bool:
        return self.group == "honest"

    def propose(self, facts: StudyFacts, random: Random) -> Draft | None:
        """Return a draft by seeded choice, None if the study has no fact for it."""
        return BUILDERS[self.make](self, facts, random, **self.options)

    def place(self, facts: StudyFacts, random: Random) -> str:
        """Return one of the sections."""
        if len(self.places) == 1 or (self.confirmed_in_results and facts.ledger.confirmations):
            return self.places[0]
        return random.choice(self.places)

    def uses(self, *fields: str) -> bool:
        """Tell whether a wording has one of the fields."""
        texts = [text for wordings in (self.wordings, *self.variants.values()) for text in wordings]
        return any(f"<{field}>" in text for field in fields for text in texts)

    def say(
        self,
        facts: StudyFacts,
        random: Random,
        fields: Mapping[str, str] | None = None,
        about: Draft | None = None,
        *,
        wordings: Sequence[str] = (),
    ) -> Draft:
        """Return a draft with one of the wordings. `about` holds what is claimed and the facts; a section if it is chosen."""
        text = fill(random, wordings or self.wordings, fields or {})
        about = about or Draft(section="")
        claimed = about.claimed or self.claimed
        return replace(
            about,
            text=text,
            section=about.section or self.place(facts, random),
            claimed=claimed,
            actual=about.actual or self.actual or (claimed if self.honest else ""),
        )


def fill(random: Random, wordings: Sequence[str], fields: Mapping[str, str]) -> str:
    """Return one of the wordings with its fields filled. `Run` is `run` at the beginning of a sentence."""
    run = fields.get("run", "")
    chosen = wordings[0] if len(wordings) == 1 else random.choice(wordings)
    values = {**fields, "Run": run[:1].upper() + run[1:]}
    return re.sub(r"<([A-Za-z_]+)>", lambda field: values[field[1]], chosen)
