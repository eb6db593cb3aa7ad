"""Blocks of Markdown and plain text, and what their markup conceals from a reader."""

from __future__ import annotations

import re

from tools.documents.hidden_text.model import UNPRINTED, HiddenText, quoted
from tools.documents.structure import CAPTION, NAMED, Block, Kind, heading_name

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_UNSHOWN = re.compile(
    r"<(\w+)[^<>]*(?:style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])|"
    r"font-size\s*:\s*[01](?:px|pt)?\b|color\s*:\s*(?:white|#fff\b|#ffffff|transparent))[^\"']*[\"']|\bhidden\b)[^<>]*>"
    r"(.*?)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_TEX_CAPTION = re.compile(r"\\caption(?:\[[^\]]*\])?\{(.*)\}", re.DOTALL)


def without_concealed(text: str) -> tuple[str, list[HiddenText]]:
    """A text without HTML comments and elements styled not to be seen, and what they say."""
    hidden = []
    for pattern in (_COMMENT, _UNSHOWN):
        hidden += [quoted(UNPRINTED, 1, found.group(found.lastindex or 0)) for found in pattern.finditer(text)]
        text = pattern.sub("", text)
    return text, [finding for finding in hidden if finding.quote]


def blocks_of_text(text: str) -> list[Block]:
    """Paragraphs between empty lines; headings by # marks, and in plain text by their well-known names."""
    blocks: list[Block] = []
    in_references = False
    for paragraph in re.split(r"\n\s*\n|\n(?=#{1,6} )|(?<=\n)(?=#{1,6} )", text):
        lines = paragraph.strip("\n").split("\n")
        heading = re.match(r"^(#{1,6}) +(.*?)#*$", lines[0])
        if not heading and heading_name(lines[0]) in NAMED and not lines[0][:1].islower():
            heading = re.match(r"^()(.*)$", lines[0])
        if heading:
            blocks.append(Block("heading", heading.group(2).strip(), 1, len(heading.group(1)) or 2))
            in_references = heading_name(heading.group(2)) in ("references", "bibliography")
            lines = lines[1:]
        body = "\n".join(line.rstrip() for line in lines).strip("\n")
        if not body.strip():
            continue
        entries = re.split(r"\n(?=[-*] |\[\w+\] |\d+\. )", body) if in_references else [body]
        blocks += [Block(_kind(entry, in_references), entry, 1) for entry in entries]
    return blocks


def _kind(body: str, in_references: bool) -> Kind:
    if CAPTION.match(body) or _TEX_CAPTION.search(body):
        return "caption"
    return "reference" if in_references else "text"


def caption_of(text: str) -> str:
    """The words of a caption; in LaTeX they stand inside its figure or table."""
    found = _TEX_CAPTION.search(text)
    return re.split(r"\}\s*\\", found[1])[0].strip() if found else text
