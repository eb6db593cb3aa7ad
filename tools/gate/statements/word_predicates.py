"""Find the single words of a clause that compare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.gate.statements.clause_words import ClauseWord, clause_words
from tools.gate.statements.clauses import Clause
from tools.gate.statements.lexicon import WordSense, claim_words, lemmas, word_sense, words
from tools.gate.statements.predicate import Predicate
from tools.gate.statements.study import Study
from tools.gate.statements.word_subjects import comparative_subject, of_condition, unmeasured_subject

_DIRECTIONS = ("lower", "higher", "faster", "slower")
_OPPOSITE = {"better": "worse", "worse": "better"}
_SOMETHING_ELSE = re.compile(
    r"\s+(?:its|the|one|only|nothing|this|a|in|between) ?(?:value|source|code|setting|else|but|one|runs)?"
)
_COUNTED = re.compile(
    r"\bof\s+(?:the|these|all|our)\s+(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+$",
    re.IGNORECASE,
)
_PARTICIPLE_OR_NOUN = re.compile(
    r"(?:ing|ed)$|\bwe\s+[a-z]+$|\b(?:an?|the|this|that|of|no|any|some|its|too|very|so|and|or)\s+(?:[a-z]+ed\s+)?[a-z]+$",
    re.IGNORECASE,
)
_BARS = re.compile(r"\s+bars?\b", re.IGNORECASE)
_OF_BARS = re.compile(r"\bbars?\b[^.;,]{0,40}\b(?:is|are)\s+(?:the\s+)?$", re.IGNORECASE)
"""The shortest bar is the lowest value."""
_POSITION = re.compile(r"\s+(?:rows?|panels?|left|right|half|plots?|axis|column|curves?)\b")
_OF_WHAT = re.compile(r"\s+(?:of|in)\s")
_BEFORE_VERB = frozenset(["to", "can", "will", "would", "do", "does", "did", "not", "they", "we", "runs"])
_SEEN_IN = re.compile(r"\s+(?:in|on|from|at|that|what|how|why|whether)\b")
"""'It is visible in the figure', 'it is clear that': no word of size."""
_OF_A_SEED = re.compile(r"\b(?:this|that|one|the same|a) seed\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_MEASURE_OF_SPREAD = re.compile(
    r"\b(?:noise|spread|scatter|variation|variance|deviations?|interval|uncertainty)\b", re.IGNORECASE
)
_THAN_A_DIFFERENCE = re.compile(
    r"\s+than\s+(?:the|these|those|any|all|most|its|their)?\s*(?:\w+\s+)?(?:differences?|changes?|effects?|gains?|gaps?)",
    re.IGNORECASE,
)
_TO_DETECT = re.compile(
    r"\b(?:to|cannot|can)\s+(?:detect|resolve|see|reveal|exclude|show|establish)\s+(?:such\s+|any\s+)?$", re.I
)
"""'Three seeds are too few to detect small differences.'"""
_CAN_BE_SEEN = re.compile(r"\s+(?:effects|differences|changes)\s+(?:can|could)\s+be\b", re.IGNORECASE)
_PURPOSE = re.compile(r"\W*(?:in order )?to\s+(?:\w+ly\s+)?", re.IGNORECASE)
_PASSIVE = re.compile(r"\s+(?:is|was|are|were|be|been|being)(?:\s+\w+){0,2}\s+")
_END_OF_PHRASE = re.compile(r"\s*(?:[,.;:]|$|from|to|by|in)")


def word_predicates(clause: Clause, study: Study, taken: Sequence[tuple[int, int]]) -> Iterator[Predicate]:
    """Yield the words that compare, without those inside the spans that are taken."""
    found = clause_words(clause)
    for index, word in enumerate(found):
        if any(low < word.end and word.start < high for low, high in taken):
            continue
        if word.text in ("more", "less", "most", "least"):
            yield from _graded(word, found[index + 1 : index + 2], study)
            continue
        sense = word_sense(word.text)
        if sense and sense.degree == "superlative" and _in_description(word, study):
            continue
        if sense and sense.degree == "verb" and _names_a_method(word, sense, study):
            continue
        if sense and sense.sense == "unknown" and word.text in study.description.lower():
            continue  # the template's own words, as in 'samples narrower than the data'
        size = None if _grades_a_comparison(word) else claim_words().size.get(word.text)
        if sense is None:
            seen = size == "certain" and _SEEN_IN.match(word.text_after)
            place = word.text == "only" and word.next[:1] != () and word.next[0] in ("in", "on", "for", "at")
            if size and _predicative(word) and not seen and not place and not _too_much(word):
                yield _at(word, "size", "positive")
        elif sense.degree == "positive":
            yield from _positive(word, sense.sense, size)
        elif not _no_comparison(word, sense):
            subject = unmeasured_subject if sense.degree == "verb" else comparative_subject
            unknown = subject(found, index)
            if (
                unknown
                and sense.sense in _DIRECTIONS
                and (unknown[:5] in study.name_stems or unknown in study.title.lower())
            ):
                continue  # 'fewer levels' than the setting time_levels
            if _OF_BARS.search(word.text_before) or _BARS.match(word.text_after):
                yield _at(
                    word,
                    {"faster": "lower", "slower": "higher"}.get(sense.sense, sense.sense),
                    sense.degree,
                    lemma=sense.lemma,
                )
                continue
            if unknown and _of_result(unknown, sense.sense, study):
                unknown = ""
            if unknown is not None:
                yield _at(word, sense.sense, sense.degree, unknown=unknown, lemma=sense.lemma)


def _of_result(noun: str, sense: str, study: Study) -> bool:
    """Tell whether a noun names what a metric or the study is about: 'the slowest sampling' with a sampling speed."""
    if sense in ("faster", "slower") and study.spoken_of(noun, study.metrics):
        return True
    return sense in ("better", "worse") and noun in re.findall(r"[a-z]+", study.title.lower())


def _in_description(word: ClauseWord, study: Study) -> bool:
    """Tell whether a superlative belongs to the template's own words, as in 'the lowest of all evaluations'."""
    phrase = " ".join((word.text, *word.next[:3]))
    return len(word.next) == 3 and phrase in " ".join(study.description.lower().split())


