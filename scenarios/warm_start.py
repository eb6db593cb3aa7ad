"""Warm starts: a run that skips phases because the user supplies ideas, code, results or a draft, or names an earlier run.

The inputs are copied into the run folder, so that a run resumes without the originals.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from scenarios.idea_run import IdeaRun
from scenarios.phases.phase_type import ARTIFACTS, Need, PhaseType
from scenarios.resolved_scenario import ResolvedScenario
from scenarios.scenario import Scenario, WarmStartSpec, load_scenario
from tools.atomic import write_json
from tools.errors import UserError, nearest
from tools.experiments.execution import load_ledger
from tools.experiments.external_results import install_runs, read_external_runs
from tools.experiments.template import GENERATED, Template
from tools.figures import record_supplied
from tools.ideas import Idea, StoredIdea, idea_to_json, load_idea, read_archive
from tools.paper import find_draft, install_draft
from tools.paper_build import build_paper, format_compilation
from tools.review import load_decision
from tools.run_dir import IdeaDir, RunDir
from tools.schema import first_problem
from tools.temporary import TemporaryFolder
from tools.user_files import read_user_json

IDEAS, ARCHIVE, PROJECT, CODE, RESULTS, DRAFT = "ideas.json", "archive.json", "project", "code", "results", "draft"
_REMEDIES = {
    Need.IDEA: "supply one with --idea FILE, or name an earlier run with --run RUN",
    Need.RESULTS: "supply them with --results DIR, or name an earlier run with --run RUN",
    Need.PAPER: "supply a draft with --draft FILE, or name an earlier run with --run RUN",
    Need.REVIEWS: "name an earlier run with --run RUN",
}


@dataclass(frozen=True)
class WarmStart:
    """The inputs that replace skipped phases. Each of them is optional."""

    ideas: tuple[Idea, ...] = ()
    archive: tuple[StoredIdea, ...] = ()
    """Earlier ideas, which ideation must not propose again."""
    project: Path | None = None
    """The idea folder of an earlier run."""
    code: Path | None = None
    results: Path | None = None
    draft: Path | None = None

    @property
    def provides(self) -> set[Need]:
        """Return the artifacts that are available at the start: idea, results, paper, reviews."""
        there = {
            Need.IDEA: bool(self.ideas),
            Need.RESULTS: self.results is not None,
            Need.PAPER: self.draft is not None,
        }
        if self.project:
            there[Need.RESULTS] |= IdeaDir(self.project).ledger_file.exists()
            there[Need.PAPER] |= IdeaDir(self.project).paper_pdf.exists()
            there[Need.REVIEWS] = self.panels > 0
        return {name for name, found in there.items() if found}

    @property
    def panels(self) -> int:
        """Return how many review rounds of the earlier run ended with a decision."""
        rounds = IdeaDir(self.project).review_rounds() if self.project else ()
        return sum(load_decision(review_round.root) is not None for review_round in rounds)

    def save(self, run_folder: Path) -> None:
        """Copy the inputs into a run folder."""
        folder = RunDir(run_folder).warm_start_dir
        if self.archive:
            write_json(folder / ARCHIVE, list(self.archive))
        if self.ideas:
            write_json(folder / IDEAS, [idea_to_json(idea) for idea in self.ideas])
        if self.project:
            shutil.copytree(self.project, folder / PROJECT, symlinks=True)
        if self.code:
            shutil.copytree(self.code, folder / CODE, ignore=shutil.ignore_patterns(*GENERATED, ".git"))
        if self.results:
            for path in sorted(self.results.glob("run_*")) + sorted(self.results.glob("notes.txt")):
                _copy(path, folder / RESULTS / path.name)
        if self.draft:
            install_draft(self.draft, folder / DRAFT)

    @classmethod
    def load(cls, run_folder: Path) -> WarmStart:
        """Return the inputs stored in a run folder."""
        folder = RunDir(run_folder).warm_start_dir
        return cls(
            ideas=read_ideas(folder / IDEAS) if (folder / IDEAS).exists() else (),
            archive=tuple(read_archive(folder / ARCHIVE)),
            project=_if_exists(folder / PROJECT),
            code=_if_exists(folder / CODE),
            results=_if_exists(folder / RESULTS),
            draft=_if_exists(folder / DRAFT),
        )

    def open(self, place: Path) -> None:
        """Copy the earlier run's idea folder to `place`, unless `place` holds a project already."""
        if self.project is None or (place / ".git").exists():
            return
        partial = place.with_name(f".{place.name}.tmp")
        for folder in (partial, place):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.project, partial, symlinks=True)
        partial.rename(place)

    async def install(self, idea_run: IdeaRun, first: PhaseType) -> None:
        """Copy code, results and draft into the idea's workspace. `first` is the run's first phase.

        Raises:
            UserError: the draft does not compile, and the first phase needs its PDF.
        """
        context, workspace = idea_run.context, idea_run.workspace
        if self.code:
            _install_code(self.code, workspace.work, context.template)
        if self.results:
            ledger = load_ledger(context)
            install_runs(self.results, read_external_runs(self.results, context.template), workspace.work, ledger)
            ledger.save(context.ledger_file)
        if self.draft:
            _copy(self.draft, workspace.paper)
            record_supplied(workspace.files.drawings_file, sorted((workspace.paper / "figures").glob("*")))
            compilation = await build_paper(context)
            if not compilation.ok and Need.PAPER in first.needs:
                raise UserError(f"the draft does not compile: {format_compilation(compilation)}")


