"""The schema of a scenario file. A mistake raises UserError with the file, the key and the nearest known name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools.atomic import write_text
from tools.errors import UserError, nearest
from tools.schema import parse_yaml, read_mapping, validated

FOLDER = Path(__file__).parent
_SHORT = {"sandbox": "backend"}
"""Mappings that may be written as a single value, and the key that the value stands for."""
_OLD_KEYS = {"allowance": "run_quota", "start": "warm_start"}
_OLD_PHASE_KEYS = {"cast": "participants"}
"""Keys of earlier versions and their present names; scenario files and run folders with them still load."""
GuaranteeName = Literal["network", "filesystem", "environment", "syscalls", "memory", "processes", "disk", "time"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PhaseSpec(_Strict):
    """One phase of a scenario. Omitted fields fall back to the phase type's defaults."""

    phase: str
    """The phase type, like writeup."""
    participants: list[str] = []
    """The participating roles; the first one leads. A role may appear more than once; `role@model` names its model."""
    reviewers: int | None = Field(None, ge=1, le=50)
    """Number of reviewers on a panel: the first participants, starting over if there are fewer."""
    policy: str | list[str] = []
    """The turn-taking policy, or several in sequence."""
    chair: str = ""
    """The role that closes a panel."""
    accepted_by: str = ""
    """The role that must accept the deliverable; empty if submitting it is enough."""
    tools: list[str] = []
    """Tools that the phase offers in addition to those of its phase type."""
    rounds: int = Field(1, ge=0, le=10)
    """Discussion rounds of a panel."""
    reflections: int = Field(0, ge=0, le=20)
    """Maximum number of times each reviewer revisits their own review before the discussion."""
    authors: str = ""
    """The role that answers the reviews before the reviewers give their final scores."""
    turns: int | None = Field(None, ge=1)
    """Maximum number of turns."""
    minutes: float | None = Field(None, gt=0)
    """Maximum minutes."""
    dollars: float | None = Field(None, ge=0)
    """Maximum dollars."""
    tokens: int | None = Field(None, ge=0)
    """Maximum tokens."""

    @property
    def policies(self) -> list[str]:
        return [self.policy] if isinstance(self.policy, str) else self.policy


class IdeaBudgetSpec(_Strict):
    """The budget of one idea. At a limit the idea ends and the next one starts."""

    dollars: float | None = Field(None, ge=0)
    """Maximum dollars for model calls."""
    tokens: int | None = Field(None, ge=0)
    """Maximum tokens of model calls."""
    minutes: float | None = Field(None, gt=0)
    """Maximum minutes of work, summed over all resumes."""


class BudgetSpec(IdeaBudgetSpec):
    """The budget of a run. At a limit the run pauses; `resume --budget` continues it with more."""

    idea: IdeaBudgetSpec = IdeaBudgetSpec()  # type: ignore[call-arg]
    """The budget of each idea within it."""


class SandboxSpec(_Strict):
    """Where model-written code runs. A file may give just the name of the backend."""

    backend: str = "auto"
    """docker, bubblewrap, auto (Docker if its daemon is available, else bubblewrap), or none."""
    require: list[GuaranteeName] = []
    """Guarantees that must hold on this machine, or nothing is launched."""


class WarmStartSpec(_Strict):
    """Initial artifacts supplied by the user, which replace the phases that would make them. They are copied into the run."""

    ideas: str = ""
    """A JSON file with one idea or a list of ideas."""
    run: str = ""
    """A run folder whose idea to continue."""
    idea: str = ""
    """The name of the idea in that run, if it has several."""
    code: str = ""
    """A folder whose files replace the template's."""
    results: str = ""
    """A folder with run_0, run_1, ... measured elsewhere; the paper says so."""
    draft: str = ""
    """A .tex draft of the paper, or a folder with it, its .bib and its figures."""


class RunQuotaSpec(_Strict):
    """Limits on the experiments of one idea."""

    runs: int = Field(5, ge=1)
    """Maximum number of runs in addition to the baseline."""
    attempts: int = Field(4, ge=1)
    """Maximum number of attempts per run."""


class ReadingSpec(_Strict):
    """Limits on reading a paper. Reviewers and report are told what was left out."""

    pages: int | None = Field(None, ge=1)
    """Maximum pages of a PDF."""
    characters: int = Field(200_000, ge=1000)
    """Maximum characters, about 3.5 per token."""
    strip: bool = False
    """Remove what reveals a conference's decision: authors, "published as", acknowledgements, repository links."""