def _at(word: ClauseWord, sense: str, degree: str, *, unknown: str = "", lemma: str = "") -> Predicate:
    return Predicate(sense, word.start, word.end, word.text, degree, unknown=unknown, lemma=lemma)


def _no_comparison(word: ClauseWord, sense: WordSense) -> bool:
    """Tell whether a verb, comparative or superlative compares no results here."""
    text, clause = word.text, word.clause
    following, previous = word.next[:1], word.previous[-1:]
    if following in (("one",), ("half",)) and text.endswith("st"):
        return True
    if _POSITION.match(word.text_after) or (word.text_before.endswith("(") and word.text_after.startswith(")")):
        return True  # 'the lower row', '(top)'
    if sense.sense == "different" and not word.text_before.strip() and _OF_WHAT.match(word.text_after):
        return True  # 'Change of the loss from the baseline' titles a figure
    verb_follows = previous and (previous[0] in _BEFORE_VERB or following == ("down",))
    if text in ("narrow", "slow") and not verb_follows:
        return True
    if _OF_A_SEED.search(word.text_before):
        return True
    if _MEASURE_OF_SPREAD.search(word.text_before) and _THAN_A_DIFFERENCE.match(word.text_after):
        return True  # 'the noise is larger than the differences' says that nothing is significant
    if previous == ("at",) and text in ("best", "worst"):
        return True
    if sense.sense == "different" and not _changes_result(word):
        return True
    if text in ("lead", "leads", "leading", "led") and following == ("to",):
        return True
    if text == "longer" and previous in (("no",), ("any",)) and following != ("than",):
        return True  # 'it no longer generalises'
    if _COUNTED.search(word.text_before):
        return True  # the noun of 'three of the 12 changes'
    if previous and (previous[0] in ("relative", "absolute") or _superlative(previous[0])):
        return True  # the noun of 'the largest increase'
    if _PURPOSE.fullmatch(word.text_before):
        return True
    if text in words("names_a_variant") and previous in (("the",), ("an",), ("our",), ("this",)):
        names_thing = word.next[:1] and "NOUN" in lemmas(word.next[0]) and word.next[0] not in words("no_subjects")
        return bool(names_thing) and not word.followed_by("metric", within=12)  # "the improved schedule" is a name
    changes = sense.sense in _DIRECTIONS and _setting_changes(word, clause)
    return sense.degree == "verb" and (changes or _acts_on_setting(word))


