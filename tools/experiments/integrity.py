"""Protects the evaluation against the experiment, and detects results that an experiment did not measure.

Fixed are the files of the evaluation, the sources that run, and the folders of earlier runs. Isolating sandboxes mount
them read-only, and every sandbox compares them after the command. The ledger, the journal and the gate report lie
outside the folder visible in a sandbox. Not detected: code that patches functions of the evaluation in memory.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.errors import TamperedError, ToolError
from tools.evidence import RESULT_FOLDER, Ledger
from tools.experiments.context import ExperimentContext
from tools.experiments.workspace import VERSIONED_BYTES
from tools.file_tree import remove_path, walk
from tools.sandbox import ExecutionResult
from tools.sandbox.obeyed_files import is_importable
from tools.sandbox.workspace_sanitizer import MAX_DEPTH, MODULE, read_json

SOURCES = ("experiment.py", "plot.py")
CLOCK_SECONDS = 0.05
"""Tolerance for modification times outside the run: the clock of a file system ticks a hundred times a second."""
RESULT_BYTES = 2_000_000


def fixed_paths(context: ExperimentContext, ledger: Ledger) -> list[str]:
    """Return the paths that are read-only while a command runs, relative to the workspace."""
    work = context.workspace.work
    runs = [row.name for row in (*ledger.completed, *ledger.confirmations)]
    here = [name for name in (*SOURCES, *runs) if (work / name).exists() and not (work / name).is_symlink()]
    return list(dict.fromkeys([*context.template.protected, *here]))


def imported_sources(context: ExperimentContext) -> list[str]:
    """Return the versioned files that Python could import in a run, relative to the workspace."""
    return [
        entry.path
        for entry in walk(context.workspace.work, MAX_DEPTH)
        if entry.is_file and is_importable(entry.path) and entry.status.st_size <= VERSIONED_BYTES
    ]


def prepare_project(context: ExperimentContext, ledger: Ledger) -> None:
    """Restore the files of the evaluation, and remove results that are not in the ledger."""
    restore_protected(context)
    for name in stray_runs(context, ledger):
        remove_path(context.workspace.work / name)


def restore_protected(context: ExperimentContext) -> None:
    """Restore the files of the evaluation from the template, and remove what Python would import in their place."""
    work = context.workspace.work
    for path in [*shadows(work, context.template.protected), *work.rglob("__pycache__")]:
        remove_path(path)
    for name in context.template.protected:
        target = work / name
        for folder in reversed(target.relative_to(work).parents[:-1]):
            if (work / folder).is_symlink() or (work / folder).is_file():
                remove_path(work / folder)
        if target.is_symlink() or target.is_dir():
            remove_path(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(context.template.folder / name, target)


def changed_protected(context: ExperimentContext) -> list[str]:
    """Return the files of the evaluation that differ from the template, and modules that shadow them."""

    def same(name: str) -> bool:
        path = context.workspace.work / name
        return (
            path.is_file()
            and not path.is_symlink()
            and path.read_bytes() == (context.template.folder / name).read_bytes()
        )

    work = context.workspace.work
    instead = [path.relative_to(work).as_posix() for path in shadows(work, context.template.protected)]
    return [name for name in context.template.protected if not same(name)] + instead


def planted_modules(context: ExperimentContext, result: ExecutionResult) -> list[str]:
    """Return modules that a run left to be imported in place of the evaluation; the sandbox has removed them."""
    names = [item.path for item in result.sanitized if item.problem == MODULE]
    return [name for name in names if is_shadow(name, context.template.protected)]


def stray_runs(context: ExperimentContext, ledger: Ledger, own: str = "") -> list[str]:
    """Return folders named like runs that are not in the ledger; `own` is the current run."""
    known = {own, *(row.name for row in (*ledger.completed, *ledger.confirmations))}
    found = {path.name for path in context.workspace.work.iterdir() if RESULT_FOLDER.fullmatch(path.name)}
    return sorted(found - known)


def shadows(work: Path, protected: Sequence[str]) -> list[Path]:
    """Return what Python would import in place of a protected module: a package or a compiled module of its name."""
    found = []
    for name in protected:
        if name.endswith(".py"):
            module = work / name.removesuffix(".py")
            found += [package for package in [module] if any(package.glob("__init__.*"))]
            compiled = re.compile(rf"{re.escape(module.name)}(\..+)?\.so")
            found += [path for path in module.parent.glob("*.so") if compiled.fullmatch(path.name)]
    return found


def is_shadow(name: str, protected: Sequence[str]) -> str:
    """Return the protected module that a new file `name` would shadow; empty if none."""
    path = PurePosixPath(name)
    modules = {parent.as_posix() for parent in path.parents} | {(path.parent / path.name.partition(".")[0]).as_posix()}
    return next(
        (file for file in protected if file.endswith(".py") and file != name and file.removesuffix(".py") in modules),
        "",
    )


def filesystem_now(context: ExperimentContext) -> float:
    """Return the current time of the workspace's file system, in seconds since 1970."""
    with tempfile.TemporaryFile(dir=context.workspace.root) as stamp:
        stamp.write(b"now")
        stamp.flush()
        return os.fstat(stamp.fileno()).st_mtime


def read_result(context: ExperimentContext, final: str, result: ExecutionResult, began: float) -> object:
    """Return the JSON results that a finished run wrote.

    Args:
        final: path of the file in the workspace.
        began: `filesystem_now` before the run.

    Raises:
        TamperedError: it is a link, a FIFO or a device, or was not written during this run.
        ToolError: it is missing or is not valid JSON.
    """
    work = context.workspace.work
    if not (work / final).exists() and not (work / final).is_symlink():
        taken = [item for item in result.sanitized if item.path == final or final.startswith(f"{item.path}/")]
        if taken:
            raise TamperedError(f"its result was not a regular file: {taken[0]}")
        raise ToolError(f"the run ended without writing {final}")
    data = read_json(work, final, max_bytes=RESULT_BYTES)
    dated, now = (work / final).lstat().st_mtime, filesystem_now(context)
    if not began - CLOCK_SECONDS <= dated <= now + CLOCK_SECONDS:
        when = f"{began - dated:.0f} s before it began" if dated < began else f"{dated - now:.0f} s after it ended"
        raise TamperedError(f"{final} was not written by this run: its date is {when}")
    return data
