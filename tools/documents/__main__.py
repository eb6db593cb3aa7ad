"""The reader process: print what is asked about a paper as JSON; an image of a page as PNG."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tools.documents.document import parse_document
from tools.documents.pdf import page_texts, render_pages
from tools.documents.reader import DOCUMENT, TEXTS, VISIBLE_TEXT
from tools.documents.visible_text import parse_visible_text
from tools.limited_process import serve


def document(path: Path, pages: str, characters: str) -> bytes:
    read = parse_document(path, max_pages=int(pages) or None, max_chars=int(characters))
    return DOCUMENT.dump_json(read)


def page(path: Path, number: str, dpi: str) -> bytes:
    return render_pages(path, dpi=int(dpi), pages=[int(number)])[0]


def texts(path: Path) -> bytes:
    return TEXTS.dump_json(page_texts(path))


def visible(path: Path, *color: str) -> bytes:
    red_green_blue = (int(color[0]), int(color[1]), int(color[2])) if color else None
    return VISIBLE_TEXT.dump_json(parse_visible_text(path, without_color=red_green_blue))


QUESTIONS: dict[str, Callable[..., bytes]] = {"document": document, "page": page, "texts": texts, "visible": visible}


def answer(arguments: list[str]) -> bytes:
    """Return the answer to a question (its name, the paper, and options)."""
    name, path, *options = arguments
    return QUESTIONS[name](Path(path), *options)


if __name__ == "__main__":
    sys.exit(serve(answer))
