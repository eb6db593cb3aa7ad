"""Disk cache of the sources' results, shared by all runs.

It stores records instead of HTTP responses, so addresses with keys are never written, and a stale entry can replace a
source that is down.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from pydantic import BaseModel, ValidationError

from tools.atomic import write_text
from tools.literature.record import PaperRecord

MAX_AGE = 30 * 24 * 3600
"""Seconds for which an entry is fresh. An older one is used only if the source is down."""


class StoredResponse(BaseModel):
    """One cached result of one source."""

    source: str
    query: str
    limit: int
    asked: float
    """Seconds since the epoch."""
    records: list[PaperRecord]

    @property
    def fresh(self) -> bool:
        return time.time() - self.asked < MAX_AGE


class ResponseCache:
    """A folder with one JSON file per source, query and limit. Without a folder, nothing is cached."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, source: str, query: str, limit: int) -> StoredResponse | None:
        """Return the stored result, fresh or not, or None if there is no valid file."""
        path = self._path(source, query, limit)
        if path is None or not path.is_file():
            return None
        try:
            return StoredResponse.model_validate_json(path.read_bytes())
        except ValidationError:
            return None  # Broken or of another version: the source is asked again and the file replaced.

    def put(self, source: str, query: str, limit: int, records: list[PaperRecord]) -> None:
        path = self._path(source, query, limit)
        if path is None:
            return
        response = StoredResponse(source=source, query=query, limit=limit, asked=time.time(), records=records)
        write_text(path, response.model_dump_json(indent=1))

    def _path(self, source: str, query: str, limit: int) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(f"{source}\n{query}\n{limit}".encode()).hexdigest()[:32]
        return self._folder / source / f"{name}.json"
