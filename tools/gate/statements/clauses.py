"""Split sentences into clauses, and say how each is meant and what it speaks of."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.gate.section_source import DeclaredClaim, EvidenceReference, SectionSource
from tools.gate.statements.lexicon import claim_words, pattern, word_sense
from tools.gate.statements.mentions import Mention, find_mentions
from tools.gate.statements.placement import HEADLINE, STRICT
from tools.gate.statements.plain_text import plain
from tools.gate.statements.study import Study
from tools.paper import cited_keys

_STRONG = re.compile(
    r";|---|—|\s--\s|\s(?:but|while|whereas|although|though|yet|however|whilst)\s|,\s+(?:which|where|so|nor)\s|(?<![\d\s])\.\s",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?:,\s+|\s)and\s+(?=(?:on|in|for|at|it|its|the|this|that|these|with|over|run|also|then|even|we|no|none)\b)|,\s+(?=(?:on|in|for)\s+\w+\s+(?:it|by)\b)",
    re.IGNORECASE,
)
_SUPPOSED_TAIL = re.compile(
    r"(?:,\s*|\s)(?:and|or|so|thus|hence)\s+(?:(?:it|they|this|that|these|we|one|thus|hence|therefore|so)\s+)?"
    r"(?:(?:\w+ly|also|always|then|even|still|now)\s+){0,2}(?:should|could|would|may|might|can|must|ought)\b",
    re.IGNORECASE,
)
"""'It lowers the loss and should be preferred.' What stands before is stated."""
_LABEL = re.compile(r"\\(?:auto|c|C|eq|page|name)?ref\*?\{([^{}]*)\}")
_ALL_BUT = re.compile(
    r"\b(?:all|every|each|any|no)(?:\s+(?:of|the|our|[\w-]*sets?|tasks?|runs?|problems?))*$", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bbetween\b(?!.*\band\b)", re.IGNORECASE)
_INFINITIVE = re.compile(r"\W*(?:[\w-]+\s+){1,3}to\s+[a-z]+", re.IGNORECASE)
"""'We expected run 1 to be lower and run 2 to be higher.'"""
_NOTHING_SIGNIFICANT = re.compile(
    r"\b(?:no (?:\w+ ){0,2}significant (?:\w+ ){0,2}(?:difference|change|effect)|not (?:\w+ )?significant"
    r"|no (?:\w+ ){0,3}significantly)",
    re.IGNORECASE,
)
_MORE_THAN = re.compile(
    r"\b(?:not|cannot|never|unlikely|hardly|rather than|beyond|above|outside|exceed\w*|more than|larger than"
    r"|greater than|no)\s+"
    r"(?:(?!significan)[\w-]+\s+){0,5}$",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    r"(?:not?|never|nowhere|neither|nor|hardly|none|cannot|does|do|did|is|are|too)\b|non|in(?:sig|dist|concl)|un",
    re.IGNORECASE,
)
_PRESUPPOSES = re.compile(r"(?:.*[\n}])?\W*why\s+(?:does|do|did|is|are|was|were)\b", re.IGNORECASE | re.DOTALL)
"""A question that states what it asks the reason for."""
_ON_FRESH_SEEDS = re.compile(r"\b(?:confirmations?|fresh seeds)\b", re.IGNORECASE)
_THERE = re.compile(r"\W*(?:there|on these|on those|on them)\b(?!\s+(?:is|are|was|were)\b)", re.IGNORECASE)
_LIST = re.compile(r"\\begin\{(enumerate|itemize)\}.*?\\end\{\1\}", re.DOTALL)
_EXPECTATIONS = re.compile(r"\b(?:expectations?|hypothes[ei]s|predictions?|conjectures?)\b", re.IGNORECASE)
_MET = re.compile(
    r"\b(?:confirmed|met|supported|verified|borne out|came true|h[eo]ld)\b|\bare (?:all |both )?(?:true|right)\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n\s*\n|\\par\b")
_HEADING = re.compile(r"\\(?:sub)*section\*?\{([^{}]*)\}|\\paragraph\{([^{}]*)\}")


@dataclass
class Clause:
    """A part of a sentence with one statement. Positions count characters of the section."""

    start: int
    end: int
    text: str
    """The plain text."""
    mentions: list[Mention]
    """Positions count from the section's start."""
    references: list[EvidenceReference]
    possible: bool
    """A supposition, question, intention or definition."""
    cites: bool
    """The sentence cites another work."""
    own_at: int
    """Where the clause begins to speak of this study; its end if it does not."""
    claims: list[DeclaredClaim] = field(default_factory=list)
    """The declared claims whose words lie in the clause, at least in part."""
    notes: list[tuple[int, int]] = field(default_factory=list)
    """Spans of the notes of citations."""
    hedge: bool = False
    """The text says that the difference may be chance."""
    fresh: bool = False
    """It speaks of the measurements on fresh seeds."""
    labelled: tuple[str, ...] = ()
    """Metrics of the tables and figures that it points to."""
    before: list[Mention] = field(default_factory=list)
    """Mentions of earlier clauses of the sentence and of earlier sentences of the paragraph, nearest last."""
    heading: list[Mention] = field(default_factory=list)
    """Metrics and datasets that the heading names."""

    @property
    def cited(self) -> bool:
        """Tell whether the clause speaks only of the works that its sentence cites."""
        return self.cites and self.own_at == self.end

    @property
    def without_names(self) -> str:
        """Return the text with the names of runs, datasets, metrics and settings blank."""
        return self._without(self.mentions)

    @property
    def without_runs(self) -> str:
        """Return the text with the names of runs blank."""
        return self._without([m for m in self.named("run") if not m.by_setting])

    def _without(self, mentions: list[Mention]) -> str:
        text = self.text
        for mention in mentions:
            low, high = max(0, mention.start - self.start), mention.end - self.start
            text = text[:low] + " " * (high - low) + text[high:]
        return text

    def named(self, kind: str) -> list[Mention]:
        return [m for m in self.mentions if m.kind == kind]

    @property
    def measured(self) -> list[EvidenceReference]:
        """Return the references to results."""
        return [r for r in self.references if r.macro in ("result", "change", "compare")]

    @property
    def about_study(self) -> bool:
        """Tell whether the clause names a run, refers to a result, or speaks in the first person."""
        return bool(self.named("run") or self.measured or pattern("own").search(self.text))