def read_warm_start(resolved: ResolvedScenario) -> WarmStart:
    """Read a scenario's warm start and check that every phase has the artifacts that it needs.

    Raises:
        UserError: a file is missing or invalid, or neither the warm start nor an earlier phase provides an artifact.
    """
    spec, place = resolved.scenario.warm_start, f"scenario {resolved.scenario.name}"
    ideas = read_ideas(Path(spec.ideas).expanduser()) if spec.ideas else ()
    project = _project(spec) if spec.run else None
    if project and ideas:
        raise UserError(f"{place}: warm_start.ideas: {spec.run} already has an idea; use either --run or --idea FILE")
    if project:
        _check_same(resolved.scenario, resolved.template)
        ideas = ideas or (load_idea(IdeaDir(project).idea_file),)
    for key in ("code", "results", "draft"):
        if getattr(spec, key) and len(ideas) != 1:
            raise UserError(f"{place}: warm_start.{key}: needs exactly one idea; name its file with --idea FILE")
    start = WarmStart(
        ideas=ideas,
        archive=_archive(resolved),
        project=project,
        code=_folder(place, "code", spec.code),
        results=_folder(place, "results", spec.results),
        draft=find_draft(Path(spec.draft).expanduser()) if spec.draft else None,
    )
    if ideas and any(kind.proposes_idea for _, kind in resolved.phases):
        raise UserError(f"{place}: phases.ideation: cannot propose an idea because one is supplied; omit the phase")
    if ideas and resolved.template is None:
        raise UserError(f"{place}: warm_start: needs a template; name it with --template")
    if start.results and resolved.template:
        if project and IdeaDir(project).ledger_file.exists():
            raise UserError(
                f"{place}: warm_start.results: {project} already has results; use either --run or --results"
            )
        read_external_runs(start.results, resolved.template)
    if start.draft:
        with TemporaryFolder("draft") as folder:
            install_draft(start.draft, folder)
    _check_needs(resolved, start)
    return start


def starting_from(run: Path) -> dict[str, object]:
    """Return the scenario overrides that continue an earlier run's idea: same template, profile and seed."""
    before = load_scenario(RunDir(run).scenario_file)
    copies = [path.parent for path in run.glob("template/*/experiment.py")]
    template = {"template": str(copies[0])} if copies else {}
    return {**template, "profile": before.profile, "seed": before.seed, "warm_start.run": str(run)}


