"""Literature tools of the agents. Agents can only cite records that a source returned."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.atomic import write_json
from tools.errors import ToolError
from tools.literature import PaperRecord, format_records
from tools.toolsets.base import Toolset
from tools.toolsets.context import ToolContext
from tools.toolsets.data import CitationKey, FoundRecord, SearchResults
from tools.toolsets.ideas import record_meant, search_log
from tools.toolsets.tool import ToolAnswer

_RECORDS = 10


class LiteratureTools(Toolset):
    """Search the literature and add records to the paper's bibliography."""

    names = ("search_literature", "add_citation", "list_citations")

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._found: dict[str, PaperRecord] = {}

    async def search_literature(
        self, query: Annotated[str, Field(description="a few technical terms, as for a search engine", min_length=3)]
    ) -> ToolAnswer:
        """Search the literature. Returns up to ten records with their identifiers, and which sources were asked and down."""
        log, most = search_log(self._idea), self._idea.run_quota.search_rounds
        asker = f"{self._context.phase_key}/{self._participant}"
        if sum(entry.get("asker") == asker for entry in log) >= most:
            raise ToolError(f"all {most} searches of this phase are used; continue with the records that they returned")
        result = await self._idea.literature.search(query, limit=_RECORDS)
        self._found.update({record.id: record for record in result.records})
        log = search_log(self._idea)  # participants search in parallel
        shown = {name for entry in log if entry.get("asker") == asker for name in entry["records"]}
        log.append({"query": query, "records": [record.id for record in result.records], "asker": asker})
        write_json(self._idea.workspace.files.searches_file, log)
        asked = [f"asked: {', '.join(result.asked)}"] if result.asked else []
        notes = "".join(f"\n({note})" for note in [*asked, *result.notes])
        text = format_records(result.records, shown) if result.records else f"No record was found for {query!r}."
        records = tuple(FoundRecord(id=record.id, title=record.title) for record in result.records)
        data = SearchResults(records=records, answered=bool(records) or not result.notes)
        brief = "found:\n" + "\n".join(f"{record.id}: {record.title}" for record in records)
        return ToolAnswer(text + notes, data=data, brief=brief)

    async def add_citation(
        self,
        record: Annotated[str, Field(description="the identifier of a record that a search returned")],
        reason: Annotated[str, Field(description="which statement of which section it supports, and why it does")] = "",
    ) -> ToolAnswer:
        """Add a record to the paper's bibliography. Returns the key for \\citep and \\citet."""
        record = record_meant(record, [name for entry in search_log(self._idea) for name in entry["records"]])
        found = self._found.get(record) or await self._find_again(record)
        key = self._idea.bibliography.add(found)
        purpose = f" for: {reason}" if reason else ""
        text = f"cite it as \\citep{{{key}}} after a statement, or as \\citet{{{key}}} within a sentence{purpose}"
        return ToolAnswer(text, data=CitationKey(key=key))

    async def list_citations(self) -> str:
        """List the keys in the paper's bibliography with their titles."""
        bibliography = self._idea.bibliography
        rows = [(key, bibliography.record_for(key)) for key in bibliography.keys()]  # noqa: SIM118
        return "\n".join(f"{key}: {r.title} ({r.year})" for key, r in rows) or "There is no citation yet."

    async def _find_again(self, record: str) -> PaperRecord:
        """Return a record of an earlier search, which is repeated after a resume."""
        for entry in search_log(self._idea):
            if record in entry["records"]:
                result = await self._idea.literature.search(str(entry["query"]), limit=_RECORDS)
                self._found.update({r.id: r for r in result.records})
                if record in self._found:
                    return self._found[record]
        raise ToolError(f"{record} was found before, and its source does not answer now; search for it again")
