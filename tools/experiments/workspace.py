"""The folder of one idea as a git repository: every tool call that changes it is a commit, every run is a tag.

The repository data lies beside `work/`, never inside it: model-written code runs in `work/` and can neither rewrite
history nor install hooks that the host would run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tools.atomic import write_bytes, write_text
from tools.errors import MachineError, ToolError
from tools.evidence import CONFIRMATION
from tools.experiments.template import Template
from tools.run_dir import IdeaDir
from tools.sandbox.workspace_sanitizer import name_problem, sanitize

T = TypeVar("T")

VERSIONED_BYTES = 20 * 1024 * 1024
"""Files larger than this stay on disk and out of the history; `.unversioned` lists them."""

_GIT_SECONDS = 30
"""How long a git is waited for that has outlived its parent."""

_PATTERN = re.compile(r"[\\*?\[]|\s$")
"""What git reads as a pattern in the name of a file to exclude."""
_ESCAPED = r"\\\g<0>"

FIRST_COMMIT = "template"
"""Tag of the commit that a workspace begins with."""

_READY = Path(".git", "colloquium-ready")
"""Exists in a complete workspace."""

_ATTRIBUTES = "* -text !eol !ident !filter !working-tree-encoding\n"
"""Store files byte by byte, whatever a `.gitattributes` in `work/` says."""

_BEING_WRITTEN = ":(exclude,glob)**/.*.tmp"
"""Excludes files that a tool running in parallel is writing (`tools/atomic.py`)."""

_RESULTS = tuple(f":(exclude,glob)work/{name}*[0-9]/**" for name in ("run_", CONFIRMATION))
"""Excludes the folders of results in `work/`."""

_PLOTS = tuple(f":(exclude,glob)work/{name}" for name in ("plot.py", "*.png", ".*.json"))
"""Excludes plot.py and what it draws."""

_GIT_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "core.autocrlf=false",
    "core.symlinks=true",
    "core.protectNTFS=false",
    "core.protectHFS=false",
    "advice.addEmbeddedRepo=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "safe.bareRepository=explicit",
    "init.templateDir=",
    "submodule.recurse=false",
    "maintenance.auto=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
)

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIFF_OPTIONS = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
_LEFT_OUT = (
    ":(exclude,glob)work/run_*/**",
    ":(exclude,glob)failed/**",
    ":(exclude,glob)logs/**",
    ":(exclude).unversioned",
    ":(exclude,glob)**/.*.json",
    ":(exclude)paper/results.tex",
    ":(exclude,glob)paper/paper.*",
    ":(exclude,glob)paper/**/*.pdf",
)
"""What diffs do not show: the output of experiments and the notes of the harness."""


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
        """Create a workspace whose first commit is the template, or open the one that exists, which nobody else may use.

        Raises:
            MachineError: `root` exists and is not a workspace; nothing in it is changed.
        """
        if not (root / _READY).exists():
            await asyncio.to_thread(_create, root, template)
        await asyncio.to_thread(_remove_stale_locks, root)
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

    async def restore_code(self, commit: str, *, with_plots: bool = True) -> None:
        """Reset `work/` to its state at `commit`, but keep the folders of results, and plot.py with its images unless
        `with_plots`. Call `save` before: files that were never committed stay."""
        kept = _RESULTS if with_plots else (*_RESULTS, *_PLOTS)
        await self._locked(self._git, "restore", "--quiet", f"--source={commit}", "--", "work", *kept)

    async def diff_code(self, *commits: str) -> str:
        """Return the changes of `work/` from a commit to another, or to the present, without results and plots."""
        options = ("--no-color", "--no-ext-diff", "--no-textconv")
        return await self._locked(self._git, "diff", *options, *commits, "--", "work", *_RESULTS, *_PLOTS)

    async def restore_paper(self, commit: str) -> None:
        """Reset the paper and the gate's verdict to their state at `commit`; all compiled versions stay. Call `save`
        before."""
        folder, gate = self.files.paper, self.files.gate_file
        names = [str(path.relative_to(self.root)) for path in (folder, gate)]
        names.append(f":(exclude,glob){folder.name}/versions/**")
        await self._locked(self._git, "restore", "--quiet", f"--source={commit}", "--", *names)

    async def tag(self, name: str) -> None:
        """Tag the current commit. An existing tag moves: an interrupted call may have set it."""
        await self._locked(self._git, "tag", "--force", name)

    def path(self, name: str) -> Path:
        """Return the path of a file inside `work/`.

        Raises:
            ToolError: the path leads outside, directly or through a link, or no file can have this name.
        """
        if problem := name_problem(name):
            raise ToolError(f"{name[:80]!r} cannot be the name of a file: {problem}")
        path = self.work / name
        try:
            inside = path.resolve().is_relative_to(self.work.resolve())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            raise ToolError(f"{name!r} is outside the project; use a path relative to its folder, like experiment.py")
        return path

    def changes(self, commits: Sequence[str]) -> dict[str, str]:
        """Return what each commit changed, as a unified diff, without the folders of experiment runs.

        Raises:
            MachineError: the repository lacks one of the commits.
        """
        if not commits:
            return {}
        mark = "\x01commit "
        shown = self._git("show", f"--format={mark}%H", *_DIFF_OPTIONS, *commits, "--", ".", *_LEFT_OUT)
        parts = (part.partition("\n") for part in shown.split(mark)[1:])
        return {commit: diff.strip("\n") for commit, _, diff in parts}

    def difference(self, one: str, other: str, folder: str = ".") -> str:
        """Return the unified diff of a folder between two commits, without the folders of experiment runs.

        Raises:
            MachineError: the repository lacks one of them.
        """
        return self._git("diff", *_DIFF_OPTIONS, one, other, "--", folder, *_LEFT_OUT)

    def tags(self) -> list[str]:
        """Return the names of the tagged commits: the template, the experiment runs, the paper that passed the gate."""
        return self._git("tag", "--list", "--sort=version:refname").split()

    def has(self, commit: str) -> bool:
        """Return True if the repository contains the commit."""
        try:
            return bool(_COMMIT.fullmatch(commit)) and self._git("cat-file", "-t", commit) == "commit"
        except MachineError:
            return False

    async def _locked(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run one git operation in a thread; operations on the same repository run one after another."""
        async with self._lock:
            return await asyncio.to_thread(work, *arguments)

    def _head(self) -> str:
        return self._git("rev-parse", "HEAD")

    def _restore(self, commit: str) -> None:
        if self.work.is_dir():
            sanitize(self.work)  # a killed command may have left what git cannot enter
        self._git("reset", "--quiet", "--hard", commit)
        self._clean()
        self.work.mkdir(exist_ok=True)  # git keeps no empty folder

    def _restore_files(self, commit: str, paths: Sequence[str]) -> None:
        self._clean(*paths)
        self._git("restore", "--quiet", f"--source={commit}", "--", *paths)

    def _clean(self, *paths: str) -> None:
        text = self._unversioned.read_text(encoding="utf-8", errors="surrogateescape")
        kept = [f"--exclude=/{_PATTERN.sub(_ESCAPED, name)}" for name in text.splitlines()]
        self._git("clean", "--quiet", "-d", "-f", "-f", "-x", *kept, "--", *paths)

    def _commit(self, message: str) -> str:
        if self.work.is_dir():
            sanitize(self.work)
        large = self._large_files()
        write_bytes(self._unversioned, os.fsencode("".join(f"{name}\n" for name in large)))
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

    def _git(self, *arguments: str) -> str:
        options = [word for setting in _GIT_SETTINGS for word in ("-c", setting)]
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.root),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "none",  # a run folder from elsewhere may name a remote that runs commands
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_TEMPLATE_DIR": "",
            "GIT_DIR": str(self.root / ".git"),
            "GIT_WORK_TREE": str(self.root),
            "GIT_AUTHOR_NAME": "Colloquium",
            "GIT_AUTHOR_EMAIL": "colloquium@localhost",
            "GIT_COMMITTER_NAME": "Colloquium",
            "GIT_COMMITTER_EMAIL": "colloquium@localhost",
        }
        command = ["git", *options, *arguments]
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise MachineError(f"git {arguments[0]} in {self.root} failed: {done.stderr.strip()[-400:]}")
        return done.stdout.rstrip("\n")


def _remove_stale_locks(root: Path) -> None:
    """Remove the locks of a killed git. Whoever opens a workspace holds the journal's lock, so only a git that has
    outlived its killed parent can be at work; it is waited for."""
    if not (locks := list((root / ".git").rglob("*.lock"))):
        return
    deadline = time.monotonic() + _GIT_SECONDS
    while time.monotonic() < deadline and _git_is_running(root):
        time.sleep(0.05)
    for lock in locks:
        lock.unlink(missing_ok=True)


def _git_is_running(root: Path) -> bool:
    processes = psutil.process_iter(["name", "cwd"])
    return any(process.info["name"] == "git" and process.info["cwd"] == str(root.resolve()) for process in processes)


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
    unfinished._git("tag", FIRST_COMMIT)
    (unfinished.root / _READY).touch()
    unfinished.root.rename(root)
