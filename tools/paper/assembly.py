"""paper.tex: the sections in order, in an own layout, closed by a page that says how the paper was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.atomic import write_text
from tools.latex.escaping import to_latex
from tools.paper.sections import HEADINGS, section_path
from tools.paper.syntax import cited_keys, without_comments


@dataclass(frozen=True)
class Provenance:
    """What made a paper. Everything is plain text; it is escaped where it is printed."""

    models: Mapping[str, str]
    """Role -> the model behind it."""
    commit: str
    """The workspace's commit that the paper was made from."""
    template: str
    profile: str
    seed: int
    sandbox: str
    date: str
    """Day of the writing, as 2026-11-25."""
    runs: Sequence[str] = field(default=())
    """The completed runs, by name."""
    brought: Sequence[str] = field(default=())
    """Those of them that were measured elsewhere."""
    drafted: Sequence[str] = field(default=())
    """The sections of a draft that the paper began as, which somebody else wrote."""
    offline: bool = False
    """No language model was asked; the paper then says so on its first page."""
    disclosure: str = ""
    """Further words for the reader, such as who answers for the run."""


def assemble(folder: Path, *, provenance: Provenance) -> Path:
    """Write `paper.tex` from the sections that are there. A draft may lack some; what is missing is left out.

    Returns:
        The path of paper.tex. It inputs results.tex and each section by name, so that TeX's errors name their file.
    """
    texts = {
        name: section_path(folder, name).read_text(encoding="utf-8")
        for name in HEADINGS
        if section_path(folder, name).is_file()
    }
    text = (
        _environment()
        .get_template("paper.tex.j2")
        .render(
            headings=HEADINGS,
            written=set(texts),
            cites=any(cited_keys(text) for text in texts.values()),
            shows_runs=any(r"\runstable" in without_comments(text) for text in texts.values()),
            made=provenance,
        )
    )
    path = folder / "paper.tex"
    write_text(path, text)
    return path


@cache
def _environment() -> Environment:
    """Jinja2 with delimiters that LaTeX has no use for."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        keep_trailing_newline=True,
    )
    environment.filters["tex"] = to_latex
    return environment
