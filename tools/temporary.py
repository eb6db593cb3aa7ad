"""Temporary folders that a killed process leaves behind are found and removed by the next start."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from tools.file_tree import remove_path

_PREFIX = "colloquium."
_YOUNG_SECONDS = 60
"""A folder without a lock may have been made just now."""


class TemporaryFolder:
    """A folder outside every project, removed at the end of a `with` block or by `remove`.

    Beside it lies a file that this process keeps locked, which tells a folder in use from an abandoned one.
    """

    def __init__(self, purpose: str) -> None:
        self._root = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{purpose}."))
        self._lock = (self._root / "lock").open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = self._root / "content"
        self.path.mkdir()

    def remove(self) -> None:
        """Remove the folder with its content."""
        remove_path(self._root)
        self._lock.close()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def remove_abandoned_folders() -> None:
    """Remove the temporary folders of this user that no living process uses."""
    for root in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if root.is_symlink() or root.stat().st_uid != os.getuid():
                continue
            if not (root / "lock").exists():
                if time.time() - root.stat().st_mtime > _YOUNG_SECONDS:
                    remove_path(root)
                continue
            with (root / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_path(root)
