"""The lab plays a scenario: for each idea it seats each phase's cast, holds its chat, and hands its deliverable on.

Resuming is playing again: what the journal has as finished is not done again.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from agents.budget import Budget
from agents.cast import Cast
from agents.chat import converse
from agents.conduct import Conduct, Stopped
from agents.floor import Cue, Ending, Floor
from agents.journal import Journal
from agents.models import Limits as ModelLimits
from agents.observer import Observer
from agents.policies import SELECTOR, Seats, build_policy, build_stages
from scenarios.outcome import outcome_of_study
from scenarios.phases.kind import PhaseKind
from scenarios.plan import Plan, cache_folder, cast_of, policies_of, seats_of, turn_limit_of
from scenarios.scenario import PhaseSpec
from scenarios.start import Start
from scenarios.study import Study
from scenarios.summary import write_summary
from tools.archive import Entry, put_idea, read_archive
from tools.atomic import write_json
from tools.baselines import Baselines
from tools.desk import Allowance, Desk
from tools.errors import ColloquiumError, MachineError
from tools.idea import Idea, Novelty, load_idea, save_idea, stored
from tools.panel.stages import ALONE
from tools.sandbox import Sandbox
from tools.template import Template
from tools.toolbox import build_tools
from tools.workspace import Workspace

PERSON = "person"
"""The role of whoever runs the study; always played at the terminal."""
BARREN = 3
"""Ideations in a row without an idea after which a group is taken to have none left."""
_ACCEPTANCE = ("accept_deliverable", "return_deliverable")


class Lab:
    """One run. `folder` is the run folder; it holds the scenario as resolved and a copy of the template already."""

    def __init__(self, folder: Path, plan: Plan, sandbox: Sandbox, observer: Observer, limits: ModelLimits) -> None:
        self.folder, self._plan, self._sandbox, self._observer = folder.resolve(), plan, sandbox, observer
        scenario = plan.scenario
        journal = Journal(folder / "journal.jsonl")
        self.conduct = Conduct(journal, observer, Budget(**scenario.budget.model_dump(exclude={"idea"})))
        self._start = Start.of(self.folder)
        starts = sum(record.type == "start" for record in journal.records())
        journal.put(f"run/start:{starts + 1}", "start", {})
        self._cast = Cast(plan.cards, plan.models, self.conduct, scenario.seed, limits=limits)
        self.studies: list[Study] = []

    async def play(self) -> str:
        """Take every idea through the phases. Answers the run's status: `finished`, or `paused: why`."""
        status = "finished"
        write_json(self.folder / "ideas.json", self._archive())
        barren = 0
        try:
            for number in range(1, self._plan.scenario.ideas + 1):
                study = self._open_study(f"idea_{number}")
                self.studies.append(study)
                await self._play_study(study, number)
                self._keep_outcome(study)
                barren = 0 if study.idea or not self._plan.template else barren + 1
                if barren == BARREN:
                    self._observer.note(f"{BARREN} times in a row the group had no idea to propose, so the run ends here")
                    break
        except (Stopped, MachineError, OSError) as error:
            status = f"paused: {error}"
        try:
            self._close(status)
        except OSError as error:
            status = f"paused: {error}"
        return status

    def _close(self, status: str) -> None:
        journal = self.conduct.journal
        journal.put(f"run/end:{len(list(journal.records()))}", "run", {"status": status})
        write_summary(self.folder, self._plan, self.conduct, self.studies, status)
        self.conduct.journal.close()

    async def _play_study(self, study: Study, number: int) -> None:
        """One failed idea does not stop the others, nor does one whose own budget is spent; its reason is kept."""
        seen: dict[str, int] = {}
        budget = Budget(**self._plan.scenario.budget.idea.model_dump())
        with self.conduct.account("idea", budget, study.slot):
            try:
                await self._begin(study, number)
                for spec, kind in self._plan.phases:
                    seen[kind.name] = seen.get(kind.name, 0) + 1
                    suffix = f":{seen[kind.name]}" if seen[kind.name] > 1 else ""
                    await self._play_phase(study, spec, kind, f"{study.slot}/{kind.name}{suffix}")
                    if study.outcome:
                        break
            except Stopped as stopped:
                if self.conduct.stop_scope != "idea":
                    raise
                study.outcome = str(stopped)
            except MachineError:
                raise
            except ColloquiumError as error:
                study.outcome = str(error)
        if study.outcome:
            self._observer.note(f"{study.slot} ends here: {study.outcome}")

    async def _begin(self, study: Study, number: int) -> None:
        """Where the run was given ideas, a study starts from its own."""
        if not self._start.ideas:
            return
        idea = self._start.ideas[number - 1]
        self._start.open(self.folder / "ideas" / idea.name)
        self._start_idea(study, idea)
        await self._step(study, f"{study.slot}/start", self._start.lay)
        study.panels_held = self._start.panels

    def _keep_outcome(self, study: Study) -> None:
        """What came of an idea goes into the archive, for the ideas after it."""
        if (idea := study.idea) and self._plan.template:
            put_idea(
                self.folder / "ideas.json",
                self._entry(idea) | {"outcome": outcome_of_study(study).model_dump(exclude_defaults=True)},
            )

    def _entry(self, idea: Idea) -> Entry:
        return {**stored(idea), "template": self._plan.template.name if self._plan.template else ""}

    async def _play_phase(self, study: Study, spec: PhaseSpec, kind: PhaseKind, key: str) -> None:
        desk = study.desk
        desk.deliverable, desk.acceptance = kind.deliverable, bool(spec.accepted_by)
        desk.review_round = study.panels_held + 1 if kind.name == "panel" else max(1, study.panels_held)
        record = self.conduct.journal.get(key)
        if record is None:
            self._observer.phase_started(study.slot, kind.name)
            await self._step(study, f"{key}/before", kind.before)
            ending = Ending("accepted", "done")
            if kind.holds_chat:
                with self.conduct.account("phase", Budget(spec.dollars, spec.tokens, spec.minutes), key):
                    ending = await self._hold_chat(study, spec, kind, key)
            await self._step(study, f"{key}/after", kind.after)
            usable = ending.kind == "accepted" or (not self._approved_by(kind) and kind.usable(study))
            commit = await study.workspace.save(f"{kind.name}: {ending.reason}")
            data = {"kind": ending.kind, "reason": ending.reason, "usable": usable, "commit": commit}
            record = self.conduct.journal.put(key, "phase", data)
            self._observer.phase_ended(study.slot, kind.name, ending.reason)
        if not record.data["usable"]:
            study.outcome = f"{kind.name} ended without its {kind.deliverable} ({record.data['reason']})"
        self._hand_on(study, kind)

    async def _hold_chat(self, study: Study, spec: PhaseSpec, kind: PhaseKind, key: str) -> Ending:
        policies = list(policies_of(spec, kind))
        selects = policies == [SELECTOR]
        seats = seats_of(spec, kind, answered=bool(self._plan.scenario.rebuttal))
        floor = Floor(
            seats=seats,
            policy=None if selects else build_policy(policies, seats),
            deliverable=kind.deliverable,
            turn_limit=turn_limit_of(spec, kind, seats),
            conduct=self.conduct,
            selector=self._cast.selector(key) if selects else None,
            stages=(lambda turns: SELECTOR) if selects else build_stages(policies, seats),
            cue=lambda speaker: Cue(kind.cue(study, floor.stage, speaker), floor.stage in ALONE),
            approver=self._approved_by(kind),
        )
        study.seats, study.turns, study.desk.stage = seats, floor.turns, lambda: floor.stage
        participants = []
        for name in cast_of(spec, kind):
            tools = build_tools(study.desk, name, self._tools_of(name, spec, kind, seats))
            participants.append(self._cast.seat(name, key, tools, study.workspace, floor))
        if floor.approver:
            tools = build_tools(study.desk, floor.approver, list(_ACCEPTANCE))
            participants.append(self._cast.seat(floor.approver, key, tools, study.workspace, floor))
        ending = await converse(floor, participants, self._task(study, kind, key))
        if ending.kind == "stopped":
            raise Stopped(ending.reason)
        return ending

    def _task(self, study: Study, kind: PhaseKind, key: str) -> str:
        """What the phase's people read first. It is kept: a resumed phase goes on from the words that it began with."""
        record = self.conduct.journal.get(f"{key}/task")
        if record is None:
            text = self._cast.task(kind.name, kind.variables(study))
            record = self.conduct.journal.put(f"{key}/task", "step", {"task": text})
        return str(record.data["task"])

    def _approved_by(self, kind: PhaseKind) -> str:
        """Who has the last word on a phase's deliverable; without that word the study does not go on with it."""
        return PERSON if kind.deliverable in self._plan.scenario.approve else ""

    def _tools_of(self, name: str, spec: PhaseSpec, kind: PhaseKind, seats: Seats) -> list[str]:
        """What the role's card allows and the phase offers. Who sits on a panel may hand in a review, whatever its
        card says; who accepts may accept."""
        card = self._plan.cards[name]
        wanted = [tool for tool in card.tools if kind.tools is None or tool in kind.tools]
        if "submit_review" in (kind.tools or ()) and name in seats.others:
            wanted += ["submit_review"] if card.plain else ["submit_review", "read_reviews"]
        if name == spec.accepted_by:
            wanted += _ACCEPTANCE
        return wanted

    async def _step(self, study: Study, key: str, work: Callable[[Study], Awaitable[None]]) -> None:
        """Work of the harness, done once."""
        if self.conduct.journal.get(key) is None:
            self.conduct.check()
            await self.conduct.unless_stopped(work(study))
            commit = await study.workspace.save(key)
            self.conduct.journal.put(key, "step", {"commit": commit})

    def _hand_on(self, study: Study, kind: PhaseKind) -> None:
        """What a finished phase means for the next; done again after a resume."""
        if kind.name == "panel":
            study.panels_held += 1
        if kind.name == "ideation" and not study.outcome:
            self._start_idea(study, load_idea(study.desk.proposal))
        if kind.name == "novelty" and not study.outcome:
            path = study.workspace.root / "novelty.json"
            novelty = Novelty.model_validate_json(path.read_bytes())
            idea = study.idea
            if idea is not None:
                idea.novel = novelty.decision == "novel"
                save_idea(idea, study.workspace.root / "idea.json")
            if novelty.decision != "novel" and self._plan.scenario.require_novelty:
                study.outcome = f"not found novel ({novelty.decision}): {novelty.reasons}"

    def _start_idea(self, study: Study, idea: Idea) -> None:
        """From here on the study works in a folder of the idea's name, with the template as its first commit."""
        workspace = Workspace.create(self.folder / "ideas" / idea.name, self._plan.template)
        self._restore(study.slot, workspace, in_ideation=False)
        if not (workspace.root / "idea.json").exists():
            save_idea(idea, workspace.root / "idea.json")
        study.desk.workspace = workspace
        put_idea(self.folder / "ideas.json", self._entry(idea))

    def _open_study(self, slot: str) -> Study:
        scenario, template = self._plan.scenario, self._plan.template
        paper = Path(scenario.paper)
        place = self.folder / "proposals" / slot if template else self.folder / "ideas" / paper.stem
        workspace = Workspace.create(place, template)
        self._restore(slot, workspace, in_ideation=template is not None)
        if not template and not list(workspace.paper.glob("submission.*")):
            workspace.paper.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / paper.name, workspace.paper / f"submission{paper.suffix}")
        desk = Desk(
            template=template or no_template(self.folder),
            profile=self._plan.profile,
            profile_name=scenario.profile or (template.default_profile if template else ""),
            workspace=workspace,
            sandbox=self._sandbox,
            literature=self._plan.literature,
            form=self._plan.form,
            archive=self.folder / "ideas.json",
            proposal=self.folder / "proposals" / f"{slot}.json",
            baselines=Baselines(cache_folder() / "baselines") if scenario.baseline == "kept" else None,
            seed=scenario.seed,
            run_id=self.folder.name,
            allowance=replace(Allowance(), runs=scenario.allowance.runs, attempts=scenario.allowance.attempts),
            progress=self._observer.tool_progress,
            authors=self._authors(),
            roles=self._plan.seat_roles,
            offline=self.offline,
        )
        return Study(slot, desk, self.folder)

    def _restore(self, slot: str, workspace: Workspace, *, in_ideation: bool) -> None:
        """Put right what a call that was cut short has left: back to the last state that the journal knows."""
        commit = ""
        for record in self.conduct.journal.records():
            ideation = record.key.startswith(f"{slot}/ideation")
            here = ideation == in_ideation or not self._plan.template
            if here and record.key.startswith(f"{slot}/") and record.data.get("commit"):
                commit = record.data["commit"]
        workspace.restore(commit or "HEAD")

    def _archive(self) -> list[Entry]:
        """The ideas so far: at first the template's seed ideas and those that the run was given."""
        path = self.folder / "ideas.json"
        if path.exists():
            return read_archive(path)
        given = {entry["Name"]: entry for entry in self._start.archive}
        seeds = self._plan.template.seed_ideas if self._plan.template else ()
        return [*(seed for seed in seeds if seed["Name"] not in given), *given.values()]

    @property
    def offline(self) -> bool:
        """No language model plays any role."""
        return all(self._plan.model_of(role).provider == "offline" for role in self._plan.roles)

    def _authors(self) -> dict[str, str]:
        return {role: self._plan.model_of(role).label for role in self._plan.roles}


def no_template(folder: Path) -> Template:
    """What lies on the desk where nothing is experimented with."""
    return Template(
        name="none",
        folder=folder,
        title="",
        field="",
        description="",
        metrics={},
        profiles={},
        default_profile="",
        seed_argument="",
        protected=(),
        system="",
        task_description="",
        seed_ideas=(),
    )
