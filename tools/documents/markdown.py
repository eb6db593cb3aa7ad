"""Split Markdown and plain text into blocks, and remove text that the markup hides from readers."""

from __future__ import annotations

import re

from tools.documents.hidden_text import HiddenText, HiddenTextKind
from tools.documents.structure import CAPTION, KNOWN_HEADINGS, BlockKind, PaperBlock, heading_name

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_INVISIBLE = re.compile(
    r"<(\w+)[^<>]*(?:style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])|"
    r"font-size\s*:\s*[01](?:px|pt)?\b|color\s*:\s*(?:white|#fff\b|#ffffff|transparent))[^\"']*[\"']|\bhidden\b)[^<>]*>"
    r"(.*?)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_TEX_CAPTION = re.compile(r"\\caption(?:\[[^\]]*\])?\{(.*)\}", re.DOTALL)


def strip_hidden_markup(text: str) -> tuple[str, list[HiddenText]]:
    """Remove HTML comments and elements that are styled to be invisible. Return the rest and what was removed."""
    hidden = []
    for pattern in (_COMMENT, _INVISIBLE):
        hidden += [
            HiddenText.of(HiddenTextKind.UNPRINTED, 1, found.group(found.lastindex or 0))
            for found in pattern.finditer(text)
        ]
        text = pattern.sub("", text)
    return text, [finding for finding in hidden if finding.quote]


def parse_blocks(text: str) -> list[PaperBlock]:
    """Split text at empty lines. Headings are recognized by # marks or, in plain text, by well-known names."""
    blocks: list[PaperBlock] = []
    in_references = False
    for paragraph in re.split(r"\n\s*\n|\n(?=#{1,6} )|(?<=\n)(?=#{1,6} )", text):
        lines = paragraph.strip("\n").split("\n")
        heading = re.match(r"^(#{1,6}) +(.*?)#*$", lines[0])
        if not heading and heading_name(lines[0]) in KNOWN_HEADINGS and not lines[0][:1].islower():
            heading = re.match(r"^()(.*)$", lines[0])
        if heading:
            blocks.append(PaperBlock("heading", heading.group(2).strip(), 1, len(heading.group(1)) or 2))
            in_references = heading_name(heading.group(2)) in ("references", "bibliography")
            lines = lines[1:]
        body = "\n".join(line.rstrip() for line in lines).strip("\n")
        if not body.strip():
            continue
        entries = re.split(r"\n(?=[-*] |\[\w+\] |\d+\. )", body) if in_references else [body]
        blocks += [PaperBlock(_kind(entry, in_references), entry, 1) for entry in entries]
    return blocks


def _kind(body: str, in_references: bool) -> BlockKind:
    if CAPTION.match(body) or _TEX_CAPTION.search(body):
        return "caption"
    return "reference" if in_references else "text"


def caption_text(text: str) -> str:
    """Return the words of a caption. In LaTeX they are inside its figure or table environment."""
    found = _TEX_CAPTION.search(text)
    return re.split(r"\}\s*\\", found[1])[0].strip() if found else text
