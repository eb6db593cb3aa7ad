"""BaselineCache that were measured before on this machine, so that the same code is not run again for every idea.

A baseline is known by all that decides it: the content of every file of the project, data included, the command with its
seed, the software it ran on, and the hardware. Any of them differs, and it is measured anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from tools.atomic import write_json
from tools.evidence import BASELINE, RunRecord

_LARGEST = 200 * 2**20
"""Bytes of results beyond which a baseline is not kept."""
_LOG = "output.txt"


class BaselineCache:
    """The baselines kept under `folder`. Processes may share it: each is put there whole, under its digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, digest: str, work: Path, log: Path) -> RunRecord | None:
        """The baseline of that digest with its files put into `work/run_0` and its output into `log`; None when there is
        none, or when it cannot be read, and then it is removed."""
        home = self._folder / digest
        try:
            record = RunRecord.model_validate_json((home / "record.json").read_bytes())
            shutil.rmtree(work / BASELINE, ignore_errors=True)
            shutil.copytree(home / BASELINE, work / BASELINE, symlinks=True)
            log.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / _LOG, log)
        except (OSError, ValidationError):
            shutil.rmtree(home, ignore_errors=True)
            return None
        return record

    def keep(self, digest: str, record: RunRecord, work: Path, log: Path) -> None:
        """Keep a completed baseline. One that is too large, or that there is no room for, is not kept."""
        results = work / BASELINE
        if sum(path.lstat().st_size for path in results.rglob("*")) > _LARGEST or (self._folder / digest).exists():
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".new-") as name:
                home = Path(name) / digest
                shutil.copytree(results, home / BASELINE, symlinks=True)
                shutil.copyfile(log, home / _LOG)
                kept = f"measured on {datetime.now(UTC).date().isoformat()}, before this run, on the same machine"
                write_json(home / "record.json", record.model_copy(update={"kept": kept}).model_dump(mode="json"))
                home.rename(self._folder / digest)
        except OSError:
            return


def digest_of(work: Path, command: Sequence[str], environment: Mapping[str, str]) -> str:
    """A digest of everything that decides a run's results.

    Args:
        work: the project; results of runs in it do not count.
        environment: software and hardware, by name.
    """
    digest = hashlib.sha256(json.dumps([list(command), dict(sorted(environment.items()))]).encode())
    for path in sorted(work.rglob("*")):
        name = path.relative_to(work)
        if path.is_symlink() or not path.is_file() or name.parts[0].startswith("run_") or "__pycache__" in name.parts:
            continue
        digest.update(f"\0{name.as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:32]
