"""The schema of a scenario file. Every mistake is one line with file, key and nearest known name, before any work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools.atomic import write_text
from tools.errors import UserError, nearest
from tools.schema import read_mapping, validated

FOLDER = Path(__file__).parent
_SHORT = {"sandbox": "backend"}
"""Parts that may be written as a single value, and what that value is."""
_OLD_KEYS = {"allowance": "run_quota", "start": "warm_start"}
_OLD_PHASE_KEYS = {"cast": "participants"}
"""Keys of earlier versions and their present names; scenario files and run folders with them still load."""
GuaranteeName = Literal["network", "filesystem", "environment", "syscalls", "memory", "processes", "disk", "time"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PhaseSpec(_Strict):
    """One phase of a scenario; what is left out is the phase's own default."""

    phase: str
    """The kind of phase, like writeup."""
    participants: list[str] = []
    """The roles in the room; the first leads. A role may sit more than once, and `role@model` names its model."""
    reviewers: int | None = Field(None, ge=1, le=50)
    """How many reviewers of the cast sit on a panel: the first ones, and again from the first when it has fewer."""
    policy: str | list[str] = []
    """Who speaks when: one turn-taking policy, or several one after the other."""
    chair: str = ""
    """The role that closes a panel."""
    accepted_by: str = ""
    """The role that has to accept the deliverable; empty when handing it in is enough."""
    tools: list[str] = []
    """Tools that the phase offers in addition to those of its phase type."""
    rounds: int = Field(1, ge=0, le=10)
    """Discussion rounds of a panel."""
    reflections: int = Field(0, ge=0, le=20)
    """How often at most each reviewer goes over their own review before the discussion."""
    authors: str = ""
    """The role that answers the reviews before the reviewers give their last scores."""
    turns: int | None = Field(None, ge=1)
    """Turns at most."""
    minutes: float | None = Field(None, gt=0)
    """Minutes at most."""
    dollars: float | None = Field(None, ge=0)
    """Dollars at most."""
    tokens: int | None = Field(None, ge=0)
    """Tokens at most."""

    @property
    def policies(self) -> list[str]:
        return [self.policy] if isinstance(self.policy, str) else self.policy


class IdeaBudgetSpec(_Strict):
    """What one idea may spend; at the limit it ends, and the next one begins."""

    dollars: float | None = Field(None, ge=0)
    """Dollars for models."""
    tokens: int | None = Field(None, ge=0)
    """Tokens of models."""
    minutes: float | None = Field(None, gt=0)
    """Minutes of work, over all resumes."""


class BudgetSpec(IdeaBudgetSpec):
    """What the whole run may spend; at the limit it pauses, and `resume --budget` takes it up with more."""

    idea: IdeaBudgetSpec = IdeaBudgetSpec()  # type: ignore[call-arg]
    """What each idea may spend of it."""


class SandboxSpec(_Strict):
    """Where model-written code runs. In a file, the backend's name alone will do."""

    backend: str = "auto"
    """docker, bubblewrap, auto (the better one that answers), or none."""
    require: list[GuaranteeName] = []
    """Promises that have to hold on this machine, or nothing is launched."""


class WarmStartSpec(_Strict):
    """What the run begins with, so that the phases that would make it can be left out. It is copied into the run folder."""

    ideas: str = ""
    """A JSON file with an idea, or with a list of them; each goes through the phases."""
    run: str = ""
    """A run folder; its idea goes on from where that run left it."""
    idea: str = ""
    """Which idea of that run, where it has more than one."""
    code: str = ""
    """A folder whose files are laid over the template's."""
    results: str = ""
    """A folder with run_0, run_1, … that were run elsewhere; the paper says so."""
    draft: str = ""
    """A .tex file, or a folder with one, its .bib and its figures: the paper begins as this."""


class RunQuotaSpec(_Strict):
    """How much one idea may use."""

    runs: int = Field(5, ge=1)
    """Runs beside the baseline."""
    attempts: int = Field(4, ge=1)
    """Attempts a run."""


class ReadingSpec(_Strict):
    """What of a paper the reviewers read; what is left out is told to them and in the report."""

    pages: int | None = Field(None, ge=1)
    """Pages of a PDF at most."""
    characters: int = Field(200_000, ge=1000)
    """Characters at most, about 3.5 a token."""
    strip: bool = False
    """Take out what gives a conference's decision away: authors, «published as», acknowledgements, repository links."""


