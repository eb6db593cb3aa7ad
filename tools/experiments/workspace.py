"""The folder of one idea, kept under git: every tool call that changes it is a commit, every run a tag.

The repository's own data lies beside `work/`, never inside it: model-written code runs in `work/` and can neither
rewrite history nor plant hooks that the host would run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.atomic import write_text
from tools.errors import MachineError, ToolError
from tools.experiments.template import Template
from tools.sandbox.workspace_sanitizer import is_repository

KEPT_BYTES = 20 * 1024 * 1024
"""Files larger than this stay on disk and out of the history; `.unversioned` lists them."""

_ATTRIBUTES = "* -text !eol !ident !filter !working-tree-encoding\n"
"""Files are kept byte by byte, whatever a `.gitattributes` in `work/` says."""

_HALF_WRITTEN = ":(exclude,glob)**/.*.tmp"
"""What a tool at work in parallel is just writing (`tools/atomic.py`)."""


class Workspace:
    """`root` holds everything of one idea: `work/` (the project), `paper/`, `reviews/`, the ledger, the gate's report."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work = root / "work"
        self.paper = root / "paper"
        self.reviews = root / "reviews"
        self._unversioned = root / ".unversioned"
        self._lock = asyncio.Lock()

    @classmethod
    def create(cls, root: Path, template: Template | None) -> Workspace:
        """A new workspace with the template as its first commit; one that exists already is opened as it is."""
        workspace = cls(root)
        if (root / ".git" / "colloquium-ready").exists():
            return workspace
        if root.exists():
            shutil.rmtree(root)
        workspace.work.mkdir(parents=True)
        for file in template.files() if template else []:
            target = workspace.work / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(template.folder / file, target)  # type: ignore[union-attr]
        workspace._git("init", "--quiet", "--initial-branch=main")
        write_text(root / ".git" / "info" / "attributes", _ATTRIBUTES)
        workspace._commit(f"template {template.name}" if template else "an empty project")
        workspace._git("tag", "template")
        (root / ".git" / "colloquium-ready").touch()
        return workspace

    @property
    def paper_under_review(self) -> Path:
        """The group's own PDF, or the one file that a review scenario was given."""
        given = sorted(self.paper.glob("submission.*"))
        return given[0] if given else self.paper / "paper.pdf"

    async def save(self, message: str) -> str:
        """Commit what has changed; answers the commit's id. One commit at a time."""
        async with self._lock:
            return await asyncio.to_thread(self._commit, message)

    def restore(self, commit: str) -> None:
        """Put every file back to how it was at that commit; what was made since is removed."""
        self._git("reset", "--quiet", "--hard", commit)
        self._clean()

    def restore_files(self, commit: str, names: Sequence[str]) -> None:
        """Put files and folders of `work/` back to how they were at that commit; what was added to them is removed. Files
        too large for the history stay as they are."""
        paths = [f":(literal)work/{name}" for name in names]
        if paths:
            self._clean(*paths)
            self._git("restore", "--quiet", f"--source={commit}", "--", *paths)

    def tag(self, name: str) -> None:
        """Name the present commit; a name used before by a call that was cut short moves."""
        self._git("tag", "--force", name)

    @property
    def commit(self) -> str:
        return self._git("rev-parse", "HEAD")

    def show(self, revision: str, file: str) -> str:
        """A file of `work/` as it was at a commit or tag.

        Raises:
            ToolError: the file was not there.
        """
        try:
            return self._git("show", f"{revision}:work/{file}")
        except MachineError:
            raise ToolError(f"{file} is not part of {revision}") from None

    def path(self, name: str) -> Path:
        """A path inside `work/`, following no link out of it.

        Raises:
            ToolError: the path leads outside.
        """
        path = self.work / name
        try:
            inside = path.resolve().is_relative_to(self.work.resolve())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            raise ToolError(f"{name!r} is outside the project; use a path relative to its folder, like experiment.py")
        return path

    def _clean(self, *paths: str) -> None:
        kept = [f"--exclude=/{name}" for name in self._unversioned.read_text(encoding="utf-8").splitlines()]
        self._git("clean", "--quiet", "-d", "-f", "-f", "-x", *kept, "--", *paths)

    def _commit(self, message: str) -> str:
        self._drop_nested_repositories()
        large = self._large_files()
        write_text(self._unversioned, "".join(f"{name}\n" for name in large))
        self._git("add", "--all", "--force", "--", ".", _HALF_WRITTEN, *(f":(exclude,literal){name}" for name in large))
        self._git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
        return self.commit

    def _large_files(self) -> list[str]:
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != ".git"]
            for name in files:
                path = Path(folder, name)
                with contextlib.suppress(FileNotFoundError):  # a tool at work in parallel has just given it its name
                    if path.lstat().st_size > KEPT_BYTES:
                        found.append(str(path.relative_to(self.root)))
        return sorted(found)

    def _drop_nested_repositories(self) -> None:
        """Code in `work/` could make a repository of its own, whose files git would then pass over, or use a name that
        git refuses."""
        for nested in [path for path in self.work.rglob("*") if is_repository(path.name) or _refused(path)]:
            if nested.is_dir() and not nested.is_symlink():
                shutil.rmtree(nested)
            else:
                nested.unlink(missing_ok=True)  # it was in another one

    def _git(self, *arguments: str) -> str:
        command = [
            "git",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "gc.auto=0",
            "-c",
            "core.autocrlf=false",
            "-c",
            "core.symlinks=true",
            "-c",
            "core.protectNTFS=false",
            "-c",
            "core.protectHFS=false",
            "-c",
            "advice.addEmbeddedRepo=false",
            "-c",
            "commit.gpgSign=false",
            "-c",
            "tag.gpgSign=false",
            *arguments,
        ]
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
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MachineError(f"git {arguments[0]} in {self.root} failed: {done.stderr.strip()[-400:]}")
        return done.stdout.rstrip("\n")


def _refused(path: Path) -> bool:
    return path.name.casefold() == ".gitmodules" and path.is_symlink()
