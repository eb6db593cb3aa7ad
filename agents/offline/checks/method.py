"""Whether the method can answer the question: baselines, ablations, what was varied, what the claims reach for."""

from __future__ import annotations

import re

from agents.offline.checks.paper import Finding, ReadPaper, cite, join, strength, times, weakness

_BASELINE = r"\bbaselines?\b"
_ABLATION = r"\bablat\w+"
_ONE_THING = (
    r"\bheld fixed\b|\bnothing else\b|\bone (?:setting|thing) is varied\b|"
    r"\bvaried (?:alone|one at a time)\b|\ball else equal\b"
)
_NARROW = r"\b(?:2D|two-dimensional|toy|synthetic|simulated)\b[^.]{0,40}\b(?:datasets?|data|problems?)\b"
_WIDE = (
    r"\b(?:image synthesis|real-world|higher-dimensional|high-dimensional (?:domains|settings|data)|drug discovery|"
    r"a wide range of|related fields|various (?:applications|domains))\b"
)
_UNREPORTED = (
    r"\b(?:preliminary|pilot|initial|unreported) (?:experiments|studies|results|runs|tests)\b"
    r"|\b(?:results|data) not shown\b"
)
_FAIR = r"\b(?:same|consistent|identical|equal) (?:hyper)?(?:parameters|settings|budget|compute|training)\b"
_UNTUNED = r"\bnot (?:extensively |exhaustively |further )?(?:tuned|optimi[sz]ed)\b"
_COST = (
    r"\b(?:training|inference|wall.?clock|run) times? (?:\w+ ){0,4}(?:increase\w*|double\w*|rose|grew|were|was|is)\b"
    r"|\bcomputational (?:cost|complexity)\b"
)


def baseline(paper: ReadPaper) -> list[Finding]:
    count, said = paper.count(_BASELINE), paper.saying(_BASELINE)
    if said:
        text = f"A baseline is compared with; it is named {times(count)}, first in {cite(said[0].text, _BASELINE)}."
        return strength("baseline", text)
    return weakness("baseline", f"No baseline is named in {paper.words:,} words.", "What is the method compared with?")


def ablation(paper: ReadPaper) -> list[Finding]:
    if said := paper.saying(_ABLATION) or paper.saying(_ONE_THING):
        pattern = _ABLATION if re.search(_ABLATION, said[0].text, re.IGNORECASE) else _ONE_THING
        return strength("ablation", f"Parts are looked at one by one: {cite(said[0].text, pattern)}.")
    parts = paper.saying(r"\bwe (?:also |additionally )?(?:introduce|propose|add|modify|incorporate)\b")
    text = "No ablation is described, and it is not said that one thing is changed at a time"
    if len(parts) > 1:
        text += f"; several parts are brought in, as in {cite(parts[-1].text, 'introduce|propose|add|modify')}"
    return weakness("ablation", f"{text}.", "Which of the parts makes the difference?")


def runs(paper: ReadPaper) -> list[Finding]:
    numbers = {int(n) for n in re.findall(r"\bRuns? (\d{1,2})\b", paper.text)}
    numbers |= {
        int(n) for pair in re.findall(r"\bRuns (\d{1,2}) (?:and|to|–|-) ?(\d{1,2})\b", paper.text) for n in pair
    }
    missing = [n for n in range(min(numbers, default=0), max(numbers, default=0)) if n not in numbers]
    if len(numbers) < 3 or not missing:
        return []
    last = paper.saying(rf"\bRuns? {max(numbers)}\b")
    text = f"Runs up to {max(numbers)} are numbered, and Run {join([str(n) for n in missing])} is never mentioned"
    shown = f": {cite(last[0].text, rf'Runs? {max(numbers)}')}" if last else ""
    return weakness("runs", f"{text}{shown}.", f"What became of Run {join([str(n) for n in missing])}?")


def reach(paper: ReadPaper) -> list[Finding]:
    narrow, wide = paper.saying(_NARROW), paper.saying(_WIDE, without=r"\bfuture work\b|\bfurther research\b")
    wide = [s for s in wide if re.search(r"\b(?:our|we|this (?:work|paper|method|approach))\b", s.text, re.IGNORECASE)]
    if not narrow:
        return []
    text = f"The data are 2D, toy or synthetic: {cite(narrow[0].text, _NARROW)}"
    if wide:
        return weakness(
            "reach",
            f"{text}; the claims reach further: {cite(wide[0].text, _WIDE)}.",
            "What shows that it carries over to other data?",
        )
    return strength("reach", f"{text}; no claim reaches further in its words.")


def unreported(paper: ReadPaper) -> list[Finding]:
    said = paper.saying(_UNREPORTED)
    if not said:
        return []
    text = f"A choice rests on experiments that are not reported: {cite(said[0].text, _UNREPORTED)}."
    return weakness("unreported", text, "What did these experiments show?")


def fairness(paper: ReadPaper) -> list[Finding]:
    found: list[Finding] = []
    if fair := paper.saying(_FAIR):
        found += strength("fairness", f"The comparison is on equal terms: {cite(fair[0].text, _FAIR)}.")
    if untuned := paper.saying(_UNTUNED):
        text = f"Settings were not tuned: {cite(untuned[0].text, _UNTUNED)}."
        found += weakness("tuning", text, "Would the order of the methods stay the same if each were tuned?")
    return found


def cost(paper: ReadPaper) -> list[Finding]:
    said = paper.saying(_COST)
    return strength("cost", f"The cost of the method is told: {cite(said[0].text, _COST)}.") if said else []


CHECKS = (baseline, ablation, runs, reach, unreported, fairness, cost)
