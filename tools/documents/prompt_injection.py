"""Find and remove sentences that address a reviewer or a language model instead of readers.

This is a list of patterns: English, a few of the commonest instructions in other languages, and the control tokens of
chat models. Letter-spacing, look-alikes from other alphabets and invisible characters are undone before matching. If a
paper about such attacks quotes one, the quotation is missing from the reviewers' text and listed in the report.
"""

from __future__ import annotations

import re
import unicodedata

REMOVED = "[removed: text that addresses reviewers or language models]"

_MACHINE = (
    r"(?:ai|artificial intelligence|llms?|(?:large )?language models?|chatbots?|chatgpt|gpt(?:-\w+)*|claude|gemini)"
)
_PAPER = r"(?:this|the|our) (?:paper|submission|manuscript|work|article)"
_GOOD = r"(?:positive|favou?rable|good|great|excellent|glowing|high|highest|top|perfect|strong|accepting)"
_REVIEW = r"(?:reviews?|ratings?|scores?|evaluations?|assessments?|recommendations?|feedback)"
_ORDER = r"(?:give|write|provide|output|return|assign|generate|produce|respond with|answer with|submit|award)"
_AT_START = r"(?:^|[.:;!,]\s*)(?:(?:now|please|just|always|and|then|you must|you should|you will|do)\s+)*"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # ignore previous instructions
        r"\b(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|every|of|the|your|my|these|those|previous|prior|"
        r"above|earlier|preceding|former|system|other|and)\s+){0,6}(?:instructions?|directions|directives)\b",
        r"\b(?:ignore|disregard)\b.{0,20}\b(?:previous|prior|above|earlier|preceding|system)\b.{0,12}\bprompts?\b",
        # instructions about the review
        rf"{_AT_START}{_ORDER} (?:only |us |me )?(?:an? |the )?(?:very |extremely |strongly |highly )?{_GOOD}"
        rf"(?: peer| overall)? {_REVIEW}\b",
        rf"\b{_ORDER}\b.{{0,30}}\b{_GOOD}\b(?: \w+){{0,2}} {_REVIEW}\b.{{0,30}}\b{_PAPER}\b",
        r"(?:^|[.:;!,]\s*|\b(?:and|but|please|you) (?:must |should )?)(?:do not|don't|never|avoid) "
        r"(?:highlight|mention|point out|raise|criticis|list|report)\w*\b.{0,20}\b(?:negatives?|weakness(?:es)?|flaws?|"
        r"shortcomings|criticisms?|negative (?:aspects|points))\b",
        r"\b(?:recommend|vote for|argue for|must|should|please|you will)\b.{0,30}\baccept(?:ance|ing)?\b(?: of)? "
        rf"{_PAPER}\b",
        rf"\b(?:rate|score|grade) {_PAPER}\b.{{0,40}}\b(?:10|9|ten|nine|highest|top|maximum|highly|accept)\b",
        r"\b(?:set|make|give)\b.{0,20}\b(?:your|overall|final)\b.{0,12}\b(?:rating|score|decision|recommendation)\b.{0,8}"
        r"(?:\bto\b|\bas\b|\bof\b|=|:)? ?(?:10|9|8|accept|(?:the )?(?:maximum|highest))\b",
        r"\b(?:your|overall|final) (?:overall |final )?(?:rating|score|decision|recommendation|review|verdict) "
        r"(?:must|should|has to|needs to) be\b",
        # a named addressee
        rf"\b(?:you are|you're|act as|as) (?:an? |the )?(?:\w+ )?{_MACHINE}\b.{{0,60}}\b"
        rf"(?:review\w*|{_PAPER}|accept\w*)\b.{{0,60}}\byou\b",
        rf"(?:^|[.:;!?]\s*)as an? (?:\w+ )?{_MACHINE},? (?:you|please)\b",
        rf"\bif you(?: are|'re) (?:an? |the )?(?:\w+ )?(?:{_MACHINE}|machine|bot|reviewer|assistant)\b",
        r"(?:^|[.:;!]\s*)(?:note|attention|message|instructions?|reminder|dear|hey|hello|warning|memo|important)\b"
        rf"[:,!]? ?(?:to |for )?(?:all |any |the )?(?:{_MACHINE}|automat(?:ed|ic))"
        r"(?:[ -](?:based |generated |powered )?(?:agents?|reviewers?|models?|assistants?|systems?|readers?|reviews))?"
        r" ?(?:[:,!—–]|\b(?:please|you|must|should)\b)",
        rf"\b{_MACHINE}[ -](?:based |powered )?(?:reviewers?|agents?|assistants?)\b.{{0,20}}\b"
        r"(?:must|should|please|are (?:required|instructed|asked|requested))\b.{0,60}\b"
        r"(?:accept\w*|positive\w*|scores?|rate|rating|recommend\w*|praise|emphasi[sz]e)\b",
        r"\b(?:dear|attention|note to|message to|instructions? (?:to|for)) (?:the |all |any )?(?:peer )?reviewers?\b"
        r".{0,80}\b(?:accept|positive|score|rate|rating|recommend|ignore|praise|must|please)\w*",
        r"\bas an? (?:peer )?reviewer,? you (?:must|should|will|are)\b",
        r"\bend of (?:the )?(?:paper|document|submission)\b.{0,30}\b(?:now|begin|instructions?|you)\b",
        # control tokens of chat models
        r"<\|(?:im_start|im_end|system|user|endoftext|assistant|begin_of_text|eot_id|start_header_id)\|>",
        r"\[/?INST\]|<</?SYS>>|^#{2,} ?(?:system|instructions?|assistant) ?:",
        # ignore previous instructions, in other languages
        r"\bignorez? (?:toutes )?les instructions\b",
        r"\bignora (?:todas )?(?:las|le) (?:anteriores )?(?:instruccion|istru)",
        r"\bignorieren? (?:sie )?(?:alle )?(?:vorherigen |bisherigen |obigen )?anweisungen\b",
        r"\bignore (?:todas )?as instru",
        r"игнорируй(?:те)?\s.{0,20}инструкци|忽略.{0,8}(?:指令|指示|提示)|给(?:出|予).{0,4}(?:正面|积极|好).{0,4}(?:评|审)",
        r"(?:以前|上記|これまで).{0,6}指示.{0,4}無視|이전.{0,8}지시.{0,8}무시",
    )
)

