"""The source of a paper with everything marked that evidence stands behind, or should.

A mark is a reference to a result, a citation, a figure, or a statement that the gate's judges read. Each carries the facts
that its panel shows.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scenarios.viewer.rendering import address
from scenarios.viewer.study import IdeaStudy
from tools.errors import ToolError
from tools.evidence import BASELINE, MetricResult, RunRecord, reference_values
from tools.figures import file_digest, load_description, load_drawings
from tools.gate import GateFinding
from tools.gate.section_source import EvidenceReference, SectionSource

_CITE = re.compile(r"\\[Cc]ite[a-zA-Z]*\*?(?:\s*\[[^\]]*\])*\s*\{([^{}]*)\}")
_GRAPHIC = re.compile(r"\\includegraphics\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}")


@dataclass(frozen=True)
class Fact:
    """A line of a mark's panel. `href` is the page that shows more."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class EvidenceMark:
    """A marked part of a section's source."""

    id: str
    kind: str
    """reference, citation, figure or statement."""
    start: int
    end: int
    shown: str
    """What the paper prints there, or the verdict."""
    verdict: str
    """A `Verdict`, or `missing` for a reference, citation or image that does not exist."""
    facts: tuple[Fact, ...]

    @property
    def head(self) -> str:
        """What is shown up to its first bracket: a button cannot be broken over lines, so it must be short."""
        return self.shown[: len(self.shown) - len(self.rest)]

    @property
    def rest(self) -> str:
        """What follows the head."""
        at = self.shown.find(" (")
        return self.shown[at:] if at > 0 else ""


@dataclass(frozen=True)
class SourcePiece:
    """A part of a line. `mark` is what stands here; `verdict` is that of the statement around it."""

    text: str
    mark: EvidenceMark | None = None
    verdict: str = ""


@dataclass
class SourceLine:
    """A line of a section, with the statements that end on it and the gate's findings about it."""

    number: int
    pieces: list[SourcePiece] = field(default_factory=list)
    statements: list[EvidenceMark] = field(default_factory=list)
    findings: list[GateFinding] = field(default_factory=list)


@dataclass(frozen=True)
class MarkedSection:
    """A section of the paper."""

    source: SectionSource
    lines: list[SourceLine]

    @property
    def name(self) -> str:
        return self.source.section


def marked_sections(study: IdeaStudy) -> list[MarkedSection]:
    """Return all sections of an idea's paper."""
    findings = [finding for check in (study.gate.checks if study.gate else []) for finding in check.findings]
    marks = _Marks(study)
    return [_marked(source, marks, [f for f in findings if f.file == source.file]) for source in study.evidence.sources]


def loose_findings(study: IdeaStudy) -> list[GateFinding]:
    """Return the gate's findings that concern no line of a section."""
    files = {source.file for source in study.evidence.sources}
    checks = study.gate.checks if study.gate else []
    return [finding for check in checks for finding in check.findings if finding.file not in files or not finding.line]