def _names_a_method(word: ClauseWord, sense: WordSense, study: Study) -> bool:
    """Tell whether a word such as 'boosting' or 'the damage' belongs to the method and says nothing of a result."""
    qualities = words("quality_nouns")
    if word.followed_by("metric", within=12) or qualities & set(word.next[:2]):
        return False
    if sense.lemma in study.title_lemmas:
        return True
    if sense.lemma not in words("technical_verbs") or not _PARTICIPLE_OR_NOUN.search(f"{word.text_before}{word.text}"):
        return False
    clause = word.clause
    named = any(m.kind in ("metric", "run", "dataset") for m in clause.mentions)
    return not (named or clause.measured or clause.claims or qualities & {*word.previous, *word.next})


def _superlative(word: str) -> bool:
    sense = word_sense(word)
    return sense is not None and sense.degree == "superlative"


def _grades_a_comparison(word: ClauseWord) -> bool:
    """Tell whether a word of size belongs to a comparison behind it, as in 'only marginally better'."""
    senses = [word_sense(text) for text in word.next[:2]]
    return any(sense is not None and sense.degree != "positive" for sense in senses)


def _graded(word: ClauseWord, following: Sequence[ClauseWord], study: Study) -> Iterator[Predicate]:
    """Yield 'more stable', 'less memory', 'most accurate'; not 'more than two', 'most of' or what the runs' notes vary."""
    if not following or not re.match(r"\s+[A-Za-z]", word.text_after):
        return
    graded = following[0]
    if graded.text in words("not_graded"):
        return
    if of_condition(word) and graded.text in words("settings_nouns"):
        return
    less = word.text in ("less", "least")
    degree = "superlative" if word.text in ("most", "least") else "comparative"
    if word.followed_by("metric", within=4):
        yield _at(word, "lower" if less else "higher", degree)
        return
    if graded.is_named:
        return
    sense = word_sense(graded.text)
    text = f"{word.text} {graded.text}"
    if sense and sense.sense in _OPPOSITE:
        meant = _OPPOSITE[sense.sense] if less else sense.sense
        yield Predicate(meant, word.start, graded.end, text, degree)
    elif graded.text not in study.noted:
        yield Predicate("unknown", word.start, graded.end, text, degree, unknown=graded.text)


