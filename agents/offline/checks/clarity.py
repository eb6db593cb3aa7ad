"""Whether a reader can follow: limits, figures and tables, broken sentences, what is said twice."""

from __future__ import annotations

import re
from collections import Counter

from agents.offline.checks.paper import Finding, ReadPaper, cite, join, strength, times, weakness

_BREAKS_OFF = r"\b\d+\.\d+ (?=(?:Our|The|We|This|These|In|It|For|As|To)\b)"
_EXPECTED = {
    "an introduction": r"introduction",
    "related work": r"related work|prior work|background|literature",
    "a method": r"method|approach|model|architecture|setup|study",
    "results": r"result|experiment|evaluation|finding",
    "a conclusion": r"conclusion|discussion|summary",
}
_UNDEFINED = r"\?\?"
_SHINGLE = 16


def limitations(paper: ReadPaper) -> list[Finding]:
    under = paper.under(r"limitation")
    if under:
        words = sum(len(s.text.split()) for s in under)
        first = next((s for s in under if len(s.text.split()) > 7 and not s.text.endswith(":")), under[0])
        return strength("limitations", f"Limitations have a section of {words} words: {cite(first.text)}.")
    if said := paper.saying(r"\blimit(?:ations?|ed to)\b"):
        return strength("limitations", f"Limitations are stated: {cite(said[0].text, 'limit')}.")
    last = next((f": {cite(s.text)}" for s in reversed(paper.sentences)), "")
    text = f"Limitations are not stated, not even at the end{last}."
    return weakness("limitations", text, "What does the study not show?")


def exhibits(paper: ReadPaper) -> list[Finding]:
    names = sorted(paper.captions)
    figures, tables = (sum(name.startswith(kind) for name in names) for kind in ("Figure", "Table"))
    if not names:
        return weakness("exhibits", "There is no figure and no table with a caption.", "Can the results be shown?")
    idle = [name for name in names if not _referred(paper, name)]
    counted = f"{figures} figure{'s' * (figures != 1)} and {tables} table{'s' * (tables != 1)}"
    if idle:
        text = f"Of {counted}, not referred to in the text: {join(idle[:4])}: {cite(paper.captions[idle[0]])}."
        return weakness("exhibits", text, f"What is {idle[0]} there for?")
    return strength("exhibits", f"All of {counted} are referred to in the text, as {cite(paper.captions[names[0]])}.")


def undefined(paper: ReadPaper) -> list[Finding]:
    count = paper.text.count("??")
    where = paper.saying(_UNDEFINED)
    if not count:
        return []
    shown = f", as in {cite(where[0].text, _UNDEFINED)}" if where else ""
    return weakness(
        "undefined",
        f"A reference is undefined {times(count)}: two question marks stand there{shown}.",
        "What is referred to?",
    )


def broken_off(paper: ReadPaper) -> list[Finding]:
    broken = [(s.text, _BREAKS_OFF) for s in paper.saying(_BREAKS_OFF) if re.search(_BREAKS_OFF, s.text)]
    broken += [(block.text.split(". ")[-1], "") for block in paper.blocks if _ends_in_a_number(block.text)]
    if not broken:
        return []
    text = f"A sentence breaks off after a number {times(len(broken))}: {cite(*broken[0])}"
    more = f" and {cite(*broken[1])}" if len(broken) > 1 else ""
    return weakness("broken off", f"{text}{more}.", "What is missing there, a unit or a percent sign?")


def structure(paper: ReadPaper) -> list[Finding]:
    if len(paper.headings) < 3:
        return []
    names = " | ".join(paper.headings).lower()
    missing = [name for name, pattern in _EXPECTED.items() if not re.search(pattern, names)]
    if missing:
        text = f"Among {len(paper.headings)} headings there is none for {join(missing)}."
        return weakness("structure", text, f"Where would a reader look for {missing[0]}?")
    body = [h for h in paper.headings if not re.search("abstract|references|bibliography|appendix", h, re.IGNORECASE)]
    text = f"The {len(paper.headings)} headings lead from {cite(body[0])} to {cite(body[-1])}."
    return strength("structure", text)


def repeated(paper: ReadPaper) -> list[Finding]:
    """Runs of words that stand in the text more than once."""
    seen: Counter[str] = Counter()
    for sentence in paper.sentences:
        words = re.findall(r"\w+", sentence.text.lower())
        seen.update({" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)})
    twice = {run for run, count in seen.items() if count > 1}
    if not twice:
        return []
    again = [s for s in paper.sentences if any(run in " ".join(re.findall(r"\w+", s.text.lower())) for run in twice)]
    text = f"{len(again)} sentences share runs of {_SHINGLE} words or more with another one: {cite(again[-1].text)}."
    return weakness("repeated", text, "Can the second time say something new?")


def _referred(paper: ReadPaper, name: str) -> bool:
    kind, number = name.split()
    short = {
        "Figure": r"(?:Figures?|Figs?\.?)",
        "Table": r"(?:Tables?|Tabs?\.?)",
        "Algorithm": r"(?:Algorithms?|Algs?\.?)",
    }
    pattern = rf"\b{short[kind]}[\s~]*(?:\d+\s*(?:,|and|to|[-–])\s*)*\(?{number}\b"
    if name in paper.labels:
        pattern = rf"\\\w*ref\{{[^}}]*{re.escape(paper.labels[name])}[^}}]*\}}"
    return any(re.search(pattern, sentence.text) for sentence in paper.sentences)


def _ends_in_a_number(block: str) -> bool:
    return bool(re.search(r"\b(?:of|to|by|up to|than) \d+\.\d+$", block.strip())) and len(block.split()) > 8


CHECKS = (limitations, exhibits, undefined, broken_off, structure, repeated)
