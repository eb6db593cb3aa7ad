"""Compiles a paper inside the sandbox.

TeX is a programming language and its input is written by a model, so TeX works on a copy of its inputs and cannot change
the paper's folder. Only the PDF and the log are copied back, as regular files.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.atomic import write_text
from tools.documents import count_pages
from tools.errors import ToolError, UserError
from tools.latex.inputs import INPUTS, write_inputs
from tools.latex.log import LatexProblem, read_log
from tools.project import command_line
from tools.sandbox.base import ExecutionResult, ResourceLimits, Sandbox
from tools.sandbox.workspace_sanitizer import read_file
from tools.temporary import TemporaryFolder

_COMMAND = (
    "latexmk", "-pdf", "-interaction=nonstopmode", "-file-line-error", "-no-shell-escape", "-norc",
    "paper.tex",
)  # fmt: skip
_LARGEST_PDF = 64 << 20
_LARGEST_LOG = 8 << 20
_TAIL = 2000


@dataclass(frozen=True)
class Compilation:
    """The result of a compilation. `problems` of a successful one are warnings, such as undefined references."""

    ok: bool
    pdf: Path | None
    """Path of the PDF; None if the compilation failed."""
    pages: int | None
    problems: list[LatexProblem]
    log_tail: str


async def compile_paper(folder: Path, sandbox: Sandbox, *, timeout_seconds: float = 120) -> Compilation:
    """Compile `paper.tex` in `folder` with latexmk.

    The PDF becomes `paper.pdf` and is also stored as `versions/paper_<n>.pdf`. A failed compilation leaves an existing
    PDF unchanged. `paper.log` is the log of the last compilation, successful or not.

    Raises:
        ToolError: there is no paper.tex.
        UserError: the sandbox has no latexmk.
    """
    if not (folder / "paper.tex").is_file():
        raise ToolError(f"{folder} has no paper.tex; assemble the paper first")
    with TemporaryFolder("latex") as build:
        _copy_inputs(folder, build)
        inputs = write_inputs(build)
        session = sandbox.session(build, purpose="latex")
        try:
            result = await session.run(_COMMAND, limits=ResourceLimits(wall_seconds=timeout_seconds, memory_mb=2048))
        finally:
            await session.close()
        if _command_missing(result):
            raise UserError(
                f"sandbox {sandbox.name}: latexmk cannot run in it; `{command_line('doctor')}` lists what TeX lacks"
            )
        log = _text(build, "paper.log")
        write_text(folder / "paper.log", log or result.output)
        problems = _problems(result, log, _text(build, "paper.blg"))
        tail = (log or result.output)[-_TAIL:]
        if not result.ok:
            return Compilation(False, None, None, problems, tail)
        try:
            pdf = read_file(build, "paper.pdf", max_bytes=_LARGEST_PDF)
            pages = await count_pages(build / "paper.pdf")
        except (ToolError, UserError) as error:
            problems.insert(0, LatexProblem("paper.pdf", None, f"TeX wrote no readable PDF: {error}", fatal=True))
            return Compilation(False, None, None, problems, tail)
    return Compilation(True, _store(folder, pdf, inputs), pages, problems, tail)


def _copy_inputs(folder: Path, build: Path) -> None:
    shutil.copyfile(folder / "paper.tex", build / "paper.tex")
    for pattern in INPUTS:
        for path in folder.glob(pattern):
            if path.is_file() and not path.is_symlink():
                target = build / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)


def _store(folder: Path, pdf: bytes, inputs: str) -> Path:
    """Store a PDF as the next version and as paper.pdf, with the digests of its inputs."""
    versions = folder / "versions"
    versions.mkdir(exist_ok=True)
    numbers = [int(m[1]) for p in versions.iterdir() if (m := re.fullmatch(r"paper_(\d+)\.pdf", p.name))]
    version = versions / f"paper_{max(numbers, default=0) + 1}.pdf"
    for path in (version, folder / "paper.pdf"):
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(pdf)
        temporary.replace(path)
    write_text(folder / "paper.inputs.json", inputs)
    return folder / "paper.pdf"


def _problems(result: ExecutionResult, log: str, bibtex: str) -> list[LatexProblem]:
    problems = read_log(log, bibtex)
    if result.ok or any(problem.fatal for problem in problems):
        return problems
    if result.reason in ("finished", "failed"):
        lines = result.output.strip().splitlines()
        reason = lines[-1] if lines else f"latexmk ended with exit code {result.exit_code}"
    else:
        reason = result.explanation
    return [
        LatexProblem("", None, reason, "possibly an endless loop or table" * (result.reason == "time"), True),
        *problems,
    ]


def _command_missing(result: ExecutionResult) -> bool:
    missing = re.search(r"latexmk: (?:command )?not found|latexmk\S*: No such file|execvp\S* latexmk", result.output)
    return not result.ok and (result.exit_code == 127 or missing is not None)


def _text(root: Path, name: str) -> str:
    if not (root / name).is_file():
        return ""
    return read_file(root, name, max_bytes=_LARGEST_LOG).decode("utf-8", "replace")
