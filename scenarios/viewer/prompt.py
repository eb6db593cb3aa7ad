"""The prompt that a model was sent, for the page of a model call.

Nothing of the run folder is executed or rendered as a template: plug-ins and prompts of a run from elsewhere are foreign
code.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.history_compaction import HistoryCompaction
from agents.journal_index import IndexEntry
from agents.models.config import load_models_config
from agents.participants import role_text
from agents.prompts import Prompts
from agents.role_card import ROLES, load_roles
from agents.sent_prompt import SentPrompt, sent_prompt
from scenarios.participants import ParticipantAssignment, assign_participants
from scenarios.phases import PHASES
from scenarios.scenario import Scenario, load_scenario
from scenarios.viewer.library import OpenRun
from tools.errors import UserError
from tools.toolsets.registry import tool_names


def prompt_of(run: OpenRun, entry: IndexEntry) -> SentPrompt | None:
    """Return the prompt of a model call; None if its turn has not ended, or if it belongs to no participant."""
    place = entry.place
    prefix = entry.key.partition(f"/{place.participant}/{place.turn}/")[0]
    turns = [run.index.get(f"{prefix}/{place.participant}/{number}") for number in range(1, place.turn + 1)]
    if not place.participant or turns[-1] is None:
        return None
    contexts = [run.index.read(turn).data["context"] for turn in turns if turn]
    number = int(place.call.removeprefix("model:").partition("/")[0])
    recorded = str(run.index.read(entry).data.get("digest", ""))
    systems: list[str] = []
    compactions: list[HistoryCompaction | None] = [None]
    try:
        scenario = load_scenario(run.files.scenario_file)
        systems = list(_system_messages(scenario, place.phase.partition(":")[0], place.participant))
        compactions = [*_compactions(scenario), None]
    except (UserError, OSError):
        pass  # then the digest does not confirm the prompt, and the page says so
    calls = [
        run.index.read(each).data
        for each in run.index.entries
        if each.type == "tool" and each.key.startswith(f"{prefix}/{place.participant}/") and each.number < entry.number
    ]
    briefs = {str(call.get("call_id", "")): str(call["brief"]) for call in calls if call.get("brief")}
    return sent_prompt(contexts, number, recorded, system_messages=systems, compactions=compactions, briefs=briefs)


def _assigned(scenario: Scenario, phase_type: str) -> Iterator[ParticipantAssignment]:
    """Yield the participants of each phase of a type that the scenario plays."""
    cards = load_roles([ROLES], tool_names())
    models = load_models_config(scenario.models)
    for spec in scenario.phases:
        if spec.phase == phase_type and phase_type in PHASES:
            yield assign_participants("", spec, PHASES[phase_type], cards, models)


def _system_messages(scenario: Scenario, phase_type: str, participant: str) -> Iterator[str]:
    cards = load_roles([ROLES], tool_names())
    for found in _assigned(scenario, phase_type):
        if card := (cards | found.cards).get(participant):
            yield role_text("system", card, cards | found.cards, found.spec.participants, Prompts())
            yield Prompts().render("rules")  # reviewers whose prompts begin alike read their role after the task


def _compactions(scenario: Scenario) -> Iterator[HistoryCompaction]:
    sizes = {spec.context_tokens for spec in load_models_config(scenario.models).models.values()}
    yield from map(HistoryCompaction.of, sorted(sizes))
