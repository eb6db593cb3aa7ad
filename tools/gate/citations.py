"""Check citations: each has an entry in references.bib, and each entry agrees with the record of a literature source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from bibtexparser.entrypoint import parse_string

from tools.errors import nearest
from tools.evidence.judgement import Verdict
from tools.gate.report import FindingCode, GateFinding
from tools.literature import SOURCE_FIELD, Bibliography, PaperRecord, SourceRecords
from tools.paper import cited_keys

_VERDICTS = {
    FindingCode.UNCOMPARED_CITATION: Verdict.NOT_CHECKABLE,
    FindingCode.WRONG_CITATION: Verdict.CONTRADICTED,
}


def check_citations(
    sections: Mapping[str, str], bibliography: Bibliography, records: SourceRecords | None = None
) -> Iterator[GateFinding]:
    """Find keys without an entry, entries that no source returned or that differ from their source, retracted works.

    As notes: entries that nothing cites, and entries whose source could not be asked.

    Args:
        sections: name of each section -> its LaTeX.
        records: what the sources say about each entry; None if they were not asked.
    """
    known = bibliography.keys()
    cited: set[str] = set()
    file = bibliography.path.name
    for name, tex in sections.items():
        for key, line in cited_keys(tex):
            cited.add(key)
            if key not in known:
                yield GateFinding(
                    code=FindingCode.UNKNOWN_CITATION,
                    file=f"sections/{name}.tex",
                    line=line,
                    excerpt=f"\\cite{{{key}}}",
                    reason=f"no entry in {file}; {nearest(key, known)}",
                )
    for note in bibliography.notes:
        yield GateFinding(code=FindingCode.BROKEN_BIBLIOGRAPHY, file=file, reason=note)
    yield from _entries(bibliography, records)
    for key in known:
        if key not in cited:
            reason = "no section cites it"
            yield GateFinding(kind="note", code=FindingCode.UNUSED_CITATION, file=file, excerpt=key, reason=reason)


def _entries(bibliography: Bibliography, records: SourceRecords | None) -> Iterator[GateFinding]:
    file = bibliography.path.name
    for key, source, line in _sources_of_entries(bibliography):
        check = records.checks.get(key) if records else None
        kind: Literal["error", "note"] = "error"
        if check is None or (check.verdict == "unknown" and records and source not in records.searched):
            if check is None and ":" in source:
                continue
            code = FindingCode.UNSOURCED_CITATION
            reason = f"the entry has no {SOURCE_FIELD}: no literature source returned it"
            if source:
                reason = f"{SOURCE_FIELD} is {source}, but no search of this run returned that record"
            if check:
                reason += f", and it could not be looked up: {check.detail}"
        elif check.verdict == "unknown":
            kind, code = "note", FindingCode.UNCOMPARED_CITATION
            reason = f"not compared with its source: {check.detail}"
        elif check.verdict == "not found":
            code, reason = FindingCode.UNSOURCED_CITATION, f"no literature source returned it: {check.detail}"
        elif check.verdict in ("wrong", "retracted"):
            code, reason = FindingCode.WRONG_CITATION, check.detail
        else:
            continue
        yield GateFinding(
            kind=kind,
            code=code,
            file=file,
            line=line,
            excerpt=key,
            reason=reason,
            verdict=_VERDICTS.get(code, Verdict.NO_EVIDENCE),
            expected=_details(check.found) if check and check.verdict == "wrong" and check.found else "",
            suggestion="" if kind == "note" else "search for the work and add it with add_citation",
        )


def _details(record: PaperRecord) -> str:
    authors = ", ".join(record.authors[:4]) + (" et al." if len(record.authors) > 4 else "")
    return ", ".join(filter(None, [authors, f'"{record.title}"', record.venue, str(record.year or "")]))


def _sources_of_entries(bibliography: Bibliography) -> Iterator[tuple[str, str, int]]:
    """Yield key, source field and line of each entry."""
    if not bibliography.path.exists():
        return
    library = parse_string(bibliography.path.read_text(encoding="utf-8-sig"))
    for entry in library.entries:
        source = entry.fields_dict.get(SOURCE_FIELD)
        yield entry.key, str(source.value).strip('{}" ') if source else "", (entry.start_line or 0) + 1
