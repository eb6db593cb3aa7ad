"""Read a paper in a limited process, once, and store it as it was read.

A hostile PDF can only harm that process. Several papers are read on several cores, and their memory is returned.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

from pydantic import TypeAdapter

from tools.atomic import write_bytes
from tools.documents.document import Document, is_pdf, parse_document
from tools.documents.visible_text import VisibleText
from tools.errors import UserError
from tools.limited_process import DecoderCrashError, run_limited, run_limited_blocking

DOCUMENT = TypeAdapter(Document)
VISIBLE_TEXT = TypeAdapter(VisibleText)
TEXTS = TypeAdapter(list[str])
_MODULE = "tools.documents"
_SECONDS = 600
_CACHED_BYTES = 64 << 20


class _Answers:
    """The answers of reader processes, by the content of the file and the question; the oldest are dropped."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, ...], answer: bytes) -> bytes:
        with self._lock:
            self._kept[key] = answer
            while sum(map(len, self._kept.values())) > _CACHED_BYTES:
                self._kept.popitem(last=False)
        return answer


_ANSWERS = _Answers()


async def read_paper(path: Path, *, max_pages: int | None = None, max_chars: int = 200_000) -> Document:
    """Read a paper from a PDF, LaTeX, Markdown or plain text file.

    Args:
        max_pages: maximum pages of a PDF. A note reports pages that were not read.
        max_chars: maximum characters of text. Longer text is cut after a complete paragraph, with a note.

    Raises:
        UserError: there is no such file; it is empty, of an unknown format, too large, encrypted, broken or of another
            format than its name says; or it contains no text, like a scan; or its reader ran out of time or memory.
    """
    if not await asyncio.to_thread(is_pdf, path):
        return await asyncio.to_thread(parse_document, path, max_pages=max_pages, max_chars=max_chars)
    output = await _ask(path, "document", str(max_pages or 0), str(max_chars))
    return _named(DOCUMENT.validate_json(output), path)


def read_document(path: Path, *, max_pages: int | None = None, max_chars: int = 200_000) -> Document:
    """Read a paper like `read_paper`, for callers outside an event loop."""
    if not is_pdf(path):
        return parse_document(path, max_pages=max_pages, max_chars=max_chars)
    output = _ask_blocking(path, "document", str(max_pages or 0), str(max_chars))
    return _named(DOCUMENT.validate_json(output), path)


async def render_page(path: Path, number: int, dpi: int = 100) -> bytes:
    """Return a page as a PNG image, for models with vision.

    Raises:
        UserError: the file cannot be opened, or it has no such page.
    """
    return await _ask(path, "page", str(number), str(dpi))


def read_page_image(path: Path, number: int, dpi: int = 100) -> bytes:
    """Return the same for callers outside an event loop."""
    return _ask_blocking(path, "page", str(number), str(dpi))


async def count_pages(path: Path) -> int:
    """Return the number of pages of a PDF.

    Raises:
        UserError: the file cannot be opened.
    """
    return len(TEXTS.validate_json(await _ask(path, "texts")))


def read_page_texts(path: Path) -> list[str]:
    """Return the text of each page of a PDF in the order of the file, hidden text included.

    Raises:
        UserError: the file cannot be opened.
    """
    return TEXTS.validate_json(_ask_blocking(path, "texts"))


def read_visible_text(path: Path, *, without_color: tuple[int, int, int] | None = None) -> VisibleText:
    """Read the visible text of a PDF like `parse_visible_text`, in a limited process."""
    return VISIBLE_TEXT.validate_json(_ask_blocking(path, "visible", *map(str, without_color or ())))


def save_document(document: Document, path: Path) -> None:
    """Store a paper as it was read."""
    write_bytes(path, DOCUMENT.dump_json(document, indent=1))


def load_document(path: Path) -> Document:
    """Load a stored paper."""
    return DOCUMENT.validate_json(path.read_bytes())


async def _ask(path: Path, question: str, *options: str) -> bytes:
    key = await asyncio.to_thread(_key, path, question, options)
    if (known := _ANSWERS.get(key)) is not None:
        return known
    try:
        return _ANSWERS.put(key, await run_limited(_MODULE, question, str(path.resolve()), *options, seconds=_SECONDS))
    except (UserError, DecoderCrashError) as error:
        raise _told(path, error) from None


def _ask_blocking(path: Path, question: str, *options: str) -> bytes:
    key = _key(path, question, options)
    if (known := _ANSWERS.get(key)) is not None:
        return known
    try:
        answer = run_limited_blocking(_MODULE, question, str(path.resolve()), *options, seconds=_SECONDS)
    except (UserError, DecoderCrashError) as error:
        raise _told(path, error) from None
    return _ANSWERS.put(key, answer)


def _key(path: Path, question: str, options: tuple[str, ...]) -> tuple[str, ...]:
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    with path.open("rb") as file:
        return (question, *options, hashlib.file_digest(file, "sha256").hexdigest())


def _told(path: Path, error: UserError | DecoderCrashError) -> UserError:
    """Return what is wrong with a paper, under the name that the caller gave it."""
    if isinstance(error, UserError):
        return UserError(str(error).replace(str(path.resolve()), str(path), 1))
    return UserError(f"{path}: {error}; print it to a new PDF, read fewer pages, or supply its text as .txt or .tex")


def _named(document: Document, path: Path) -> Document:
    """Return a document as if it had been read under this path, from which it takes its title if it has none."""
    title = path.stem if document.title == document.path.stem else document.title
    return Document(**{**vars(document), "path": path, "title": title})
