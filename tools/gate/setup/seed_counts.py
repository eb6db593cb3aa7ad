"""Judge how many seeds a set-up says that the results have, and which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.statements import Force, Passage
from tools.gate.setup.words import words
from tools.gate.statements.numerals import Numeral

_SEEDS = words(
    r"(?:random |different |independent |training |separate |fresh )*(?:seeds|repetitions|repeats|"
    r"replications|replicates|re-?starts|random initiali[sz]ations|initiali[sz]ations|"
    r"independent (?:runs|trials)|random trials|repeated (?:runs|trials))"
)
COUNTED_SEEDS = re.compile(rf"[\s-]*(?:(?:different|full|complete)\s+)*{_SEEDS.pattern}", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?:repeat\w*|trained|run(?![\s\\_~]*\d)|re-?ran|re-?run|measured|performed|executed"
    r"|averag\w+ (?:over|across))\s+(?:(?!fail|crash|abort|stopp|interrupt|attempt|tried|ended)\w+\s+){0,2}$",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"(?:\b(?:with|over|on|from|for|by|using|uses?|used|is|are|was|were)\s+(?:only\s+|just\s+)?|"
    r"^\s*(?:only\s+)?)(?:(?:a|one|the(?:\s+same)?)\s+(?:fixed\s+)?single|one|single)\s+(?:random\s+)?"
    r"(?:seed|repetition|training run)\b(?!\s+(?:of|each|per|is (?:\w+er|not)|has|gives|differs|fails|"
    r"from|value|and another))"
    r"|\bonly once\b|\brun once\b",
    re.IGNORECASE,
)
_SEED_VALUE = re.compile(
    r"\b(?:random\s+)?seeds?\s*(?:,?\s*(?:numbered|namely)|is|was|are|were|of|=|:)?\s*(?:always\s+)?(?:fixed|set|"
    r"equal)?\s*(?:to|at|as)?\s*(?P<values>\d+(?:\s*(?:,|and|,\s*and|to|-|–|"
    r"--)\s*\d+)*)(?![\d.]*\s*(?:%|seeds|runs))",
    re.IGNORECASE,
)
_OWN_SEED = re.compile(
    r"\b(?:each|every)\s+(?:\w+\s+)?(?:run|configuration|variant|model|setting)\s+(?:\w+\s+){1,3}?"
    r"(?:a\s+(?:different|new|separate|fresh|distinct)|its own)\s+(?:random\s+)?seeds?\b"
    r"|\b(?:different|separate|distinct|fresh|new)\s+(?:random\s+)?seeds?\s+(?:for|in|per)\s+(?:each|every)\s+(?:run|configuration|variant|setting)",
    re.IGNORECASE,
)
_MEAN_OF = re.compile(
    r"\b(?:averag\w+|means?|medians?)\s+(?:\w+\s+){0,2}?(?:over|of|across)\s+(?:\w+\s+)?$", re.IGNORECASE
)


def judge_seed_counts(passage: Passage, evidence: SetupEvidence, found: Sequence[Numeral]) -> Iterator[Judgement]:
    """Yield a judgement for each number of seeds or repetitions that a passage states."""
    ledger = evidence.study.ledger
    addresses = [a for a in ledger.addresses() if not passage.runs or a.partition("/")[0] in passage.runs]
    counts = sorted({ledger.result(address).n for address in addresses or ledger.addresses()})
    if not counts:
        return
    text = passage.text
    drawn = re.search(
        r"\b(?:figures?|fig\.|drawn|shown?|shows|panels?)(?!\w)", text, re.IGNORECASE
    )  # one seed is shown
    places = [] if drawn else [(m.start(), m.end(), 1) for m in _SINGLE.finditer(text)]
    for numeral in found:
        if numeral.form != "integer":
            if (
                numeral.form == "ratio"
                and re.search(r"times\s*$", numeral.text)
                and _TIMES.search(text[: numeral.start])
            ):
                places.append((numeral.start, numeral.end, int(numeral.value)))
            continue
        counted = COUNTED_SEEDS.match(text, numeral.end)
        listed = re.search(r"\bseeds?\s*[:=]\s*$", text[: numeral.start], re.IGNORECASE)
        if counted and re.search(
            r"\b(?:first|last|other|these|those|remaining)\s+$", text[: numeral.start], re.IGNORECASE
        ):
            continue  # some of the seeds
        averaged = _MEAN_OF.search(text[: numeral.start]) and re.match(
            r"\s+(?:\w+\s+)?(?:runs|trials)\b", text[numeral.end :]
        )
        if averaged and int(numeral.value) not in _numbers_of_runs(evidence, counts):
            places.append((numeral.start, numeral.end, int(numeral.value)))
        if counted or listed or (re.match(r"\s+times\b", text[numeral.end :]) and _TIMES.search(text[: numeral.start])):
            places.append((numeral.start, numeral.end, int(numeral.value)))
    for start, end, count in places:
        if passage.force(start, end) is not Force.STATED:
            continue
        right = " or ".join(map(str, counts))
        if count in counts:
            yield Judgement(
                Verdict.SUPPORTED,
                FindingCode.CONTRADICTED_SETUP,
                passage.start + start,
                passage.start + end,
                f"n = {right}",
            )
        elif not re.search(r"seeds?\s*[:=]\s*$", text[:start]) or count not in _seed_numbers(evidence):
            reason = f"the results are over {right} seeds, not {count}"
            yield Judgement(
                Verdict.CONTRADICTED,
                FindingCode.CONTRADICTED_SETUP,
                passage.start + start,
                passage.start + end,
                reason,
                right,
            )


def _numbers_of_runs(evidence: SetupEvidence, counts: Sequence[int]) -> set[int]:
    runs = len(evidence.study.runs)
    return {runs, runs + 1, *(n * m for n in counts for m in (runs, runs + 1))}


def _seed_numbers(evidence: SetupEvidence) -> set[int]:
    ledger = evidence.study.ledger
    n = max((ledger.result(a).n for a in ledger.addresses()), default=1)
    bases = {run.seed for run in ledger.completed if run.seed is not None}
    bases |= {int(v) for name, v in evidence.code.constants if name.lower().endswith("seed") and v == int(v)}
    bases |= {
        int(v)
        for name, values in evidence.settings.items()
        if name.endswith("seed")
        for v in values
        if isinstance(v, int)
    }
    return {base + i for base in bases or {0} for i in range(n)} | {1000 * base + i for base in bases for i in range(n)}


def judge_seed_values(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement for each seed that a passage names by its number, and for seeds said to differ between runs."""
    for match in _SEED_VALUE.finditer(passage.text):
        if passage.force(match.start(), match.end()) is not Force.STATED:
            continue
        listed = [int(n) for n in re.findall(r"\d+", match["values"])]
        start, end = passage.start + match.start("values"), passage.start + match.end("values")
        known = _seed_numbers(evidence)
        counts = {evidence.study.ledger.result(a).n for a in evidence.study.ledger.addresses()}
        if all(number in known for number in listed) or (len(listed) == 1 and listed[0] in counts):
            yield Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, "the seeds of the runs")
        else:
            right = ", ".join(str(run.seed) for run in evidence.study.ledger.completed[:1] if run.seed is not None)
            reason = f"the runs were not made with this seed{f'; the first seed is {right}' if right else ''}"
            yield Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, right)

    bases = {run.seed for run in evidence.study.ledger.completed}
    for match in _OWN_SEED.finditer(passage.text):
        if len(bases) == 1 and len(evidence.study.runs) > 0 and passage.force(*match.span()) is Force.STATED:
            start, end = passage.start + match.start(), passage.start + match.end()
            reason = "all runs were made with the same seeds"
            yield Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, "the same seeds")
