"""Hold what a paper says of its set-up against code, settings, environment and ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.section_source import SectionSource
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.experiments import judge_experiments
from tools.gate.setup.machine import judge_machine
from tools.gate.setup.parameters import judge_parameters
from tools.gate.setup.parts import judge_choices, judge_parts
from tools.gate.setup.statements import Passage, passages

_ORDER = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE, Verdict.NOT_CHECKABLE, Verdict.SUPPORTED)
_SECTIONS = frozenset(["method", "experimental_setup"])
_DOING = re.compile(
    r"\b(?:initiali[sz]ed|shuffled|sampled|drawn|collected|annotated|labell?ed|pre-?processed|cleaned|"
    r"filtered|selected|chosen|picked|tuned|trained|stopped|converge\w*|scaled|weighted|padded|"
    r"truncated|tokeni[sz]ed"
    r"|(?:we|to) (?:train|follow|adopt|set|choose|select|collect|pre-?process|initiali[sz]e|shuffle|"
    r"sample|draw|tune|split|fix)|follow(?:s|ed)? (?:the|prior|standard|common))\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:data|training|models?|networks?|hyper-?parameters?|weights?|samples?|points|inputs?|"
    r"optimi[sz]ation|gradients?|checkpoints?|images?|sequences?|features?|labels?|examples?)\b",
    re.IGNORECASE,
)


def judge_setup(source: SectionSource, evidence: SetupEvidence) -> list[Judgement]:
    """Return the judgements of a section's statements on the set-up, by position, one for each place.

    A false one is contradicted or has no evidence. What the code cannot decide is not checkable. Supported statements are
    included: their numbers need no reference.
    """
    found: dict[tuple[int, int], Judgement] = {}
    for passage in passages(source, evidence.study):
        for judgement in _judge(passage, evidence):
            place = (judgement.start, judgement.end)
            if place not in found or _ORDER.index(judgement.verdict) < _ORDER.index(found[place].verdict):
                found[place] = judgement
    return sorted(found.values(), key=lambda j: (j.start, j.end))


def _judge(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    judged = [
        *judge_parameters(passage, evidence),
        *judge_machine(passage, evidence),
        *judge_choices(passage, evidence),
        *judge_parts(passage, evidence),
        *judge_experiments(passage, evidence),
    ]
    yield from judged
    if not judged and passage.section in _SECTIONS and passage.clause and not passage.clause.references:
        doing = _DOING.search(passage.text)
        if doing and _SUBJECT.search(passage.text):
            start, end = passage.start + doing.start(), passage.start + doing.end()
            reason = "a statement on the set-up that code, settings and environment do not decide"
            yield Judgement(Verdict.NOT_CHECKABLE, FindingCode.UNVERIFIED_SETUP, start, end, reason)
