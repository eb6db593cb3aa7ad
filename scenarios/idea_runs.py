"""The idea runs of a run: each gets its context and its folder, and its outcome goes into the archive."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from agents.journal import Journal
from agents.observer import Observer
from scenarios.idea_result import outcome_of_idea_run
from scenarios.idea_run import IdeaRun
from scenarios.resolved_scenario import ResolvedScenario
from scenarios.warm_start import WarmStart
from tools.atomic import write_json
from tools.experiments.baselines import BaselineCache
from tools.experiments.template import no_template
from tools.experiments.workspace import FIRST_COMMIT, Workspace
from tools.idea_context import IdeaContext, RunQuota
from tools.ideas import Idea, StoredIdea, idea_to_json, put_idea, save_idea
from tools.project import cache_folder
from tools.run_dir import RunDir
from tools.sandbox import Sandbox

OFFLINE = "offline"


class IdeaRuns:
    """Opens the idea runs of one run. Opening one again after a resume gives the same result."""

    def __init__(
        self, folder: Path, resolved: ResolvedScenario, sandbox: Sandbox, journal: Journal, observer: Observer
    ) -> None:
        self.folder, self._resolved, self._sandbox, self._journal, self._observer = (
            folder,
            resolved,
            sandbox,
            journal,
            observer,
        )
        self._run_dir = RunDir(folder)
        self._start = WarmStart.load(folder)

    def open_archive(self) -> None:
        """Write the initial archive: the template's seed ideas and the ideas that the user supplied."""
        path = self._run_dir.archive_file
        given = {entry["Name"]: entry for entry in self._start.archive}
        seeds = self._resolved.template.seed_ideas if self._resolved.template else ()
        if (
            not path.exists() or self._journal.copy
        ):  # after lost steps the archive is filled again, as ideas are replayed
            write_json(path, [*(seed for seed in seeds if seed["Name"] not in given), *given.values()])

    async def start_idea(self, idea_run: IdeaRun, idea: Idea) -> None:
        """Move the idea run to a folder of the idea's name, whose first commit is the template."""
        workspace = await Workspace.create(self._run_dir.idea(idea.name).root, self._resolved.template)
        await self._restore(idea_run.slot, workspace, in_ideation=False)
        if not workspace.files.idea_file.exists():
            save_idea(idea, workspace.files.idea_file)
        authors = _merge_authors(workspace.files.authors_file, idea_run.context.authors)
        offline = self._offline and set(authors.values()) <= {OFFLINE}
        idea_run.context = replace(idea_run.context, workspace=workspace, authors=authors, offline=offline)
        put_idea(self._run_dir.archive_file, self._entry(idea))

    async def open(self, slot: str) -> IdeaRun:
        scenario, template = self._resolved.scenario, self._resolved.template
        paper = Path(scenario.paper)
        place = self._run_dir.proposal_workspace(slot) if template else self._run_dir.idea(paper.stem).root
        workspace = await Workspace.create(place, template)
        await self._restore(slot, workspace, in_ideation=template is not None)
        if not template and not list(workspace.paper.glob("submission.*")):
            workspace.paper.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / paper.name, workspace.paper / f"submission{paper.suffix}")
        context = IdeaContext(
            template=template or no_template(self.folder),
            profile=self._resolved.profile,
            profile_name=scenario.profile or (template.default_profile if template else ""),
            workspace=workspace,
            sandbox=self._sandbox,
            literature=self._resolved.literature,
            form=self._resolved.form,
            archive=self._run_dir.archive_file,
            proposal=self._run_dir.proposal_file(slot),
            gate_checks=self._resolved.plugins.gate_checks,
            baselines=BaselineCache(cache_folder() / "baselines") if scenario.baseline == "kept" else None,
            confirm=scenario.confirm,
            seed=scenario.seed,
            run_id=self.folder.name,
            run_quota=replace(RunQuota(), runs=scenario.run_quota.runs, attempts=scenario.run_quota.attempts),
            announce=self._observer.milestone,
            progress=self._observer.tool_progress,
            authors=self._authors(),
            roles=self._resolved.participant_roles,
            offline=self._offline,
        )
        return IdeaRun(slot, context, self.folder)

    async def _restore(self, slot: str, workspace: Workspace, *, in_ideation: bool) -> None:
        """Restore the files to the last state that the journal records, which discards what an interrupted call left."""
        commit = ""
        proposing = {phase_type.name for _, phase_type in self._resolved.phases if phase_type.proposes_idea}
        for record in self._journal.records():
            if not record.key.startswith(f"{slot}/") or not record.data.get("commit"):
                continue
            phase = record.key.split("/")[1].partition(":")[0]
            if not self._resolved.template or (phase in proposing) == in_ideation:
                commit = record.data["commit"]
        await workspace.restore(commit or (FIRST_COMMIT if self._journal.copy and not self._start.ideas else "HEAD"))

    async def warm_start(self, idea_run: IdeaRun, number: int) -> WarmStart | None:
        """Move an idea run to the idea that the user supplied for it. Return None if the user supplied none."""
        if not self._start.ideas:
            return None
        idea = self._start.ideas[number - 1]
        self._start.open(self._run_dir.idea(idea.name).root)
        await self.start_idea(idea_run, idea)
        return self._start

    def archive_outcome(self, idea_run: IdeaRun) -> None:
        """Write the outcome of an idea into the archive, for later ideas."""
        if (idea := idea_run.idea) and self._resolved.template:
            outcome = outcome_of_idea_run(idea_run).model_dump(exclude_defaults=True)
            put_idea(self._run_dir.archive_file, self._entry(idea) | {"outcome": outcome})

    def _entry(self, idea: Idea) -> StoredIdea:
        return {**idea_to_json(idea), "template": self._resolved.template.name if self._resolved.template else ""}

    @property
    def _offline(self) -> bool:
        """True if no language model plays any role."""
        return all(self._resolved.model_of(role).provider == "offline" for role in self._resolved.roles)

    def _authors(self) -> dict[str, str]:
        return {role: self._resolved.model_of(role).label for role in self._resolved.roles}


def _merge_authors(path: Path, now: dict[str, str]) -> dict[str, str]:
    """Store and return which model played each role on an idea, in this run and in runs that it continues."""
    before: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept = dict(before)
    for role, model in now.items():
        earlier = before.get(role, model)
        kept[role] = earlier if earlier.endswith(model) else f"{earlier}, then {model}"
    if kept != before:
        write_json(path, kept)
    return kept
