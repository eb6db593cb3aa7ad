"""A paper read once, and kept as it was read.

A PDF is read in a process of its own, with limits on time and memory: what a stranger's file does to the PDF library then
ends there, several papers are read on several cores, and the memory it took is given back.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
from pathlib import Path

from pydantic import TypeAdapter

from tools.atomic import write_bytes
from tools.documents.document import Document, read_document
from tools.errors import UserError
from tools.project import ROOT
from tools.sandbox import process_stats

_DOCUMENT = TypeAdapter(Document)
_SECONDS = 600
_BYTES = 6 * 2**30
_USERS_MISTAKE = 2


async def read_paper(path: Path, *, max_pages: int | None = None, max_chars: int = 200_000) -> Document:
    """Read a paper as `read_document` does; a PDF in a process of its own.

    Raises:
        UserError: as `read_document`; or reading took too long, too much memory, or crashed.
    """
    if not path.is_file() or path.suffix.lower() != ".pdf":
        return read_document(path, max_pages=max_pages, max_chars=max_chars)
    command = [sys.executable, "-m", "tools.documents.reader", str(path.resolve()), "--chars", str(max_chars)]
    command += ["--pages", str(max_pages)] if max_pages else []
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    try:
        text, said = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        raise UserError(f"{path}: not read after {_SECONDS} seconds; read fewer pages, or give its text") from None
    finally:
        process_stats.kill_child(process)
        await process.wait()
    if process.returncode == _USERS_MISTAKE:
        raise UserError(said.decode("utf-8", "replace").strip().replace(str(path.resolve()), str(path), 1))
    if process.returncode:
        last = (said.decode("utf-8", "replace").strip().splitlines() or ["nothing was said"])[-1]
        raise UserError(f"{path}: reading it crashed ({last}); export it again, or give its text as .txt or .tex")
    return _DOCUMENT.validate_json(text)


def save_document(document: Document, path: Path) -> None:
    """Keep a paper as it was read."""
    write_bytes(path, _DOCUMENT.dump_json(document, indent=1))


def load_document(path: Path) -> Document:
    """A paper as it was kept."""
    return _DOCUMENT.validate_json(path.read_bytes())


def _main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--pages", type=int)
    parser.add_argument("--chars", type=int)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    try:
        document = read_document(asked.path, max_pages=asked.pages, max_chars=asked.chars)
    except UserError as error:
        sys.stderr.write(str(error))
        return _USERS_MISTAKE
    sys.stdout.buffer.write(_DOCUMENT.dump_json(document))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
