"""Assemble paper.tex: the sections in order, in our own layout, and a last section on how the paper was made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.atomic import write_text
from tools.latex import to_latex
from tools.paper.sections import HEADINGS, section_path
from tools.paper.syntax import cited_keys, without_comments


@dataclass(frozen=True)
class Provenance:
    """How a paper was made. All fields are plain text; they are escaped when printed."""

    models: Mapping[str, str]
    """Role -> the model that played it."""
    commit: str
    """The commit of the workspace."""
    template: str
    profile: str
    seed: int
    sandbox: str
    date: str
    """Day of writing, such as 2026-11-25."""
    runs: Sequence[str] = field(default=())
    """Names of the completed runs."""
    primary_metric: str = ""
    """The metric of the confirmatory comparisons, which are printed on the last page; empty without a plan."""
    external_runs: Sequence[str] = field(default=())
    """Those of them that were measured elsewhere."""
    confirmed_run: str = ""
    """The run that was measured again on fresh seeds."""
    unconfirmed: str = ""
    """Why no run was; empty if one was."""
    unverified: Sequence[str] = field(default=())
    """Sentences that state what no program could check, each after the name of its section."""
    draft_sections: Sequence[str] = field(default=())
    """Sections of the supplied draft that the paper started from."""
    offline: bool = False
    """True if no language model took part. The paper says so on its first page."""


def assemble(folder: Path, *, provenance: Provenance) -> Path:
    """Write `paper.tex` from the existing sections. Missing sections are omitted.

    Returns:
        The path of paper.tex. It inputs results.tex and each section by name, so that TeX errors name their file.
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
            shows_analysis=any(r"\analysisplan" in without_comments(text) for text in texts.values()),
            shows_comparisons=any(
                rf"\comparisontable{{{provenance.primary_metric}}}"
                in re.sub(r"\\([%#_])", r"\1", without_comments(text))
                for text in texts.values()
            ),
            provenance=provenance,
        )
    )
    path = folder / "paper.tex"
    write_text(path, text)
    return path


@cache
def _environment() -> Environment:
    """Return a Jinja2 environment with delimiters that LaTeX does not use."""
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