class Scenario(_Strict):
    """A scenario as launched."""

    name: str = ""
    """Name of the scenario; the file's name by default."""
    description: str = ""
    """One sentence for `run.py scenarios`."""
    template: str = ""
    """A template's name, or the path of its folder."""
    profile: str = ""
    """A profile of the template; its default one when empty."""
    models: str = "offline"
    """A models config: a name in configs/models, or a path."""
    sandbox: SandboxSpec = SandboxSpec()
    """docker, bubblewrap, auto (the better one that answers), or none."""
    ideas: int = Field(1, ge=1, le=1000)
    """How many ideas to take through the phases."""
    seed: int = Field(0, ge=0)
    """Seed of the experiments and of every choice the offline researcher makes."""
    literature: list[str] = ["local"]
    """Literature sources, tried in this order."""
    bibliography: list[str] = []
    """.bib files of yours for the local source."""
    form: str = "neurips"
    """The review form: a name in configs/forms, or a path."""
    rule: str = ""
    """The decision rule: a name in configs/rules, or a path; the form's own when empty."""
    paper: str = ""
    """A PDF, .tex or text file to review; for scenarios without experiments."""
    reading: ReadingSpec = ReadingSpec()  # type: ignore[call-arg]
    examples: str = ""
    """A folder of papers with their reviews, shown to the reviewers: attention.pdf beside attention.json."""
    rebuttal: str = ""
    """A file with the authors' answer to the reviews, heard after the discussion."""
    plugins: list[str] = []
    """Plug-in folders: role cards, forms, rules, prompts and Python code of your own. See docs/extending.md."""
    roles: list[str] = []
    """Folders with role cards of yours."""
    human: list[str] = []
    """Roles that you play yourself at the terminal."""
    approve: list[str] = []
    """Deliverables that you are asked about at the terminal before the run goes on with them, like idea and paper."""
    warm_start: WarmStartSpec = WarmStartSpec()
    archive: str = ""
    """An ideas.json with ideas that count as proposed already, and what came of them; another run's, or seeds of yours."""
    baseline: Literal["kept", "fresh"] = "kept"
    """kept: one of the same code, data, scale, seed and hardware is taken over from an earlier run; fresh: measured anew."""
    require_novelty: bool = True
    """Ideas that are not found novel go no further."""
    budget: BudgetSpec = BudgetSpec()  # type: ignore[call-arg]
    run_quota: RunQuotaSpec = RunQuotaSpec()  # type: ignore[call-arg]
    phases: list[PhaseSpec] = Field(min_length=1)
    """The phases in their order."""
    launched: dict[str, str] = {}
    """Written by the launch: versions and machine. Not for you to set."""

    def begun_with(self, phase: str) -> Scenario:
        """The scenario from the first phase of that name on.

        Raises:
            UserError: it has no such phase.
        """
        names = [spec.phase for spec in self.phases]
        if phase not in names:
            raise UserError(f"scenario {self.name}: --from {phase!r}: it has no such phase; {nearest(phase, names)}")
        return self.model_copy(update={"phases": self.phases[names.index(phase) :]})

    @property
    def first_with_idea(self) -> str:
        """The phase that it begins with where an idea is given: the first after ideation."""
        names = [spec.phase for spec in self.phases]
        return next((name for name in names if name != "ideation"), names[0])

    @field_validator("sandbox", mode="before")
    @classmethod
    def _sandbox_by_name(cls, value: object) -> object:
        return {_SHORT["sandbox"]: value} if isinstance(value, str) else value

    @field_validator("phases", mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        """A phase may be written by its name alone."""
        if isinstance(value, list):
            return [{"phase": item} if isinstance(item, str) else item for item in value]
        return value


def find_scenario(name: str) -> Path:
    """The file of a scenario: a path, or a name in this folder.

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
    """Write a scenario as resolved, so that the run can be taken up from it alone."""
    data = scenario.model_dump(exclude_none=True)
    write_text(path, yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120))


def parse_overrides(settings: Iterable[str]) -> dict[str, object]:
    """`key=value` texts as overrides; values are read as YAML.

    Raises:
        UserError: a text has no key or no value, or its value is not YAML.
    """
    overrides: dict[str, object] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip():
            raise UserError(f"--set {setting!r}: write it as key=value, like budget.dollars=3")
        try:
            overrides[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise UserError(f"--set {setting!r}: the value is not valid YAML") from None
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
