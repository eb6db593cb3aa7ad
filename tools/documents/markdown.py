"""Split Markdown and plain text into blocks."""

from __future__ import annotations

import re

from tools.documents.structure import CAPTION, KNOWN_HEADINGS, BlockKind, PaperBlock, heading_name

_TEX_CAPTION = re.compile(r"\\caption(?:\[[^\]]*\])?\{(.*)\}", re.DOTALL)


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
