"""Which copies of a paper a gate leaves."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from scenarios.phases.gate import _mark_papers, _restores_passed
from tools.experiments.workspace import Workspace
from tools.figures import file_digest
from tools.gate import GateCheckResult, GateFinding, GateReport, load_gate_report, save_gate_report
from tools.gate.watermark import is_marked
from tools.run_dir import IdeaDir


def version(files: IdeaDir, number: int) -> None:
    """A compiled paper, stored as the compilation stores it."""
    folder = files.paper / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    with PdfPages(folder / f"paper_{number}.pdf") as pdf:
        figure = Figure(figsize=(3, 3))
        figure.text(0.1, 0.5, f"version {number}")
        pdf.savefig(figure)
    files.paper_pdf.write_bytes((folder / f"paper_{number}.pdf").read_bytes())


def judge(files: IdeaDir, number: int, *, passes: bool) -> GateReport:
    findings = [] if passes else [GateFinding(reason="typed")]
    checks = [GateCheckResult(name="numbers", question="?", findings=findings)]
    report = GateReport(checks=checks, paper_sha256=file_digest(files.paper_pdf))
    save_gate_report(report, files.gate_copy(number))
    save_gate_report(report, files.gate_file)
    _mark_papers(files, report)
    return report


def marked(files: IdeaDir) -> list[bool]:
    return [is_marked(path) for path in files.paper_versions]


def test_a_withheld_paper_exists_only_marked(tmp_path: Path) -> None:
    files = IdeaDir(tmp_path)
    version(files, 1)
    version(files, 2)
    files.unmarked_pdf.write_bytes(b"of an earlier version")
    judge(files, 1, passes=False)
    assert all(is_marked(path) for path in tmp_path.rglob("*.pdf"))
    assert len(list(tmp_path.rglob("*.pdf"))) == 3


def test_the_last_paper_that_passed_is_kept(tmp_path: Path) -> None:
    files = IdeaDir(tmp_path)
    version(files, 1)
    version(files, 2)
    judge(files, 1, passes=True)
    assert marked(files) == [True, False], "the first is a draft that nothing judged"
    passed = files.passed_pdf.read_bytes()
    version(files, 3)
    judge(files, 2, passes=False)
    assert marked(files) == [True, False, True] and is_marked(files.paper_pdf)
    assert files.passed_pdf.read_bytes() == passed
    version(files, 4)
    judge(files, 3, passes=True)
    assert marked(files) == [True, False, True, False] and files.passed_pdf.read_bytes() != passed


def test_a_paper_that_passes_after_all_loses_its_mark(tmp_path: Path) -> None:
    files = IdeaDir(tmp_path)
    version(files, 1)
    judge(files, 1, passes=False)
    judge(files, 1, passes=True)
    assert not is_marked(files.paper_pdf) and not is_marked(files.passed_pdf)


async def test_a_revision_that_fails_does_not_replace_a_paper_that_passed(tmp_path: Path) -> None:
    workspace = await Workspace.create(tmp_path / "idea", None)
    files = workspace.files
    version(files, 1)
    assert not await _restores_passed(workspace, judge(files, 1, passes=False)), "nothing has passed yet"
    version(files, 2)
    (files.paper / "sections").mkdir()
    section = files.paper / "sections" / "results.tex"
    section.write_text("right")
    assert not await _restores_passed(workspace, judge(files, 2, passes=True))
    section.write_text("wrong")
    (files.paper / "sections" / "new.tex").write_text("new")
    version(files, 3)
    assert await _restores_passed(workspace, judge(files, 3, passes=False))
    assert section.read_text() == "right" and not (files.paper / "sections" / "new.tex").exists()
    assert not is_marked(files.paper_pdf) and len(files.paper_versions) == 3
    report = load_gate_report(files.gate_file)
    assert report is not None and report.verdict == "pass"