def read_ideas(path: Path) -> tuple[Idea, ...]:
    """Return the ideas of a JSON file that holds one idea or a list of ideas.

    Raises:
        UserError: the file cannot be read, an idea is invalid, or two ideas have the same name.
    """
    data = read_user_json(path)
    entries = data if isinstance(data, list) else [data]
    ideas: list[Idea] = []
    for number, entry in enumerate(entries, start=1):
        try:
            ideas.append(Idea.model_validate(entry))
        except ValidationError as error:
            raise UserError(first_problem(f"ideas {path}: idea {number}", error, Idea)) from None
    names = [idea.name for idea in ideas]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise UserError(f"ideas {path}: two ideas are named {twice!r}; change the Name of one of them")
    if not ideas:
        raise UserError(f"ideas {path}: the file holds no idea")
    return tuple(ideas)


def _check_needs(resolved: ResolvedScenario, start: WarmStart) -> None:
    there = set(start.provides) | ({Need.PAPER} if resolved.scenario.paper else set())
    for _, kind in resolved.phases:
        for need in ARTIFACTS:
            if need in kind.needs and need not in there:
                raise UserError(
                    f"scenario {resolved.scenario.name}: phases.{kind.name}: needs {need}, which no earlier phase provides; "
                    f"{_REMEDIES[need]}"
                )
        there |= kind.gives


def _archive(resolved: ResolvedScenario) -> tuple[StoredIdea, ...]:
    """Return the earlier ideas that the scenario's `archive` lists."""
    name = resolved.scenario.archive
    if not name:
        return ()
    path = Path(name).expanduser()
    if not path.is_file():
        raise UserError(f"scenario {resolved.scenario.name}: archive: no such file: {path}")
    entries = read_archive(path)
    own = resolved.template.name if resolved.template else ""
    foreign = next((entry for entry in entries if entry.get("template", own) != own), None)
    if foreign:
        raise UserError(
            f"{path}: {foreign['Name']} belongs to template {foreign['template']}, but this run uses {own or 'none'}; "
            f"name an archive of this template, or launch with --template {foreign['template']}"
        )
    return tuple(entries)


def _project(spec: WarmStartSpec) -> Path:
    """Return the idea folder of the earlier run that the warm start names."""
    run = Path(spec.run).expanduser()
    found = {path.parent.name: path.parent for path in sorted(run.glob("ideas/*/idea.json"))}
    if not found:
        raise UserError(f"warm_start.run: {run} has no idea to continue")
    if not spec.idea and len(found) > 1:
        raise UserError(f"warm_start.run: {run} has the ideas {', '.join(found)}; choose one with --idea NAME")
    name = spec.idea or next(iter(found))
    if name not in found:
        raise UserError(f"warm_start.idea: {run} has no idea {name!r}; {nearest(name, found)}")
    return found[name]


def _check_same(scenario: Scenario, template: Template | None) -> None:
    """Refuse to continue an idea with another template, profile or seed: its results would not be comparable."""
    run = Path(scenario.warm_start.run).expanduser()
    made = [path.parent.name for path in run.glob("template/*/experiment.py")]
    if template and made and template.name not in made:
        raise UserError(f"warm_start.run: {run} used template {made[0]}, but this run uses {template.name}")
    before = load_scenario(RunDir(run).scenario_file) if RunDir(run).exists else scenario
    for key in ("profile", "seed"):
        then, now = (str(getattr(which, key)) or "(the default)" for which in (before, scenario))
        if then != now:
            raise UserError(
                f"warm_start.run: the results of {run} were measured with {key} {then}, but this run has {key} {now}; "
                f"leave out {key}, or start with the experiments phase"
            )


def _folder(place: str, key: str, name: str) -> Path | None:
    if not name:
        return None
    path = Path(name).expanduser()
    if not path.is_dir():
        raise UserError(f"{place}: warm_start.{key}: no such folder: {path}")
    return path


def _install_code(code: Path, work: Path, template: Template) -> None:
    """Copy supplied files over the template's, except its protected evaluation files."""
    for path in sorted(code.rglob("*")):
        name = path.relative_to(code)
        if path.is_file() and not path.is_symlink() and name.as_posix() not in template.protected:
            _copy(path, work / name)


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copyfile(path, target)


def _if_exists(path: Path) -> Path | None:
    return path if path.exists() else None
