"""Ask the sources again for the records that a bibliography was made from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.literature.bibliography import Bibliography
from tools.literature.bibtex_reader import BibliographyEntries
from tools.literature.citation_check import CitationCheck, check_bibliography, differences, same_title
from tools.literature.literature import Literature
from tools.literature.local import LocalLibrary
from tools.literature.record import PaperRecord

_RECORDS = 10
_SECONDS = 20.0


@dataclass(frozen=True)
class SourceRecords:
    """What the sources say about each cite key of a bibliography."""

    checks: Mapping[str, CitationCheck] = field(default_factory=dict)
    """Cite key -> comparison of its entry with the source."""
    searched: frozenset[str] = frozenset()
    """The identifiers that the searches of the run returned."""

    def abstract(self, key: str) -> str:
        """Return title and abstract of a work, empty if its source gave no abstract."""
        found = self.checks[key].found if key in self.checks else None
        return f"{found.title}. {found.abstract}" if found and found.abstract else ""


async def collect_source_records(
    bibliography: Bibliography,
    literature: Literature,
    searches: Mapping[str, Sequence[str]],
    *,
    seconds: float = _SECONDS,
) -> SourceRecords:
    """Compare each entry with the record that it was made from; an entry of no search is looked up by its title.

    Entries for which the time does not suffice are `unknown`.

    Args:
        searches: query -> identifiers of the records that it returned in this run.
    """
    keys = bibliography.keys()
    searched = frozenset(name for names in searches.values() for name in names)
    tasks = {key: asyncio.create_task(_check(key, bibliography, literature, searches)) for key in keys}
    if tasks:
        await asyncio.wait(tasks.values(), timeout=seconds)
    checks = {}
    for key, task in tasks.items():
        if task.done():
            checks[key] = task.result()
        else:
            task.cancel()
            checks[key] = CitationCheck(key, "unknown", f"no answer within {seconds:g} s")
    return SourceRecords(checks, searched)


async def _check(
    key: str, bibliography: Bibliography, literature: Literature, searches: Mapping[str, Sequence[str]]
) -> CitationCheck:
    cited = bibliography.record_for(key)
    local = [source for source in literature.sources if isinstance(source, LocalLibrary)]
    # Two bibliographies may use the same key, so an identifier can have several records.
    own = [record for source in local for record in source.records if record.id == cited.id]
    query = next((query for query, names in searches.items() if cited.id in names), None)
    if query is None and not own:
        return (await check_bibliography(BibliographyEntries([cited], [key], []), literature))[0]
    if not own and query is not None:
        result = await literature.search(query, limit=_RECORDS)
        own = [record for record in result.records if record.id == cited.id]
        if not own:
            reason = "; ".join(result.notes) or f"the search {query!r} does not return it any more"
            return CitationCheck(key, "unknown", reason)
    checks = [_compare(key, cited, record) for record in own]
    return next((check for check in checks if check.verdict == "exists"), checks[0])


def _compare(key: str, cited: PaperRecord, own: PaperRecord) -> CitationCheck:
    if not same_title(cited, own):
        return CitationCheck(key, "wrong", f'its record {own.id} has the title "{own.title}"', own)
    if own.retracted:
        return CitationCheck(key, "retracted", f"retracted according to {own.source}", own)
    found = differences(cited, [own])
    return CitationCheck(key, "wrong" if found else "exists", "; ".join(found), own)
