"""Search over all literature sources at once, within a time limit, with merged results."""

from __future__ import annotations

import asyncio
import getpass
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tools.errors import UserError, nearest
from tools.literature.arxiv import Arxiv
from tools.literature.crossref import Crossref
from tools.literature.local import LocalLibrary
from tools.literature.openalex import OpenAlex
from tools.literature.record import DoiSource, LiteratureSource, PaperRecord, SourceDown, merge_records
from tools.literature.response_cache import ResponseCache
from tools.literature.semantic_scholar import SemanticScholar

SourceFactory = Callable[[Path], LiteratureSource]
"""Builds a source; the argument is a folder for state that all processes share, such as rate limits."""

SOURCES: Mapping[str, SourceFactory] = {
    "semantic_scholar": SemanticScholar.build,
    "arxiv": Arxiv.build,
    "openalex": OpenAlex.build,
    "crossref": Crossref.build,
}
"""Registry of the sources on the network. A new source is one file and one line here."""


@dataclass(frozen=True)
class SearchResult:
    """The records of a search, and one note per source that failed."""

    records: list[PaperRecord]
    notes: list[str] = field(default_factory=list)
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """Each source that gave no answer, not even an older cached one -> why."""
    asked: tuple[str, ...] = ()
    """The sources that were asked."""


class Literature:
    """Searches `sources`, in order of preference: a paper that several sources know gets the id of the first one.

    `cache` is the folder for responses. Results of local files are not cached, because the files can change.
    A source is asked one thing at a time, and its time starts when its turn comes: waiting in the queue is not being down.
    """

    def __init__(self, sources: Sequence[LiteratureSource], cache: Path | None, total_seconds: float = 60) -> None:
        self.sources = tuple(sources)
        self._cache = ResponseCache(cache)
        self._total_seconds = total_seconds
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def search(self, query: str, limit: int = 10, *, among: Collection[str] | None = None) -> SearchResult:
        """Return at most `limit` different papers, best first. No source may take longer than the total time.

        The notes name each source that is down, or whose older cached response was used.

        Args:
            among: names of the sources to ask; all if None.
        """
        query = " ".join(query.split())
        asked = [source for source in self.sources if among is None or source.name in among]
        results = await asyncio.gather(
            *(self._ask(source, query, limit, partial(source.search, query, limit)) for source in asked)
        )
        notes = [note for result in results for note in result.notes]
        if not self.sources:
            notes = ["no literature source is configured"]
        records = merge_records([result.records for result in results], limit)
        return SearchResult(records, notes, _all_unanswered(results), tuple(source.name for source in asked))

    async def with_doi(self, doi: str) -> SearchResult:
        """Return each source's record of a DOI. Records are not merged, because sources may disagree."""
        results = await asyncio.gather(
            *(
                self._ask(source, f"doi:{doi}", 1, partial(source.with_doi, doi))
                for source in self.sources
                if isinstance(source, DoiSource)
            )
        )
        records = [record for result in results for record in result.records]
        return SearchResult(records, [note for result in results for note in result.notes], _all_unanswered(results))

    async def _ask(
        self, source: LiteratureSource, query: str, limit: int, ask: Callable[[], Awaitable[list[PaperRecord]]]
    ) -> SearchResult:
        if isinstance(source, LocalLibrary):
            return SearchResult(await ask(), list(source.notes))
        cached = self._cache.get(source.name, query, limit)
        if cached and cached.fresh:
            return SearchResult(cached.records)
        try:
            async with self._turns[source.name], asyncio.timeout(self._total_seconds):
                records = await ask()
        except (SourceDown, TimeoutError) as error:
            reason = str(error) or f"no answer within {self._total_seconds:g} s"
            if cached:
                return SearchResult(cached.records, [f"{source.name} is down ({reason}); used an older cached answer"])
            return SearchResult([], [f"{source.name} is down: {reason}"], {source.name: reason})
        self._cache.put(source.name, query, limit, records)
        return SearchResult(records)


def _all_unanswered(results: Sequence[SearchResult]) -> dict[str, str]:
    return {name: reason for result in results for name, reason in result.unanswered.items()}


def build_literature(
    names: Sequence[str],
    *,
    bib_files: Sequence[Path],
    cache: Path | None,
    sources: Mapping[str, SourceFactory] = SOURCES,
) -> Literature:
    """Return the literature that a scenario names, in its order: `local` (the entries of `bib_files`) and `sources`.

    Raises:
        UserError: unknown name, missing bibliography file, or cache folder that cannot be written.
    """
    for name in names:
        if name not in (LocalLibrary.name, *sources):
            raise UserError(f"unknown literature source {name!r}: {nearest(name, (LocalLibrary.name, *sources))}")
    state = (cache or Path(tempfile.gettempdir()) / f"colloquium-{getpass.getuser()}") / "limits"
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the literature cache {state} cannot be written: {error}") from error
    return Literature(
        [LocalLibrary(bib_files) if name == LocalLibrary.name else sources[name](state) for name in names], cache
    )
