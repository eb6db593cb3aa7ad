"""All literature sources as one: asked at the same time, within one bound on time, their answers merged."""

from __future__ import annotations

import asyncio
import getpass
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tools.errors import UserError, nearest
from tools.literature import arxiv, crossref, openalex, semantic_scholar
from tools.literature.local import LocalLibrary
from tools.literature.rate_limited_http import RateLimitedHttp
from tools.literature.record import DoiSource, Record, Source, SourceDown, merge
from tools.literature.response_cache import ResponseCache


@dataclass(frozen=True)
class Answer:
    """What a search found, and what went wrong on the way."""

    records: list[Record]
    notes: list[str] = field(default_factory=list)


class Literature:
    """Asks `sources`, given in the order of their standing: a paper that several know keeps the identifier of the
    earliest. `cache` is the folder for answers; those of local files are not kept, since the files may change."""

    def __init__(self, sources: Sequence[Source], cache: Path | None, total_seconds: float = 60) -> None:
        self.sources = tuple(sources)
        self._answers = ResponseCache(cache)
        self._total_seconds = total_seconds

    async def search(self, query: str, limit: int = 10) -> Answer:
        """At most `limit` different papers, best first, within the total time whatever the sources do. A source that
        is down, or that had to be answered for from the cache, is named in the notes."""
        query = " ".join(query.split())
        asked = [self._ask(source, query, limit, partial(source.search, query, limit)) for source in self.sources]
        answers = await asyncio.gather(*asked)
        notes = [note for answer in answers for note in answer.notes]
        if not self.sources:
            notes = ["no literature source is configured"]
        return Answer(merge([answer.records for answer in answers], limit), notes)

    async def with_doi(self, doi: str) -> Answer:
        """The record of each source that can look up a DOI and has this one; not merged, since they may disagree."""
        sources = [source for source in self.sources if isinstance(source, DoiSource)]
        asked = [self._ask(source, f"doi:{doi}", 1, partial(source.with_doi, doi)) for source in sources]
        answers = await asyncio.gather(*asked)
        records = [record for answer in answers for record in answer.records]
        return Answer(records, [note for answer in answers for note in answer.notes])

    async def _ask(
        self, source: Source | DoiSource, query: str, limit: int, ask: Callable[[], Awaitable[list[Record]]]
    ) -> Answer:
        if source.name == LocalLibrary.name:
            return Answer(await ask(), list(getattr(source, "notes", ())))
        stored = self._answers.get(source.name, query, limit)
        if stored and stored.fresh:
            return Answer(stored.records)
        try:
            async with asyncio.timeout(self._total_seconds):
                records = await ask()
        except (SourceDown, TimeoutError) as error:
            reason = str(error) or f"no answer within {self._total_seconds:g} s"
            if stored:
                return Answer(stored.records, [f"{source.name} is down ({reason}); an older answer of it stands in"])
            return Answer([], [f"{source.name} is down: {reason}"])
        self._answers.put(source.name, query, limit, records)
        return Answer(records)


SourceFactory = Callable[[Path], Source]
"""Builds a source; the argument is a folder for state that all processes share, such as rate limits."""

SOURCES: Mapping[str, SourceFactory] = {
    "semantic_scholar": lambda state: semantic_scholar.SemanticScholar(
        RateLimitedHttp("semantic_scholar", semantic_scholar.LIMITS, state), key=os.environ.get("S2_API_KEY")
    ),
    "arxiv": lambda state: arxiv.Arxiv(RateLimitedHttp("arxiv", arxiv.LIMITS, state)),
    "openalex": lambda state: openalex.OpenAlex(
        RateLimitedHttp("openalex", openalex.LIMITS, state), key=os.environ.get("OPENALEX_API_KEY")
    ),
    "crossref": lambda state: crossref.Crossref(
        RateLimitedHttp("crossref", crossref.LIMITS, state), mail=os.environ.get("CROSSREF_MAILTO")
    ),
}
"""The sources on the network, each made from the folder in which its rate limit is shared by all processes."""


def build(
    names: Sequence[str],
    *,
    bib_files: Sequence[Path],
    cache: Path | None,
    sources: Mapping[str, SourceFactory] = SOURCES,
) -> Literature:
    """Return the literature that a scenario names, in its order: `local` (the entries of `bib_files`) and `sources`.

    Raises:
        UserError: an unknown name, a missing bibliography file, or a cache folder that cannot be written.
    """
    for name in names:
        if name not in (LocalLibrary.name, *sources):
            raise UserError(f"unknown literature source {name!r}: {nearest(name, (LocalLibrary.name, *sources))}")
    state = (cache or Path(tempfile.gettempdir()) / f"colloquium-{getpass.getuser()}") / "limits"
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the literature cache {state} cannot be written: {error}") from error
    return Literature([LocalLibrary(bib_files) if name == "local" else sources[name](state) for name in names], cache)
