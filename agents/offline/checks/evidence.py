"""The statistics and the evidence: seeds, spread, tests, and whether claims carry numbers that agree with each other."""

from __future__ import annotations

import re

from agents.offline.checks.arithmetic import percentages
from agents.offline.checks.paper import Finding, ReadPaper, cite, counted, strength, times, weakness

_SINGLE = r"\b(?:(?:a |the )?(?:fixed|single|same)(?: random)? seed|(?:a|one) single run|one seed)\b"
_SEVERAL = (
    r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|several|multiple|different) (?:random |independent )?"
    r"(?:seeds|trials|repetitions|repeats|replicates|runs with different)\b|\baveraged over \w+ runs\b"
    r"|\bindependent (?:runs|trials)\b|\bn ?= ?\d+ (?:seeds|runs)"
)
_SPREAD = r"±|\\pm\b|\bstandard (?:errors?|deviations?)\b|\bconfidence intervals?\b|\berror bars?\b"
_TEST = r"\bWelch|\bt-tests?\b|\bWilcoxon\b|\bbootstrap|\bMann.Whitney\b|\bANOVA\b|\bpermutation tests?\b|\bp ?[=<≤] ?0?\.\d"
_COMPARISONS = (
    r"\bmultiple (?:comparisons|testing)\b|\bnumber of (?:comparisons|tests)\b|\bBonferroni\b|\bHolm\b"
    r"|\bfalse discovery|\bcorrected for\b|\bcomparisons with the baseline\b"
)
_CLAIM = (
    r"\b(?:outperform\w*|improve[sd]?|improvements?|better|superior|reductions?|reduce[sd]?|enhance[sd]?|enhancements?|"
    r"gains?|surpass\w*)\b"
)
_NO_RESULT = r"\b(?:19|20)\d\d\b|\b\dD\b|\b(?:Runs?|Sections?|Figures?|Tables?) [\d., and]+"
"""Numbers that are no result: years, dimensions, what is referred to."""
_BETTER = r"\b(?:better|outperform\w*|improvements?|superior|reductions?|surpass\w*)\b"
_ALWAYS = (
    r"\b(?:across|on|for|in) (?:all|every) (?:of )?(?:the )?(?:four |five |three |our )?(?:datasets?|tasks?|settings?|cases|"
    r"metrics)\b|\bconsistent(?:ly)? (?:improve\w*|outperform\w*|better|superior)"
)
_NOT_ALWAYS = (
    r"\bmixed results\b|\bnot consistent\b|\binconsistent\b|\bdid not (?:show|improve|lead|yield|help)\b|"
    r"\bno (?:substantial|significant|clear|consistent) (?:improvement|gain|difference)|\bslightly worse\b|\bworse than\b"
)


def seeds(paper: ReadPaper) -> list[Finding]:
    numbered = r"(?i)\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b"
    if several := sorted(paper.saying(_SEVERAL), key=lambda s: not re.search(numbered, s.text)):
        return strength("seeds", f"Results rest on more than one seed: {cite(several[0].text, _SEVERAL)}.")
    ask = "On how many seeds does each number rest, and how far do they lie apart?"
    if single := paper.saying(_SINGLE):
        text = f"A single seed stands behind the results, so no noise can be told: {cite(single[0].text, _SINGLE)}."
        return weakness("seeds", text, ask)
    words = counted(paper.count(r"\b(?:seeds?|trials?|repetitions?|replicates?)\b"), "word for seeds or repetitions")
    text = f"No number of seeds is stated; there is {words} among {paper.words:,}"
    where = next((s for s in paper.under("setup|experiment") if re.search(r"\d", s.text)), None)
    return weakness("seeds", f"{text}, where {cite(where.text)}." if where else f"{text}.", ask)


def spread(paper: ReadPaper) -> list[Finding]:
    decimals = paper.count(r"(?<![\d.])\d+\.\d+(?![\d.])")
    count = paper.count(_SPREAD)
    if count:
        shown = next((cite(s.text, _SPREAD) for s in paper.saying(_SPREAD)), "")
        text = f"Spread is reported: a sign or a word for it stands {times(count)} in the text"
        return strength("spread", f"{text}, as in {shown}." if shown else f"{text}.")
    if not decimals:
        return []
    text = (
        f"No value has an error: of {decimals} numbers with a decimal point none has ±, and no standard error is named"
    )
    table = next((caption for name, caption in paper.captions.items() if name.startswith("Table")), "")
    return weakness(
        "spread",
        f"{text}, as under {cite(table)}." if table else f"{text}.",
        "What is the standard error of each value in the tables?",
    )