class Scenario(_Strict):
    """A scenario as launched."""

    name: str = ""
    """Name of the scenario; default: the file's name."""
    description: str = ""
    """One sentence for `run.py scenarios`."""
    template: str = ""
    """A template's name, or the path of its folder."""
    profile: str = ""
    """A profile of the template; empty for its default."""
    models: str = "offline"
    """A models config: a name in configs/models, or a path."""
    sandbox: SandboxSpec = SandboxSpec()
    """docker, bubblewrap, auto (Docker if its daemon is available, else bubblewrap), or none."""
    ideas: int = Field(1, ge=1, le=1000)
    """Number of ideas to take through the phases."""
    seed: int = Field(0, ge=0)
    """Seed of the experiments and of every choice the offline researcher makes."""
    literature: list[str] = ["local"]
    """Literature sources, tried in this order."""
    bibliography: list[str] = []
    """Additional .bib files for the local source."""
    form: str = "neurips"
    """The review form: a name in configs/forms, or a path."""
    rule: str = ""
    """The decision rule: a name in configs/rules, or a path; empty for the form's own."""
    paper: str = ""
    """A PDF, .tex or text file to review; for scenarios without experiments."""
    reading: ReadingSpec = ReadingSpec()  # type: ignore[call-arg]
    examples: str = ""
    """A folder of papers with their reviews, shown to the reviewers: attention.pdf beside attention.json."""
    rebuttal: str = ""
    """A file with the authors' answer to the reviews, shown after the discussion."""
    plugins: list[str] = []
    """Plug-in folders: role cards, forms, rules, prompts and Python code of your own. See docs/extending.md."""
    roles: list[str] = []
    """Folders with your role cards."""
    human: list[str] = []
    """Roles that a person plays at the terminal."""
    approve: list[str] = []
    """Deliverables that a person approves at the terminal before the run continues, like idea and paper."""
    warm_start: WarmStartSpec = WarmStartSpec()
    archive: str = ""
    """An ideas.json whose ideas count as already proposed, with their outcomes: another run's, or your own."""
    baseline: Literal["kept", "fresh"] = "kept"
    """kept: reuse one with the same code, data, scale, seed and hardware from an earlier run; fresh: measure it again."""
    confirm: bool = True
    """Measure the best run and the baseline again on fresh seeds after the experiments; headline claims rest on that."""
    require_novelty: bool = True
    """End ideas that are not found novel."""
    budget: BudgetSpec = BudgetSpec()  # type: ignore[call-arg]
    run_quota: RunQuotaSpec = RunQuotaSpec()  # type: ignore[call-arg]
    phases: list[PhaseSpec] = Field(min_length=1)
    """The phases in their order."""
    launched: dict[str, str] = {}
    """Versions and machine, written by the launch. Not a user setting."""

    def begun_with(self, phase: str) -> Scenario:
        """Return the scenario from the first phase of that name on.

        Raises:
            UserError: it has no such phase.
        """
        names = [spec.phase for spec in self.phases]
        if phase not in names:
            raise UserError(f"scenario {self.name}: --from {phase!r}: it has no such phase; {nearest(phase, names)}")
        return self.model_copy(update={"phases": self.phases[names.index(phase) :]})

    @field_validator("sandbox", mode="before")
    @classmethod
    def _sandbox_by_name(cls, value: object) -> object:
        return {_SHORT["sandbox"]: value} if isinstance(value, str) else value

    @field_validator("phases", mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        """Accept a phase written as its name alone."""
        if isinstance(value, list):
            return [{"phase": item} if isinstance(item, str) else item for item in value]
        return value


def find_scenario(name: str) -> Path:
    """Return the file of a scenario: a path, or a name in this folder.

    Raises:
        UserError: there is none.
    """
    for path in (Path(name), FOLDER / name, FOLDER / f"{name}.yaml"):
        if path.is_file():
            return path
    known = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    raise UserError(f"scenario {name!r}: no such file, and no scenario of that name; {nearest(Path(name).stem, known)}")


def load_scenario(path: Path, overrides: Mapping[str, object] = {}) -> Scenario:
    """Load a scenario and apply overrides like `{"budget.dollars": 3, "phases.panel.rounds": 2}`.

    Raises:
        UserError: the file or an override is wrong.
    """
    data = _with_present_keys(read_mapping(path, "must be keys with values, like template: diffusion_2d"))
    for key, value in overrides.items():
        _override(data, _present_path(key), value, key)
    scenario = validated(Scenario, data, path)
    return scenario if scenario.name else scenario.model_copy(update={"name": path.stem})


def _with_present_keys(data: dict[str, Any]) -> dict[str, Any]:
    renamed = {_OLD_KEYS.get(key, key): value for key, value in data.items()}
    if isinstance(phases := renamed.get("phases"), list):
        renamed["phases"] = [
            {_OLD_PHASE_KEYS.get(key, key): value for key, value in phase.items()} if isinstance(phase, dict) else phase
            for phase in phases
        ]
    return renamed


def _present_path(key: str) -> list[str]:
    parts = key.split(".")
    if parts[0] == "phases":
        return [*parts[:2], *(_OLD_PHASE_KEYS.get(part, part) for part in parts[2:])]
    return [_OLD_KEYS.get(parts[0], parts[0]), *parts[1:]]


def save_scenario(scenario: Scenario, path: Path) -> None:
    """Write a resolved scenario, from which the run can be resumed."""
    data = scenario.model_dump(exclude_none=True)
    write_text(path, yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120))


def parse_overrides(settings: Iterable[str]) -> dict[str, object]:
    """Parse `key=value` texts as overrides. Values are YAML.

    Raises:
        UserError: a text has no key or no value, or its value is not YAML.
    """
    overrides: dict[str, object] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip():
            raise UserError(f"--set {setting!r}: write it as key=value, like budget.dollars=3")
        overrides[key.strip()] = parse_yaml(value, f"--set {key.strip()}")
    return overrides


def _override(data: dict[str, Any], path: list[str], value: object, whole: str) -> None:
    first, rest = path[0], path[1:]
    if not rest:
        data[first] = value
        return
    inner = data.setdefault(first, {})
    if isinstance(inner, str) and first in _SHORT:
        inner = data[first] = {_SHORT[first]: inner}
    if isinstance(inner, list):
        inner[:] = [{"phase": item} if isinstance(item, str) else item for item in inner]
        chosen = [item for item in inner if item.get("phase") == rest[0]]
        if not chosen or len(rest) < 2:
            known = [str(item.get("phase")) for item in inner]
            raise UserError(f"--set {whole}: no phase {rest[0]!r} in the scenario; {nearest(rest[0], known)}")
        for item in chosen:
            _override(item, rest[1:], value, whole)
        return
    if not isinstance(inner, dict):
        raise UserError(f"--set {whole}: {first} is a single value and has no parts")
    _override(inner, rest, value, whole)
