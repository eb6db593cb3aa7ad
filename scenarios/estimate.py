"""Predict the cost of a scenario from the finished phases of earlier runs and from the scenario's turn limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agents.journal import read_journal
from agents.models.config import ModelSpec
from agents.models.usage import Pricing, UsageDetail
from scenarios.resolved_scenario import ResolvedScenario, participant_names, participants_of, turn_limit_of
from tools.run_dir import RunDir


@dataclass(frozen=True)
class Habit:
    """How a role works in a phase: turns per phase, model calls per turn, tokens per call."""

    turns: float
    calls: float
    prompt_tokens: float
    answer_tokens: float


ASSUMED = Habit(turns=2, calls=5, prompt_tokens=12_000, answer_tokens=1_000)
"""Used where no finished run provides numbers. Real models think before they reply, so their replies are long."""


@dataclass(frozen=True)
class Forecast:
    """What a role is expected to use in a phase over all ideas: as usual, and if the phase takes every turn it may.

    Dollars are without caching.
    """

    phase: str
    role: str
    model: str
    calls: float
    prompt_tokens: float
    answer_tokens: float
    dollars: float
    most_dollars: float
    assumed: bool
    """True if no finished run has this role in this phase."""


PhaseUsage = dict[tuple[str, str], Counter[str]]
"""Phase and role -> turns, calls, tokens, and in how many phases the role took a turn."""


def forecast(resolved: ResolvedScenario, runs: Iterable[PhaseUsage]) -> list[Forecast]:
    """Return one line for each role in each phase of the scenario."""
    habits = _habits(runs)
    lines = []
    for spec, kind in resolved.phases:
        roles = participant_names(spec, kind)
        usual = {role: habits.get((kind.name, role)) for role in roles}
        turns = sum((habit or ASSUMED).turns for habit in usual.values())
        participants = participants_of(spec, kind, has_rebuttal=bool(resolved.scenario.rebuttal))
        limit = max(1.0, turn_limit_of(spec, kind, participants) / turns) if turns else 1.0
        for role in roles:
            model = resolved.model_of(role)
            lines.append(_line(resolved, kind.name, role, model, usual[role], limit))
    return lines


def _line(
    resolved: ResolvedScenario, phase: str, role: str, model: ModelSpec, usual: Habit | None, limit: float
) -> Forecast:
    habit = usual or ASSUMED
    calls = habit.turns * habit.calls * resolved.scenario.ideas
    usage = UsageDetail(round(calls * habit.prompt_tokens), round(calls * habit.answer_tokens))
    dollars = float(Pricing(model).charge(usage)["uncached_dollars"])
    return Forecast(
        phase=phase,
        role=role,
        model=model.label,
        calls=calls,
        prompt_tokens=usage.prompt_tokens,
        answer_tokens=usage.completion_tokens,
        dollars=dollars,
        most_dollars=dollars * limit,
        assumed=usual is None,
    )


def usage_by_phase(run: Path) -> PhaseUsage:
    """Return what each role used in each phase of a run that has ended; nothing for a run that cannot be read."""
    found: PhaseUsage = {}
    seen = set()
    try:
        records = list(read_journal(RunDir(run).journal_file))
        ended = {record.key for record in records if record.type == "phase"}
        for record in records:
            idea_run, phase, role, *_ = [*record.key.split("/"), "", ""]
            if f"{idea_run}/{phase}" not in ended or record.type not in ("turn", "model"):
                continue
            used = found.setdefault((phase.partition(":")[0], role), Counter())
            if record.type == "turn":
                used["turns"] += 1
                used["held"] += (idea_run, phase, role) not in seen
                seen.add((idea_run, phase, role))
            else:
                answered = int(record.data["result"]["usage"]["completion_tokens"])
                used["calls"] += 1
                used["prompt"] += int(record.data.get("prompt_size", 0))
                used["answer"] += answered or int(record.data.get("answer_size", 0))
    except (OSError, KeyError, TypeError, ValueError):
        return {}
    return found


def _habits(runs: Iterable[PhaseUsage]) -> dict[tuple[str, str], Habit]:
    """Return the mean over all occurrences of each phase in these runs, by phase and role."""
    total: dict[tuple[str, str], Counter[str]] = {}
    for run in runs:
        for key, used in run.items():
            total.setdefault(key, Counter()).update(used)
    return {
        key: Habit(
            turns=used["turns"] / used["held"],
            calls=used["calls"] / used["turns"],
            prompt_tokens=used["prompt"] / used["calls"],
            answer_tokens=used["answer"] / used["calls"],
        )
        for key, used in total.items()
        if used["calls"] and used["turns"]
    }