_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝмтвнкАВЕКМНОРСТХІЈЅαερονικτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlqwmtbhkABEKMHOPCTXIJSaepovikTuxABEZHIKMNOPTYX",
)
_LATIN = re.compile(r"[A-Za-z]")
_SPACED = re.compile(r"\b(?:\w[ .\-_*·]){4,}\w\b")


def is_injection(text: str) -> bool:
    """Return whether a text matches one of the patterns, as it is or with disguises undone."""
    return any(pattern.search(form) for form in _forms(text) for pattern in _PATTERNS)


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences, each with its leading white space. Joined, they give the text again."""
    return re.split(r"(?<=[.!?。！？])(?=\s+\S)|(?<=[。！？])", text)


def remove_injections(paragraph: str) -> tuple[str, list[str]]:
    """Replace each matching sentence by a mark. Return the paragraph and the removed sentences.

    If only the paragraph as a whole matches, all of it is removed.
    """
    if not is_injection(paragraph):
        return paragraph, []
    sentences = split_sentences(paragraph)
    found = [sentence for sentence in sentences if is_injection(sentence)]
    if not found:
        return REMOVED, [paragraph]
    kept: list[str] = []
    for sentence in sentences:
        if sentence not in found:
            kept.append(sentence)
        elif not kept or kept[-1] != f" {REMOVED}":
            kept.append(f" {REMOVED}")
    return "".join(kept).strip(), [sentence.strip() for sentence in found]


def find_unprintable(text: str) -> str:
    """Return the invisible characters that can carry a message, or an empty string.

    These are Unicode tags, decoded to the ASCII they stand for, and runs of zero-width characters.
    """
    tags = "".join(chr(ord(c) - 0xE0000) for c in text if 0xE0020 <= ord(c) <= 0xE007E)
    runs = sum(len(run) for run in re.findall(r"[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]{4,}", text))
    return tags or (f"({runs} zero-width characters in a row)" if runs else "")


def strip_unprintable(text: str) -> str:
    """Remove zero-width characters and Unicode tags."""
    return re.sub(r"[\u200b\u200e\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]", "", text)


def _forms(text: str) -> list[str]:
    """Return the text as it is, and with look-alikes, invisible characters and letter-spacing undone."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    plain = " ".join(plain.replace("’", "'").split())
    forms = [plain]
    if not plain.isascii() and _LATIN.search(plain):
        forms.append(plain.translate(_LOOK_ALIKES))
    if hyphenated := [re.sub(r"(?<=[^\W\d])[-\u2010\u2011](?=[^\W\d])", "", form) for form in forms if "-" in form]:
        forms += hyphenated  # a soft hyphen in a PDF is read as a hyphen
    if any(_SPACED.search(form) for form in forms):
        forms += [_join_spaced(form) for form in list(forms)]
    return forms


def _join_spaced(text: str) -> str:
    """Join "i g n o r e   a l l" and "i.g.n.o.r.e" into words.

    Single spaces between all letters lose the word borders too, so the words of the patterns are separated again.
    """
    closed = _SPACED.sub(lambda match: re.sub(r"[ .\-_*·]", "", match.group()), text)
    for word in ("ignore", "disregard", "all", "previous", "prior", "above", "instructions", "give", "a", "positive",
                 "review", "accept", "this", "paper", "recommend", "only"):  # fmt: skip
        if len(word) > 3:
            closed = re.sub(rf"(?i)({word})", r" \1 ", closed)
    return " ".join(closed.split())
