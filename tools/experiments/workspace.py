"""The folder of one idea as a git repository: every tool call that changes it is a commit, every run is a tag.

The repository data lies beside `work/`, never inside it: model-written code runs in `work/` and can neither rewrite
history nor install hooks that the host would run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tools.atomic import write_text
from tools.errors import MachineError, ToolError
from tools.experiments.template import Template
from tools.run_dir import IdeaDir
from tools.sandbox.workspace_sanitizer import is_repository

T = TypeVar("T")

VERSIONED_BYTES = 20 * 1024 * 1024
"""Files larger than this stay on disk and out of the history; `.unversioned` lists them."""

_READY = Path(".git", "colloquium-ready")
"""Exists in a complete workspace."""

_ATTRIBUTES = "* -text !eol !ident !filter !working-tree-encoding\n"
"""Store files byte by byte, whatever a `.gitattributes` in `work/` says."""

_BEING_WRITTEN = ":(exclude,glob)**/.*.tmp"
"""Excludes files that a tool running in parallel is writing (`tools/atomic.py`)."""

_GIT_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "core.autocrlf=false",
    "core.symlinks=true",
    "core.protectNTFS=false",
    "core.protectHFS=false",
    "advice.addEmbeddedRepo=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
)


class Workspace:
    """`root` holds everything of one idea: `work/` (the project), `paper/`, `reviews/`, the ledger, the gate report."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = IdeaDir(root)
        self.work = root / "work"
        self.paper = root / "paper"
        self.reviews = root / "reviews"
        self._unversioned = root / ".unversioned"
        self._lock = asyncio.Lock()

    @classmethod
    async def create(cls, root: Path, template: Template | None) -> Workspace:
        """Create a workspace whose first commit is the template, or open the one that exists.

        Raises:
            MachineError: `root` exists and is not a workspace; nothing in it is changed.
        """
        if not (root / _READY).exists():
            await asyncio.to_thread(_create, root, template)
        return cls(root)

    @property
    def paper_under_review(self) -> Path:
        """Path of the group's own PDF, or of the file that a review scenario was given."""
        given = sorted(self.paper.glob("submission.*"))
        return given[0] if given else self.files.paper_pdf

    async def head(self) -> str:
        """Return the id of the current commit."""
        return await self._locked(self._head)

    async def save(self, message: str) -> str:
        """Commit all changes and return the id of the commit."""
        return await self._locked(self._commit, message)

    async def restore(self, commit: str) -> None:
        """Reset every file to its state at `commit`; remove files created since."""
        await self._locked(self._restore, commit)

    async def restore_files(self, commit: str, names: Sequence[str]) -> None:
        """Reset files and folders of `work/` to their state at `commit`; remove files added to them since. Files too
        large for the history stay as they are."""
        if names:
            await self._locked(self._restore_files, commit, [f":(literal)work/{name}" for name in names])

    async def tag(self, name: str) -> None:
        """Tag the current commit. An existing tag moves: an interrupted call may have set it."""
        await self._locked(self._git, "tag", "--force", name)

    def path(self, name: str) -> Path:
        """Return the path of a file inside `work/`.

        Raises:
            ToolError: the path leads outside, directly or through a link.
        """
        path = self.work / name
        try:
            inside = path.resolve().is_relative_to(self.work.resolve())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            raise ToolError(f"{name!r} is outside the project; use a path relative to its folder, like experiment.py")
        return path

    async def _locked(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run one git operation in a thread; operations on the same repository run one after another."""
        async with self._lock:
            return await asyncio.to_thread(work, *arguments)

    def _head(self) -> str:
        return self._git("rev-parse", "HEAD")

    def _restore(self, commit: str) -> None:
        self._git("reset", "--quiet", "--hard", commit)
        self._clean()

    def _restore_files(self, commit: str, paths: Sequence[str]) -> None:
        self._clean(*paths)
        self._git("restore", "--quiet", f"--source={commit}", "--", *paths)

    def _clean(self, *paths: str) -> None:
        kept = [f"--exclude=/{name}" for name in self._unversioned.read_text(encoding="utf-8").splitlines()]
        self._git("clean", "--quiet", "-d", "-f", "-f", "-x", *kept, "--", *paths)

    def _commit(self, message: str) -> str:
        self._remove_nested_repositories()
        large = self._large_files()
        write_text(self._unversioned, "".join(f"{name}\n" for name in large))
        self._git(
            "add", "--all", "--force", "--", ".", _BEING_WRITTEN, *(f":(exclude,literal){name}" for name in large)
        )
        self._git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
        return self._head()

    def _large_files(self) -> list[str]:
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != ".git"]
            for name in files:
                path = Path(folder, name)
                with contextlib.suppress(FileNotFoundError):  # a tool running in parallel has just renamed it
                    if path.lstat().st_size > VERSIONED_BYTES:
                        found.append(str(path.relative_to(self.root)))
        return sorted(found)

    def _remove_nested_repositories(self) -> None:
        """Remove repositories created by code in `work/`, whose files git would skip, and names that git refuses."""
        for nested in [path for path in self.work.rglob("*") if is_repository(path.name) or _is_linked_modules(path)]:
            if nested.is_dir() and not nested.is_symlink():
                shutil.rmtree(nested)
            else:
                nested.unlink(missing_ok=True)  # it may have been inside another one

    def _git(self, *arguments: str) -> str:
        options = [word for setting in _GIT_SETTINGS for word in ("-c", setting)]
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_DIR": str(self.root / ".git"),
            "GIT_WORK_TREE": str(self.root),
            "GIT_AUTHOR_NAME": "Colloquium",
            "GIT_AUTHOR_EMAIL": "colloquium@localhost",
            "GIT_COMMITTER_NAME": "Colloquium",
            "GIT_COMMITTER_EMAIL": "colloquium@localhost",
        }
        command = ["git", *options, *arguments]
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MachineError(f"git {arguments[0]} in {self.root} failed: {done.stderr.strip()[-400:]}")
        return done.stdout.rstrip("\n")


def _create(root: Path, template: Template | None) -> None:
    """Create the workspace beside `root` and rename it, so that an interrupted call leaves no half-made `root`."""
    if root.exists() and any(root.iterdir()):
        raise MachineError(f"{root} exists and is not a workspace; move it away, then launch again")
    unfinished = Workspace(root.with_name(f".{root.name}.tmp"))
    shutil.rmtree(unfinished.root, ignore_errors=True)
    unfinished.work.mkdir(parents=True)
    for file in template.files() if template else []:
        target = unfinished.work / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template.folder / file, target)  # type: ignore[union-attr]
    unfinished._git("init", "--quiet", "--initial-branch=main")
    write_text(unfinished.root / ".git" / "info" / "attributes", _ATTRIBUTES)
    unfinished._commit(f"template {template.name}" if template else "an empty project")
    unfinished._git("tag", "template")
    (unfinished.root / _READY).touch()
    unfinished.root.rename(root)


def _is_linked_modules(path: Path) -> bool:
    return path.name.casefold() == ".gitmodules" and path.is_symlink()
