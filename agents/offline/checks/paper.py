"""A paper's text taken apart for the checks: sections, sentences, captions and references."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEADING = re.compile(r"^(#{1,6}) +(.*)$", re.MULTILINE)
_PAGE = re.compile(r"^\[page \d+\]$")
_CAPTION = re.compile(r"^(Figure|Fig\.?|Table|Algorithm)\s+(\d+)\s*[:.|]", re.IGNORECASE)
_FLOAT = re.compile(r"\\begin\{((?:figure|table)\*?)\}.*?\\end\{\1\}", re.DOTALL)
_TEX_CAPTION = re.compile(r"\\begin\{(figure|table)\*?\}.*?\\caption(?:\[[^\]]*\])?\{(.*)\}", re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[•∙▪‣*-]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\bal\.)(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!cf\.)(?<!Fig\.)\s+(?=[A-Z(«“\"\\])"
)
_ROW = re.compile(r"\S {2,}\S|(?:\d[\d.,%±()×]*\s+){3,}\d|&.*&|\\\\\s*$")
_LONGEST = 230


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for. `found` is a strength, its opposite a weakness; `ask` is what a reviewer would ask
    the authors of a weakness."""

    name: str
    found: bool
    text: str
    ask: str = ""


def strength(name: str, text: str) -> list[Finding]:
    return [Finding(name, True, text)]


def weakness(name: str, text: str, ask: str) -> list[Finding]:
    return [Finding(name, False, text, ask)]


@dataclass(frozen=True)
class Sentence:
    """A sentence of the running text, and the headings it stands under, in lower case and without their numbers, as in
    `related work / diffusion models`."""

    text: str
    section: str


@dataclass(frozen=True)
class Block:
    """A paragraph and the headings it stands under."""

    text: str
    section: str


@dataclass
class ReadPaper:
    """What was read. `text` is all of it but the references; `gate` is what the gate said, empty where none was held."""

    title: str = ""
    text: str = ""
    gate: str = ""
    gate_passed: bool = True
    headings: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)
    """`Figure 1` -> its caption."""
    labels: dict[str, str] = field(default_factory=dict)
    """`Figure 1` -> its label, in LaTeX."""
    references: list[str] = field(default_factory=list)

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def abstract(self) -> list[Sentence]:
        return [sentence for sentence in self.sentences if sentence.section == "abstract"]

    def count(self, pattern: str) -> int:
        """How often a pattern occurs outside the references, whatever the case."""
        return len(re.findall(pattern, self.text, re.IGNORECASE))

    def saying(self, pattern: str, *, without: str = "") -> list[Sentence]:
        """The sentences in which a pattern occurs, and another does not."""
        return [
            sentence
            for sentence in self.sentences
            if re.search(pattern, sentence.text, re.IGNORECASE)
            and not (without and re.search(without, sentence.text, re.IGNORECASE))
        ]

    def under(self, pattern: str) -> list[Sentence]:
        """The sentences under headings of that kind."""
        return [sentence for sentence in self.sentences if re.search(pattern, sentence.section)]


def read_paper_text(text: str, gate: str = "", gate_passed: bool = True) -> ReadPaper:
    """Take the text of a paper apart, as `Document.text` holds it."""
    paper = ReadPaper(gate=gate, gate_passed=gate_passed)
    section, above, kept = "", list[tuple[int, str]](), []
    text = _FLOAT.sub(lambda match: re.sub(r"\n\s*\n", "\n", match[0]), text)
    for block in re.split(r"\n\s*\n|\n(?=#{1,6} )|(?<=\n)(?=#{1,6} )", text):
        block = block.strip()
        heading = _HEADING.match(block)
        if heading:
            level = len(heading[1])
            above = [*(h for h in above if 1 < h[0] < level), (level, _name(heading[2]))]
            section = " / ".join(name for _, name in above)
            paper.headings.append(heading[2])
            block = block[heading.end() :].strip()
        if not block or _PAGE.match(block):
            continue
        if re.fullmatch(r"references|bibliography", section.rpartition(" / ")[2]):
            paper.references += [" ".join(entry.split()) for entry in re.split(r"\n(?=[-*] |\[\w+\] )", block)]
            continue
        kept.append(block)
        if caption := _CAPTION.match(block):
            kind = (
                "Table"
                if caption[1].lower() == "table"
                else "Figure"
                if caption[1][:3].lower() == "fig"
                else "Algorithm"
            )
            paper.captions[f"{kind} {caption[2]}"] = " ".join(block.split())
            continue
        if caption := _TEX_CAPTION.search(block):
            kind = caption[1].capitalize()
            name = f"{kind} {sum(known.startswith(kind) for known in paper.captions) + 1}"
            paper.captions[name] = " ".join(re.split(r"\}\s*\\", caption[2])[0].split())
            if label := re.search(r"\\label\{([^}]+)\}", block):
                paper.labels[name] = label[1]
            continue
        paper.blocks.append(Block(block, section))
        paper.sentences += [Sentence(sentence, section) for sentence in _sentences(block)]
    paper.text = "\n\n".join(kept)
    paper.title = _title(text)
    return paper


def cite(text: str, pattern: str = "") -> str:
    """Return a passage of the paper as a quotation; of a long one, the part around what the pattern finds."""
    text = " ".join(re.sub('["«»]', "'", text).split()).rstrip(" .:;,")
    if len(text) <= _LONGEST:
        return f'"{text}"'
    match = re.search(pattern, text, re.IGNORECASE) if pattern else None
    middle = (match.start() + match.end()) // 2 if match else 0
    start = max(0, min(middle - _LONGEST // 2, len(text) - _LONGEST))
    end = start + _LONGEST
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, end) if end < len(text) else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return f'"{before}{text[start:end]}{after}"'


def times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def counted(count: int, what: str) -> str:
    """`no word for seeds`, `1 word for seeds`, `7 words for seeds`."""
    first, _, rest = what.partition(" ")
    return f"{count or 'no'} {first}{'s' if count > 1 else ''} {rest}".strip()


def join(items: list[str]) -> str:
    """a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _sentences(block: str) -> list[str]:
    if sum(bool(_ROW.search(line)) for line in block.splitlines()) > len(block.splitlines()) / 2:
        return []
    joined = " ".join(_BULLET.sub("", line) for line in block.splitlines())
    return [s.strip() for s in _SENTENCE_END.split(joined) if len(s.split()) > 2]


def _name(heading: str) -> str:
    return re.sub(r"^(?:[A-Z]?\d*(?:\.\d+)*\.?)\s+", "", heading.strip()).strip(" .:").lower()


def _title(text: str) -> str:
    for line in text.splitlines():
        plain = line.strip("# ").strip()
        if plain and not _PAGE.match(plain):
            return plain
    return "untitled"
