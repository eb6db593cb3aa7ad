"""Runs side by side: how they were launched, how they ended, and where their scenarios differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.scenario import load_scenario
from scenarios.views.run_row import RunRow, run_row
from tools.run_dir import RunDir

_NOT_SETTINGS = ("name", "description", "launched")


@dataclass(frozen=True)
class ComparedRuns:
    """Outcomes, and the scenario keys whose values differ: each maps a name to one text a run, in the runs' order."""

    runs: list[str]
    outcomes: dict[str, list[str]]
    settings: dict[str, list[str]]


def compare_runs(folders: Sequence[Path]) -> ComparedRuns:
    """Return a comparison of runs.

    Raises:
        UserError: the scenario or the summary of a run cannot be read.
    """
    rows = [run_row(folder) for folder in folders]
    outcomes = [_outcome(row) for row in rows]
    settings = [_settings(folder) for folder in folders]
    keys = dict.fromkeys(key for found in settings for key in found)
    differing = {key: [found.get(key, "") for found in settings] for key in keys}
    return ComparedRuns(
        runs=[row.name for row in rows],
        outcomes={key: [found[key] for found in outcomes] for key in outcomes[0]},
        settings={key: values for key, values in differing.items() if len(set(values)) > 1},
    )


def _outcome(row: RunRow) -> dict[str, str]:
    ideas = row.ideas
    return {
        "status": str(row.end),
        "ideas": ", ".join(row.idea_names),
        "runs completed": str(sum(idea.runs_completed for idea in ideas)),
        "runs failed": str(sum(idea.runs_failed for idea in ideas)),
        "gate": ", ".join(row.gates),
        "overall score": " ".join(f"{score:g}" for score in row.overall),
        "decision": ", ".join(decision for idea in ideas for decision in idea.decisions),
        "papers": str(sum(len(idea.papers) for idea in ideas)),
        "minutes": f"{row.seconds / 60:.1f}",
        "cost": f"${row.dollars:.2f}",
    }


def _settings(folder: Path) -> dict[str, str]:
    scenario = load_scenario(RunDir(folder).scenario_file).model_dump(mode="json", exclude_none=True)
    flat: dict[str, str] = {}
    _flatten({key: value for key, value in scenario.items() if key not in _NOT_SETTINGS}, "", flat)
    return {"scenario": str(scenario.get("name", "")), **flat}


def _flatten(data: object, place: str, flat: dict[str, str]) -> None:
    """Give every value its dotted key; phases go by name, numbered where a name recurs."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            _flatten(value, f"{place}.{key}" if place else str(key), flat)
    elif isinstance(data, list) and data and all(isinstance(item, Mapping) and "phase" in item for item in data):
        seen: dict[str, int] = {}
        for item in data:
            name = item["phase"]
            seen[name] = seen.get(name, 0) + 1
            suffix = f":{seen[name]}" if seen[name] > 1 else ""
            _flatten(item, f"{place}.{name}{suffix}", flat)
    else:
        flat[place] = ", ".join(map(str, data)) if isinstance(data, list) else str(data)
