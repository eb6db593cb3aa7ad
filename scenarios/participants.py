"""Assign participants: each entry of a phase becomes a participant with a card and a model of its own.

An entry is a role, or `role@model` with a model of the models config. A role that occurs twice gets a number, a role with a
model the model's name: `reviewer_evidence`, `reviewer_evidence_2`, `reviewer_evidence_opus`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.models.config import ModelsConfig
from agents.role_card import RoleCard
from scenarios.phases.phase_type import PhaseType
from scenarios.scenario import PhaseSpec
from tools.errors import UserError, nearest
from tools.review import (
    RESERVED_NAMES,
    ReviewStage,
)


@dataclass(frozen=True)
class ParticipantAssignment:
    """A phase with its participants. `spec` names participants where the scenario named roles."""

    spec: PhaseSpec
    cards: dict[str, RoleCard]
    """The card of each participant; its name may differ from the role's."""
    roles: dict[str, str]
    """The role of each participant."""


def assign_participants(
    where: str, spec: PhaseSpec, kind: PhaseType, cards: Mapping[str, RoleCard], models: ModelsConfig
) -> ParticipantAssignment:
    """Turn every entry of a phase into a participant.

    Raises:
        UserError: there is no such role or model, or the chair or another special role does not take part.
    """
    entries = [_entry(where, text, cards, models) for text in (spec.participants or kind.participants)]
    chair = spec.chair or kind.chair
    needs_chair = ReviewStage.CHAIR in (spec.policies or kind.policy) or chair in [role for role, _ in entries]
    if not spec.chair and not needs_chair:
        chair = ""
    special = {chair, spec.authors}
    if spec.reviewers is not None:
        entries = _as_many(where, spec.reviewers, entries, special)
    participants: dict[str, RoleCard] = {}
    roles: dict[str, str] = {}
    for role, model in entries:
        participant = _name(role, model, participants, cards)
        if participant in RESERVED_NAMES:
            raise UserError(f"{where}.participants: the name {participant!r} is reserved; give the role another name")
        participants[participant] = _card(cards[role], participant, model, models)
        roles[participant] = role
    named = {"chair": chair, "accepted_by": spec.accepted_by, "authors": spec.authors}
    found = {key: _seat_of(where, key, role, roles) for key, role in named.items()}
    return ParticipantAssignment(
        spec.model_copy(update={"participants": list(participants), **found}), participants, roles
    )


def _entry(where: str, text: str, cards: Mapping[str, RoleCard], models: ModelsConfig) -> tuple[str, str]:
    role, at, model = text.partition("@")
    if role not in cards:
        raise UserError(f"{where}.participants: no role {role!r}; {nearest(role, cards)}")
    if at and model not in models.models:
        known = nearest(model, models.models)
        raise UserError(f"{where}.participants: {text}: no model {model!r} in the models config {models.name}; {known}")
    return role, model


def _as_many(where: str, wanted: int, entries: Sequence[tuple[str, str]], special: set[str]) -> list[tuple[str, str]]:
    reviewers = [entry for entry in entries if entry[0] not in special]
    if not reviewers:
        raise UserError(f"{where}.reviewers: the cast has no reviewer to begin with")
    chosen = [reviewers[i % len(reviewers)] for i in range(wanted)]
    return [*chosen, *(entry for entry in entries if entry[0] in special)]


def _name(role: str, model: str, participants: Mapping[str, RoleCard], cards: Mapping[str, RoleCard]) -> str:
    base = f"{role}_{re.sub(r'[^a-z0-9]+', '_', model.lower()).strip('_')}" if model else role
    name, number = base, 1
    while name in participants or (name in cards and name != role):
        number += 1
        name = f"{base}_{number}"
    return name


def _card(card: RoleCard, participant: str, model: str, models: ModelsConfig) -> RoleCard:
    if participant == card.name:
        return card
    same_as_role = card.name if card.name in models.roles else card.model
    return card.model_copy(update={"name": participant, "model": model or same_as_role})


def _seat_of(where: str, key: str, role: str, roles: Mapping[str, str]) -> str:
    if not role:
        return ""
    found = [participant for participant, sits in roles.items() if sits == role]
    if len(found) != 1:
        how = (
            "more than once among the phase's participants"
            if found
            else f"not a participant of the phase; {nearest(role, roles.values())}"
        )
        raise UserError(f"{where}.{key}: {role} is {how}")
    return found[0]
