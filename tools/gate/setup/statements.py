"""What a clause says of the experiment: that something is so, that it is not, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tools.gate.section_source import SectionSource
from tools.gate.statements.clauses import Clause, read_sentences
from tools.gate.statements.plain_text import plain
from tools.gate.statements.study import Study

_ABOUT_OTHERS = frozenset(["introduction", "background", "related_work"])
_OWN = re.compile(
    r"\b(?:we|our|ours|us|this (?:paper|study|work)|here|runs?[\s_]*\d|(?:all|every|each) (?:runs?|experiments?|models?))\b",
    re.IGNORECASE,
)
_TEXTUAL = re.compile(r"\\(?:[cC]itet|[cC]iteauthor|textcite)\b")
_AS_AGENT = re.compile(
    r"\b(?:we|in this (?:paper|study|work)|runs?[\s_]*\d"
    r"|our (?:own )?(?:runs?|experiments?|models?|networks?|implementation|code|training|results?|"
    r"method|approach|set-?up))\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\b(?:often|commonly|usually|traditionally|in general|popular|widely|(?:prior|previous|earlier|"
    r"related|recent|other|existing) (?:works?|papers?|authors|studies|methods|approaches)"
    r"|(?:has|have) been (?:reported|shown|found)|reported (?:by|in)|is (?:well )?known|many (?:works|"
    r"authors|papers|studies|models)|the literature|others|et al|in (?:the|their) original|"
    r"common names|by contrast to)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:may|might|lesson|practitioners|could(?! not)|would|should|whether|future|further work|next step|remains? (?:open|"
    r"unclear|unknown|to be|for)|left (?:for|to|open)|plans? to|intends?|hopes?"
    r"|(?:natural|obvious|possible|useful|interesting) (?:next|extension|follow)\w*|open question|"
    r"unclear|unknown|imagine|suppose|worth|recommend\w*|can be|possibly|perhaps|promising"
    r"|untested|not (?:been )?tested|had we|do(?:es)? not know|not known|beyond the scope|"
    r"out of scope|need(?:s|ed)? to be|must be|if (?:we|one|the|a|an|more|it))\b",
    re.IGNORECASE,
)
_VERBS = (
    r"(?:use|apply|employ|include|need|add|have|involve|rely on|require|perform|run|make|do|conduct|"
    r"contain|adopt|implement)"
)
_OF_STUDY = re.compile(
    r"\bno\s+(?:\w+\s+)?(?:ablation|stud(?:y|ies)|search|sweep|analysis|comparison|experiments?|"
    r"tests?|evaluation|runs?|results?|measurements?|claims?)\b[^.;]*$",
    re.IGNORECASE,
)
_NONE_WAS = re.compile(
    r"\b(?:no|none of the|neither)\s+(?:[\w-]+\s+){1,4}(?:is|are|was|were|has been|have been)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_GOES_ON = (
    r"and (?:anneal|decay|schedul|warm|clip|averag|optimi[sz]|sampl|draw|evaluat|report|keep|start|run|hold|vary)\w*"
)
"""A further verb, which a 'without' before it does not deny."""
_NO_VERB = (
    r"(?:(?!\b(?:we|uses?|used|using|is|are|was|were|train\w*|appl\w+|with|employ\w*|add\w*|but|then"
    rf"|{_GOES_ON})\b)[^.;:()])"
)
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|without|never|neither|nor|none of|free of|lacks?|lacking|instead of|rather than|"
    r"unlike|other than|except(?: for)?|absence of|as opposed to)\b"
    rf"|(?:\bnot|n't|\bnever)\s+(?:\w+ly\s+)?{_VERBS}\w*\b|\bnot\b(?!\s+(?:only|just)))(?:\s|{_NO_VERB}){{0,80}}$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^[^,.;]{0,25}?\b(?:is|are|was|were|has been|have been|did|does|do|play)\s*(?:not|n't|never|"
    r"no)\b|^\s+(?:is|are|was|were)\s+(?:disabled|off|absent|omitted|avoided|(?:turned|switched) off|"
    r"set to (?:zero|0))",
    re.IGNORECASE,
)
_LEFT_ALONE = re.compile(
    r"(?:\bnot|n't|\bnever|\bno)\s+(?:\w+ly\s+)?(?:been\s+)?(?:tune|test|try|tried|compare|evaluate|"
    r"consider|report|study|studied|vary|varied|change|attempt|explore|investigate|search|measure|"
    r"claim)\w*\b",
    re.IGNORECASE,
)
_LEFT_ALONE_AFTER = re.compile(
    r"[^,.;]{0,20}?(?:\bnot|n't|\bnever)\s+(?:\w+ly\s+)?(?:been\s+)?(?:tuned|tested|tried|compared|"
    r"evaluated|considered|reported|studied|varied|changed|attempted|explored|investigated)\b",
    re.IGNORECASE,
)

_LIST_GOES_ON = re.compile(
    r"^(?:\s+\w+){0,2},?(?:\s+\w+){0,2}\s+(?:or|nor|and)\b|(?:,\s*[^,]*)?\b(?:or|nor|and)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)


class Force(StrEnum):
    """What a clause says of something that it names."""

    STATED = "stated"
    DENIED = "denied"
    OPEN = "open"
    """Neither: a supposition, a question, a plan."""


@dataclass(frozen=True)
class Passage:
    """A clause, or a row of a table, that speaks of this study."""

    start: int
    text: str
    clause: Clause | None
    """None for a row of a table."""
    section: str
    own_from: int = 0
    """Where, in `text`, a sentence about a cited work begins to speak of this study."""

    def force(self, start: int, end: int) -> Force:
        """Return what the passage says of the words between two positions of its text."""
        return Force.OPEN if start < self.own_from else _force(self.text, start, end)

    @property
    def runs(self) -> list[str]:
        """Return the runs that the passage names."""
        if self.clause is None:
            return []
        return list(dict.fromkeys(name for m in self.clause.named("run") if not m.by_setting for name in m.names))


def passages(source: SectionSource, study: Study) -> Iterator[Passage]:
    """Yield what a section says of this study: not of cited works, of the literature, or of the future."""
    for sentence in read_sentences(source, study):
        if any(low <= sentence.start < high for low, high in source.tables) or sentence.text.rstrip().endswith("?"):
            continue
        own = _OWN.search(sentence.text) is not None
        if _GENERAL.search(sentence.text) and not own:
            continue
        if source.section in _ABOUT_OTHERS and not _AS_AGENT.search(sentence.text):
            continue
        textual = _TEXTUAL.search(source.tex[sentence.start : sentence.end]) is not None
        for clause in sentence.clauses:
            cited = clause.cites and (textual or source.section in _ABOUT_OTHERS)
            if not (cited and clause.cited) and not _OPEN.search(clause.text):
                own_from = clause.own_at - clause.start if cited else 0
                yield Passage(clause.start, clause.text, clause, source.section, own_from)
    text = plain(source.prose)
    for low, high in source.tables:
        start = low
        for end in [*(low + m.start() for m in re.finditer(r"\\\\", source.tex[low:high])), high]:
            yield Passage(start, text[start:end].replace("&", " "), None, source.section)
            start = end


def _force(text: str, start: int, end: int) -> Force:
    """Return what a passage says of the words between two positions."""
    before, after = text[:start], text[end:]
    if _LEFT_ALONE.search(before[-90:]) or _LEFT_ALONE_AFTER.match(after):
        return Force.OPEN
    if re.search(r"\bnot\b|n't|\bnever\b", text[start:end]):
        return Force.DENIED
    if _OF_STUDY.search(before[-90:]):
        return Force.OPEN
    if _NONE_WAS.search(before) or _DENIED_AFTER.search(after):
        return Force.DENIED
    denied = _DENIED_BEFORE.search(before[-100:])
    if denied and ("," not in denied[0] or _LIST_GOES_ON.search(denied[0]) or _LIST_GOES_ON.match(after)):
        return Force.DENIED
    return Force.STATED
