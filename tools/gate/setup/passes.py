"""Judge how often a text says that the training sees its data: epochs, passes, and 'each point about twice'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.statements import Force, Passage
from tools.gate.statements.numerals import Numeral

_EPOCHS = re.compile(
    r"\s*(?:(?:full|complete|training)\s+)*(?:epochs?\b|passes\s+over\s+the\s+(?:training\s+)?(?:data|set|points))",
    re.IGNORECASE,
)
_SEES_EACH = re.compile(
    r"\b(?:sees?|seen|visit\w*|shown?|uses?|used|drawn)\s+(?:each|every)\s+(?:\w+\s+){1,2}(?:on average\s+)?(?:\w+\s+)?$"
    r"|\b(?:each|every)\s+(?:training\s+)?\w+\s+is\s+(?:seen|visited|used|drawn)\s+(?:on average\s+)?(?:\w+\s+)?$",
    re.IGNORECASE,
)
_STEPS = re.compile(r"(?:train(?:ing)?_?)?(?:steps|iterations|iters|updates)", re.IGNORECASE)
_BATCH = re.compile(r"(?:train_?)?(?:mini_?)?batch(?:_?size)?", re.IGNORECASE)
_DATA = re.compile(r"(?:n_?|num_?)?train(?:ing)?_?(?:points|samples|examples|size|n)|n_?train", re.IGNORECASE)


def judge_passes(passage: Passage, evidence: SetupEvidence, found: Sequence[Numeral]) -> Iterator[Judgement]:
    """Yield a judgement for each number of passes over the training data, if steps, batch and data have known sizes."""
    sizes = _sizes(evidence)
    for numeral in found if sizes else ():
        if not sizes or not counts_passes(passage.text, numeral, evidence):
            continue
        if passage.force(numeral.start, numeral.end) is not Force.STATED:
            continue
        steps, batch, data = sizes
        passes = steps * batch / data
        start, end = passage.start + numeral.start, passage.start + numeral.end
        right = f"{passes:.3g}"
        if abs(numeral.value - passes) <= max(numeral.half_unit, 0.2 * passes):
            yield Judgement(
                Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, f"{right} passes over the data"
            )
        else:
            reason = f"{steps:g} steps of {batch:g} from {data:g} are {right} passes over the data"
            yield Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, right)


def counts_passes(text: str, numeral: Numeral, evidence: SetupEvidence) -> bool:
    """Tell whether a number counts passes over the data and their true number is known."""
    times = re.search(r"times\s*$|^(?:twice|thrice)$", numeral.text, re.IGNORECASE)
    counted = _EPOCHS.match(text, numeral.end) or (times and _SEES_EACH.search(text[: numeral.start]))
    return counted is not None and _sizes(evidence) is not None


def _sizes(evidence: SetupEvidence) -> tuple[float, float, float] | None:
    """Return the steps, the size of a batch and of the training data; None unless each is the value of one setting."""
    steps, batch, data = (_only(evidence, name) for name in (_STEPS, _BATCH, _DATA))
    return (steps, batch, data) if steps and batch and data else None


def _only(evidence: SetupEvidence, name: re.Pattern[str]) -> float | None:
    """Return the value of the setting that a name matches; None if there is none, or several values."""
    values = {
        float(value)
        for setting, used in evidence.settings.items()
        if name.fullmatch(setting)
        for value in used
        if isinstance(value, int | float)
    }
    return values.pop() if len(values) == 1 else None
