"""A cache of baselines measured on this machine, so that the same code does not run again for every idea.

A baseline is identified by everything that determines it: the content of every file of the project including data, the
command with its seed, the software, the hardware, and the program that reads the results. If any of them differs, it is
measured again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from tools.atomic import write_json
from tools.evidence import RESULT_FOLDER, RunRecord
from tools.experiments import final_info
from tools.file_tree import remove_path

_MAX_BYTES = 200 * 2**20
"""Larger results are not cached."""
_DAY = 86400
_LOG = "output.txt"


class BaselineCache:
    """The baselines under `folder`, by digest. Processes may share it: an entry is renamed into place when complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, digest: str, name: str, work: Path, log: Path) -> RunRecord | None:
        """Copy a cached baseline into the folder `name` of `work` and its output into `log`, and return its record.

        Returns None if there is none, or if it cannot be read; then it is removed.
        """
        home = self._folder / digest
        try:
            record = RunRecord.model_validate_json((home / "record.json").read_bytes())
            shutil.rmtree(work / name, ignore_errors=True)
            shutil.copytree(home / name, work / name, symlinks=True)
            log.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / _LOG, log)
        except (OSError, ValidationError):
            shutil.rmtree(home, ignore_errors=True)
            return None
        return record

    def store(self, digest: str, record: RunRecord, work: Path, log: Path) -> None:
        """Store a completed baseline, unless it is too large or the disk is full."""
        results = work / record.name
        if sum(path.lstat().st_size for path in results.rglob("*")) > _MAX_BYTES or (self._folder / digest).exists():
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.glob(".new-*"):  # of a process that was killed
                if time.time() - left.stat().st_mtime > _DAY:
                    remove_path(left)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".new-") as name:
                home = Path(name) / digest
                shutil.copytree(results, home / record.name, symlinks=True)
                shutil.copyfile(log, home / _LOG)
                kept = f"measured on {datetime.now(UTC).date().isoformat()}, before this run, on the same machine"
                write_json(home / "record.json", record.model_copy(update={"kept": kept}).model_dump(mode="json"))
                home.rename(self._folder / digest)
        except OSError:
            return


def digest_of(work: Path, command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return a digest of everything that determines a run's results.

    Args:
        work: the project; results of runs in it are ignored.
        environment: software and hardware, by name.
    """
    digest = hashlib.sha256(json.dumps([list(command), dict(sorted(environment.items()))]).encode())
    digest.update(Path(final_info.__file__).read_bytes())
    for path in sorted(work.rglob("*")):
        name = path.relative_to(work)
        results = RESULT_FOLDER.fullmatch(name.parts[0]) or "__pycache__" in name.parts
        if results or path.is_symlink() or not path.is_file():
            continue
        digest.update(f"\0{name.as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:32]
