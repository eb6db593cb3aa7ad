"""Put a case into a copy of the paper, run the gate, and compare with what it finds in the unchanged paper."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.evidence_bench.case import Case, Draft, FileEdit, Judged, Outcome
from tools.evidence_bench.subject import Subject
from tools.gate import GateFinding
from tools.gate.checks import CHECKS, GateCheck, run_gate
from tools.literature import Bibliography, SourceRecords
from tools.paper import section_path

NEED_PDF = frozenset(["pages", "document"])
"""Checks that read the compiled paper."""


class CaseTrial:
    """Tries the cases of one paper, one after the other, in a folder of its own."""

    def __init__(
        self,
        subject: Subject,
        scratch: Path,
        checks: Sequence[GateCheck] = CHECKS,
        compile_paper: Callable[[Path], None] | None = None,
    ) -> None:
        """`compile_paper` makes the PDF of a folder. Without it, the checks that need one are left out."""
        self._subject = subject
        self._compile = compile_paper
        self._checks = [check for check in checks if compile_paper or check.name not in NEED_PDF]
        self._paper = scratch / "paper"
        left = shutil.ignore_patterns("versions", "*.pdf", *([] if compile_paper else ["paper.*"]))
        self._records: dict[bytes, SourceRecords] = {}
        shutil.copytree(subject.facts.paper, self._paper, ignore=left)
        if compile_paper:
            compile_paper(self._paper)
        self.unchanged = self._findings()
        """What the gate finds in the paper before any case."""

    def judge(self, case: Case) -> Judged:
        """Return what the gate finds in the paper with the case."""
        start = time.monotonic()
        with self._placed(case) as lines:
            if self._compile:
                self._compile(self._paper)
            found = self._findings()
        new = self._new(found)
        here = [finding for finding in new if self._at_place(finding, case, lines)]
        return _judged(case, new, here, time.monotonic() - start)

    def judge_together(self, cases: Sequence[Case]) -> list[Judged]:
        """Return the same for many cases by one gate: paragraphs of one section, each under a heading of its own.

        What the gate finds outside the lines of a case belongs to no case. The cases have a text and no edits.
        """
        start = time.monotonic()
        parts, spans, line = [], [], 1
        section = section_path(self._paper, cases[0].draft.section)
        old = section.read_text(encoding="utf-8").rstrip("\n") + "\n\n"
        line += old.count("\n")
        for case in cases:
            text = f"\\paragraph{{Remark}}\n{case.draft.text}\n\n"
            spans.append(range(line, line + text.count("\n")))
            line += text.count("\n")
            parts.append(text)
        together = FileEdit(f"sections/{section.name}", (old + "".join(parts)).encode())
        with self._placed(Case("", "", False, Draft(section=cases[0].draft.section, edits=(together,)))):
            new = self._new(self._findings())
        seconds = (time.monotonic() - start) / len(cases)
        found = []
        for case, lines in zip(cases, spans, strict=True):
            here = [f for f in new if f.file == f"sections/{section.name}" and f.line in lines]
            found.append(_judged(case, here, here, seconds))
        return found

    def _findings(self) -> list[GateFinding]:
        facts = self._subject.facts
        bibliography = Bibliography(self._paper / facts.bibliography.path.name)
        entries = bibliography.path.read_bytes() if bibliography.path.is_file() else b""
        if entries not in self._records:
            self._records[entries] = self._subject.source_records(bibliography)
        report = run_gate(
            self._paper,
            facts.ledger,
            bibliography,
            self._checks,
            code=facts.code,
            template=facts.template,
            drawings=self._subject.drawings,
            records=self._records[entries],
        )
        return [finding for check in report.checks for finding in check.findings]

    def _new(self, found: Sequence[GateFinding]) -> list[GateFinding]:
        """Return the findings that the unchanged paper does not have, however often."""
        known = Counter(_identity(finding) for finding in self.unchanged)
        new = []
        for finding in found:
            if known[_identity(finding)]:
                known[_identity(finding)] -= 1
            else:
                new.append(finding)
        return [finding for finding in new if not _follows_from_edit(finding)]

    @contextmanager
    def _placed(self, case: Case) -> Iterator[range]:
        """Apply a case; yield the lines of its text in its section. Everything is put back afterwards."""
        section = section_path(self._paper, case.draft.section)
        paths = {section, *(self._paper / edit.path for edit in case.draft.edits)}
        before = {path: path.read_bytes() if path.is_file() else None for path in paths}
        try:
            for edit in case.draft.edits:
                _apply(self._paper / edit.path, edit)
            lines = range(0)
            if case.draft.text:
                old = section.read_text(encoding="utf-8").rstrip("\n") if section.is_file() else ""
                text = case.draft.text if case.draft.section == "title" or not old else f"{old}\n\n{case.draft.text}"
                section.write_text(text + "\n", encoding="utf-8")
                last = text.count("\n") + 1
                lines = range(last - case.draft.text.count("\n"), last + 1)
            yield lines
        finally:
            for path, content in before.items():
                if content is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(content)

    def _at_place(self, finding: GateFinding, case: Case, lines: range) -> bool:
        if not case.draft.text or any(finding.file == edit.path for edit in case.draft.edits):
            return True
        if finding.file == f"sections/{case.draft.section}.tex":
            return finding.line in lines
        return not finding.file.startswith("sections/")


def _judged(case: Case, new: Sequence[GateFinding], here: Sequence[GateFinding], seconds: float) -> Judged:
    """Return the outcome of a case by the findings that it caused, and those of them at its place."""
    outcome = Outcome.PASSED
    if any(f.kind == "error" and (not case.codes or f.code in case.codes) for f in here):
        outcome = Outcome.WITHHELD
    elif any(f.kind == "error" for f in new):
        outcome = Outcome.OTHER_REASON
    elif here:
        outcome = Outcome.UNVERIFIED
    right = case.draft.right
    told = bool(right) and any(_tells(f, right, case.draft.evidence) for f in here)
    texts = tuple(f"{f.kind} {f.code}: {f}" + (f" Right: {f.expected}." if f.expected else "") for f in new)
    return Judged(case, outcome, told, texts, seconds)


def _apply(path: Path, edit: FileEdit) -> None:
    if not edit.old:
        path.write_bytes(edit.content)
        return
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(edit.old, edit.new, 1), encoding="utf-8")


def _identity(finding: GateFinding) -> tuple[str, str, str, str]:
    return finding.kind, finding.code, finding.file, finding.reason


def _tells(finding: GateFinding, right: str, evidence: Sequence[str]) -> bool:
    """Tell whether a finding contains the right value or the reference that prints it."""
    return right in finding.expected or any(address in finding.suggestion for address in evidence)


def _follows_from_edit(finding: GateFinding) -> bool:
    """Tell whether a finding is about the file that a case was written to and not about what it says."""
    return finding.code in ("unused_citation", "unused_image", "unreferenced_float")
