"""The runner: takes each idea of a run through the phases of a scenario.

Resuming means running again: whatever the journal holds as finished is not repeated.
"""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agents.autogen.private import run_chat
from agents.budget import Budget
from agents.conversation.conversation import Conversation, Ending, EndingKind
from agents.conversation.policies import SELECTOR, Participants, PolicySequence, build_policy
from agents.image_store import HARNESS
from agents.journal import Journal
from agents.mailbox import Mailbox
from agents.models import EndpointLimits
from agents.observer import Observer
from agents.offline.state import PromptVariables
from agents.participants import SUBMIT_PREFIX, ParticipantFactory
from agents.prompts import Prompts
from agents.role_card import ROLES, RoleCard
from agents.run_context import RunContext, Stopped
from scenarios.idea_run import IdeaRun
from scenarios.idea_runs import IdeaRuns
from scenarios.phases.phase_type import PhaseContext, PhaseType
from scenarios.resolved_scenario import ResolvedScenario, participant_names, participants_of, policies_of, turn_limit_of
from scenarios.run_summary import summarize_run
from scenarios.scenario import PhaseSpec
from scenarios.turn_prompts import TurnPrompts
from tools.errors import ColloquiumError, MachineError
from tools.file_tree import remove_path
from tools.run_dir import RunDir, RunEnd, RunStatus, write_summary
from tools.sandbox import Sandbox
from tools.temporary import remove_abandoned_folders
from tools.toolsets.context import ToolContext
from tools.toolsets.registry import build_tools, tool_names

PERSON = "person"
"""The role of the person who runs the scenario; always played at the terminal."""
MAX_EMPTY_IDEATIONS = 3
"""Ideations in a row without an idea after which the run ends."""
_ACCEPTANCE_TOOLS = ("accept_deliverable", "return_deliverable")


