"""Split a draft that a user supplies into the sections of a paper."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.atomic import write_json, write_text
from tools.documents import flatten_source
from tools.errors import ToolError, UserError
from tools.paper.sections import HEADINGS, write_section
from tools.paper.syntax import without_extra_braces
from tools.user_files import read_user_text

DRAFT_FILE = "draft.json"
_SECTION_WORDS = {
    "introduction": "introduction",
    "related": "related_work",
    "background": "background",
    "preliminar": "background",
    "method": "method",
    "approach": "method",
    "setup": "experimental_setup",
    "experiment": "experimental_setup",
    "result": "results",
    "limitation": "limitations",
    "conclusion": "conclusion",
}
"""Word in a heading -> the section."""
_SECTION = re.compile(r"\\section\*?\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_FILECONTENTS = re.compile(
    r"\\begin\{filecontents\*?\}\s*(?:\[[^\]]*\])?\s*\{[^}]*\.bib\}(.*?)\\end\{filecontents\*?\}", re.DOTALL
)
_REST = re.compile(r"\\(?:bibliography(?:style)?|printbibliography|appendix|maketitle)\b(?:\{[^}]*\})?")
_LABEL = re.compile(r"\\label\{([^}]*)\}\s*")
_IMAGE = re.compile(r"(\\includegraphics\s*(?:\[[^\]]*\])?\s*)\{([^}]+)\}")
_IMAGES = (".png", ".pdf", ".jpg", ".jpeg")


def find_draft(path: Path) -> Path:
    """Return the .tex file of a draft: the file itself, or the only one in a folder that contains a document.

    Raises:
        UserError: there is none, or more than one.
    """
    if path.is_file() and path.suffix == ".tex":
        return path
    if not path.is_dir():
        raise UserError(f"draft {path}: must be a .tex file or a folder with one")
    found = [tex for tex in sorted(path.glob("*.tex")) if b"\\begin{document}" in tex.read_bytes()]
    if len(found) != 1:
        shown = ", ".join(tex.name for tex in found) or "none"
        raise UserError(
            f"draft {path}: must contain one .tex file with \\begin{{document}}, found: {shown}; name the file"
        )
    return found[0]


def install_draft(source: Path, paper: Path) -> list[str]:
    """Write a draft's sections, bibliography and images into a paper's folder.

    Unknown headings become subsections of the section before them.

    Returns:
        The names of the sections.

    Raises:
        UserError: the draft cannot be read, or a section does more than typeset itself.
    """
    missing: list[str] = []
    text = flatten_source(source, missing)
    if missing:
        raise UserError(f"{source}: {missing[0]}")
    paper.mkdir(parents=True, exist_ok=True)
    bibliographies = [read_user_text(path) for path in sorted(source.parent.glob("*.bib"))]
    entries = "\n\n".join([*_FILECONTENTS.findall(read_user_text(source)), *bibliographies]).strip()
    if entries:
        write_text(paper / "references.bib", f"{_unique_entries(entries)}\n")
    sections = _sections(text)
    if not sections:
        raise UserError(f"{source}: no \\section found; the sections of a draft start with \\section{{...}}")
    for name, latex in sections.items():
        latex = without_extra_braces(latex)
        try:
            write_section(paper, name, _with_images(latex, _image_folders(text, source.parent), paper / "figures"))
        except ToolError as error:
            raise UserError(f"{source}: {error}") from None
    write_json(paper / DRAFT_FILE, list(sections))
    return list(sections)


def draft_sections(paper: Path) -> list[str]:
    """Return the sections of the draft that a paper started from, an empty list if it did not."""
    path = paper / DRAFT_FILE
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def _unique_entries(entries: str) -> str:
    """Drop repeated keys, which BibTeX rejects. The first entry of a key is kept."""
    kept: dict[str, str] = {}
    for number, entry in enumerate(re.split(r"^(?=[ \t]*@)", entries, flags=re.MULTILINE)):
        key = re.match(r"\s*@\s*\w+\s*\{\s*([^,\s}]+)", entry)
        kept.setdefault(key[1].casefold() if key else f"({number})", entry)
    return "".join(kept.values()).strip()


def _sections(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if title := re.search(r"\\title\s*\{((?:[^{}]|\{[^{}]*\})*)\}", text):
        found["title"] = " ".join(re.sub(r"\\\\|\\thanks\{[^}]*\}", " ", title[1]).split())
    if abstract := re.search(r"\\begin\{abstract\}(.*?)\\end\{abstract\}", text, re.DOTALL):
        found["abstract"] = abstract[1].strip()
    body = text.partition("\\end{document}")[0]
    parts = _SECTION.split(body)[1:]
    last = ""
    for heading, latex in zip(parts[::2], parts[1::2], strict=True):
        name = next((section for word, section in _SECTION_WORDS.items() if word in heading.lower()), "")
        latex = _REST.sub("", latex).strip()
        if (own := _LABEL.match(latex)) and own[1] == f"sec:{name}":
            latex = latex[own.end() :]  # the paper's template adds this label itself
        if not name or name in found:
            latex = f"\\subsection{{{heading.strip()}}}\n{latex}"
            name = name or last
        if name and latex:
            found[name] = f"{found[name]}\n\n{latex}" if name in found else latex
            last = name
    return {name: found[name] for name in HEADINGS if found.get(name)}


def _image_folders(text: str, home: Path) -> list[Path]:
    """Return the folders of a draft's images: its own, and those in \\graphicspath."""
    named = re.search(r"\\graphicspath\s*\{((?:\s*\{[^{}]*\})+)\s*\}", text)
    return [home, *(home / name for name in re.findall(r"\{([^{}]*)\}", named[1] if named else ""))]


def _with_images(latex: str, folders: Sequence[Path], figures: Path) -> str:
    """Return the section with its images copied to `figures/`."""

    def copied(found: re.Match[str]) -> str:
        name = found[2].strip()
        places = (folder / f"{name}{end}" for folder in folders for end in ("", *_IMAGES))
        path = next((place for place in places if place.is_file() and place.suffix in _IMAGES), None)
        if path is None:
            return found[0]
        figures.mkdir(exist_ok=True)
        shutil.copyfile(path, figures / path.name)
        return f"{found[1]}{{figures/{path.name}}}"

    return _IMAGE.sub(copied, latex)
