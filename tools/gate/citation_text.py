"""Check what sentences say about other works: references without a key, and claims that a cited work does not make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.evidence import Ledger
from tools.evidence.judgement import Verdict
from tools.gate.report import FindingCode, GateFinding
from tools.gate.section_source import SectionSource
from tools.literature import Bibliography, SourceRecords, index_words

_YEAR = r"(?:19|20)\d\d[a-z]?"
_NAME = r"[A-Z][\w'’\-]+"
_HANDWRITTEN = re.compile(
    rf"(?P<author>{_NAME}(?:\s+(?:and|&|\\&)\s+{_NAME}|\s+et\s+al\b\.?(?:\\?\s)?)?[\s~\\]*[(\[]\s*{_YEAR}\s*[)\]])"
    rf"|(?P<parenthesis>[(\[]\s*(?:e\.g\.,?\s+|see\s+)?{_NAME}(?:\s+(?:and|&|\\&)\s+{_NAME}|\s+et\s+al\.?)?,?\s+{_YEAR}\s*[)\];])"
    rf"|(?P<et_al>{_NAME}\s+et\s+al\b\.?)"
    r"|(?P<number>\[\s*\d{1,3}\s*\])"
    r"|(?P<list>(?:\b(?:shown|found|described|reported|discussed|proposed|observed)\s+(?:in|by)|\b[Ss]ee(?:\s+also)?|\b(?:of|by|as|and|works?|papers?|methods?|shown|findings?|results?|with|in|to|from|studies|literature))\s+"
    r"\[\s*\d{1,3}(?:\s*[,;–-]+\s*\d{1,3})+\s*\])"
    r"|(?P<arxiv>(?i:arxiv)\s*[:.]?\s*(?:abs/)?\d{4}\.\d{4,5})"
    r"|(?P<doi>\b(?:doi:\s*)?10\.\d{4,9}/[^\s{}]+)",
)
_ADDRESS = re.compile(r"\\(?:url|href|nolinkurl)\s*\{([^}]*(?:arxiv\.org|doi\.org)[^}]*)\}")
_MONTHS = frozenset(
    "January February March April May June July August September October November December In Since By Until Version".split()  # noqa: SIM905
)
_MATH = re.compile(r"(?<!\\)\$[^$]*(?<!\\)\$|\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
_CITE = re.compile(r"\\(?:no)?[cC]ite\w*\*?\s*(?:\[[^\]]*\]\s*)*\{([^}]*)\}")
_VERB = re.compile(
    r"\b(?:show(?:s|ed|n)?|find|finds|found|report(?:s|ed)?|prove[sd]?|proven|demonstrate[sd]?|observe[sd]?|establish(?:es|ed)?"
    r"|conclude[sd]?|claim(?:s|ed)?|argue[sd]?|state[sd]?|note[sd]?|reveal(?:s|ed)?|confirm(?:s|ed)?|measure[sd]?|obtain(?:s|ed)?"
    r"|achieve[sd]?|reach(?:es|ed)?|according\s+to)\b",
    re.IGNORECASE,
)
_DID = re.compile(
    r"(?<=\})(?:,?\s+who)?\s+(?:also\s+|first\s+)?(?:introduce[sd]?|propose[sd]?|train(?:s|ed)?|develop(?:s|ed)?|compare[sd]?"
    r"|stud(?:y|ies|ied)|invent(?:s|ed)?|evaluate[sd]?|suggest(?:s|ed)?|recommend(?:s|ed)?|tune[sd]?|measure[sd]?)\b",
    re.IGNORECASE,
)
"""Behind a cited work that is the subject of a sentence."""
_PUBLIC = frozenset(
    "mnist fashion_mnist cifar cifar10 cifar-10 cifar100 cifar-100 imagenet svhn celeba coco shakespeare shakespeare_char "  # noqa: SIM905
    "enwik8 text8 wikitext ptb glue squad sst2 imdb".split()
)
"""Datasets that other works use too."""
_GENERIC = frozenset(
    "paper work author method model result approach show find report prove demonstrate observe also same first they new "  # noqa: SIM905
    "use using used study effect more most less than such many several other both one two".split()
)
_OWN_CLAUSE = re.compile(r";|,?\s+\b(?:whereas|while|but|and we|we|our|ours|here)\b", re.IGNORECASE)
"""Where a sentence goes on about this study."""
_LONG_ABSTRACT = 40
"""Words from which an abstract is not only a remark of one line, so that a missing subject means something."""


def check_handwritten(source: SectionSource, bibliography: Bibliography) -> Iterator[GateFinding]:
    """Find references to works that are typed instead of cited: names with a year, numbers in brackets, identifiers."""
    math = [found.span() for found in _MATH.finditer(source.tex)]
    known = {bibliography.record_for(key).arxiv_id for key in bibliography.keys()}  # noqa: SIM118
    hits = [(found.start(), found.end(), found.lastgroup or "") for found in _HANDWRITTEN.finditer(source.prose)]
    hits += [(*found.span(), "address") for found in _ADDRESS.finditer(source.tex)]
    for start, end, kind in sorted(hits):
        text = source.tex[start:end]
        if any(low <= start < high for low, high in math) or _free(source, start, end, kind):
            continue
        if kind in ("arxiv", "address") and any(name and name in text for name in known):
            continue
        yield GateFinding(
            code=FindingCode.HANDWRITTEN_CITATION,
            file=source.file,
            line=source.line(start),
            excerpt=source.excerpt(start, end),
            reason=f'"{" ".join(text.split())}" refers to a work by hand, so no source was asked for it',
            verdict=Verdict.NO_EVIDENCE,
            suggestion="search for the work, add it with add_citation and write \\citet{key} or \\citep{key}",
        )


def _free(source: SectionSource, start: int, end: int, kind: str) -> bool:
    before, after = source.tex[max(0, start - 60) : start], source.tex[end : end + 60]
    if kind == "author":
        return re.match(_NAME, source.tex[start:end]) is not None and source.tex[start:end].split()[0] in _MONTHS
    if kind == "parenthesis":
        return next(iter(re.findall(_NAME, source.tex[start:end])), "") in _MONTHS
    if kind == "et_al":  # "Ho et al.~\citep{ho2020denoising}"
        return re.match(r"[\s~\\]*\\(?:no)?[cC]ite", after) is not None
    if kind == "number":
        return re.search(r"\\(?:item|\\)\s*$|\w$", before) is not None
    return False


def check_attributions(source: SectionSource, ledger: Ledger, records: SourceRecords | None) -> Iterator[GateFinding]:
    """Hold what a sentence attributes to a cited work against that work's abstract.

    An error: the sentence attributes a result on this study's runs or own datasets, or a long abstract shares no word with
    it. Everything else is noted as not checked: whether an abstract says the same takes a reader.
    """
    for start, end in source.sentences:
        tex, prose = source.tex[start:end], source.prose[start:end]
        cited = [key.strip() for found in _CITE.finditer(tex) for key in found[1].split(",")]
        verb = _VERB.search(prose) or _DID.search(tex)
        if (
            not cited
            or verb is None
            or (re.match(r"\s*(?:We|Our|In this)\b", prose) and "according" not in verb[0].lower())
        ):
            continue
        abstracts = [records.abstract(key) for key in cited] if records else []
        place = start + verb.start()
        stop = match.start() if (match := _OWN_CLAUSE.search(prose, verb.end())) else len(prose)
        claim, tex = f"{prose[: verb.start()]} {prose[verb.end() : stop]}", tex[:stop]
        if reason := _not_theirs(claim, tex, ledger, abstracts):
            yield _attributed("error", source, place, (start, end), cited, reason)
        elif (shared := _missing(claim, abstracts)) and len(cited) == 1:
            yield _attributed("error", source, place, (start, end), cited, shared)
        else:
            reason = "not checked: whether the cited work says this takes a reader"
            yield _attributed("note", source, place, (start, end), cited, reason)


def _not_theirs(claim: str, tex: str, ledger: Ledger, abstracts: Sequence[str]) -> str:
    """Return why a claim is about this study and not about the cited work; empty if it is not."""
    plain = re.sub(r"\\?_", "_", claim)
    said = " ".join(abstracts).casefold()
    if run := re.search(r"\brun[ _]\d+\b", plain, re.IGNORECASE):
        return f"{run[0]} is a run of this study, which no other work reports"
    if re.search(r"\\(?:result|change|compare|noisefloor)\b", tex):
        return "the value is a result of this study, which no other work reports"
    for dataset in dict.fromkeys(dataset for run in ledger.completed for dataset in run.values):
        name = re.escape(dataset)
        mention = rf"\b(?:on|for)\s+(?:the\s+)?{name}\b(?!\s+(?:of|by|search))|\b{name}\s+(?:dataset|data)\b"
        if dataset.casefold() in _PUBLIC or dataset.casefold() in said:
            continue
        if re.search(mention, plain, re.IGNORECASE):
            return f"{dataset} is a dataset of this study; the abstract of the cited work does not name it"
    return ""


def _missing(claim: str, abstracts: Sequence[str]) -> str:
    """Return why an abstract cannot carry a claim: they have no word in common."""
    said = set(index_words(" ".join(abstracts)))
    words = {word for word in index_words(re.sub(r"[^A-Za-z\- ]", " ", claim)) if len(word) > 2} - _GENERIC
    if (
        not all(abstracts)
        or len(" ".join(abstracts).split()) < _LONG_ABSTRACT
        or len(words) < 3
        or re.search(r"\d", claim)
    ):
        return ""
    stems = {word[:6] for word in said}
    if any(word[:6] in stems for word in words):
        return ""
    return "not in the abstract: the abstract of the cited work has no word of this claim"


def _attributed(
    kind: str, source: SectionSource, place: int, span: tuple[int, int], keys: Sequence[str], reason: str
) -> GateFinding:
    error = kind == "error"
    return GateFinding(
        kind="error" if error else "note",
        code=FindingCode.ATTRIBUTED_CLAIM,
        file=source.file,
        line=source.line(place),
        excerpt=" ".join(source.tex[slice(*span)].split())[:200],
        reason=f"{', '.join(keys)}: {reason}",
        verdict=Verdict.NO_EVIDENCE if error else Verdict.NOT_CHECKABLE,
        suggestion="say what the abstract says, or state it as a result of this study with \\change{...}"
        if error
        else "",
    )
