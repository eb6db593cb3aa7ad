"""The papers that cases are seeded in: the ideas of a finished run, or the base of a folder of cases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.errors import UserError
from tools.evidence import Ledger
from tools.evidence_bench.study_facts import StudyFacts
from tools.experiments.template import Template, load_template
from tools.figures import DrawingRecord, load_drawings
from tools.literature import Bibliography, Literature, LocalLibrary, SourceRecords, collect_source_records
from tools.project import CONFIGS, TEMPLATES
from tools.run_dir import IdeaDir, RunDir


@dataclass(frozen=True)
class Subject:
    """A finished paper with everything that the gate holds it against."""

    name: str
    facts: StudyFacts
    drawings: DrawingRecord | None
    searches: Mapping[str, list[str]] = field(default_factory=dict)
    """Query -> identifiers of the records that it returned in the run; only the local library is asked again."""

    def source_records(self, bibliography: Bibliography) -> SourceRecords:
        """Return what the project's own bibliography says about the entries of another one."""
        library = LocalLibrary(sorted((CONFIGS / "literature").glob("*.bib")))
        return asyncio.run(collect_source_records(bibliography, Literature([library], None), self.searches))


def read_subjects(run: Path) -> list[Subject]:
    """Return the papers of a run.

    Raises:
        UserError: the run has no finished paper with a baseline.
    """
    folder = RunDir(run)
    if folder.template_dir is None:
        raise UserError(f"{run}: the run has no template, so there are no experiments to hold a paper against")
    template = load_template(str(folder.template_dir), TEMPLATES)
    found = [read_subject(idea, template, idea.work) for idea in folder.ideas() if (idea.paper / "sections").is_dir()]
    usable = [subject for subject in found if subject.facts.runs and subject.facts.quality_metrics]
    if not usable:
        raise UserError(f"{run}: no idea has a paper and at least one completed run besides the baseline")
    return usable


def read_subject(idea: IdeaDir, template: Template, code: Path) -> Subject:
    """Return the paper of one idea."""
    bibliography = Bibliography(idea.bibliography_file)
    ledger = Ledger.load(idea.ledger_file, template.metrics)
    facts = StudyFacts(idea.paper, ledger, bibliography, template, code if code.is_dir() else None)
    searches = {}
    if idea.searches_file.is_file():
        entries = json.loads(idea.searches_file.read_text(encoding="utf-8"))
        searches = {str(entry["query"]): list(entry["records"]) for entry in entries}
    return Subject(f"{template.name}/{idea.name}", facts, load_drawings(idea.drawings_file), searches)
