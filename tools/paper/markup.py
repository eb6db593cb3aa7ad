"""What agents write into LaTeX by habit: Markdown, bare special characters, and headings that the template prints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.errors import ToolError
from tools.paper.latex_commands import without_verbatim
from tools.paper.syntax import check_syntax, line_at, without_comments

_MOST = 8
_MATH = re.compile(
    r"\\begin\{(?P<env>equation|align|alignat|gather|multline|eqnarray|flalign|math|displaymath|subequations|algorithmic)"
    r"(?P<star>\*?)\}.*?\\end\{(?P=env)(?P=star)\}"
    r"|\\\[.*?\\\]|\\\(.*?\\\)|(?<!\\)\$\$.*?(?<!\\)\$\$|(?<!\\)\$.*?(?<!\\)\$|\\ensuremath\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}",
    re.DOTALL,
)
_COLUMNS = re.compile(r"\\begin\{(?P<env>tabular[xy*]?|longtable|array)\}.*?\\end\{(?P=env)\}", re.DOTALL)
_NAMES = re.compile(
    r"\\(?:(?:auto|eq|page|name|c|C|sub)?ref|label|[cC]ite[a-z]*|nocite|includegraphics|begin|end|result|change|setting|env"
    r"|noisefloor|(?:result|comparison|settings|runs)table|analysisplan|claim|compare|aggregate|hyper(?:ref|target|link))\*?"
    r"\s*(?:\[[^\]]*\]\s*)*(?P<names>\{[^{}]*\}(?:\{[^{}]*/[^{}]*\}|\{run_\d+\})*)"
)
_IMAGE = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<file>[^)\s]*)[^)]*\)")
_MARKDOWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\*\*(?P<text>[^*\n]+)\*\*"), "Markdown bold; write \\textbf{{{text}}}"),
    (
        re.compile(r"^[ \t]*#{1,6}[ \t]+(?P<text>[^\n]*?)[ \t#]*$", re.M),
        "a Markdown heading; write \\subsection{{{text}}}",
    ),
    (re.compile(r"^[ \t]*```\w*[ \t]*$", re.M), "a Markdown code fence; describe the code in words, or use verbatim"),
    (re.compile(r"(?<!`)`(?P<text>[^`'\n]{1,80})`(?!`)"), "Markdown code; write \\texttt{{{text}}}"),
    (
        re.compile(r"^[ \t]*[-*+][ \t]+(?P<text>[^\n]+)(?:\n[ \t]*[-*+][ \t]+[^\n]+)*", re.M),
        "a Markdown list; write \\begin{{itemize}} \\item {text} ... \\end{{itemize}}",
    ),
    (
        re.compile(r"(?:^[ \t]*\|[^\n]*\|[ \t]*(?:\n|\Z))+", re.M),
        "a Markdown table; \\resulttable{{METRIC}} prints the results, another table is a tabular environment",
    ),
)
_SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*(?P<sign>[_&#])")
_IN_WORD = re.compile(r"(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])")
_HEADING = re.compile(r"\A\s*\\section\*?\s*\{[^{}]*\}\s*(?:\\label\s*\{[^{}]*\}\s*)?")
_ABSTRACT = re.compile(r"\A\s*\\begin\{abstract\}(.*)\\end\{abstract\}\s*\Z", re.DOTALL)
_TITLE = re.compile(r"\A\s*\\title\s*\{(.*)\}\s*\Z", re.DOTALL)
_INCLUDED = re.compile(r"\\includegraphics\s*(?:\[[^\]]*\]\s*)?\{\s*([^}]*?)\s*\}")


def section_body(name: str, latex: str) -> tuple[str, str]:
    """Return a section without the heading or environment that the paper's template prints, and a note on what it was."""
    if name == "abstract" and (whole := _ABSTRACT.match(latex)):
        return whole[1].strip(), "\\begin{abstract} and \\end{abstract} were left out; the paper's template has them"
    if name == "title" and (whole := _TITLE.match(latex)):
        return whole[1].strip(), "\\title{} was left out; the paper's template has it"
    if heading := _HEADING.match(latex):
        return latex[heading.end() :], f"{' '.join(heading[0].split())} was left out; the paper's template has it"
    return latex, ""


def check_markup(name: str, latex: str) -> None:
    """Check that LaTeX has no Markdown and no bare special characters.

    Raises:
        ToolError: names each place and what to write there.
    """
    problems = sorted(set(_problems(latex)))
    told = [f"{name}, line {line_at(latex, place)}: {message}" for place, message in problems]
    if told:
        more = [f"and {len(told) - _MOST} more"] if len(told) > _MOST else []
        raise ToolError("; ".join([*told[:_MOST], *more]))


def check_caption(file: str, caption: str) -> None:
    """Check the caption of a figure, which is LaTeX too.

    Raises:
        ToolError: as `check_syntax` and `check_markup`.
    """
    check_markup(f"caption of {file}", caption)
    check_syntax(f"caption of {file}", caption)


def escape_underscores(text: str) -> str:
    """Return a text with a backslash before each bare underscore between letters and digits, as in run_1."""
    blank = _blanked(_NAMES, _blanked(_MATH, without_verbatim(text)), "names")
    bare = [m.start("sign") for m in _SPECIAL.finditer(blank) if _IN_WORD.match(blank, m.start("sign"))]
    for place in reversed(bare):
        text = f"{text[:place]}\\{text[place:]}"
    return text


def included_images(latex: str) -> set[str]:
    """Return the files that \\includegraphics prints."""
    return set(_INCLUDED.findall(without_verbatim(without_comments(latex))))


def _problems(latex: str) -> Iterator[tuple[int, str]]:
    text = _blanked(_MATH, without_verbatim(latex))
    for image in _IMAGE.finditer(text):
        file = image["file"].rpartition("/")[2] or "NAME.png"
        yield image.start(), f"a Markdown image; write {figure_environment(file, image['text'] or '...')}"
    text = _blanked(_IMAGE, text)
    for pattern, message in _MARKDOWN:
        for match in pattern.finditer(text):
            words = (match.groupdict().get("text") or "").strip()
            yield match.start() + len(match[0]) - len(match[0].lstrip()), message.format(text=words[:60])
        text = _blanked(pattern, text)
    columns = [match.span() for match in _COLUMNS.finditer(text)]
    text = _blanked(_NAMES, text, "names")
    for match in _SPECIAL.finditer(text):
        place, sign = match.start("sign"), match["sign"]
        if sign == "&" and any(start <= place < end for start, end in columns):
            continue
        around = re.search(r"\S*\Z", text[:place])[0][-20:] + re.match(r"\S{1,20}", text[place:])[0]  # type: ignore[index]
        yield place, f"bare {sign} in {around!r}; in text write \\{sign}"


def figure_environment(file: str, caption: str, label: str = "") -> str:
    """Return the LaTeX that prints a figure of the paper."""
    label = label or f"fig:{file.rpartition('.')[0]}"
    return (
        f"\\begin{{figure}} \\centering \\includegraphics[width=\\linewidth]{{figures/{file}}} "
        f"\\caption{{{caption}}} \\label{{{label}}} \\end{{figure}}"
    )


def _blanked(pattern: re.Pattern[str], text: str, group: str | int = 0) -> str:
    """Return a text with the matches of a pattern blanked. Positions and lines stay the same."""

    def blank(match: re.Match[str]) -> str:
        start, end = match.span(group)
        start, end = start - match.start(), end - match.start()
        return match[0][:start] + re.sub(r"[^\n]", " ", match[0][start:end]) + match[0][end:]

    return pattern.sub(blank, text)
