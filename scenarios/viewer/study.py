"""What an idea's folder holds for the pages about experiments, paper and panel."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pypdfium2 import PdfiumError  # type: ignore[import-untyped]

from scenarios.viewer.library import OpenRun
from tools.documents import read_page_image
from tools.documents.text_places import PageBox, find_on_page, page_letters, page_with
from tools.errors import UserError
from tools.evidence import Ledger, Metric
from tools.evidence.judgement import Judgement
from tools.experiments.template import Template, load_template
from tools.figures import file_digest
from tools.gate import GateReport, load_gate_report
from tools.gate.checks import PaperEvidence
from tools.gate.section_source import SectionSource
from tools.literature import Bibliography
from tools.paper import written_sections
from tools.project import TEMPLATES
from tools.run_dir import IdeaDir

_PDFIUM = threading.Lock()
"""PDFium works for one thread at a time."""


@dataclass(frozen=True)
class PaperVersion:
    """A PDF of the idea's folder. `name` is `paper`, or the stem of a kept version."""

    name: str
    path: Path

    @property
    def title(self) -> str:
        """What it is in words: `current paper`, `released paper`, `submission`, or `draft 2`."""
        known = {"paper": "current paper", "passed": "released paper"}
        return known.get(self.name, self.name.replace("paper_", "draft "))


class IdeaStudy:
    """One idea of a run, read anew for each page."""

    def __init__(self, run: OpenRun, files: IdeaDir) -> None:
        self.run, self.files = run, files

    @property
    def name(self) -> str:
        return self.files.name

    @cached_property
    def template(self) -> Template | None:
        """The run's copy of its template, read as data."""
        folder = self.run.files.template_dir
        try:
            return load_template(str(folder), TEMPLATES) if folder else None
        except UserError:
            return None

    @property
    def has_history(self) -> bool:
        """Whether the idea's folder is still a repository, as a copy of a run may not be."""
        return (self.files.root / ".git").is_dir()

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return self.template.metrics if self.template else {}

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger.load(self.files.ledger_file, self.metrics)

    @cached_property
    def gate(self) -> GateReport | None:
        return load_gate_report(self.files.gate_file)

    @cached_property
    def evidence(self) -> PaperEvidence:
        """The sections of the paper that are written, and what they have to agree with."""
        return PaperEvidence.of(
            self.files.paper,
            written_sections(self.files.paper),
            self.ledger,
            Bibliography(self.files.bibliography_file),
            code=self.files.work if self.files.work.is_dir() else None,
            template=self.template,
        )

    def judgements(self, source: SectionSource) -> list[Judgement]:
        """Return what the evidence says about the statements of a section, on results and on the set-up."""
        found = [*self.evidence.judgements, *self.evidence.setup_judgements]
        return sorted((judged for of, judged in found if of is source), key=lambda judged: judged.start)

    def page_of(self, source: SectionSource, start: int, end: int) -> tuple[int, str] | None:
        """Return the page of the paper that shows a part of a section, and the words by which it was found."""
        words = max(re.split(r"\s{3,}|[\\&$]", source.prose[start:end]), key=len, default="").strip()
        found = page_with(letters_of(self.files.paper_pdf), words)
        return (found, words) if found else None

    @cached_property
    def versions(self) -> list[PaperVersion]:
        """The current paper, the last one that passed the gate, and the ones that were handed in."""
        current = [("paper", self.files.paper_pdf), ("passed", self.files.passed_pdf)]
        given = [("submission", path) for path in sorted(self.files.paper.glob("submission.pdf"))]
        kept = [(path.stem, path) for path in self.files.paper_versions]
        return [PaperVersion(name, path) for name, path in [*current, *given, *kept] if path.is_file()]

    def version(self, name: str) -> PaperVersion | None:
        return next((version for version in self.versions if version.name == name), None)

    def version_with(self, sha256: str) -> PaperVersion | None:
        """Return the PDF with a digest, else the first."""
        found = (version for version in self.versions if file_digest(version.path) == sha256)
        return next(found, next(iter(self.versions), None))


def letters_of(path: Path) -> list[str]:
    """Return the letters of each page of a PDF; nothing if there is no readable one."""
    return list(_letters(path, path.stat().st_mtime_ns)) if path.is_file() else []


@lru_cache(maxsize=32)
def _letters(path: Path, changed: int) -> tuple[str, ...]:
    with _PDFIUM:
        try:
            return tuple(page_letters(path))
        except PdfiumError:
            return ()


def page_image(version: PaperVersion, number: int, dpi: int = 110) -> bytes:
    """Return a page as a PNG.

    Raises:
        UserError: the file cannot be opened, or it has no such page.
    """
    return read_page_image(version.path, number, dpi)


def places_on(version: PaperVersion, number: int, text: str) -> list[PageBox]:
    """Return where a page shows a text."""
    with _PDFIUM:
        return find_on_page(version.path, number, text)
