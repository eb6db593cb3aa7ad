"""Tools that run plot.py in the sandbox and submit its figures with captions."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tools.atomic import write_json
from tools.errors import ToolError, nearest
from tools.evidence import check_references
from tools.experiments.execution import load_ledger
from tools.experiments.integrity import fixed_paths, imported_sources, prepare_project
from tools.experiments.program_output import end_of_output
from tools.figures import (
    RECORDER,
    DecodedImage,
    PaperFigure,
    decode_image,
    description_file,
    file_digest,
    load_drawings,
    load_figures,
    record_drawn,
)
from tools.paper import check_caption, escape_underscores, written_sections
from tools.sandbox import ResourceLimits
from tools.toolsets.base import Toolset
from tools.toolsets.data import FigureFiles
from tools.toolsets.evidence_checks import judge_figures, refuse
from tools.toolsets.tool import Submission, ToolAnswer

_INCLUDABLE = re.compile(r"[A-Za-z0-9_-]+\.png")
_MIN_GREY_LEVELS = 3
"""An image with fewer is blank."""


class FigureTools(Toolset):
    """Run plot.py, list its figures, submit and drop them."""

    names = ("run_plot", "list_figures", "submit_figures", "drop_figure")

    async def run_plot(self) -> ToolAnswer:
        """Run plot.py in the sandbox. Returns the image files that it drew, or the error and the end of its output."""
        work = self._idea.workspace.work
        if not (work / "plot.py").is_file():
            raise ToolError(
                "there is no plot.py in the project; write one with write_file. It reads the results from "
                "run_*/final_info.json and saves PNG files beside itself"
            )
        failures, most = self._failures(), self._idea.run_quota.plot_attempts
        if failures >= most:
            raise ToolError(
                f"plot.py failed {most} times in this phase, so it is not run again; submit what it drew before"
            )
        ledger, commit = load_ledger(self._idea), await self._idea.workspace.head()
        prepare_project(self._idea, ledger)
        fixed, sources = fixed_paths(self._idea, ledger), imported_sources(self._idea)
        plot = file_digest(work / "plot.py")  # the program could change the file while it runs
        before = {path.name: path.stat().st_mtime_ns for path in _images(work)}
        session = self._idea.sandbox.session(work, read_only=fixed, run_id=self._idea.run_id)
        limits = ResourceLimits(wall_seconds=self._idea.profile.plot_time_limit)
        try:
            program = ["python", "-c", RECORDER.read_text(encoding="utf-8")]
            result = await session.run(program, limits=limits, on_output=self._idea.progress)
        finally:
            await session.close()
        if result.reason == "tampered":
            await self._idea.workspace.restore_files(commit, [*fixed, *sources])
            prepare_project(self._idea, ledger)
        if not result.ok:
            write_json(self._idea.workspace.files.plot_failures_file, {self._context.phase_key: failures + 1})
            reason = result.explanation or f"exit code {result.exit_code}"
            raise ToolError(
                f"plot.py failed: {reason}; attempts left in this phase: {most - failures - 1}\n"
                f"The end of its output:\n{end_of_output(result.output)}"
            )
        drawn = [path for path in _images(work) if before.get(path.name) != path.stat().st_mtime_ns]
        if not drawn:
            raise ToolError("plot.py succeeded but saved no PNG file in the project's folder")
        record_drawn(self._idea.workspace.files.drawings_file, drawn, plot, ledger)
        lines = ["plot.py drew (view_figure shows one):"]
        for path in drawn:
            image = await _check(work, path.name)
            lines.append(f"  {path.name} ({image.width}x{image.height} pixels)")
        if self._changed_since_submitted(drawn):
            lines.append("The paper has the figures as they were submitted; submit_figures puts these in their place.")
        return ToolAnswer("\n".join(lines), data=FigureFiles(files=tuple(path.name for path in drawn)))

    def _changed_since_submitted(self, drawn: Iterable[Path]) -> bool:
        """Return whether the paper has another version of one of these images."""
        folder = self._idea.workspace.paper / "figures"
        submitted = {figure.file for figure in load_figures(self._idea.workspace.paper)}
        there = [path for path in drawn if path.name in submitted and (folder / path.name).is_file()]
        return any(file_digest(path) != file_digest(folder / path.name) for path in there)

    def _failures(self) -> int:
        """Return how often plot.py has failed in this phase. The file is versioned, so a resume counts right."""
        path = self._idea.workspace.files.plot_failures_file
        failures: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return failures.get(self._context.phase_key, 0)

    async def list_figures(self) -> ToolAnswer:
        """List the figures of the paper with label, size and caption."""
        figures = load_figures(self._idea.workspace.paper)
        rows = [f"{f.file} (\\ref{{{f.label}}}, {f.width}x{f.height}): {f.caption}" for f in figures]
        files = FigureFiles(files=tuple(figure.file for figure in figures))
        return ToolAnswer("\n".join(rows) or "There is no figure yet.", data=files)

    async def submit_figures(
        self,
        files: Annotated[list[str], Field(description="image files that plot.py drew, in the order of the paper")],
        captions: Annotated[
            list[str],
            Field(
                description="for each file a caption: what is shown, axes, error bars. "
                "Numbers only by macros like \\result{run_1/dino/kl_divergence}"
            ),
        ],
    ) -> Submission:
        """Submit the figures of the paper with their captions, all at once."""
        captions = [escape_underscores(caption) for caption in captions]
        if len(files) != len(captions):
            given = f"{plural(len(files), 'file')} and {plural(len(captions), 'caption')}"
            raise ToolError(f"{given}; give a list of files, and a list with one caption for each")
        work, target = self._idea.workspace.work, self._idea.workspace.paper / "figures"
        drawn = [path.name for path in _images(work)]
        record = load_drawings(self._idea.workspace.files.drawings_file)
        if not drawn:
            raise ToolError("plot.py has drawn nothing yet; call run_plot first")
        figures = []
        for file, caption in zip(files, captions, strict=True):
            if file not in drawn:
                raise ToolError(f"{file!r} was not drawn; {nearest(file, drawn)}")
            image_record = record.find(file_digest(work / file)) if record else None
            if image_record is None:
                raise ToolError(f"{file!r} is not what plot.py drew; draw it again with run_plot")
            if image_record.plot_sha256 and image_record.plot_sha256 != file_digest(work / "plot.py"):
                raise ToolError(f"plot.py was changed after it drew {file!r}; call run_plot, then submit_figures again")
            if not _INCLUDABLE.fullmatch(file):
                raise ToolError(f"{file!r} cannot be included in LaTeX; name it with letters, digits, - and _ only")
            check_caption(file, caption)
            image = await _check(work, file)
            label = f"fig:{Path(file).stem}"
            figures.append(PaperFigure(file=file, label=label, caption=caption, width=image.width, height=image.height))
        target.mkdir(parents=True, exist_ok=True)
        for figure in figures:
            shutil.copyfile(work / figure.file, target / figure.file)
            facts = description_file(work / figure.file)
            if facts.is_file() and not facts.is_symlink():
                shutil.copyfile(facts, description_file(target / figure.file))
        ledger = load_ledger(self._idea)
        problems = [
            f"caption of {figure.file}: {problem}"
            for figure in figures
            for problem in check_references(figure.caption, ledger)
        ]
        if problems:
            raise ToolError("; ".join(problems))
        remark = refuse(self._context, "figures", await judge_figures(self._idea, figures))
        write_json(self._idea.workspace.paper / "figures.json", [f.model_dump() for f in figures])
        return Submission(
            f"{plural(len(figures), 'figure')} submitted. {self._context.next_step}{remark}",
            "figures",
            self._context.submission_status,
        )

    async def drop_figure(
        self,
        file: Annotated[str, Field(description="the figure's image file")],
        reason: Annotated[str, Field(min_length=10, description="why the paper is better without it")],
    ) -> str:
        """Remove a submitted figure from the paper, for example because it shows something that is not true."""
        paper = self._idea.workspace.paper
        figures = load_figures(paper)
        if file not in (known := [figure.file for figure in figures]):
            raise ToolError(f"there is no figure {file!r}; {nearest(file, known)}")
        write_json(paper / "figures.json", [figure.model_dump() for figure in figures if figure.file != file])
        for path in (paper / "figures" / file, description_file(paper / "figures" / file)):
            path.unlink(missing_ok=True)
        used = [name for name, text in written_sections(paper).items() if file in text]
        where = f"; remove it from {', '.join(used)}" if used else ""
        return f"{file} is dropped{where}. Reason: {reason}"


def plural(number: int, noun: str) -> str:
    """Return `1 file` or `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _images(work: Path) -> list[Path]:
    return sorted(path for path in work.glob("*.png") if path.is_file() and not path.is_symlink())


async def _check(work: Path, name: str) -> DecodedImage:
    """Return an image that plot.py drew.

    Raises:
        ToolError: it is too large, unreadable or blank.
    """
    image = await decode_image(work, name)
    if image.grey_levels < _MIN_GREY_LEVELS:
        raise ToolError(f"{name} is blank: nothing was drawn in it")
    return image
