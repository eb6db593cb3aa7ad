"""What can be counted of originality: the references and their years, and whether differences to earlier work are put
in words. Whether the idea is new, no rule can tell."""

from __future__ import annotations

import re
import statistics
from datetime import UTC, datetime

from agents.offline.checks.paper import Finding, ReadPaper, cite, strength, times, weakness

_DIFFERS = (
    r"\b(?:unlike|in contrast (?:to|with)|differs? (?:from|in)|whereas (?:our|we)|as opposed to|"
    r"while (?:previous|prior|earlier))\b"
)
_NEW = r"\b(?:novel|unique|for the first time|first to|unprecedented)\b"
_CONTRIBUTIONS = r"\bcontributions? (?:are|is|include)\b|\bwe make the following\b"
_FEW = 10


def references(paper: ReadPaper) -> list[Finding]:
    ask = "Which work of the last years is closest?"
    if not paper.references and (keys := _cited(paper)):
        text = f"{len(keys)} works are cited by their keys; the list of references is not in this file"
        return [Finding("references", len(keys) >= _FEW, f"{text}.", "" if len(keys) >= _FEW else ask)]
    if not paper.references:
        return weakness("references", "No list of references was found.", ask)
    last = datetime.now(UTC).year
    entries = [entry for entry in paper.references if re.search(r"\w\. ", entry)] or paper.references
    years = [max(found) for entry in entries if (found := _years(entry, last))]
    count = f"{len(entries)} references"
    if years:
        count += f", from {min(years)} to {max(years)}, half of them of {statistics.median_low(years)} or later"
    newest = next((e for e in entries if years and str(max(years)) in e), entries[0])
    shown = cite(newest, str(max(years)) if years else "")
    if len(entries) < _FEW:
        return weakness("references", f"Only {count}; the newest: {shown}.", ask)
    return strength("references", f"There are {count}; the newest: {shown}.")


def differences(paper: ReadPaper) -> list[Finding]:
    said, new = paper.saying(_DIFFERS, without=r"\bbaselines?\b|\bruns?\b"), paper.saying(_NEW)
    if said:
        text = f"The difference to earlier work is put in words {times(len(said))}: {cite(said[0].text, _DIFFERS)}."
        return strength("differences", text)
    text = "Nowhere is it said what differs from earlier work (no unlike, in contrast, differs)"
    text += f", and yet {cite(new[0].text, _NEW)}" if new else ""
    return weakness("differences", f"{text}.", "What is the closest earlier work, and what differs?")


def newness(paper: ReadPaper) -> list[Finding]:
    said, count = paper.saying(_NEW), paper.count(_NEW)
    if count < 3:
        return []
    text = (
        f"The paper calls its own work novel or unique {times(count)}, which shows nothing: {cite(said[0].text, _NEW)}."
    )
    return weakness("newness", text, "Which result is known now that was not known before?")


def contributions(paper: ReadPaper) -> list[Finding]:
    if said := paper.saying(_CONTRIBUTIONS):
        return strength("contributions", f"The contributions are listed: {cite(said[0].text, _CONTRIBUTIONS)}.")
    text = f"The contributions are not listed; the word is said {times(paper.count('contribution'))}."
    return weakness("contributions", text, "What are the contributions, one by one?")


def related(paper: ReadPaper) -> list[Finding]:
    under = paper.under(r"related work|prior work|background|literature")
    if not under:
        return weakness("related", "No section is about related work.", "Which earlier work is this to be read beside?")
    names = sorted({s.section.split(" / ")[0] for s in under})
    words = sum(len(s.text.split()) for s in under)
    first = next((s for s in under if re.search(r"\b(?:19|20)\d\d\b|\\cite", s.text)), under[0])
    return strength("related", f"Earlier work takes {words} words ({', '.join(names)[:80]}): {cite(first.text)}.")


def _cited(paper: ReadPaper) -> set[str]:
    found = re.findall(r"\\[Cc]ite\w*\*?(?:\[[^\]]*\])*\{([^}]*)\}", paper.text)
    return {key.strip() for keys in found for key in keys.split(",")}


def _years(entry: str, last: int) -> list[int]:
    return [
        int(y)
        for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", re.sub(r"https?://\S+", "", entry))
        if int(y) <= last
    ]


CHECKS = (references, differences, newness, contributions, related)