class Runner:
    """Plays one run. The run folder holds the resolved scenario and a copy of the template already."""

    def __init__(
        self, folder: Path, resolved: ResolvedScenario, sandbox: Sandbox, observer: Observer, limits: EndpointLimits
    ) -> None:
        self.folder, self._resolved, self._observer = folder.resolve(), resolved, observer
        scenario = resolved.scenario
        journal = Journal(RunDir(folder).journal_file)
        self.run_context = RunContext(
            journal, observer, Budget(**scenario.budget.model_dump(exclude={"idea"})), Mailbox(RunDir(folder).steering)
        )
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

    async def play(self) -> RunEnd:
        """Take every idea through the phases. Return how the run stopped."""
        for role, tool in unoffered_tools(self._resolved):
            self._observer.note(f"role {role}: its card names the tool {tool}, which none of its phases offers")
        await asyncio.to_thread(self._remove_leftovers)
        for text in self.run_context.journal.describe_damage():
            self._observer.note(text)
        self._idea_runs.open_archive()
        empty_ideations = 0
        try:
            for number in range(1, self._resolved.scenario.ideas + 1):
                idea_run = await self._idea_runs.open(f"idea_{number}")
                self.idea_runs.append(idea_run)
                await self._play_idea(idea_run, number)
                self._idea_runs.archive_outcome(idea_run)
                empty_ideations = 0 if idea_run.idea or not self._resolved.template else empty_ideations + 1
                if empty_ideations == MAX_EMPTY_IDEATIONS:
                    self._observer.note(f"the run ends here: {MAX_EMPTY_IDEATIONS} ideations in a row gave no idea")
                    break
            early = [f"{each.slot} ended early: {each.outcome}" for each in self.idea_runs if each.outcome]
            end = RunEnd(RunStatus.FINISHED, "; ".join(early))
        except (Stopped, MachineError, OSError) as error:
            end = RunEnd(RunStatus.PAUSED, self._reason(error))
            if isinstance(error, Stopped) and self.run_context.interrupted:
                end = RunEnd(RunStatus.INTERRUPTED)
        try:
            self._close(end)
        except OSError as error:
            end = RunEnd(RunStatus.PAUSED, self._reason(error))
        return end

    def _reason(self, error: Exception) -> str:
        """Return why the run pauses, in words: the system names no place where a disk is full."""
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(self.folder).free
            return f"the disk is full: {free / 2**20:,.0f} MiB are left at {self.folder}. Free some, then resume"
        return str(error)

    def _remove_leftovers(self) -> None:
        """Remove what killed processes left: temporary folders, and files of this run that were being written."""
        remove_abandoned_folders()
        for path in RunDir(self.folder).unfinished():
            remove_path(path)

    def _close(self, end: RunEnd) -> None:
        journal = self.run_context.journal
        journal.put(f"run/end:{len(list(journal.records()))}", "run", {"status": end.status, "reason": end.reason})
        write_summary(self.folder, summarize_run(self._resolved, self.run_context, self.idea_runs, end))
        self.run_context.journal.close()

    async def _play_idea(self, idea_run: IdeaRun, number: int) -> None:
        """Play all phases of one idea. If the idea fails or exhausts its own budget, the other ideas continue."""
        seen: Counter[str] = Counter()
        budget = Budget(**self._resolved.scenario.budget.idea.model_dump())
        with self.run_context.account("idea", budget, idea_run.slot):
            try:
                await self._warm_start(idea_run, number)
                for place, (spec, phase_type) in enumerate(self._resolved.phases, start=1):
                    seen[phase_type.name] += 1
                    suffix = f":{seen[phase_type.name]}" if seen[phase_type.name] > 1 else ""
                    key = f"{idea_run.slot}/{phase_type.name}{suffix}"
                    if self.run_context.journal.get(key) is None:
                        note = f"(phase {place} of {len(self._resolved.phases)})"
                        self._observer.phase_started(idea_run.slot, phase_type.name, note)
                    await self._play_phase(idea_run, spec, phase_type, key)
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

    async def _warm_start(self, idea_run: IdeaRun, number: int) -> None:
        """Begin with the idea that the user supplied, if any."""
        if (start := await self._idea_runs.warm_start(idea_run, number)) is not None:
            first = self._resolved.phases[0][1]
            await self._step(f"{idea_run.slot}/start", idea_run, lambda: start.install(idea_run, first))
            idea_run.panels_held = start.panels

    async def _play_phase(self, idea_run: IdeaRun, spec: PhaseSpec, phase_type: PhaseType, key: str) -> None:
        context = self._phase_context(idea_run, spec, phase_type, key)
        record = self.run_context.journal.get(key)
        if record is None:
            await self._step(f"{key}/before", idea_run, lambda: phase_type.before(context))
            ending, turns = Ending(EndingKind.ACCEPTED, "done"), []
            if phase_type.holds_chat:
                if self._lacks_tool_data(context):
                    context = replace(context, key=f"{key}/restart")
                    await self._step(context.key, idea_run, lambda: self._restore_start(idea_run, key))
                with self.run_context.account("phase", Budget(spec.dollars, spec.tokens, spec.minutes), key):
                    conversation = await self._hold_chat(context, spec, phase_type)
                ending, turns = conversation.ending or ending, conversation.turns
            for step in phase_type.steps_after(context):
                await self._step(f"{key}/{step.name}", idea_run, step.work)
            await self._step(f"{key}/after", idea_run, lambda: phase_type.after(context, turns))
            accepted = ending.kind == EndingKind.ACCEPTED
            usable = accepted or (
                not self._approver_of(phase_type) and (not phase_type.deliverable or phase_type.is_usable(context))
            )
            commit = await idea_run.workspace.save(f"{phase_type.name}: {ending.reason}")
            data = {"kind": ending.kind, "reason": ending.reason, "usable": usable, "commit": commit}
            record = self.run_context.journal.put(key, "phase", data)
            self._observer.phase_ended(idea_run.slot, phase_type.name, ending.reason)
        if phase_type.is_panel:
            idea_run.panels_held += 1
        if not record.data["usable"]:
            idea_run.outcome = f"{phase_type.name} ended without its {phase_type.deliverable} ({record.data['reason']})"
            return
        effect = phase_type.on_accepted(context)
        if effect.idea:
            await self._idea_runs.start_idea(idea_run, effect.idea)
        idea_run.outcome = effect.ends_because

    def _lacks_tool_data(self, context: PhaseContext) -> bool:
        """True for an unfinished phase of an earlier version, which recorded no typed data of tool results.

        Offline participants need that data, so such a phase starts over.
        """
        if not self._participant_factory.plays_offline(context.participants.names):
            return False
        tool_calls = (record for record in self.run_context.journal.records() if record.type == "tool")
        return any(call.key.startswith(f"{context.key}/") and "call_id" not in call.data for call in tool_calls)

    async def _restore_start(self, idea_run: IdeaRun, key: str) -> None:
        """Restore the files to their state at the start of a phase."""
        if record := self.run_context.journal.get(f"{key}/before"):
            await idea_run.workspace.restore(record.data["commit"])

    def _phase_context(self, idea_run: IdeaRun, spec: PhaseSpec, phase_type: PhaseType, key: str) -> PhaseContext:
        panels, scenario = idea_run.panels_held, self._resolved.scenario
        return PhaseContext(
            idea=idea_run.context,
            scenario=scenario,
            run_folder=self.folder,
            key=key,
            participants=participants_of(
                spec,
                phase_type,
                has_rebuttal=bool(scenario.rebuttal),
                roles=self._resolved.participant_roles,
            ),
            prompts=self._participant_factory.prompts,
            panels_held=panels,
            review_round=panels + 1 if phase_type.is_panel else max(1, panels),
        )

    async def _hold_chat(self, context: PhaseContext, spec: PhaseSpec, phase_type: PhaseType) -> Conversation:
        """Run the conversation of a phase to its end.

        Raises:
            Stopped: the run or the idea was stopped.
        """
        policies, factory, plugins = (
            list(policies_of(spec, phase_type)),
            self._participant_factory,
            self._resolved.plugins,
        )
        selects = policies == [SELECTOR]
        conversation = Conversation(
            participants=context.participants,
            policy=PolicySequence() if selects else build_policy(policies, context.participants, plugins.policies),
            deliverable=phase_type.deliverable,
            turn_limit=turn_limit_of(spec, phase_type, context.participants),
            run_context=self.run_context,
            selector=factory.selector(context.key) if selects else None,
            approver=self._approver_of(phase_type),
        )
        tools_of = {name: self._tools_of(name, spec, phase_type, context) for name in conversation.names}
        conversation.turn_prompt = TurnPrompts(
            context=context,
            phase_type=phase_type,
            tools_of=tools_of,
            image_store=self.run_context.image_store,
            turn_limit=conversation.turn_limit,
            accepted_by=spec.accepted_by,
            approver=conversation.approver,
        )
        alike = self._begin_alike(context, phase_type, tools_of)  # before the task, which names who has which tool
        task, variables = self._task(context, phase_type, tools_of)
        agents = []
        for name in conversation.names:
            tool_context = ToolContext(
                idea=context.idea,
                participant=name,
                turn=conversation,
                phase_key=context.key,
                deliverable=phase_type.deliverable,
                needs_acceptance=bool(spec.accepted_by),
                review_round=context.review_round,
                on_call=context.participants.on_call,
            )
            tools = [
                tool if tool.name in tools_of[name] else replace(tool, for_others=True)
                for tool in build_tools(tool_context, alike.get(name, tools_of[name]), plugins.toolsets)
            ]
            agents.append(
                factory.participant(
                    name, context.key, tools, context.idea.workspace, conversation, variables, name in alike
                )
            )
        await run_chat(conversation, agents, task, source=HARNESS)
        if conversation.ending and conversation.ending.kind == EndingKind.STOPPED:
            raise Stopped(conversation.ending.reason)
        return conversation

    def _begin_alike(
        self, context: PhaseContext, phase_type: PhaseType, tools_of: dict[str, list[str]]
    ) -> Mapping[str, list[str]]:
        """Return the members of a panel whose prompts begin alike, so that providers cache the paper once for all of them,
        and the tools that each is shown: those of all. Each may use all but what only others submit."""
        factory, chair = self._participant_factory, context.participants.chair
        members = [name for name in context.participants.others if not self._resolved.cards[name].plain]
        if not phase_type.is_panel or len(members) < 2 or factory.plays_offline(members):
            return {}
        reviewers_use = {tool for name in members for tool in tools_of[name]}
        if chair and factory.share_a_cache([*members, chair]):
            members.append(chair)
        shown = list(dict.fromkeys(tool for name in members for tool in tools_of[name]))
        for name in members:
            own = tools_of[name] if name == chair else reviewers_use
            tools_of[name] = [tool for tool in shown if tool in own or not tool.startswith(SUBMIT_PREFIX)]
        return dict.fromkeys(members, shown)

    def _task(
        self, context: PhaseContext, phase_type: PhaseType, tools_of: Mapping[str, Sequence[str]]
    ) -> tuple[str, PromptVariables]:
        """Return the phase's prompt and the variables in it that an offline participant reads.

        Every prompt also knows `holders`: tool -> the participants that have it. All are journaled, so that a resumed
        phase has the same task.
        """
        key, factory = f"{context.key}/task", self._participant_factory
        record, offline = self.run_context.journal.get(key), factory.plays_offline(context.participants.names)
        variables = dict[str, object]()
        if record is None or ("variables" not in record.data and offline):
            variables = phase_type.variables(context)
        if record is None:
            holders = {
                tool: [name for name, tools in tools_of.items() if tool in tools]
                for tool in tool_names(self._resolved.plugins.toolsets)
            }
            data: dict[str, object] = {"task": factory.task(phase_type.name, {**variables, "holders": holders})}
            if offline:
                data["variables"] = PromptVariables.of(phase_type.name, variables).values
            record = self.run_context.journal.put(key, "step", data)
        if "variables" in record.data:
            return str(record.data["task"]), PromptVariables(phase_type.name, record.data["variables"])
        return str(record.data["task"]), PromptVariables.of(phase_type.name, variables)

    def _approver_of(self, phase_type: PhaseType) -> str:
        """Return who must approve the phase's deliverable; empty if no approval is required."""
        return PERSON if phase_type.deliverable in self._resolved.scenario.approve else ""

    def _tools_of(self, name: str, spec: PhaseSpec, phase_type: PhaseType, context: PhaseContext) -> list[str]:
        """Return the tools of a participant or of the person who approves. An offline reviewer without rules of its own may
        abstain."""
        if name not in context.participants.names:
            return list(_ACCEPTANCE_TOOLS)
        card = self._resolved.cards[name]
        tools = tools_of_participant(name, card, spec, phase_type, context.participants)
        is_reviewer = phase_type.is_panel and name in context.participants.others
        if is_reviewer and not card.checks and self._participant_factory.plays_offline([name]):
            tools.append("abstain_from_review")
        return tools

    async def _step(self, key: str, idea_run: IdeaRun, work: Callable[[], Awaitable[None]]) -> None:
        """Do work of the harness once; the journal records that it is done."""
        if self.run_context.journal.get(key) is None:
            self.run_context.check()
            await self.run_context.unless_stopped(work())
            commit = await idea_run.workspace.save(key)
            self.run_context.journal.put(key, "step", {"commit": commit})


