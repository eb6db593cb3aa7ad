"""The lab plays a scenario: for each idea it seats each phase's cast, holds its chat, and hands its deliverable on.

Resuming is playing again: what the journal has as finished is not done again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from agents.autogen.group_chat import converse
from agents.budget import Budget
from agents.conversation.conversation import Conversation, Ending, TurnPrompt
from agents.conversation.participants import ParticipantFactory
from agents.conversation.policies import SELECTOR, Participants, build_policy, build_stages
from agents.journal import Journal
from agents.models import EndpointLimits
from agents.observer import Observer
from agents.offline.state import PromptVariables
from agents.prompts import Prompts
from agents.run_context import RunContext, Stopped
from scenarios.idea_run import IdeaRun
from scenarios.idea_runs import IdeaRuns
from scenarios.phases.phase_type import PhaseType
from scenarios.resolved_scenario import ResolvedScenario, participant_names, participants_of, policies_of, turn_limit_of
from scenarios.run_summary import write_summary
from scenarios.scenario import PhaseSpec
from tools.errors import ColloquiumError, MachineError
from tools.ideas import NoveltyDecision, load_idea, save_idea
from tools.review import INDEPENDENT_STAGES
from tools.sandbox import Sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.registry import build_tools

PERSON = "person"
"""The role of whoever runs the study; always played at the terminal."""
MAX_EMPTY_IDEATIONS = 3
"""Ideations in a row without an idea after which a group is taken to have none left."""
_ACCEPTANCE = ("accept_deliverable", "return_deliverable")


class Runner:
    """One run. `folder` is the run folder; it holds the scenario as resolved and a copy of the template already."""

    def __init__(
        self, folder: Path, resolved: ResolvedScenario, sandbox: Sandbox, observer: Observer, limits: EndpointLimits
    ) -> None:
        self.folder, self._resolved, self._sandbox, self._observer = folder.resolve(), resolved, sandbox, observer
        scenario = resolved.scenario
        journal = Journal(folder / "journal.jsonl")
        self.run_context = RunContext(journal, observer, Budget(**scenario.budget.model_dump(exclude={"idea"})))
        self._idea_runs = IdeaRuns(self.folder, resolved, sandbox, journal, observer)
        starts = sum(record.type == "start" for record in journal.records())
        journal.put(f"run/start:{starts + 1}", "start", {})
        self._participant_factory = ParticipantFactory(
            resolved.cards,
            resolved.models,
            self.run_context,
            scenario.seed,
            limits=limits,
            prompts=Prompts(tuple(resolved.plugins.subfolders("prompts"))),
        )
        self.idea_runs: list[IdeaRun] = []

    async def play(self) -> str:
        """Take every idea through the phases. Answers the run's status: `finished`, or `paused: why`."""
        status = "finished"
        self._idea_runs.open_archive()
        empty_ideations = 0
        try:
            for number in range(1, self._resolved.scenario.ideas + 1):
                idea_run = await self._idea_runs.open(f"idea_{number}")
                self.idea_runs.append(idea_run)
                await self._play_idea(idea_run, number)
                self._idea_runs.keep_outcome(idea_run)
                empty_ideations = 0 if idea_run.idea or not self._resolved.template else empty_ideations + 1
                if empty_ideations == MAX_EMPTY_IDEATIONS:
                    self._observer.note(
                        f"{MAX_EMPTY_IDEATIONS} times in a row the group had no idea to propose, so the run ends here"
                    )
                    break
        except (Stopped, MachineError, OSError) as error:
            status = f"paused: {error}"
        try:
            self._close(status)
        except OSError as error:
            status = f"paused: {error}"
        return status

    def _close(self, status: str) -> None:
        journal = self.run_context.journal
        journal.put(f"run/end:{len(list(journal.records()))}", "run", {"status": status})
        write_summary(self.folder, self._resolved, self.run_context, self.idea_runs, status)
        self.run_context.journal.close()

    async def _play_idea(self, idea_run: IdeaRun, number: int) -> None:
        """One failed idea does not stop the others, nor does one whose own budget is spent; its reason is kept."""
        seen: dict[str, int] = {}
        budget = Budget(**self._resolved.scenario.budget.idea.model_dump())
        with self.run_context.account("idea", budget, idea_run.slot):
            try:
                await self._begin(idea_run, number)
                for spec, kind in self._resolved.phases:
                    seen[kind.name] = seen.get(kind.name, 0) + 1
                    suffix = f":{seen[kind.name]}" if seen[kind.name] > 1 else ""
                    await self._play_phase(idea_run, spec, kind, f"{idea_run.slot}/{kind.name}{suffix}")
                    if idea_run.outcome:
                        break
            except Stopped as stopped:
                if self.run_context.stop_scope != "idea":
                    raise
                idea_run.outcome = str(stopped)
            except MachineError:
                raise
            except ColloquiumError as error:
                idea_run.outcome = str(error)
        if idea_run.outcome:
            self._observer.note(f"{idea_run.slot} ends here: {idea_run.outcome}")

    async def _begin(self, idea_run: IdeaRun, number: int) -> None:
        """Where the run was given ideas, a study starts from its own."""
        if (start := await self._idea_runs.begun(idea_run, number)) is not None:
            first = self._resolved.phases[0][1]
            await self._step(idea_run, f"{idea_run.slot}/start", lambda idea_run: start.lay(idea_run, first))
            idea_run.panels_held = start.panels

    async def _play_phase(self, idea_run: IdeaRun, spec: PhaseSpec, kind: PhaseType, key: str) -> None:
        idea_run.review_round = idea_run.panels_held + 1 if kind.name == "panel" else max(1, idea_run.panels_held)
        record = self.run_context.journal.get(key)
        if record is None:
            self._observer.phase_started(idea_run.slot, kind.name)
            await self._step(idea_run, f"{key}/before", kind.before)
            ending = Ending("accepted", "done")
            if kind.holds_chat:
                with self.run_context.account("phase", Budget(spec.dollars, spec.tokens, spec.minutes), key):
                    ending = await self._hold_chat(idea_run, spec, kind, key)
            await self._step(idea_run, f"{key}/after", kind.after)
            usable = ending.kind == "accepted" or (not self._approved_by(kind) and kind.usable(idea_run))
            commit = await idea_run.workspace.save(f"{kind.name}: {ending.reason}")
            data = {"kind": ending.kind, "reason": ending.reason, "usable": usable, "commit": commit}
            record = self.run_context.journal.put(key, "phase", data)
            self._observer.phase_ended(idea_run.slot, kind.name, ending.reason)
        if not record.data["usable"]:
            idea_run.outcome = f"{kind.name} ended without its {kind.deliverable} ({record.data['reason']})"
        await self._hand_on(idea_run, kind)

    async def _hold_chat(self, idea_run: IdeaRun, spec: PhaseSpec, kind: PhaseType, key: str) -> Ending:
        policies, plugins = list(policies_of(spec, kind)), self._resolved.plugins
        selects = policies == [SELECTOR]
        participants = participants_of(spec, kind, answered=bool(self._resolved.scenario.rebuttal))
        conversation = Conversation(
            participants=participants,
            policy=None if selects else build_policy(policies, participants, plugins.policies),
            deliverable=kind.deliverable,
            turn_limit=turn_limit_of(spec, kind, participants),
            run_context=self.run_context,
            selector=self._participant_factory.selector(key) if selects else None,
            stages=(lambda turns: SELECTOR) if selects else build_stages(policies, participants, plugins.policies),
            turn_prompt=lambda speaker: TurnPrompt(
                kind.turn_prompt(idea_run, conversation.stage, speaker), conversation.stage in INDEPENDENT_STAGES
            ),
            approver=self._approved_by(kind),
        )
        idea_run.participants, idea_run.turns = participants, conversation.turns
        context = ToolContext(
            idea_run.context, "", conversation, kind.deliverable, bool(spec.accepted_by), idea_run.review_round
        )
        agents = []
        task, variables = self._task(idea_run, kind, key, participant_names(spec, kind))
        for name in participant_names(spec, kind):
            tools = build_tools(
                replace(context, participant=name), self._tools_of(name, spec, kind, participants), plugins.toolsets
            )
            agents.append(
                self._participant_factory.participant(name, key, tools, idea_run.workspace, conversation, variables)
            )
        if conversation.approver:
            tools = build_tools(replace(context, participant=conversation.approver), list(_ACCEPTANCE))
            agents.append(
                self._participant_factory.participant(
                    conversation.approver, key, tools, idea_run.workspace, conversation
                )
            )
        ending = await converse(conversation, agents, task)
        if ending.kind == "stopped":
            raise Stopped(ending.reason)
        return ending

    def _task(
        self, idea_run: IdeaRun, kind: PhaseType, key: str, participants: Sequence[str]
    ) -> tuple[str, PromptVariables]:
        """Return the phase's prompt and the variables in it that an offline participant reads.

        Both are journaled, so that a resumed phase continues from those that it began with.
        """
        factory, record = self._participant_factory, self.run_context.journal.get(f"{key}/task")
        variables = dict[str, object]()
        if record is None or ("variables" not in record.data and factory.plays_offline(participants)):
            variables = kind.variables(idea_run)
        if record is None:
            data: dict[str, object] = {"task": factory.task(kind.name, variables)}
            if factory.plays_offline(participants):
                data["variables"] = PromptVariables.of(kind.name, variables).values
            record = self.run_context.journal.put(f"{key}/task", "step", data)
        if "variables" in record.data:
            return str(record.data["task"]), PromptVariables(kind.name, record.data["variables"])
        return str(record.data["task"]), PromptVariables.of(kind.name, variables)

    def _approved_by(self, kind: PhaseType) -> str:
        """Who has the last word on a phase's deliverable; without that word the study does not go on with it."""
        return PERSON if kind.deliverable in self._resolved.scenario.approve else ""

    def _tools_of(self, name: str, spec: PhaseSpec, kind: PhaseType, participants: Participants) -> list[str]:
        """What the role's card allows and the phase offers. Who sits on a panel may hand in a review, whatever its
        card says; who accepts may accept."""
        card = self._resolved.cards[name]
        wanted = [tool for tool in card.tools if kind.tools is None or tool in (*kind.tools, *spec.tools)]
        if "submit_review" in (kind.tools or ()) and name in participants.others:
            wanted += ["submit_review"] if card.plain else ["submit_review", "read_reviews"]
            if not card.checks and self._participant_factory.plays_offline([name]):
                wanted.append("abstain_from_review")
        if name == spec.accepted_by:
            wanted += _ACCEPTANCE
        return wanted

    async def _step(self, idea_run: IdeaRun, key: str, work: Callable[[IdeaRun], Awaitable[None]]) -> None:
        """Work of the harness, done once."""
        if self.run_context.journal.get(key) is None:
            self.run_context.check()
            await self.run_context.unless_stopped(work(idea_run))
            commit = await idea_run.workspace.save(key)
            self.run_context.journal.put(key, "step", {"commit": commit})

    async def _hand_on(self, idea_run: IdeaRun, kind: PhaseType) -> None:
        """What a finished phase means for the next; done again after a resume."""
        if kind.name == "panel":
            idea_run.panels_held += 1
        if kind.name == "ideation" and not idea_run.outcome:
            await self._idea_runs.start_idea(idea_run, load_idea(idea_run.context.proposal))
        if kind.name == "novelty" and not idea_run.outcome:
            path = idea_run.workspace.root / "novelty.json"
            novelty = NoveltyDecision.model_validate_json(path.read_bytes())
            idea = idea_run.idea
            if idea is not None:
                idea.novel = novelty.decision == "novel"
                save_idea(idea, idea_run.workspace.root / "idea.json")
            if novelty.decision != "novel" and self._resolved.scenario.require_novelty:
                idea_run.outcome = f"not found novel ({novelty.decision}): {novelty.reasons}"
