"""What an experiment may read and not change, and how it is known that one did.

Fixed are the evaluation's files, the sources that run, and the folders of earlier runs: isolating sandboxes mount them
read-only, and in every sandbox they are compared after the command. The ledger, the journal and the gate's report lie
outside the folder that a sandbox shows. Not seen: code that changes the evaluation's functions in its own memory.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.errors import TamperedError, ToolError
from tools.evidence import Ledger
from tools.idea_context import IdeaContext
from tools.sandbox import ExecutionResult
from tools.sandbox.workspace_sanitizer import read_json

SOURCES = ("experiment.py", "plot.py")
CLOCK_SECONDS = 0.05
"""How far a date may lie outside the run, both told by one file system: its clock ticks a hundred times a second."""
RESULT_BYTES = 2_000_000


def fixed_paths(context: IdeaContext, ledger: Ledger) -> list[str]:
    """What is read-only while a command runs, relative to the workspace."""
    work = context.workspace.work
    runs = [run.name for run in ledger.completed]
    here = [name for name in (*SOURCES, *runs) if (work / name).exists() and not (work / name).is_symlink()]
    return list(dict.fromkeys([*context.template.protected, *here]))


def prepare(context: IdeaContext, ledger: Ledger) -> None:
    """Before a run: the evaluation as the template has it, and no results but those of the ledger."""
    restore_protected(context)
    for name in stray_runs(context, ledger):
        remove(context.workspace.work / name)


def restore_protected(context: IdeaContext) -> None:
    """Put the evaluation's files back to the template's, whatever happened to them, and take away what Python would
    import in their place."""
    work = context.workspace.work
    for path in [*shadows(work, context.template.protected), *work.rglob("__pycache__")]:
        remove(path)
    for name in context.template.protected:
        target = work / name
        for folder in reversed(target.relative_to(work).parents[:-1]):
            if (work / folder).is_symlink() or (work / folder).is_file():
                remove(work / folder)
        if target.is_symlink() or target.is_dir():
            remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(context.template.folder / name, target)


def changed_protected(context: IdeaContext) -> list[str]:
    """The evaluation's files that are not the template's any more, and what stands in their place."""

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


def stray_runs(context: IdeaContext, ledger: Ledger, own: str = "") -> list[str]:
    """Folders that look like results of runs that the ledger does not know; `own` is the run at hand."""
    known = {own, *(run.name for run in ledger.completed)}
    found = [path.name for path in context.workspace.work.glob("run_*") if re.fullmatch(r"run_\d+", path.name)]
    return sorted(set(found) - known)


def shadows(work: Path, protected: Sequence[str]) -> list[Path]:
    """What Python would import in place of a protected module: a package or a compiled module of its name."""
    found = []
    for name in protected:
        if name.endswith(".py"):
            module = work / name.removesuffix(".py")
            found += [package for package in [module] if any(package.glob("__init__.*"))]
            compiled = re.compile(rf"{re.escape(module.name)}(\..+)?\.so")
            found += [path for path in module.parent.glob("*.so") if compiled.fullmatch(path.name)]
    return found


def is_shadow(name: str, protected: Sequence[str]) -> str:
    """The protected module in whose place a new file of that name would be imported; empty when there is none."""
    folders = {parent.as_posix() for parent in PurePosixPath(name).parents}
    return next((path for path in protected if path.endswith(".py") and path.removesuffix(".py") in folders), "")


def filesystem_now(context: IdeaContext) -> float:
    """The time as the workspace's own file system tells it, in seconds since 1970."""
    with tempfile.TemporaryFile(dir=context.workspace.root) as stamp:
        stamp.write(b"now")
        stamp.flush()
        return os.fstat(stamp.fileno()).st_mtime


def read_result(context: IdeaContext, final: str, outcome: ExecutionResult, began: float) -> object:
    """The JSON that a finished run wrote of itself.

    Args:
        final: its path in the workspace.
        began: `moment` before the run.

    Raises:
        TamperedError: it is a link, a FIFO, a device, a second name of another file, or was not written in this run.
        ToolError: it is missing, or no JSON that can be read.
    """
    work = context.workspace.work
    if not (work / final).exists() and not (work / final).is_symlink():
        taken = [item for item in outcome.sanitized if item.path == final or final.startswith(f"{item.path}/")]
        if taken:
            raise TamperedError(f"its result was no file of its own: {taken[0]}")
        raise ToolError(f"it ended without writing {final}")
    data = read_json(work, final, max_bytes=RESULT_BYTES)
    dated, now = (work / final).lstat().st_mtime, filesystem_now(context)
    if not began - CLOCK_SECONDS <= dated <= now + CLOCK_SECONDS:
        told = f"{began - dated:.0f} s before it began" if dated < began else f"{dated - now:.0f} s after it ended"
        raise TamperedError(f"{final} was not written by this run: it is dated {told}")
    return data


def remove(path: Path) -> None:
    """Take a file, a link or a whole folder away; nothing happens when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