def tools_of_participant(
    name: str, card: RoleCard, spec: PhaseSpec, phase_type: PhaseType, participants: Participants
) -> list[str]:
    """Return the tools that the role's card names and the phase offers.

    A reviewer can submit reviews, the accepting role can accept, and all can ask those on call, whatever their cards say.
    """
    tools = [tool for tool in card.tools if _offers(spec, phase_type, tool)]
    if phase_type.is_panel and name in participants.others:
        tools += ["submit_review"] if card.plain else ["submit_review", "read_reviews"]
    if name == spec.accepted_by:
        tools += _ACCEPTANCE_TOOLS
    if participants.on_call and name not in participants.on_call:
        tools.append("ask_colleague")
    return tools


def unoffered_tools(resolved: ResolvedScenario) -> list[tuple[str, str]]:
    """Return role and tool where a card names a tool that the role can never use.

    Cards that come with the project also serve other scenarios: any phase type may offer their tools.
    """
    shipped = {path.stem for path in ROLES.glob("*.md")}
    offered_somewhere = {
        tool for phase_type in resolved.plugins.phase_types.values() for tool in phase_type.tools or ()
    }
    found = []
    for name in resolved.roles:
        role = resolved.participant_roles.get(name, name)
        phases = [(spec, kind) for spec, kind in resolved.phases if name in participant_names(spec, kind)]
        for tool in resolved.cards[name].tools:
            is_offered = any(_offers(spec, kind, tool) for spec, kind in phases)
            if not is_offered and not (role in shipped and tool in offered_somewhere):
                found.append((role, tool))
    return list(dict.fromkeys(found))


def _offers(spec: PhaseSpec, phase_type: PhaseType, tool: str) -> bool:
    return phase_type.tools is None or tool in (*phase_type.tools, *spec.tools)
