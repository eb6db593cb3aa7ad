"""Tools that show figures and pages: an image for models with vision, and a description for the others."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import Field

from tools.documents import load_document, read_paper, render_pages
from tools.errors import ToolError, nearest
from tools.figures import load_description
from tools.run_dir import ReviewRoundDir
from tools.sandbox.workspace_sanitizer import read_file
from tools.toolsets.base import Toolset
from tools.toolsets.figures import MAX_IMAGE_BYTES
from tools.toolsets.tool import Shown

_MAX_CHARACTERS = 6000


class VisionTools(Toolset):
    """Show figures and pages."""

    names = ("view_figure", "view_page")

    async def view_figure(
        self, file: Annotated[str, Field(description="an image that plot.py drew, like eval_loss.png")]
    ) -> Shown:
        """Look at one figure: the image itself, and its size, axes, series and ranges in words."""
        work, paper = self._idea.workspace.work, self._idea.workspace.paper / "figures"
        drawn = {path.name: path for folder in (paper, work) for path in sorted(folder.glob("*.png"))}
        if file not in drawn or drawn[file].is_symlink():
            raise ToolError(f"{file!r} was not drawn; {nearest(file, drawn)}")
        description = str(load_description(work / file) or "(no description: matplotlib did not draw it)")
        image = read_file(drawn[file].parent, file, max_bytes=MAX_IMAGE_BYTES)
        return Shown(f"{file}\n{description[:_MAX_CHARACTERS]}", (image,))

    async def view_page(self, page: Annotated[int, Field(ge=1, description="number of the page, from 1")]) -> Shown:
        """Look at one page of the compiled paper as it is printed: the image, and the page's text."""
        path = self._idea.workspace.paper_under_review
        if path.suffix != ".pdf" or not path.is_file():
            raise ToolError(f"there are no pages: {path.name} is not a compiled PDF")
        read = ReviewRoundDir(self._context.review_folder).paper_file
        if read.exists() and not load_document(read).pages_shown:
            raise ToolError("the pages are hidden because they identify the authors; judge the paper by its text")
        document = await read_paper(path)
        if page > document.pages:
            raise ToolError(f"the paper has {document.pages} pages")
        images = await asyncio.to_thread(render_pages, path, pages=[page])
        return Shown(f"page {page} of {document.pages}\n{_page_text(document.text, page)}", tuple(images))


def _page_text(text: str, page: int) -> str:
    """Return the paragraphs that begin on a page."""
    _, mark, after = text.partition(f"[page {page}]")
    return after.partition("[page ")[0].strip() if mark else "(no paragraph begins on this page)"
