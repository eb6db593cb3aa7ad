"""What the sources answered, kept on disk: the same question is not asked twice, in this run or the next."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from pydantic import BaseModel, ValidationError

from tools.atomic import write_text
from tools.literature.record import Record

MAX_AGE = 30 * 24 * 3600
"""Seconds for which an answer counts as fresh. An older one still serves where the source is down."""


class StoredResponse(BaseModel):
    """One answer of one source, as it lies on disk."""

    source: str
    query: str
    limit: int
    asked: float
    """Seconds since the epoch."""
    records: list[Record]

    @property
    def fresh(self) -> bool:
        return time.time() - self.asked < MAX_AGE


class ResponseCache:
    """A folder of answers, one JSON file for each source, query and limit. None as folder keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, source: str, query: str, limit: int) -> StoredResponse | None:
        """The stored answer, fresh or not. A file that cannot be read as one is no answer."""
        path = self._path(source, query, limit)
        if path is None or not path.is_file():
            return None
        try:
            return StoredResponse.model_validate_json(path.read_bytes())
        except ValidationError:
            return None  # Of another version or broken: the source is asked again and the file replaced.

    def put(self, source: str, query: str, limit: int, records: list[Record]) -> None:
        path = self._path(source, query, limit)
        if path is None:
            return
        answer = StoredResponse(source=source, query=query, limit=limit, asked=time.time(), records=records)
        write_text(path, answer.model_dump_json(indent=1))

    def _path(self, source: str, query: str, limit: int) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(f"{source}\n{query}\n{limit}".encode()).hexdigest()[:32]
        return self._folder / source / f"{name}.json"