@dataclass
class ParsedSentence:
    """A sentence and its clauses."""

    start: int
    end: int
    text: str
    clauses: list[Clause]


def read_sentences(source: SectionSource, study: Study) -> Iterator[ParsedSentence]:
    """Yield the sentences of a section with what their clauses speak of."""
    text = plain(source.prose)
    context: list[Mention] = []
    heading: list[Mention] = []
    heading_at, end_before, text_before = -1, 0, ""
    supposed = _lists_of_expectations(source)
    headings = [(m.start(), m.end(), plain(m[1] or m[2] or "")) for m in _HEADING.finditer(source.tex)]
    for start, end in _joined(source, text):
        here = max((i for i, (at, _, _) in enumerate(headings) if at <= start), default=-1)
        if here != heading_at:
            heading_at = here
            heading = [m for m in find_mentions(headings[here][2], study) if m.kind in ("metric", "dataset")]
        if _PARAGRAPH.search(source.tex[end_before:start] + re.split(r"\S", source.tex[start:end], maxsplit=1)[0]):
            context = []
        end_before = end
        clauses = list(_clauses(source, text, start, end, study))
        for number, clause in enumerate(clauses):
            clause.heading = heading
            clause.before = [*context, *(m for c in clauses[:number] for m in c.mentions)]
            following = clauses[number + 1] if number + 1 < len(clauses) else None
            before = clauses[number - 1] if number else None
            clause.possible |= before is not None and before.possible and _INFINITIVE.match(clause.text) is not None
            clause.possible |= any(low <= start < high for low, high in supposed)
            there = number == 0 and _THERE.match(clause.text) and _ON_FRESH_SEEDS.search(text_before)
            clause.fresh = bool(there or _ON_FRESH_SEEDS.search(clause.text))
            clause.hedge = _hedged(clause.text) or _hedges(following) or _denies_significance(before, clause)
        text_before = text[start:end]
        yield ParsedSentence(start, end, text_before, clauses)
        new = [m for c in clauses for m in c.mentions]
        context = [m for m in context if m.kind not in {n.kind for n in new}] + new


def _lists_of_expectations(source: SectionSource) -> list[tuple[int, int]]:
    """Return the spans of lists that the paragraph before them introduces as expectations, in sections without results."""
    if source.section in (*STRICT, *HEADLINE):
        return []
    found = []
    for match in _LIST.finditer(source.tex):
        introduction = _PARAGRAPH.split(source.tex[: match.start()].rstrip())[-1]
        if _EXPECTATIONS.search(introduction) and not _MET.search(introduction):
            found.append(match.span())
    return found


