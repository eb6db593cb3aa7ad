"""The lab plays a scenario: for each idea it seats each phase's cast, holds its chat, and hands its deliverable on.

Resuming is playing again: what the journal has as finished is not done again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
from scenarios.phases.kind import PhaseKind
from scenarios.plan import Plan, cast_of, policies_of, seats_of, turn_limit_of
from scenarios.scenario import PhaseSpec
from scenarios.studies import Studies
from scenarios.study import Study
from scenarios.summary import write_summary
from tools.errors import ColloquiumError, MachineError
from tools.idea import Novelty, load_idea, save_idea
from tools.panel.stages import ALONE
from tools.sandbox import Sandbox
from tools.toolbox import build_tools

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
        self._studies = Studies(self.folder, plan, sandbox, journal, observer)
        starts = sum(record.type == "start" for record in journal.records())
        journal.put(f"run/start:{starts + 1}", "start", {})
        self._cast = Cast(plan.cards, plan.models, self.conduct, scenario.seed, limits=limits)
        self.studies: list[Study] = []

    async def play(self) -> str:
        """Take every idea through the phases. Answers the run's status: `finished`, or `paused: why`."""
        status = "finished"
        self._studies.open_archive()
        barren = 0
        try:
            for number in range(1, self._plan.scenario.ideas + 1):
                study = self._studies.open(f"idea_{number}")
                self.studies.append(study)
                await self._play_study(study, number)
                self._studies.keep_outcome(study)
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
        if (start := self._studies.begun(study, number)) is not None:
            first = self._plan.phases[0][1]
            await self._step(study, f"{study.slot}/start", lambda study: start.lay(study, first))
            study.panels_held = start.panels

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
            self._studies.start_idea(study, load_idea(study.desk.proposal))
        if kind.name == "novelty" and not study.outcome:
            path = study.workspace.root / "novelty.json"
            novelty = Novelty.model_validate_json(path.read_bytes())
            idea = study.idea
            if idea is not None:
                idea.novel = novelty.decision == "novel"
                save_idea(idea, study.workspace.root / "idea.json")
            if novelty.decision != "novel" and self._plan.scenario.require_novelty:
                study.outcome = f"not found novel ({novelty.decision}): {novelty.reasons}"
