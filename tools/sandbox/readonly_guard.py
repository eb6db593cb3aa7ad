"""Protects paths of a workspace in every sandbox: checked before a command, compared after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.errors import UserError
from tools.file_tree import remove_path, walk
from tools.sandbox.obeyed_files import is_importable

_MAX_DEPTH = 32
_NOTHING = "nothing"


class ReadonlyGuard:
    """Remembers the content of read-only files and folders, and of the modules that a later run could import.

    It also removes a `.git` that a command created, because git on the host would obey its configuration.
    """

    def __init__(self, workspace: Path, read_only: Sequence[str]) -> None:
        self._workspace = workspace
        self.paths = [_checked(workspace, name) for name in read_only]
        self._protected = {path.as_posix() for path in self.paths}
        self._had_git = (workspace / ".git").exists()
        self.files: set[str] = set()
        """Paths that existed before the command, relative to the workspace."""
        self._before = self._digests(self.files)

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
        """Return the protected files that were changed, added or removed, and the modules changed or removed, sorted."""
        if not self._had_git:
            remove_path(self._workspace / ".git")
        after = self._digests(set())
        changed = {name for name in self._before | after if self._before.get(name) != after.get(name)}
        return sorted(
            name for name in changed if name in self._before or not is_importable(name) or self._protects(name)
        )

    def _protects(self, name: str) -> bool:
        parts = name.split("/")
        return any("/".join(parts[:end]) in self._protected for end in range(1, len(parts) + 1))

    def _digests(self, seen: set[str]) -> dict[str, str]:
        """Return path -> digest of what must not change, and add all paths to `seen`."""
        digests = dict.fromkeys(self._protected, _NOTHING)
        for entry in walk(self._workspace, _MAX_DEPTH):
            if entry.parts[0] == ".git":
                continue
            seen.add(entry.path)
            if self._protects(entry.path) or (is_importable(entry.path) and not entry.is_folder):
                digests[entry.path] = entry.digest()
        return digests


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
