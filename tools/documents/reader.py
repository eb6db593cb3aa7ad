"""Read a paper in a process of its own, and store it as it was read.

A PDF is read with limits on time and memory, so a hostile file can only harm that process. Several papers are read on
several cores, and their memory is returned.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import TypeAdapter

from tools.atomic import write_bytes
from tools.documents.document import Document, read_document
from tools.errors import UserError
from tools.project import ROOT
from tools.sandbox import process_stats

DOCUMENT = TypeAdapter(Document)
USER_ERROR = 2
"""Exit code of the reader process for a `UserError`."""
_TIMEOUT = 600
"""Seconds."""


async def read_paper(path: Path, *, max_pages: int | None = None, max_chars: int = 200_000) -> Document:
    """Read a paper like `read_document`, a PDF in a process of its own.

    Raises:
        UserError: as `read_document`; or the process ran out of time or memory, or crashed.
    """
    if not path.is_file() or path.suffix.lower() != ".pdf":
        return await asyncio.to_thread(read_document, path, max_pages=max_pages, max_chars=max_chars)
    command = [sys.executable, "-m", "tools.documents", str(path.resolve()), "--chars", str(max_chars)]
    command += ["--pages", str(max_pages)] if max_pages else []
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    try:
        output, errors = await asyncio.wait_for(process.communicate(), _TIMEOUT)
    except TimeoutError:
        raise UserError(f"{path}: not read after {_TIMEOUT} seconds; read fewer pages, or supply its text") from None
    finally:
        process_stats.kill_child(process)
        await process.wait()
    message = errors.decode("utf-8", "replace").strip()
    if process.returncode == USER_ERROR:
        raise UserError(message.replace(str(path.resolve()), str(path), 1))
    if process.returncode:
        last = (message.splitlines() or ["no output"])[-1]
        raise UserError(f"{path}: the PDF reader crashed ({last}); export it again, or supply its text as .txt or .tex")
    return DOCUMENT.validate_json(output)


def save_document(document: Document, path: Path) -> None:
    """Store a paper as it was read."""
    write_bytes(path, DOCUMENT.dump_json(document, indent=1))


def load_document(path: Path) -> Document:
    """Load a stored paper."""
    return DOCUMENT.validate_json(path.read_bytes())