def _joined(source: SectionSource, text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences, joining one that was split inside a number."""
    spans = list(source.sentences)
    index = 0
    while index < len(spans):
        start, end = spans[index]
        while (
            index + 1 < len(spans)
            and re.search(r"\d\s*(?:mu)?\.\s*$", text[start:end])
            and re.match(r"\s*\d", text[end : spans[index + 1][1]])
        ):
            index += 1
            end = spans[index][1]
        yield start, end
        index += 1


def _clauses(source: SectionSource, text: str, start: int, end: int, study: Study) -> Iterator[Clause]:
    sentence = text[start:end]
    cuts = [start]
    for match in _STRONG.finditer(sentence):
        if match[0].strip().lower() == "but" and _ALL_BUT.search(sentence[: match.start()]):
            continue
        cuts.append(start + match.start())
    for match in _JOINT.finditer(sentence):
        left = sentence[max(c - start for c in cuts if c - start <= match.start()) : match.start()]
        right = re.split(_STRONG, sentence[match.end() :])[0]
        if _says_something(left) and _says_something(right) and not _BETWEEN.search(left):
            cuts.append(start + match.end())
    cuts += [start + match.start() for match in _SUPPOSED_TAIL.finditer(sentence)]
    cuts = sorted({*cuts, end})
    question = sentence.rstrip().endswith("?") and not _PRESUPPOSES.match(sentence)
    cites = bool(cited_keys(source.tex[start:end]))
    mentions = [
        Mention(m.kind, m.names, m.start + start, m.end + start, m.several, m.by_setting)
        for m in find_mentions(sentence, study)
    ]
    references = [r for r in source.references if start <= r.start < end]
    for reference in references:
        if reference.macro == "setting" and reference.address.startswith("run_"):
            run = reference.address.partition("/")[0]
            mentions.append(Mention("run", (run,), reference.start, reference.end, by_setting=True))
    labels = [(start + m.start(), m[1]) for m in _LABEL.finditer(source.tex[start:end])]
    for low, high in itertools.pairwise(cuts):
        part = text[low:high]
        if not part.strip() and not any(low <= r.start < high for r in references):
            continue
        labelled = tuple(
            name for name in study.metrics if any(low <= at < high and name in label for at, label in labels)
        )
        own = [low + m.start() for m in pattern("own").finditer(part)]
        own += [m.start for m in mentions if m.kind == "run" and low <= m.start < high and not m.by_setting]
        yield Clause(
            low,
            high,
            part,
            sorted((m for m in mentions if low <= m.start < high), key=lambda m: m.start),
            [r for r in references if low <= r.start < high],
            possible=question or _is_supposed(part) or _disclaims(part, mentions, low, high),
            cites=cites,
            own_at=min(own, default=high),
            labelled=labelled,
            notes=[note for note in source.citation_notes if low <= note[0] < high],
            claims=[claim for claim in source.claims if claim.words[0] < high and low < claim.words[1]],
        )


def _is_supposed(text: str) -> bool:
    """Tell whether a clause is a supposition or a definition. 'As can be seen' and 'as expected' weaken nothing."""
    stated = pattern("evident").sub(" ", text)
    return bool(pattern("possible").search(stated) or pattern("definition").search(stated))


def _disclaims(part: str, mentions: list[Mention], low: int, high: int) -> bool:
    """Tell whether a clause says what the study does not claim, and names no result."""
    results = any(m.kind in ("run", "dataset", "metric") and low <= m.start < high for m in mentions)
    return not results and pattern("disclaimer").search(part) is not None


def _says_something(text: str) -> bool:
    if any(
        pattern.search(text)
        for sense, pattern in claim_words().phrases.items()
        if sense not in ("all", "none", "cause")
    ):
        return True
    return any(
        (s := word_sense(w.lower())) and s.degree != "positive" for w in re.findall(r"[A-Za-z]+", text)
    ) or not re.search(r"[a-z]", text)


def _hedges(following: Clause | None) -> bool:
    """Tell whether the next clause says of the same thing that it may be chance."""
    if following is None or not _hedged(following.text):
        return False
    own = following.named("run") or following.named("dataset")
    return not own or pattern("hedges").search(following.text) is not None


def _denies_significance(before: Clause | None, clause: Clause) -> bool:
    """Tell whether the clause before says that nothing is significant, and this one only how it looks."""
    if before is None or pattern("significant").search(clause.text):
        return False
    return _NOTHING_SIGNIFICANT.search(before.text) is not None


def _hedged(text: str) -> bool:
    chance = any(not denies_chance(text, found) for found in claim_words().phrases["noise"].finditer(text))
    return chance or pattern("hedges").search(text) is not None


def denies_chance(text: str, found: re.Match[str]) -> bool:
    """Tell whether a text says that something is more than the chance or noise that a match names."""
    return _MORE_THAN.search(text[: found.start()]) is not None and not _SAYS_NO.match(found[0])
