"""Judge the parts that a paper says its experiment has: optimiser, schedule, loss, layers, treatment of data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.setup.evidence import Presence, SetupEvidence
from tools.gate.setup.statements import Force, Passage
from tools.gate.setup.words import Part, setup_words, words

_SET_TO_ZERO = re.compile(
    r"(?:\s+(?:is|are|was|were|of|set|to|equal|coefficient|rate|=)){1,4}\s*(?:zero|0(?:\.0+)?|none|off)\b",
    re.IGNORECASE,
)
_IS_A = [
    f"{verb}{article}" for verb in ("is", "was", "follows", "has", "uses", "takes") for article in ("", " a", " the")
]
_ADAM = ("optimiser", "Adam")


def judge_parts(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement for each part that a passage states or denies."""
    for group, name, part in setup_words().named():
        for match in _mentions(passage.text, part):
            said = passage.force(match.start(), match.end())
            if said is Force.OPEN or (said is Force.DENIED and _in_metric(passage, *match.span())):
                continue
            presence = evidence.presence(group, name, part)
            if (
                presence is Presence.ABSENT
                and name in setup_words().parameters
                and (_SET_TO_ZERO.match(passage.text[match.end() :]) or _prints_setting(passage, part, match.end()))
            ):
                presence = Presence.PRESENT
            if said is Force.DENIED and presence is Presence.PRESENT and evidence.off_in_a_run(part):
                presence = Presence.ABSENT
            if (group, name) == _ADAM and presence is Presence.ABSENT and _adam_without_decay(evidence):
                presence = Presence.PRESENT
            start, end = passage.start + match.start(), passage.start + match.end()
            yield _judgement(said, presence, group, name, evidence, start, end)


def judge_choices(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement where a passage names another value of a setting with named choices, such as a noise schedule."""
    for option, values in evidence.code.choices:
        noun = option.split("_")[-1]
        used = evidence.settings.get(option, [])
        of_rate = re.search(r"learning[\s-]rate|step size|\blr\b", passage.text, re.IGNORECASE)
        if not used or (of_rate and not re.search(r"lr|rate", option)):
            continue
        for value in values:
            near = rf"{re.escape(value)}(?=(?:[\s-]+[\w-]+){{0,2}}[\s-]+{noun})" + "".join(
                rf"|(?<={noun} {verb} ){re.escape(value)}" for verb in _IS_A
            )
            for match in words(near).finditer(passage.text):
                if value not in used and _is_the_other_schedule(value, passage, evidence):
                    continue
                if (said := passage.force(*match.span())) is not Force.OPEN:
                    start, end = passage.start + match.start(), passage.start + match.end()
                    right = ", ".join(map(str, used))
                    if (value in used) == (said is Force.STATED):
                        yield Judgement(
                            Verdict.SUPPORTED, FindingCode.CONTRADICTED_SETUP, start, end, f"{option} = {right}"
                        )
                    else:
                        reason = f"{option} of the runs is {right}"
                        yield Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, right)


def _is_the_other_schedule(value: str, passage: Passage, evidence: SetupEvidence) -> bool:
    """Tell whether a schedule may be that of the learning rate, as in 'we keep the cosine schedule'."""
    group = "learning-rate schedule"
    other = any(re.match(re.escape(value), name, re.IGNORECASE) for name in evidence.in_group(group))
    return other and not re.search(r"noise|beta|variance|diffusion|forward", passage.text, re.IGNORECASE)


def _mentions(text: str, part: Part) -> Iterator[re.Match[str]]:
    if part.needs and not words(part.needs).search(text):
        return
    if part.unless and re.search(part.unless, text, re.IGNORECASE):
        return
    yield from words(part.text).finditer(text)


def _in_metric(passage: Passage, start: int, end: int) -> bool:
    """Tell whether words are the name of a metric, as in 'none of them lowered the validation loss'."""
    named = passage.clause.named("metric") if passage.clause else []
    return any(m.start - passage.start <= start and end <= m.end - passage.start for m in named)


def _prints_setting(passage: Passage, part: Part, at: int) -> bool:
    """Tell whether a reference behind a part prints its value, which may be zero."""
    references = passage.clause.references if passage.clause else []
    return any(
        r.macro == "setting"
        and 0 <= r.start - passage.start - at <= 20
        and re.search(part.code, r.address, re.IGNORECASE)
        for r in references
    )


def _adam_without_decay(evidence: SetupEvidence) -> bool:
    """Tell whether the optimiser is AdamW with a weight decay of zero, which is Adam."""
    return "AdamW" in evidence.in_group("optimiser") and not any(
        evidence.values(setup_words().parameters["weight decay"])
    )


def _judgement(
    said: Force, presence: Presence, group: str, name: str, evidence: SetupEvidence, start: int, end: int
) -> Judgement:
    if presence is Presence.UNDECIDED:
        reason = f"whether the experiment has this ({name}) cannot be decided from the code"
        return Judgement(Verdict.NOT_CHECKABLE, FindingCode.UNVERIFIED_SETUP, start, end, reason)
    if (said is Force.STATED) == (presence is Presence.PRESENT):
        return Judgement(Verdict.SUPPORTED, FindingCode.UNSUPPORTED_SETUP, start, end, f"{said} ({presence}): {name}")
    if said is Force.DENIED:
        return Judgement(
            Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, f"the experiment has it: {name}", name
        )
    instead = ", ".join(evidence.in_group(group)) if group else ""
    if instead:
        reason = f"{group}: the experiment has {instead}, not {name}"
        return Judgement(Verdict.CONTRADICTED, FindingCode.CONTRADICTED_SETUP, start, end, reason, instead)
    reason = f"neither the code nor a setting of a run has this: {name}"
    return Judgement(Verdict.NO_EVIDENCE, FindingCode.UNSUPPORTED_SETUP, start, end, reason)
