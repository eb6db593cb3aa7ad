"""Write a run as one HTML page that loads nothing: no script, no other file, no network."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from markupsafe import escape

from scenarios.viewer import pages
from scenarios.viewer.experiments import experiments_values
from scenarios.viewer.files import served
from scenarios.viewer.library import OpenRun
from scenarios.viewer.panel import panel_values
from scenarios.viewer.paper import paper_values
from scenarios.viewer.rendering import HERE, address, environment
from scenarios.viewer.study import IdeaStudy, page_image
from tools.atomic import write_text
from tools.errors import UserError

_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.DOTALL)
_LEFT_OUT = re.compile(r"<form\b.*?</form>|<nav class=\"pages\".*?</nav>", re.DOTALL)
"""What leads to other pages of the viewer."""
_LINK = re.compile(r' (href|src)="([^"]*)"')
_NAME = re.compile(r' (id|popovertarget|for)="([^"]*)"')
_PAGE_DPI = 80
_WHOLE = 10**9
_MAX_CHARACTERS = 40_000_000
"""Of tool results and arguments in all. In a longer run each is shown in part."""
_VALUES: dict[str, Callable[[IdeaStudy], dict[str, object]]] = {
    "experiments": experiments_values,
    "paper": paper_values,
    "panel": panel_values,
}
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head><body>
<header class="top"><nav aria-label="Contents"><b>{title}</b></nav></header>
<nav class="tabs" aria-label="Parts">{tabs}</nav><main id="main">
"""


@dataclass(frozen=True)
class ExportedPage:
    """A page of the viewer that becomes a part of the export."""

    key: str
    title: str
    path: str
    html: str


def export_run(run: OpenRun, target: Path) -> None:
    """Write the run's conversation, experiments, papers and reviews into one file.

    Prompts of model calls and logs are left out; they stay in the run folder.

    Raises:
        UserError: the file cannot be written.
    """
    found = list(_pages(run))
    keys = {page.path: page.key for page in found}
    tabs = "".join(f'<a href="#{page.key}">{escape(page.title)}</a>' for page in found)
    style = (HERE / "static" / "viewer.css").read_text(encoding="utf-8")
    parts = [_HEAD.format(title=escape(f"Colloquium run {run.id}"), style=style, tabs=tabs)]
    for page in found:
        parts.append(
            f'<section class="part" id="{page.key}">{_Rewriter(run, page.key, keys).rewritten(page.html)}</section>\n'
        )
    try:
        write_text(target, "".join([*parts, "</main></body></html>\n"]))
    except OSError as error:
        raise UserError(f"--export {target}: {error.strerror}") from None


def _pages(run: OpenRun) -> Iterator[ExportedPage]:
    templates = environment()
    count = max(1, sum(entry.type == "tool" for entry in run.index.entries))
    templates.globals["max_shown"] = max(200, min(4000, _MAX_CHARACTERS // count))

    def page(key: str, title: str, path: str, template: str, values: dict[str, object]) -> ExportedPage:
        html = templates.get_template(template).render(only_run=None, place="", steer=False, **values)
        main = _MAIN.search(html)
        return ExportedPage(key, title, path, _LEFT_OUT.sub("", main[1]) if main else "")

    yield page("overview", "Overview", address("run", run.id), "run.html.j2", pages.run_page(run))
    for number, files in enumerate(run.files.ideas(), start=1):
        study, tabs = IdeaStudy(run, files), [name for idea, name in run.tabs if idea == files.name]
        for name in tabs:
            path = address("run", run.id, "idea", files.name, name)
            yield page(f"{name}{number}", name.capitalize(), path, f"{name}.html.j2", _VALUES[name](study))
    for number, phase in enumerate(run.conversation.phases.values(), start=1):
        path = address("run", run.id, "talk", phase.slot, phase.name)
        values = pages.phase_page(run, phase, {}, _WHOLE)
        yield page(f"talk{number}", f"{phase.slot} {phase.name}", path, "phase.html.j2", values)


class _Rewriter:
    """Turns the links of a page into links within the file, and its images into data.

    The templates escape every quotation mark in text, so whatever looks like an attribute is one.
    """

    def __init__(self, run: OpenRun, key: str, keys: dict[str, str]) -> None:
        self._run, self._key, self._keys = run, key, keys

    def rewritten(self, html: str) -> str:
        """Return the page with its names made unique in the file."""
        return _LINK.sub(self._link, _NAME.sub(lambda found: f' {found[1]}="{self._key}.{found[2]}"', html))

    def _link(self, found: re.Match[str]) -> str:
        given = unescape(found[2])
        if found[1] == "src":
            return f' src="{self._data(given)}"'
        target, fragment = urldefrag(given)
        if not target:
            return f' href="#{self._key}.{escape(fragment)}"'
        key = self._keys.get(urlsplit(target).path)
        if key is None:
            return ""  # the page that it leads to is not in the file
        return f' href="#{key}{"." if fragment else ""}{escape(fragment)}"'

    def _data(self, given: str) -> str:
        """Return an image as a data address, empty if it is not there."""
        parts = [unquote(part) for part in urlsplit(given).path.strip("/").split("/")][2:]
        image = None
        match parts:
            case ["image", name]:
                image = served(self._run.files.images, f"{name}.png")
            case ["file", *rest]:
                image = served(self._run.files.root, "/".join(rest))
            case ["idea", idea, "image", version, number]:
                known = IdeaStudy(self._run, self._run.files.idea(idea)).version(version)
                if known:
                    return _encoded("image/png", page_image(known, int(number), _PAGE_DPI))
        if image is None or not image.media_type.startswith("image/"):
            return ""
        return _encoded(image.media_type, image.path.read_bytes())


def _encoded(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
