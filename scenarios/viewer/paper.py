"""The pages about an idea's paper: its source with the evidence, and its printed pages."""

from __future__ import annotations

from collections import Counter

from scenarios.viewer.evidence import loose_findings, marked_sections
from scenarios.viewer.study import IdeaStudy, PaperVersion, letters_of, places_on


def paper_values(study: IdeaStudy) -> dict[str, object]:
    """Return the values of the page that shows the pages of the paper beside its source."""
    sections = marked_sections(study)
    lines = [line for section in sections for line in section.lines]
    marks = [piece.mark for line in lines for piece in line.pieces if piece.mark]
    counts = Counter((mark.kind, mark.verdict) for mark in [*marks, *(s for line in lines for s in line.statements)])
    version = next(iter(study.versions), None)
    return {
        "run": study.run,
        "study": study,
        "sections": sections,
        "counts": [(count, kind, verdict) for (kind, verdict), count in sorted(counts.items())],
        "loose": loose_findings(study),
        "version": version.name if version else "",
        "pages": len(letters_of(version.path)) if version else 0,
        "has_changes": len(study.versions) > 1,
    }


def page_values(study: IdeaStudy, version: PaperVersion, number: int, quote: str) -> dict[str, object]:
    """Return the values of the page about one printed page, with a quotation marked on it."""
    checks = study.gate.checks if study.gate and version.path == study.files.paper_pdf else []
    return {
        "run": study.run,
        "study": study,
        "version": version,
        "number": number,
        "pages": len(letters_of(version.path)),
        "quote": quote,
        "boxes": places_on(version, number, quote) if quote else [],
        "findings": [finding for check in checks for finding in check.findings if finding.page == number],
    }
