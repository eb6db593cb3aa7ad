"""Looking at figures and pages: an image for models with eyes, and in words what it holds for those without."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.documents import load_document, read_document, render_pages
from tools.errors import ToolError, nearest
from tools.figures.description import load_facts
from tools.review import PAPER_FILE
from tools.sandbox.workspace_sanitizer import read_file
from tools.toolsets.base import Toolset
from tools.toolsets.figures import LARGEST_IMAGE
from tools.toolsets.tool import Shown

_MOST_WORDS = 6000


class VisionTools(Toolset):
    """See what readers will see."""

    names = ("view_figure", "view_page")

    async def view_figure(
        self, file: Annotated[str, Field(description="an image that plot.py drew, like eval_loss.png")]
    ) -> Shown:
        """Look at one figure: the image itself, and its size, axes, series and ranges in words."""
        work, paper = self._idea.workspace.work, self._idea.workspace.paper / "figures"
        drawn = {path.name: path for folder in (paper, work) for path in sorted(folder.glob("*.png"))}
        if file not in drawn or drawn[file].is_symlink():
            raise ToolError(f"{file!r} was not drawn; {nearest(file, drawn)}")
        facts = load_facts(work / file)
        words = str(facts) if facts else "It was not drawn by matplotlib, so there is nothing to tell of it in words."
        image = read_file(drawn[file].parent, file, max_bytes=LARGEST_IMAGE)
        return Shown(f"{file}\n{words[:_MOST_WORDS]}", (image,))

    async def view_page(self, page: Annotated[int, Field(ge=1, description="number of the page, from 1")]) -> Shown:
        """Look at one page of the compiled paper as it is printed: the image, and the page's text."""
        path = self._idea.workspace.paper_under_review
        if path.suffix != ".pdf" or not path.is_file():
            raise ToolError(f"there are no pages to look at: {path.name} is no compiled PDF")
        read = self._context.review_folder / PAPER_FILE
        if read.exists() and not load_document(read).pages_shown:
            raise ToolError("the pages are not shown: they tell who wrote the paper; judge it by its text")
        document = read_document(path)
        if page > document.pages:
            raise ToolError(f"the paper has {document.pages} pages")
        return Shown(
            f"page {page} of {document.pages}\n{_text_of(document.text, page)}", tuple(render_pages(path, pages=[page]))
        )


def _text_of(text: str, page: int) -> str:
    """What begins on a page, as the document marks it."""
    _, mark, after = text.partition(f"[page {page}]")
    return after.partition("[page ")[0].strip() if mark else "(no paragraph begins on this page)"
