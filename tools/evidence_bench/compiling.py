"""Compile the paper of a case, for the checks that read the pages."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tools.latex import compile_paper
from tools.sandbox import open_sandbox


def compile_case(folder: Path) -> None:
    """Compile paper.tex of a folder in a sandbox. A failed compilation leaves no PDF."""
    asyncio.run(_compile(folder))


async def _compile(folder: Path) -> None:
    result = await compile_paper(folder, await open_sandbox("auto"))
    if not result.ok:
        (folder / "paper.pdf").unlink(missing_ok=True)
