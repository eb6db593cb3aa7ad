"""Walk and remove folders that untrusted code filled: of any depth, with paths of any length and names of any bytes.

Everything is reached from the descriptor of its folder, because a path can be longer than the system accepts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ROOT = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER = _ROOT | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class TreeEntry:
    """A file, folder or link below the root of a walk."""

    folder: int
    """Descriptor of the folder that holds it, open until the walk goes on."""
    name: str
    path: str
    """Relative to the root; it may be longer than the system accepts."""
    status: os.stat_result
    siblings: frozenset[str]
    """All names in its folder when the walk came there, in lower case."""

    @property
    def parts(self) -> list[str]:
        return self.path.split("/")

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.status.st_mode)

    def digest(self) -> str:
        """Return a digest of a file's content or a link's target; the kind of anything else."""
        with contextlib.suppress(OSError):
            if stat.S_ISLNK(self.status.st_mode):
                return f"link to {os.readlink(self.name, dir_fd=self.folder)}"
            if self.is_file:
                descriptor = os.open(self.name, _FILE, dir_fd=self.folder)
                with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
                    return hashlib.file_digest(file, "sha256").hexdigest()
        return str(stat.S_IFMT(self.status.st_mode))


def walk(root: Path, max_depth: int) -> Iterator[TreeEntry]:
    """Yield everything below `root`, folders before their content, without following links.

    Folders that cannot be entered, that are gone, or that lie `max_depth` below the root are yielded, and their content
    is not.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(root, _ROOT)
        try:
            yield from _walk(descriptor, "", max_depth)
        finally:
            os.close(descriptor)


def remove_tree(folder: int, name: str) -> None:
    """Remove `name` from an open folder, with everything below it, whatever its depth and modes.

    The content of every inner folder moves up to the outermost, so that no path gets long and no call nests.
    """
    if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=folder)
        return
    top = _open_unlocked(folder, name)
    prefix, moved = secrets.token_hex(8), 0
    try:
        while names := os.listdir(top):  # noqa: PTH208 - a descriptor
            for inner in names:
                if not _unlink_unless_folder(top, inner):
                    here = _open_unlocked(top, inner)
                    try:
                        for below in os.listdir(here):  # noqa: PTH208
                            if not _unlink_unless_folder(here, below):
                                os.chmod(below, 0o700, dir_fd=here)  # moving a folder changes its entry ".."
                                moved += 1
                                os.rename(below, f"{prefix}-{moved}", src_dir_fd=here, dst_dir_fd=top)
                    finally:
                        os.close(here)
                    os.rmdir(inner, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=folder)


def remove_path(path: Path) -> None:
    """Remove a file, a link or a folder with its content, if it exists."""
    with contextlib.suppress(FileNotFoundError):
        folder = os.open(path.parent, _ROOT)
        try:
            remove_tree(folder, path.name)
        finally:
            os.close(folder)


def _walk(folder: int, prefix: str, levels: int) -> Iterator[TreeEntry]:
    names = sorted(os.listdir(folder))
    siblings = frozenset(name.casefold() for name in names)
    for name in names:
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            continue
        yield TreeEntry(folder, name, prefix + name, status, siblings)
        if stat.S_ISDIR(status.st_mode) and levels > 1:
            with contextlib.suppress(OSError):
                inner = os.open(name, _FOLDER, dir_fd=folder)
                try:
                    yield from _walk(inner, f"{prefix}{name}/", levels - 1)
                finally:
                    os.close(inner)


def _open_unlocked(folder: int, name: str) -> int:
    os.chmod(name, 0o700, dir_fd=folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def _unlink_unless_folder(folder: int, name: str) -> bool:
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        return False
    os.unlink(name, dir_fd=folder)
    return True
