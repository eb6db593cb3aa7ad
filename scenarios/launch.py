"""Launch a scenario in a new run folder, and resume the run of an existing one."""

from __future__ import annotations

import importlib.metadata
import platform
import secrets
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from agents.observer import Observer
from scenarios.doctor import check_machine, sandbox_purposes
from scenarios.phases.phase_type import Need
from scenarios.resolved_scenario import ResolvedScenario, resolve_scenario
from scenarios.review_files import read_review_inputs
from scenarios.run_group import RunGroup
from scenarios.runner import Runner
from scenarios.scenario import Scenario, load_scenario, save_scenario
from scenarios.steering import steered
from scenarios.warm_start import read_warm_start
from tools.atomic import is_folder_name, write_problem
from tools.errors import UserError
from tools.project import cache_folder
from tools.run_dir import RunDir, RunEnd, remember_runs_folder
from tools.sandbox import Sandbox, open_sandbox
from tools.sandbox.hardware import describe_hardware

PLUGINS = "plugins"
INCOMPLETE = ".colloquium-incomplete"
"""Marks a run folder until its launch is complete. Only a folder with this marker may be deleted."""


async def launch(
    scenario: Scenario, runs: Path, observer: Observer, *, name: str = "", run_group: RunGroup | None = None
) -> tuple[Path, RunEnd]:
    """Check everything, create the run folder and play the scenario. Return the folder and how the run stopped.

    Args:
        name: of the run folder; if empty, date, scenario and a random part. A folder that a killed launch left is replaced.
        run_group: other runs of this process, if any.

    Raises:
        UserError: something is missing or wrong; nothing has been created.
    """
    _check_place(runs, name)
    resolved = resolve_scenario(scenario)
    warm_start = read_warm_start(resolved)
    review_inputs = await read_review_inputs(resolved)
    sandbox = await _ready(resolved, runs, observer)
    folder = _new_folder(runs, scenario.name, name)
    if resolved.template:
        own = RunDir(folder).template_copy(resolved.template.name)
        shutil.copytree(resolved.template.folder, own, ignore=shutil.ignore_patterns("run_*", "__pycache__"))
    _copy_plugins(resolved.plugins.folders, folder / PLUGINS)
    warm_start.save(folder)
    review_inputs.save(folder)
    if scenario.paper:
        shutil.copyfile(scenario.paper, folder / Path(scenario.paper).name)
    launched = {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "hardware": describe_hardware(),
        "sandbox": sandbox.name,
        "python": platform.python_version(),
        **_versions(),
    }
    ideas = len(warm_start.ideas) or scenario.ideas
    save_scenario(
        with_absolute_paths(scenario).model_copy(update={"ideas": ideas, "launched": launched}),
        RunDir(folder).scenario_file,
    )
    (folder / INCOMPLETE).unlink()
    remember_runs_folder(runs, cache_folder())
    return folder, await _play(folder, _resolve_run(folder), sandbox, observer, run_group)


async def resume(
    folder: Path, observer: Observer, overrides: Mapping[str, object] = {}, *, run_group: RunGroup | None = None
) -> RunEnd:
    """Continue a run where its journal ends. Return how the run stopped. Only the budget of the scenario can be changed.

    Raises:
        UserError: the folder holds no run, or something that it needs is missing.
    """
    for key in overrides:
        if key.partition(".")[0] != "budget":
            raise UserError(f"--set {key}: a run is taken up as it was launched; only its budget can be changed")
    resolved = _resolve_run(folder, overrides)
    if overrides:
        save_scenario(resolved.scenario, RunDir(folder).scenario_file)
    return await _play(folder, resolved, await _ready(resolved, folder, observer), observer, run_group)


async def _ready(resolved: ResolvedScenario, out: Path, observer: Observer) -> Sandbox:
    problems = await check_machine(resolved, out, observer.note)
    missing = [problem for problem in problems if not problem.ok]
    if missing:
        raise UserError("\n".join(f"{problem.name}: {problem.detail}. {problem.remedy}" for problem in missing))
    if Need.SANDBOX not in resolved.needs:
        return await open_sandbox("none")
    requirements = resolved.template.requirements if resolved.template else ()
    return await open_sandbox(
        resolved.scenario.sandbox.backend,
        requirements=requirements,
        purposes=sandbox_purposes(resolved.needs),
        report=observer.note,
    )