def test(paper: ReadPaper) -> list[Finding]:
    if named := paper.saying(_TEST):
        return strength("test", f"Differences are tested: {cite(named[0].text, _TEST)}.")
    said = paper.saying(r"\bsignificant(?:ly)?\b", without=r"not significant|no significant")
    ask = "Which test, on which sample, stands behind each difference that is claimed?"
    if said:
        count = paper.count(r"\bsignificant(?:ly)?\b")
        text = f"The word significant stands {times(count)} and no test is named; first {cite(said[0].text, 'significant')}."
        return weakness("test", text, ask)
    return weakness("test", f"No statistical test is named in {paper.words:,} words.", ask)


def comparisons(paper: ReadPaper) -> list[Finding]:
    if said := paper.saying(_COMPARISONS):
        return strength("comparisons", f"Several comparisons are owned up to: {cite(said[0].text, _COMPARISONS)}.")
    tables = [caption for name, caption in sorted(paper.captions.items()) if name.startswith("Table")]
    if not tables:
        return []
    text = f"The number of comparisons is not addressed, with {counted(len(tables), 'table')}: {cite(tables[0])}."
    return weakness("comparisons", text, "How many comparisons were made, and does the best one survive them?")


def abstract(paper: ReadPaper) -> list[Finding]:
    claims = [s for s in paper.abstract if re.search(_CLAIM, s.text, re.IGNORECASE)]
    numbers = [s for s in paper.abstract if re.search(r"(?<![A-Za-z])\d+(?:\.\d+)?", s.text)]
    if backed := [s for s in claims if s in numbers]:
        return strength("abstract", f"The abstract names its evidence: {cite(backed[0].text, '[0-9]')}.")
    if claims:
        text = f"The abstract claims without a number: {cite(claims[-1].text, _CLAIM)}."
        return weakness("abstract", text, "By how much, on which measure, against what?")
    return strength("abstract", f"The abstract gives a number: {cite(numbers[0].text)}.") if numbers else []


def claims(paper: ReadPaper) -> list[Finding]:
    made = paper.saying(_CLAIM)
    bare = [s for s in made if not re.search(r"\d", re.sub(_NO_RESULT, "", s.text))]
    if len(made) < 4:
        return []
    share = f"{len(made)} sentences claim an improvement, {len(made) - len(bare)} of them with a number"
    if len(bare) <= len(made) / 2:
        return strength("claims", f"{share}.")
    late = next((s for s in bare if "conclusion" in s.section), bare[0])
    return weakness("claims", f"{share}. Without one: {cite(late.text, _CLAIM)}.", "Which result carries this claim?")


def sums(paper: ReadPaper) -> list[Finding]:
    stated = percentages(paper)
    wrong = [s for s in stated if s.problem]
    found = [
        Finding("sums", False, f"{s.problem}: {cite(s.text)}.", "Which of the two is right, the word or the numbers?")
        for s in wrong
    ]
    if stated and not wrong:
        text = f"{len(stated)} stated percentages were worked out again from the values beside them, and agree"
        found.append(Finding("sums", True, f"{text}: {cite(stated[0].text)}."))
    return found


def always(paper: ReadPaper) -> list[Finding]:
    universal = paper.saying(_ALWAYS, without=_NOT_ALWAYS + r"|\bnot\b|\bno\b")
    universal = [s for s in universal if re.search(_CLAIM, s.text, re.IGNORECASE)]
    against = [s.text for s in paper.saying(_NOT_ALWAYS)]
    against += [s.text for s in percentages(paper) if s.problem]
    if universal and against:
        text = f"It claims {cite(universal[0].text, _ALWAYS)} and says elsewhere {cite(against[-1], _NOT_ALWAYS)}."
        return weakness("always", text, "Does the claim hold in every case, or not?")
    claim = next((s for s in reversed(paper.abstract) if re.search(_BETTER, s.text, re.IGNORECASE)), None)
    if claim and against and not any(re.search(_NOT_ALWAYS, s.text, re.IGNORECASE) for s in paper.abstract):
        text = f"The abstract says {cite(claim.text, _BETTER)}, the results say {cite(against[0], _NOT_ALWAYS)}."
        return weakness("always", text, "Should the abstract say in which cases it does not hold?")
    return []


def gate(paper: ReadPaper) -> list[Finding]:
    if not paper.gate:
        return []
    passed = paper.gate_passed
    text = f"The gate, a program that holds the paper against its ledger, says: {paper.gate.rstrip('.')}."
    return [Finding("gate", passed, text, "" if passed else "How does the paper mend what the gate found?")]


CHECKS = (seeds, spread, test, comparisons, abstract, claims, sums, always, gate)
