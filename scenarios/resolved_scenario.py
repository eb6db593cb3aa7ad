"""Resolve a scenario: find and check everything that it names, before any work is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.conversation.policies import SELECTOR, Participants, build_policy, most_turns
from agents.models.config import ModelsConfig, ModelSpec, load_models_config
from agents.role_card import ROLES, RoleCard, load_roles
from scenarios.model_fit import check_models
from scenarios.participants import assign_participants
from scenarios.phases import PHASES
from scenarios.phases.phase_type import Need, PhaseType
from scenarios.plugins import Plugins, load_plugins
from scenarios.scenario import PhaseSpec, Scenario
from tools.errors import UserError, nearest
from tools.experiments.template import Profile, Template, load_template
from tools.literature import Literature, build_literature
from tools.project import CONFIGS, TEMPLATES, cache_folder
from tools.review import (
    FORMS,
    RULES,
    Form,
    load_form,
)
from tools.sandbox import SANDBOXES
from tools.toolsets.registry import tool_names


@dataclass(frozen=True)
class ResolvedScenario:
    """A scenario with its names resolved. `template` is None if no phase runs experiments."""

    scenario: Scenario
    template: Template | None
    profile: Profile
    models: ModelsConfig
    cards: dict[str, RoleCard]
    """The card of every role and of every participant."""
    participant_roles: dict[str, str]
    """The role of every participant."""
    form: Form
    literature: Literature
    phases: tuple[tuple[PhaseSpec, PhaseType], ...]
    plugins: Plugins
    """The registries to look names up in: the built-in parts and those of the plug-in folders."""

    @property
    def needs(self) -> frozenset[Need]:
        """Return what the phases need of the machine; compiling a supplied draft counts too."""
        drafted = {Need.SANDBOX, Need.TEX} if self.scenario.warm_start.draft else set()
        return frozenset(drafted).union(*(kind.needs for _, kind in self.phases))

    def model_of(self, role: str) -> ModelSpec:
        """Return the model that plays a role."""
        return self.models.spec_for(role, self.cards[role].model)

    @property
    def roles(self) -> list[str]:
        """Return every participant once, in order of appearance."""
        return list(dict.fromkeys(name for spec, kind in self.phases for name in participant_names(spec, kind)))


def resolve_scenario(scenario: Scenario, template_folder: Path | None = None) -> ResolvedScenario:
    """Resolve every name of a scenario. `template_folder` replaces its template, because a run has its own copy.

    Raises:
        UserError: something that the scenario names does not exist or does not fit.
    """
    place = f"scenario {scenario.name}"
    plugins = load_plugins([Path(name).expanduser() for name in scenario.plugins])
    kinds = [(spec, _kind(place, spec, plugins)) for spec in scenario.phases]
    needs = frozenset().union(*(kind.needs for _, kind in kinds))
    template = _template(place, scenario, needs, template_folder)
    backend = scenario.sandbox.backend
    if backend not in SANDBOXES:
        raise UserError(f"{place}: sandbox: no sandbox {backend!r}; {nearest(backend, SANDBOXES)}")
    tools = tool_names(plugins.toolsets)
    cards = load_roles([ROLES, *plugins.subfolders("roles"), *map(Path, scenario.roles)], tools)
    models = load_models_config(scenario.models)
    assignments = [
        assign_participants(f"{place}: phases.{spec.phase}", spec, kind, cards, models) for spec, kind in kinds
    ]
    phases = [(assignment.spec, kind) for assignment, (_, kind) in zip(assignments, kinds, strict=True)]
    for spec, kind in phases:
        _check_policies(place, spec, kind, plugins)
        _check_names(place, f"phases.{spec.phase}.tools", spec.tools, tools)
    _check_names(
        place, "human", scenario.human, [name for spec, kind in phases for name in participant_names(spec, kind)]
    )
    _check_names(place, "approve", scenario.approve, [kind.deliverable for _, kind in phases if kind.holds_chat])
    resolved = ResolvedScenario(
        scenario=scenario,
        template=template,
        profile=template.profile(scenario.profile) if template else Profile.model_validate({}),
        models=models.played_by_people(scenario.human),
        cards=cards
        | {participant: card for assignment in assignments for participant, card in assignment.cards.items()},
        participant_roles={
            participant: role for assignment in assignments for participant, role in assignment.roles.items()
        },
        form=_form(scenario, plugins),
        literature=build_literature(
            scenario.literature,
            bib_files=_bib_files(place, scenario, template),
            cache=cache_folder(),
            sources=plugins.literature_sources,
        ),
        phases=tuple(phases),
        plugins=plugins,
    )
    check_models(place, scenario, {name: resolved.model_of(name) for name in resolved.roles}, resolved.cards)
    return resolved


def _form(scenario: Scenario, plugins: Plugins) -> Form:
    form = load_form(scenario.form, [FORMS, *plugins.subfolders("forms")])
    return form.with_rule(scenario.rule, [RULES, *plugins.subfolders("rules")]) if scenario.rule else form


def participant_names(spec: PhaseSpec, kind: PhaseType) -> tuple[str, ...]:
    return tuple(spec.participants) or kind.participants


def participants_of(
    spec: PhaseSpec, kind: PhaseType, *, has_rebuttal: bool = False, roles: Mapping[str, str] | None = None
) -> Participants:
    """Return the participants of a phase.

    Args:
        has_rebuttal: the authors' response to the reviews exists already.
        roles: the role of each participant; by default its name.
    """
    names = participant_names(spec, kind)
    return Participants(
        names,
        on_call=tuple(name for name in names[1:] if (roles or {}).get(name, name) in kind.on_call),
        chair=spec.chair,
        rounds=spec.rounds,
        reflections=spec.reflections,
        authors=spec.authors,
        has_rebuttal=has_rebuttal,
    )


def first_phase_with_idea(scenario: Scenario) -> str:
    """Return the name of the first phase that works on an idea: where a run with a given idea begins."""
    names = [spec.phase for spec in scenario.phases]
    return next((name for name in names if name not in PHASES or not PHASES[name].proposes_idea), names[0])


def policies_of(spec: PhaseSpec, kind: PhaseType) -> Sequence[str]:
    return spec.policies or kind.policy


def turn_limit_of(spec: PhaseSpec, kind: PhaseType, participants: Participants) -> int:
    """Return the turn limit of a phase: the scenario's, else what its policies need if they end, else the phase type's."""
    return spec.turns or most_turns(policies_of(spec, kind), participants) or kind.turns


def _kind(place: str, spec: PhaseSpec, plugins: Plugins) -> PhaseType:
    if spec.phase not in plugins.phase_types:
        raise UserError(f"{place}: phases: no phase {spec.phase!r}; {nearest(spec.phase, plugins.phase_types)}")
    return plugins.phase_types[spec.phase]


def _template(place: str, scenario: Scenario, needs: frozenset[Need], folder: Path | None) -> Template | None:
    if not scenario.template:
        if Need.TEMPLATE in needs:
            raise UserError(
                f"{place}: template: its phases experiment, so it needs one; name it in the scenario or with --template"
            )
        if Need.PAPER in needs and not scenario.paper:
            raise UserError(f"{place}: paper: nothing to review; name a PDF, .tex or text file with --set paper=FILE")
        return None
    return load_template(str(folder or scenario.template), TEMPLATES)


def _check_policies(place: str, spec: PhaseSpec, kind: PhaseType, plugins: Plugins) -> None:
    where = f"{place}: phases.{spec.phase}"
    policies = policies_of(spec, kind)
    if list(policies) != [SELECTOR] and kind.holds_chat:
        try:
            build_policy(policies, participants_of(spec, kind), plugins.policies)
        except UserError as error:
            raise UserError(f"{where}: {error}") from None


def _check_names(place: str, key: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UserError(f"{place}: {key}: {name!r} occurs in no phase of it; {nearest(name, known)}")


def _bib_files(place: str, scenario: Scenario, template: Template | None) -> list[Path]:
    own = [Path(name).expanduser() for name in scenario.bibliography]
    for path in own:
        if not path.is_file():
            raise UserError(f"{place}: bibliography: there is no file {path}")
    of_template = []
    if template:
        of_template = sorted(template.folder.glob("*.bib")) + sorted(template.folder.glob("latex/*.tex"))
    return [*own, *of_template, *sorted((CONFIGS / "literature").glob("*.bib"))]