async def _play(
    folder: Path, resolved: ResolvedScenario, sandbox: Sandbox, observer: Observer, run_group: RunGroup | None
) -> RunEnd:
    if run_group is None:
        with RunGroup(observer.note) as alone:
            return await _play(folder, resolved, sandbox, observer, alone)
    runner = Runner(folder, resolved, sandbox, observer, run_group.limits)
    with run_group.includes(runner.run_context):
        async with steered(runner.run_context, folder):
            return await runner.play()


def with_absolute_paths(scenario: Scenario) -> Scenario:
    """Return the scenario with absolute paths, so that the run can be resumed from any folder."""
    keys = ("paper", "archive", "examples", "rebuttal", "models", "form", "rule")
    named = {key: str(getattr(scenario, key)) for key in keys}
    files = {key: Path(name).expanduser() for key, name in named.items() if name}
    starts = {
        key: str(Path(name).expanduser().resolve()) for key, name in scenario.warm_start if name and key != "idea"
    }
    start = scenario.warm_start.model_copy(update=starts)
    own = ("models", "form", "rule")  # a name in configs/, unless it is a YAML file
    found = {
        key: str(path.resolve()) for key, path in files.items() if key not in own or path.suffix in (".yaml", ".yml")
    }
    folders = {
        key: [str(Path(name).expanduser().resolve()) for name in getattr(scenario, key)] for key in ("roles", "plugins")
    }
    return scenario.model_copy(update={**found, **folders, "warm_start": start})


def _copy_plugins(plugins: Sequence[Path], target: Path) -> None:
    """Copy plug-in folders, numbered in their order, so that a resume uses the code that the run was launched with."""
    for number, plugin in enumerate(plugins, start=1):
        copy = target / f"{number:02}_{plugin.resolve().name}"
        shutil.copytree(plugin, copy, ignore=shutil.ignore_patterns("__pycache__", ".git"))


def _versions() -> dict[str, str]:
    """Return the versions of the packages that the conversation depends on."""
    return {name: importlib.metadata.version(name) for name in ("autogen-agentchat", "openai", "anthropic", "docker")}


def _resolve_run(folder: Path, overrides: Mapping[str, object] = {}) -> ResolvedScenario:
    """Resolve the scenario of a run folder with the run's own copies of template and plug-ins."""
    path = RunDir(folder).scenario_file
    if not path.exists():
        raise UserError(f"{folder} holds no run: there is no scenario.yaml in it")
    scenario = load_scenario(path, overrides)
    if scenario.plugins:
        copied = sorted((folder / PLUGINS).iterdir())
        scenario = scenario.model_copy(update={"plugins": [str(plugin) for plugin in copied]})
    return resolve_scenario(scenario, RunDir(folder).template_dir)


def _check_place(runs: Path, name: str) -> None:
    """Refuse a place for the run folder before any other work.

    Raises:
        UserError: no folder can be made in `runs`, the name is not that of a single folder, or the folder exists and no
            killed launch left it.
    """
    if problem := write_problem(runs) or ("is a file; name a folder" if runs.is_file() else ""):
        raise UserError(f"--out {runs}: {problem}")
    if name and not is_folder_name(name):
        raise UserError(f"--name {name}: must name one folder, without path separators; set its parent with --out")
    if name and (runs / name).exists() and not (runs / name / INCOMPLETE).is_file():
        raise UserError(f"{runs / name}: already exists; choose another --name or --out")


def _new_folder(runs: Path, scenario: str, name: str) -> Path:
    """Create a run folder that carries the marker of an unfinished launch.

    An existing folder is only replaced if it carries that marker, as a launch that was killed early leaves it.

    Raises:
        UserError: the folder exists, or it cannot be created.
    """
    folder = runs / (name or f"{datetime.now().astimezone():%Y-%m-%d}-{scenario}-{secrets.token_hex(3)}")
    try:
        if (folder / INCOMPLETE).is_file() and not folder.is_symlink():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / INCOMPLETE).touch()
    except FileExistsError:
        raise UserError(f"{folder}: already exists; choose another --name or --out") from None
    except OSError as error:
        raise UserError(f"{folder}: cannot create the run folder: {error.strerror}; choose another --out") from None
    return folder
