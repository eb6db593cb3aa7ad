"""Tools that run plot.py in the sandbox and submit its figures with captions."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Annotated

from PIL import Image, UnidentifiedImageError
from pydantic import Field

from tools.atomic import write_json
from tools.errors import ToolError, nearest
from tools.experiments.execution import load_ledger
from tools.experiments.integrity import fixed_paths, prepare_project
from tools.figures import RECORDER, PaperFigure, load_figures
from tools.sandbox import ResourceLimits
from tools.toolsets.base import Toolset
from tools.toolsets.data import FigureFiles
from tools.toolsets.tool import Submission, ToolAnswer

_TAIL = 1500
MAX_IMAGE_BYTES = 20 << 20
_MIN_GREY_LEVELS = 3
"""An image with fewer is blank."""


class FigureTools(Toolset):
    """Run plot.py, list its figures, and submit them."""

    names = ("run_plot", "list_figures", "submit_figures")

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
        fixed = fixed_paths(self._idea, ledger)
        before = {path.name: path.stat().st_mtime_ns for path in _images(work)}
        session = self._idea.sandbox.session(work, read_only=fixed, run_id=self._idea.run_id)
        limits = ResourceLimits(wall_seconds=self._idea.profile.plot_time_limit)
        try:
            program = ["python", "-c", RECORDER.read_text(encoding="utf-8")]
            result = await session.run(program, limits=limits, on_output=self._idea.progress)
        finally:
            await session.close()
        if result.reason == "tampered":
            await self._idea.workspace.restore_files(commit, fixed)
            prepare_project(self._idea, ledger)
        if not result.ok:
            write_json(self._idea.workspace.files.plot_failures_file, {self._context.phase_key: failures + 1})
            reason = result.explanation or f"exit code {result.exit_code}"
            raise ToolError(
                f"plot.py failed: {reason}; attempts left in this phase: {most - failures - 1}\n"
                f"The end of its output:\n{result.output[-_TAIL:].strip()}"
            )
        drawn = [path for path in _images(work) if before.get(path.name) != path.stat().st_mtime_ns]
        if not drawn:
            raise ToolError("plot.py succeeded but saved no PNG file in the project's folder")
        text = "plot.py drew (view_figure shows one):\n" + "\n".join(
            await asyncio.to_thread(lambda: [_describe(path) for path in drawn])
        )
        return ToolAnswer(text, data=FigureFiles(files=tuple(path.name for path in drawn)))

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
        if len(files) != len(captions):
            raise ToolError(f"{len(files)} files and {len(captions)} captions; give one caption for each file")
        work, target = self._idea.workspace.work, self._idea.workspace.paper / "figures"
        drawn = [path.name for path in _images(work)]
        figures = []
        for file, caption in zip(files, captions, strict=True):
            if file not in drawn:
                raise ToolError(f"{file!r} was not drawn; {nearest(file, drawn)}")
            width, height = await asyncio.to_thread(_check, work / file)
            figures.append(
                PaperFigure(file=file, label=f"fig:{Path(file).stem}", caption=caption, width=width, height=height)
            )
        target.mkdir(parents=True, exist_ok=True)
        for figure in figures:
            shutil.copyfile(work / figure.file, target / figure.file)
        write_json(self._idea.workspace.paper / "figures.json", [f.model_dump() for f in figures])
        return Submission(f"{len(figures)} figures submitted", "figures", self._context.submission_status)


def _images(work: Path) -> list[Path]:
    return sorted(path for path in work.glob("*.png") if path.is_file() and not path.is_symlink())


def _describe(path: Path) -> str:
    width, height = _check(path)
    return f"  {path.name} ({width}x{height} pixels)"


def _check(path: Path) -> tuple[int, int]:
    """Return width and height of an image, after checking that it is not blank.

    Raises:
        ToolError: it is too large, unreadable or blank.
    """
    if path.stat().st_size > MAX_IMAGE_BYTES:
        raise ToolError(f"{path.name} has {path.stat().st_size >> 20} MiB; draw fewer points, or with fewer pixels")
    try:
        with Image.open(path) as image:
            levels = image.convert("L").getcolors(256) or []
            size = image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ToolError(f"{path.name} is not a readable image: {error}") from None
    if len(levels) < _MIN_GREY_LEVELS:
        raise ToolError(f"{path.name} is blank: nothing was drawn in it")
    return size
