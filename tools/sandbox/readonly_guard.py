"""Protects paths of a workspace in every sandbox: checked before a command, compared after it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.errors import UserError


class ReadonlyGuard:
    """Remembers the content of read-only files and folders.

    It also removes a `.git` that a command created, because git on the host would obey its configuration.
    """

    def __init__(self, workspace: Path, read_only: Sequence[str]) -> None:
        self._workspace = workspace
        self.paths = [_checked(workspace, name) for name in read_only]
        self._had_git = (workspace / ".git").exists()
        self._before = self._digests()

    @property
    def mounts(self) -> list[tuple[Path, bool]]:
        """Paths to mount over the workspace, in order, each with whether it is writable.

        The parents of a protected path are mounted too: a mount point cannot be renamed, so nothing can replace it.
        """
        mounts: dict[Path, bool] = {}
        for path in self.paths:
            for folder in reversed(path.parents[:-1]):
                mounts.setdefault(folder, True)
            mounts[path] = False
        if self._had_git:
            mounts[Path(".git")] = False
        return sorted(mounts.items())

    def changed_files(self) -> list[str]:
        """Return the protected files that were changed, added or removed, sorted."""
        git = self._workspace / ".git"
        if not self._had_git and (git.exists() or git.is_symlink()):
            if git.is_dir() and not git.is_symlink():
                shutil.rmtree(git)
            else:
                git.unlink()
        after = self._digests()
        return sorted(name for name in self._before | after if self._before.get(name) != after.get(name))

    def _digests(self) -> dict[str, str]:
        digests = {}
        for path in self.paths:
            top = self._workspace / path
            if top.is_dir() and not top.is_symlink():
                for file in sorted(top.rglob("*")):
                    digests[str(file.relative_to(self._workspace))] = _digest(file)
            else:
                digests[str(path)] = _digest(top)
        return digests


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return "folder" if path.is_dir() else "nothing"


def _checked(workspace: Path, name: str) -> Path:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise UserError(f"protected path {name!r} is not inside the workspace; give it relative to the workspace")
    path = workspace
    for part in pure.parts:
        path = path / part
        if path.is_symlink():
            raise UserError(f"protected path {name!r}: {part!r} is a link; protect the file it points to")
    if not path.exists():
        raise UserError(f"protected path {name!r} does not exist in {workspace}")
    return Path(pure)
