"""Check citations: each has an entry in references.bib, and each entry is the record of a literature source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bibtexparser.entrypoint import parse_string

from tools.errors import nearest
from tools.evidence.gate.report import FindingCode, GateFinding
from tools.literature import SOURCE_FIELD, Bibliography
from tools.paper import cited_keys


def check_citations(sections: Mapping[str, str], bibliography: Bibliography) -> Iterator[GateFinding]:
    """Find keys without an entry, entries that no source returned, and, as notes, entries that nothing cites.

    Args:
        sections: name of each section -> its LaTeX.
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
    for key, line in _unsourced(bibliography):
        reason = f"the entry has no {SOURCE_FIELD}: no literature source returned it"
        yield GateFinding(code=FindingCode.UNSOURCED_CITATION, file=file, line=line, excerpt=key, reason=reason)
    for key in known:
        if key not in cited:
            reason = "no section cites it"
            yield GateFinding(kind="note", code=FindingCode.UNUSED_CITATION, file=file, excerpt=key, reason=reason)


def _unsourced(bibliography: Bibliography) -> Iterator[tuple[str, int]]:
    if not bibliography.path.exists():
        return
    library = parse_string(bibliography.path.read_text(encoding="utf-8-sig"))
    for entry in library.entries:
        source = entry.fields_dict.get(SOURCE_FIELD)
        if source is None or ":" not in str(source.value):
            yield entry.key, (entry.start_line or 0) + 1
