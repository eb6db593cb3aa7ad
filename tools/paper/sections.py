"""Read and write the sections of a paper, `sections/<name>.tex`. Each is checked before it is written."""

from __future__ import annotations

from pathlib import Path

from tools.atomic import write_text
from tools.errors import ToolError, nearest
from tools.literature import Bibliography
from tools.paper.syntax import check_syntax, cited_keys

HEADINGS = {
    "title": "",
    "abstract": "",
    "introduction": "Introduction",
    "related_work": "Related Work",
    "background": "Background",
    "method": "Method",
    "experimental_setup": "Experimental Setup",
    "results": "Results",
    "limitations": "Limitations",
    "conclusion": "Conclusion",
}
"""Section -> its heading in the template, in the order of the paper."""

SECTIONS = tuple(HEADINGS)
MIN_WORDS = {
    "abstract": 40,
    "introduction": 60,
    "related_work": 30,
    "background": 15,
    "method": 30,
    "experimental_setup": 30,
    "results": 60,
    "limitations": 20,
    "conclusion": 20,
}
"""Words of LaTeX source below which a section is an outline that no reviewer can judge."""


def section_path(folder: Path, name: str) -> Path:
    """Return the file of a section."""
    return folder / "sections" / f"{name}.tex"


def write_section(folder: Path, name: str, latex: str) -> None:
    """Write one section of the paper in `folder` atomically.

    Raises:
        ToolError: there is no such section, its LaTeX is broken or does more than typeset the section, or it cites a
            key that is not in references.bib.
    """
    _check_name(name)
    if not latex.strip():
        raise ToolError(f"{name} is empty; a section is its LaTeX body")
    if name == "title" and "\n\n" in latex.strip():
        raise ToolError("title contains an empty line; a title is one paragraph")
    check_syntax(name, latex)
    known = Bibliography(folder / "references.bib").keys()
    unknown = [
        f"{name}, line {line}: \\cite{{{key}}} has no entry in references.bib; {nearest(key, known)}"
        for key, line in cited_keys(latex)
        if key not in known
    ]
    if unknown:
        raise ToolError(f"{'; '.join(unknown)}. add_citation adds an entry for a record that a search returned")
    write_text(section_path(folder, name), latex.strip() + "\n")


def section_text(folder: Path, name: str) -> str:
    """Return the current LaTeX of a section.

    Raises:
        ToolError: there is no such section, or it is not written yet.
    """
    _check_name(name)
    path = section_path(folder, name)
    if not path.is_file():
        written = ", ".join(written_sections(folder))
        raise ToolError(
            f"{name} is not written yet; " + (f"written so far: {written}" if written else "no section is written")
        )
    return path.read_text(encoding="utf-8")


def written_sections(folder: Path) -> dict[str, str]:
    """Return the LaTeX of the sections that are written, in the order of the paper."""
    paths = {name: section_path(folder, name) for name in SECTIONS}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.is_file()}


def missing_sections(folder: Path) -> list[str]:
    """Return the sections that are not written yet, in the order of the paper."""
    return [name for name in SECTIONS if not section_path(folder, name).is_file()]


def thin_sections(folder: Path) -> dict[str, int]:
    """Return the number of words of the written sections that have fewer than `MIN_WORDS`."""
    lengths = {name: len(text.split()) for name, text in written_sections(folder).items() if name in MIN_WORDS}
    return {name: words for name, words in lengths.items() if words < MIN_WORDS[name]}


def _check_name(name: str) -> None:
    if name not in SECTIONS:
        raise ToolError(f"the paper has no section {name!r}; {nearest(name, SECTIONS)}")
