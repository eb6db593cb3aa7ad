"""Tools that show figures and pages: an image for models with vision, and a description for the others."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.documents import load_document, read_paper, render_page
from tools.errors import ToolError, nearest
from tools.figures import decode_image, load_description
from tools.gate.watermark import without_mark
from tools.run_dir import ReviewRoundDir
from tools.toolsets.base import Toolset
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
            known = nearest(file, drawn) if drawn else "plot.py has drawn nothing yet; it draws when run_plot is called"
            raise ToolError(f"{file!r} was not drawn; {known}")
        description = str(load_description(work / file) or "(no description: matplotlib did not draw it)")
        if len(description) > _MAX_CHARACTERS:
            cut = description[:_MAX_CHARACTERS].rpartition("\n")[0]
            left = description.count("\n", len(cut))
            description = f"{cut}\n({left} more lines of the description are not shown)"
        image = await decode_image(drawn[file].parent, file)
        return Shown(f"{file}\n{description}", (image.png,))

    async def view_page(self, page: Annotated[int, Field(ge=1, description="number of the page, from 1")]) -> Shown:
        """Look at one page of the compiled paper as it is printed: the image, and the page's text."""
        path = self._idea.workspace.paper_under_review
        if path.suffix != ".pdf" or not path.is_file():
            raise ToolError(f"there are no pages: {path.name} is not a compiled PDF")
        read = ReviewRoundDir(self._context.review_folder).paper_file
        if read.exists() and not load_document(read).pages_shown:
            raise ToolError("the pages are hidden because they identify the authors; judge the paper by its text")
        with without_mark(path) as readable:
            document = await read_paper(readable)
            if page > document.pages:
                raise ToolError(f"the paper has {document.pages} pages")
            image = await render_page(readable, page)
        return Shown(f"page {page} of {document.pages}\n{_page_text(document.text, page)}", (image,))


def _page_text(text: str, page: int) -> str:
    """Return the paragraphs that begin on a page."""
    _, mark, after = text.partition(f"[page {page}]")
    return after.partition("[page ")[0].strip() if mark else "(no paragraph begins on this page)"
