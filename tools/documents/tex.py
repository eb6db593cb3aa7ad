"""Convert LaTeX source to readable text: comments removed, inputs resolved, structure as Markdown marks.

Formulas, tables and unknown commands are left as LaTeX.
"""

from __future__ import annotations

import re
from pathlib import Path

from tools.documents.hidden_text import HiddenText
from tools.documents.tex_hidden import remove_hidden
from tools.errors import UserError

_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
_MAX_DEPTH = 10
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"


def read_tex(path: Path) -> tuple[str, tuple[HiddenText, ...], tuple[str, ...]]:
    """Return the document's readable text with Markdown headings, the text it hides, and notes.

    Raises:
        UserError: a file is not UTF-8, or `\\input` leaves the paper's folder or is circular.
    """
    notes: list[str] = []
    source = flatten_source(path, notes)
    source, hidden = remove_hidden(source)
    preamble, begins, body = source.partition("\\begin{document}")
    text = body.partition("\\end{document}")[0] if begins else source
    title = _command("title", preamble) or _command("title", text)
    text = _plain(text)
    return (f"# {_plain(title)}\n\n{text}" if title else text), tuple(hidden), tuple(notes)


def flatten_source(path: Path, notes: list[str]) -> str:
    """Return a .tex file without comments and with its inputs resolved. A note is appended for each missing file.

    Raises:
        UserError: as `read_tex`.
    """
    return _with_inputs(path, path.resolve().parent, notes, 0)


def _with_inputs(path: Path, folder: Path, notes: list[str], depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise UserError(f"{path}: \\input is nested deeper than {_MAX_DEPTH} files; does a file input itself?")
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    source = _without_comments(source)

    def resolve(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        target = (folder / name).resolve()
        if not target.suffix:
            target = target.with_suffix(".tex")
        if not target.is_relative_to(folder):
            raise UserError(f"{path}: \\input{{{name}}} is outside the paper's folder {folder}; copy the file there")
        if not target.is_file():
            notes.append(f"\\input{{{name}}}: no {target.name} beside the paper, so its text is missing")
            return match.group()
        return _with_inputs(target, folder, notes, depth + 1)

    return re.sub(r"\\(?:input|include|subfile)\s*\{([^{}]+)\}", resolve, source)


def _without_comments(source: str) -> str:
    source = re.sub(r"\\begin\{(comment|filecontents\*?)\}.*?\\end\{\1\}", "", source, flags=re.DOTALL)
    source = re.sub(r"(?m)^[ \t]*%.*\n?", "", source)
    return re.sub(r"(?<!\\)((?:\\\\)*)%.*", r"\1", source)


def _plain(text: str) -> str:
    """Convert headings, captions and lists to plain text and remove layout commands."""
    for name, level in _LEVELS.items():
        text = re.sub(rf"\\{name}\*?(?:\[[^\]]*\])?{_GROUP}", rf"\n\n{'#' * level} \1\n\n", text)
    text = re.sub(r"(\\begin\{(?:figure|table|algorithm)\*?\})", r"\n\n\1", text)
    text = re.sub(r"(\\end\{(?:figure|table|algorithm)\*?\})", r"\1\n\n", text)
    text = re.sub(r"\\begin\{abstract\}", "\n\n## Abstract\n\n", text)
    text = re.sub(r"\\begin\{thebibliography\}(?:\{[^{}]*\})?", "\n\n## References\n\n", text)
    text = re.sub(r"\\bibitem(?:\[[^\]]*\])?\{([^{}]*)\}\s*", r"\n\n[\1] ", text)
    text = re.sub(r"\\item\b(?:\[([^\]]*)\])?\s*", lambda m: f"\n- {m[1]} " if m[1] else "\n- ", text)
    text = re.sub(r"\\(?:textbf|textit|emph|texttt|textsc|text|underline|mbox)" + _GROUP, r"\1", text)
    text = re.sub(
        r"\\(?:begin|end)\{(?:abstract|document|itemize|enumerate|description|center|thebibliography)\}", "", text
    )
    text = re.sub(
        r"\\(?:maketitle|centering|noindent|newpage|clearpage|(?:big|med|small)skip|small|footnotesize)\b", "", text
    )
    text = re.sub(r"\\(?:vspace|hspace|bibliographystyle|thispagestyle|title|author|date)\*?" + _GROUP, "", text)
    text = text.replace("~", " ").replace("``", "“").replace("''", "”").replace("\\%", "%").replace("\\&", "&")
    return re.sub(r"\n\s*\n\s*(?=\n)", "\n", text).strip()


def _command(name: str, source: str) -> str:
    found = re.search(rf"\\{name}(?:\[[^\]]*\])?{_GROUP}", source)
    return " ".join(found.group(1).replace("\\\\", " ").split()) if found else ""