class _Marks:
    """Makes the marks of one paper."""

    def __init__(self, study: IdeaStudy) -> None:
        self._study = study
        ledger = study.ledger
        environment = ledger.baseline.environment if ledger.baseline else {}
        self._printed: Mapping[str, Mapping[str, str]] = reference_values(ledger, environment)
        self._runs = {row.name: row for row in ledger.rows if row.status == "completed"}
        self._bibliography = study.evidence.bibliography
        self._drawings = load_drawings(study.files.drawings_file)

    def of(self, source: SectionSource) -> list[EvidenceMark]:
        """Return references, citations and figures by position."""
        found = [*map(self._reference, source.references), *self._citations(source), *self._figures(source)]
        return [
            EvidenceMark(
                f"{source.section}-{number}", mark.kind, mark.start, mark.end, mark.shown, mark.verdict, mark.facts
            )
            for number, mark in enumerate(sorted(found, key=lambda mark: mark.start))
        ]

    def statements(self, source: SectionSource) -> list[EvidenceMark]:
        """Return what the judges say about the section's sentences."""
        marks = []
        for number, judged in enumerate(self._study.judgements(source)):
            span = next(((a, b) for a, b in source.sentences if a <= judged.start < b), (judged.start, judged.end))
            text = source.tex[slice(*span)]
            page = self._study.page_of(source, *span)
            facts = [Fact("statement", " ".join(text.split())), Fact("reason", judged.reason)]
            facts += [Fact("right value", judged.expected)] if judged.expected else []
            facts += [Fact("write", judged.suggestion)] if judged.suggestion else []
            facts += [Fact("evidence", found, self._of_run(found)) for found in judged.evidence]
            facts += [Fact("page", str(page[0]), self._page(*page))] if page else []
            id = f"{source.section}-s{number}"
            verdict = str(judged.verdict)
            marks.append(
                EvidenceMark(
                    id, "statement", judged.start, judged.end, verdict, verdict, (*facts, Fact("kind", judged.code))
                )
            )
        return marks

    def _reference(self, reference: EvidenceReference) -> EvidenceMark:
        macro, name = reference.macro, reference.address
        shown = self._printed.get(macro, {}).get(f"{name}}}{{{reference.against}" if reference.against else name, "")
        facts = [Fact("address", name, self._of_run(name)), Fact("macro", f"\\{macro}")]
        verdict = "supported"
        if macro in ("result", "change", "compare", "noisefloor"):
            wanted = name if macro != "noisefloor" else f"run_0/{name}"
            try:
                facts += self._result_facts(self._study.ledger.result(wanted))
            except ToolError as error:
                verdict, facts = "missing", [*facts, Fact("problem", str(error))]
            if macro in ("change", "compare") and verdict != "missing" and shown:
                against = reference.against or BASELINE
                facts.append(Fact("comparison", str(self._study.ledger.compare(wanted, against))))
        elif macro in ("resulttable", "comparisontable"):
            shown = "a table of all runs"
        elif not shown:
            verdict = "missing"
        run = self._runs.get(name.partition("/")[0] if "/" in name else "run_0")
        if run and verdict != "missing":
            facts += self._run_facts(run)
        return EvidenceMark("", "reference", reference.start, reference.end, shown or name, verdict, tuple(facts))

    def _result_facts(self, result: MetricResult) -> Iterator[Fact]:
        metric = result.metric
        goal = {"min": "lower is better", "max": "higher is better"}.get(metric.goal or "", "no goal")
        yield Fact("metric", f"{metric.printed}{f' in {metric.unit}' if metric.unit else ''}, {goal}")
        yield Fact("per seed", "  ".join(f"{value:.6g}" for value in result.values))
        if result.interval:
            yield Fact("mean, 95% interval", f"{result.mean:.6g}, {result.interval[0]:.6g} to {result.interval[1]:.6g}")
        if result.censored:
            yield Fact("capped", "the value hit its cap: a bound, not a measurement")

    def _run_facts(self, run: RunRecord) -> Iterator[Fact]:
        here = ("run", self._study.run.id, "idea", self._study.name)
        yield Fact(
            "run", f"{run.name}: {run.note}" if run.note else run.name, f"{address(*here, 'experiments')}#{run.name}"
        )
        if run.seed is not None:
            yield Fact("first seed", str(run.seed))
        if run.commit:
            yield Fact("commit", run.commit)
        if run.command:
            yield Fact("command", " ".join(run.command))
        log = self._study.files.log_file(run.name, run.attempt)
        if log.is_file():
            name = log.relative_to(self._study.run.files.root.resolve()) if log.is_absolute() else log
            yield Fact("log", log.name, address("run", self._study.run.id, "file", *name.parts))
        yield Fact("environment", ", ".join(f"{name} {value}" for name, value in run.environment.items()))

    def _citations(self, source: SectionSource) -> Iterator[EvidenceMark]:
        known = set(self._bibliography.keys())
        for match in _CITE.finditer(source.tex):
            keys = [key.strip() for key in match[1].split(",")]
            facts: list[Fact] = []
            for key in keys:
                if key not in known:
                    facts.append(Fact(key, "not in references.bib"))
                    continue
                record = self._bibliography.record_for(key)
                authors = ", ".join(record.authors[:3]) + (" and others" if len(record.authors) > 3 else "")
                facts.append(Fact(key, f"{authors} ({record.year or 'no year'}). {record.title}. {record.venue}"))
                facts += [Fact("DOI", record.doi)] if record.doi else []
            verdict = "supported" if all(key in known for key in keys) else "missing"
            yield EvidenceMark("", "citation", match.start(), match.end(), ", ".join(keys), verdict, tuple(facts))

    def _figures(self, source: SectionSource) -> Iterator[EvidenceMark]:
        for name, start in source.graphics:
            match = _GRAPHIC.match(source.tex, start)
            path = self._study.files.paper / name
            facts, verdict = [Fact("file", name)], "missing"
            if path.is_file() and path.resolve().is_relative_to(self._study.files.root.resolve()):
                parts = ("run", self._study.run.id, "file", "ideas", self._study.name, "paper", *name.split("/"))
                facts.append(Fact("image", name, address(*parts)))
                recorded = self._drawings.find(file_digest(path)) if self._drawings else None
                verdict = "supported" if recorded else "no evidence"
                if recorded:
                    facts.append(Fact("origin", f"{recorded.origin} by {recorded.file}"))
                    facts.append(Fact("results of", ", ".join(recorded.results)))
                if description := load_description(path):
                    facts.append(Fact("shows", str(description)))
            end = match.end() if match else start + 1
            yield EvidenceMark("", "figure", start, end, name, verdict, tuple(facts))

    def _of_run(self, name: str) -> str:
        run = name.partition("/")[0]
        if run not in self._runs:
            return ""
        return f"{address('run', self._study.run.id, 'idea', self._study.name, 'experiments')}#{run}"

    def _page(self, page: int, text: str) -> str:
        return address("run", self._study.run.id, "idea", self._study.name, "page", "paper", page, quote=text[:300])


def _marked(source: SectionSource, marks: _Marks, findings: Iterable[GateFinding]) -> MarkedSection:
    inner, statements = marks.of(source), marks.statements(source)
    starts = [0, *(match.end() for match in re.finditer("\n", source.tex))]
    lines = [SourceLine(number) for number in range(1, len(starts) + 1)]
    borders = {0, len(source.tex), *starts}
    for mark in (*inner, *statements):
        borders |= {mark.start, mark.end}
    places = sorted(border for border in borders if border <= len(source.tex))
    shown: set[str] = set()
    for start, end in itertools.pairwise(places):
        line = lines[bisect.bisect_right(starts, start) - 1]
        here = next((mark for mark in inner if mark.start <= start < mark.end), None)
        if here and here.id in shown:
            continue  # a reference over several lines is shown once
        if here:
            shown.add(here.id)
        around = next((s.verdict for s in statements if s.start <= start < s.end), "")
        text = source.tex[here.start : here.end] if here else source.tex[start:end].rstrip("\n")
        if text:
            line.pieces.append(SourcePiece(text, here, around))
    for statement in statements:
        lines[bisect.bisect_right(starts, max(statement.start, statement.end - 1)) - 1].statements.append(statement)
    for finding in findings:
        if finding.line and finding.line <= len(lines):
            lines[finding.line - 1].findings.append(finding)
    return MarkedSection(source, lines)