def _positive(word: ClauseWord, sense: str, size: str | None) -> Iterator[Predicate]:
    """Yield 'the same KL divergence', 'the effect is large', 'good performance'."""
    predicative = _predicative(word)
    if (
        word.text in words("weak_adjectives")
        or _too_much(word)
        or _TO_DETECT.search(word.text_before)
        or _CAN_BE_SEEN.match(word.text_after)
    ):
        return
    if word.text in ("optimal", "effective", "promising") and not predicative:
        return
    if word.text in ("weak", "strong") and not (words("effects") | words("results")) & {*word.previous, *word.next[:2]}:
        return  # of noise or a penalty
    clause = word.clause
    if sense in ("same", "different"):
        measured = (
            clause.measured or clause.claims or any(m.kind == "metric" for m in [*clause.mentions, *clause.before])
        )
        copula = words("copulas") & set(word.previous[-2:]) and not words("prepositions") - words("copulas") & {
            *word.previous[-1:]
        }
        if (
            words("results") & set(word.next[:2])
            or word.followed_by("metric", within=3)
            or (
                copula
                and measured
                and not words("study_nouns") & set(word.next[:1])
                and not _setting_before(word)
                and not _of_unmeasured_noun(word)
            )
        ):
            yield _at(word, sense, "positive")
    elif size and (predicative or words("effects") & set(word.next[:2])):
        yield _at(word, "size", "positive")
    elif word.text in words("comparable") and predicative and clause.named("run"):
        yield _at(word, sense, "positive")
    elif sense in ("better", "worse"):
        vague = word.next[:1] and word.next[0] in words("vague_metrics")
        stated = predicative and (clause.mentions or clause.measured)
        if vague or stated or word.followed_by("metric", within=6):
            yield _at(word, "absolute", "positive")


def _too_much(word: ClauseWord) -> bool:
    """Tell whether a word is of a setting, as in 'a rate that is too large', and not of an effect."""
    return word.previous[-1:] == ("too",) and not (words("effects") | words("results")) & set(word.previous)


def _predicative(word: ClauseWord) -> bool:
    """Tell whether an adjective is what a clause says of something, as in 'the effect is large'."""
    if not words("linking_verbs") & set(word.previous):
        return False
    following = word.next[0] if word.next else ""
    return not (following in words("settings_nouns") and lemmas(following).get("NOUN"))


def _setting_before(word: ClauseWord) -> bool:
    nearest = [m for m in word.clause.mentions if m.end <= word.start]
    return bool(nearest) and nearest[-1].kind == "setting"


def _of_unmeasured_noun(word: ClauseWord) -> bool:
    """Tell whether what is 'the same' is a thing that was not measured, as in 'the evaluation is the same'."""
    copula = max((i for i, text in enumerate(word.previous) if text in words("copulas")), default=0)
    if copula == 0:
        return False
    subject = word.previous[copula - 1]
    skipped = subject in words("no_subjects") or subject in words("vague_metrics")
    named = any(
        subject in word.clause.text[m.start - word.clause.start : m.end - word.clause.start].lower()
        for m in word.clause.mentions
    )
    return not skipped and not named and "NOUN" in lemmas(subject)


def _changes_result(word: ClauseWord) -> bool:
    """Tell whether 'differ' or 'change' speaks of results and not of settings or code."""
    clause = word.clause
    ahead = [m for m in clause.mentions if m.start >= word.end]
    if ahead and ahead[0].kind == "setting":
        return False
    if clause.measured or word.followed_by("metric", within=5):
        return True
    if _setting_before(word) or words("changed_by_people") & set(word.previous):
        return False
    if clause.named("metric"):
        return True
    return bool(clause.named("dataset")) and not _SOMETHING_ELSE.match(word.text_after)


def _acts_on_setting(word: ClauseWord) -> bool:
    ahead = [m for m in word.clause.mentions if m.start >= word.end]
    return bool(ahead) and ahead[0].kind == "setting" and ahead[0].start - word.end <= 8


def _setting_changes(word: ClauseWord, clause: Clause) -> bool:
    """Tell whether a setting is what a verb changes: 'when the rate is reduced', 'as the rate grows'."""
    behind = [m for m in clause.mentions if m.end <= word.start and (m.kind != "run" or m.by_setting)]
    if not behind or behind[-1].kind not in ("setting", "run"):
        return False
    between = clause.text[behind[-1].end - clause.start : word.start - clause.start]
    return bool(_PASSIVE.fullmatch(between)) or (not between.strip() and bool(_END_OF_PHRASE.match(word.text_after)))
