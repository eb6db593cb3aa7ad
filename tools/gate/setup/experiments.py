"""Judge the experiments that a paper says were made: runs, ablations, searches, data sets, rivals, studies with people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import BASELINE
from tools.gate.report import FindingCode
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.statements import Force, Passage
from tools.gate.setup.words import names, setup_words, words
from tools.gate.statements.numerals import numerals
from tools.gate.statements.placement import STRICT

_ACTION = (
    r"(?:var(?:y|ied|ying)|chang(?:e|ed|ing)|doubl(?:e|ed|ing)|halv(?:e|ed|ing)|tripl(?:e|ed|ing)|"
    r"quadrupl(?:e|ed|ing)|increas(?:e|ed|ing)|decreas(?:e|ed|ing)|reduc(?:e|ed|ing)|rais(?:e|ed|ing)|"
    r"lower(?:ed|ing)|remov(?:e|ed|ing)|replac(?:e|ed|ing)|disabl(?:e|ed|ing)|dropp?(?:ed|ing)|"
    r"enlarg(?:e|ed|ing)|shr(?:ink|ank|unk|inking)|(?:switch|turn)(?:ed|ing) off|omitt(?:ed|ing)|"
    r"leav(?:e|ing) out|left out|deactivat(?:ed|ing)|tun(?:e|ed|ing)|add(?:ed|ing)|"
    r"widen(?:ed|ing)|deepen(?:ed|ing)|scal(?:ed|ing) up)"
)
_ARTICLE = (
    r"(?:\s+(?:the|different|several|various|all|our|its|a|an|two|three|four|five|both|more|fewer|"
    r"number of|amount of|other|further))*\s+"
)
_VARIED_BEFORE = re.compile(
    rf"(?:(?:^|[,:;]|\b(?:when|by|after|that|and|of|from))\s*{_ACTION}|\b(?:we|runs?[\s_]*\d+|I|"
    rf"which)\s+(?:also\s+|then\s+|further\s+|additionally\s+)?{_ACTION}"
    r"|\b(?:different|several|various|a range of|multiple|larger|smaller|wider|narrower|deeper|"
    r"shallower|longer|shorter|higher|lower|(?:two|three|four|five|six|\d+) (?:different|other|"
    rf"values of|choices of)))(?:{_ARTICLE}|\s+)$",
    re.IGNORECASE,
)
_VARIED_AFTER = re.compile(
    rf"^s?\s+(?:(?:is|are|was|were)\s+(?:also\s+|then\s+)?(?:{_ACTION}|swept)\b(?! (?:linearly|"
    r"over training|during|at each|every))|(?:switched off|turned off|disabled|removed|ablated|frozen)"
    r"\b(?! (?:during|at|for|in|while) (?:evaluat|sampl|inference|test))|(?:sweep|variant)s?\b|values?\s+(?:were|are|of)\b)",
    re.IGNORECASE,
)
_ROBUST_TO = re.compile(
    r"\b(?:depend(?:s|ed|ing)? on|independent of|robust (?:to|against|under|across)|insensitive to|invariant (?:to|under)|"
    r"unaffected by|irrespective of|regardless of|holds? (?:for|across|under)|persists? (?:for|across|under)"
    r"|(?:measured|found|saw|studied|tested|examined|quantified|confirmed) the (?:effect|influence|role|impact) of)"
    rf"(?:{_ARTICLE}|\s+)(?:choice of\s+(?:the\s+)?)?(?:other\s+(?:values of\s+)?)?$",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"\b(?:we|findings?|results?|conclusions?|rank(?:ing|s)?|order(?:ing)?|trends?|effects?|patterns?|picture|this|it|hold\w*)\b",
    re.IGNORECASE,
)
_SCHEDULED = re.compile(
    r"schedul|anneal|during training|over (?:the )?training|each step|every step|warm", re.IGNORECASE
)
_THE_SWEEP = re.compile(r"\b(?:the|this|our|each)\s+sweeps?$", re.IGNORECASE)
_BREADTH = re.compile(
    r"\b(?P<noun>benchmarks?|tasks|domains|problems|environments|architectures|model sizes|network sizes|languages)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\b(?:number|amount|size) of (?:the )?$", re.IGNORECASE)
_REPORTS = re.compile(
    r"\b(?:report|measur|evaluat|assess|quantif|comput|calculat|monitor|track|scor|judg)\w*", re.IGNORECASE
)
_OUTCOME = ("data", "test set", "validation set", "seeds")
_RIVAL = re.compile(
    r"\b(?:compar\w+|baselines?|against|outperform\w*|beat\w*|than|versus|vs|better|worse|surpass\w*|"
    r"match\w*|alongside|competitive with|rival\w*|(?:also|additionally|we|were|"
    r"was) (?:\w+ )?(?:train|run|evaluat|test|implement|re-?implement)\w*)\b",
    re.IGNORECASE,
)
_BASELINES = re.compile(
    r"\b(?:several|other|strong|published|competing|multiple|two|three|four|five|six|standard|"
    r"classical|state-of-the-art|external|established|additional|\d+)\s+(?:\w+\s+)?baselines\b",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\b(?:[Tt]he|[Oo]n|[Oo]ur|[Aa]nd|[Ff]rom|[Uu]se|"
    r"[Ff]or)\s+((?:[A-Z][\w-]*\d*\s?){1,4}?)\s*(?:data\s?sets?|benchmarks?|corpus|corpora|suite|"
    r"challenge|collection)\b"
)
_USED_DATA = re.compile(
    r"\b(?:on|use|uses|used|using|and|to|train\w*|evaluat\w*|includ\w*)\s+(?:the\s+)?(?:[\w-]+\s+)?$", re.IGNORECASE
)
_ORDINALS = {
    w: n
    for n, w in enumerate(
        ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"], 3
    )
}
_ORDINAL = re.compile(
    rf"\b(?P<word>{'|'.join(_ORDINALS)})\s+(?:run|variant|configuration|experiment|model)\b", re.IGNORECASE
)


def judge_experiments(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement for each experiment, data set and rival that a passage names."""
    yield from judge_named_experiments(passage, evidence)
    yield from _variations(passage, evidence)
    yield from _breadth(passage, evidence)
    yield from _rivals(passage, evidence)
    yield from _measures(passage, evidence)


def judge_named_experiments(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement for each run, ablation, search, study with people and data set that a passage names."""
    yield from _runs(passage, evidence)
    yield from _named_kinds(passage, evidence)
    yield from _datasets(passage, evidence)


def _said(
    verdict: Verdict,
    passage: Passage,
    start: int,
    end: int,
    reason: str,
    expected: str = "",
    code: FindingCode = FindingCode.UNSUPPORTED_SETUP,
) -> Judgement:
    code = FindingCode.UNVERIFIED_SETUP if verdict is Verdict.NOT_CHECKABLE else code
    return Judgement(verdict, code, passage.start + start, passage.start + end, reason, expected)


def _runs(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    known = {run.name for run in evidence.study.ledger.runs}
    listed = ", ".join(dict.fromkeys(run.name for run in evidence.study.ledger.runs))
    for mention in passage.clause.named("run") if passage.clause else []:
        missing = [name for name in mention.names if name not in known]
        start, end = mention.start - passage.start, mention.end - passage.start
        if missing and passage.force(start, end) is not Force.DENIED:
            yield _said(
                Verdict.NO_EVIDENCE,
                passage,
                start,
                end,
                f"there is no {', '.join(missing)}; the ledger has {listed}",
                listed,
            )
    for match in _ORDINAL.finditer(passage.text):
        if _ORDINALS[match["word"].lower()] > len(known) and passage.force(*match.span()) is Force.STATED:
            yield _said(Verdict.NO_EVIDENCE, passage, *match.span(), f"the ledger has {listed}", listed)


def _named_kinds(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    text = passage.text
    for kind, pattern in setup_words().experiments.items():
        for match in words(pattern).finditer(text):
            if passage.force(*match.span()) is not Force.STATED or evidence.described(re.escape(match[0])):
                continue
            before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 70]
            around = f"{match[0] if kind == 'variation' else ''} {before} {after}"
            swept = bool(evidence.study.varied) and _THE_SWEEP.search(text[: match.end()]) is not None
            of_study = (kind == "search" and swept) or (kind == "variation" and _structure_varies(evidence))
            if kind in ("ablation", "search", "variation") and (
                of_study or _was_varied(around, evidence, omitted=kind == "ablation")
            ):
                undecided = re.search(r"random|bayesian", match[0], re.IGNORECASE)
                verdict = Verdict.NOT_CHECKABLE if undecided else Verdict.SUPPORTED
                yield _said(verdict, passage, *match.span(), "how the values were chosen is not recorded")
            elif kind == "test":
                if not evidence.code.has(re.sub(r"\W+", ".?", match[0])):
                    yield _said(Verdict.NO_EVIDENCE, passage, *match.span(), f"no result was tested so: {match[0]}")
            else:
                varied = ", ".join(evidence.study.varied)
                reason = f"no run of the ledger is this: {match[0]}" + (f"; the runs vary {varied}" if varied else "")
                yield _said(Verdict.NO_EVIDENCE, passage, *match.span(), reason, varied)


def _was_varied(phrase: str, evidence: SetupEvidence, *, omitted: bool = False) -> bool:
    """Tell whether runs vary what a phrase names, by their settings or their notes."""
    spoken = {w[:5] for w in re.findall(r"[a-z]{3,}", phrase.lower())}
    for setting in evidence.study.varied:
        parts = [p for p in re.findall(r"[a-z]+", setting.lower()) if p not in setup_words().generic] or re.findall(
            r"[a-z]+", setting.lower()
        )
        if all(part[:5] in spoken for part in parts):
            return True
    notes = "\n".join(run.note for run in evidence.study.ledger.runs if run.name != BASELINE)
    for _, _, part in setup_words().named():
        varies = any(re.search(part.code, name, re.IGNORECASE) for name in evidence.study.varied)
        if words(part.text).search(phrase) and (varies or words(part.text).search(notes)):
            return True
    for parameter in setup_words().parameters.values():
        varies = any(re.fullmatch(parameter.code, name, re.IGNORECASE) for name in evidence.study.varied)
        if words(parameter.text).search(phrase) and (varies or words(parameter.text).search(notes)):
            return True
    content = {w for w in spoken if w not in {g[:5] for g in setup_words().generic} and len(w) > 3}
    if omitted:
        ablated = re.search(r"ablat|without|remov|disabl|no |\boff\b", notes, re.IGNORECASE) is not None
        return ablated and (not content or any(word in notes.lower() for word in content))
    return any(re.search(rf"\b{word}", notes.lower()) for word in content - {"learn", "train"})


def _variations(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Find what is said to have been changed between runs, and was the same in all."""
    text = passage.text
    vocabulary = [(name, p.text, p.code, True) for name, p in setup_words().parameters.items()]
    vocabulary += [(name, p.text, p.code, False) for _, name, p in setup_words().named()]
    for name, pattern, code, exact in vocabulary:
        for match in words(pattern).finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if name in ("steps", "evaluation data") or (
                any(word in name for word in _OUTCOME) and not _AMOUNT.search(before)
            ):
                continue
            robust = _ROBUST_TO.search(before[-70:]) and _CONCLUSION.search(before)
            if not (robust or _VARIED_BEFORE.search(before[-70:]) or _VARIED_AFTER.match(after)):
                continue
            force = passage.force(*match.span())
            if (force is not Force.STATED and not (robust and force is Force.DENIED)) or (
                name.endswith("learning rate") and _SCHEDULED.search(text)
            ):
                continue
            varied = any(
                re.fullmatch(code, s, re.IGNORECASE) if exact else re.search(code, s, re.IGNORECASE)
                for s in evidence.study.varied
            )
            if not varied and not _was_varied(f"{match[0]} {name}", evidence):
                runs = ", ".join(evidence.study.varied) or "no setting"
                yield _said(
                    Verdict.NO_EVIDENCE, passage, *match.span(), f"no run varies {name}; the runs vary {runs}", runs
                )


def _datasets(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    known = ", ".join(evidence.study.datasets)
    found = [(m.span(), m[0]) for m in names(tuple(setup_words().datasets)).finditer(passage.text)]
    found += [(m.span(1), m[1]) for m in _DATA.finditer(passage.text)]
    taken: set[int] = set()
    for (start, end), name in found:
        if start in taken or passage.force(start, end) is not Force.STATED:
            continue
        taken.add(start)
        if not _known_name(name, evidence) or _left_out(name, passage.text[:start], evidence):
            yield _said(
                Verdict.NO_EVIDENCE,
                passage,
                start,
                end,
                f"the study has no data set {name.strip()}; it has {known}",
                known,
            )


def _known_name(name: str, evidence: SetupEvidence) -> bool:
    """Tell whether the code, a run's note or the template names it, however it is written."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    texts = [*evidence.study.datasets, evidence.study.description, evidence.code.names, evidence.notes]
    known = {
        re.sub(r"[^a-z0-9]", "", word)
        for text in texts
        for line in text.lower().split("\n")
        for word in [line, *re.split(r"[\s_/.,;:()]+", line)]
    }
    return bool({bare, bare.removesuffix("s"), f"{bare}s"} & known) or (
        len(bare) > 5 and any(bare in word for word in known)
    )


def _left_out(name: str, before: str, evidence: SetupEvidence) -> bool:
    """Tell whether a text says that a data set was used which the code knows, but no run was made on."""
    if "datasets" not in evidence.settings or not _USED_DATA.search(before):
        return False
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    used = [*evidence.study.datasets, *map(str, evidence.settings["datasets"]), evidence.notes]
    return not any(bare in re.sub(r"[^a-z0-9]", "", text.lower()) for text in used)


def _breadth(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Judge counts of benchmarks and architectures."""
    for numeral in numerals(passage.text):
        noun = _BREADTH.match(passage.text, numeral.end + 1)
        if numeral.form != "integer" or noun is None or passage.force(numeral.start, noun.end()) is not Force.STATED:
            continue
        structural = re.match(r"arch|model|network", noun["noun"], re.IGNORECASE) is not None
        right = (
            len(evidence.study.runs) + 1
            if structural and _structure_varies(evidence)
            else 1
            if structural
            else len(evidence.study.datasets)
        )
        if numeral.value > right:
            yield _said(Verdict.NO_EVIDENCE, passage, numeral.start, noun.end(), f"the study has {right}", str(right))


def _measures(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Find quantities that the study did not measure, and that the text reports."""
    text, measured = passage.text, ", ".join(evidence.study.metrics)
    for match in names(tuple(setup_words().measures)).finditer(text):
        reported = passage.section in STRICT or _REPORTS.search(text)
        if not reported or passage.force(*match.span()) is not Force.STATED:
            continue
        if not evidence.described(re.escape(match[0])) and not evidence.code.has(re.sub(r"\W+", ".?", match[0])):
            yield _said(
                Verdict.NO_EVIDENCE,
                passage,
                *match.span(),
                f"not measured; the metrics are {measured}",
                measured,
                FindingCode.UNSUPPORTED_CLAIM,
            )


def _structure_varies(evidence: SetupEvidence) -> bool:
    return any(
        re.search(r"layer|width|hidden|size|arch|model|depth|dim", name) for name in evidence.study.varied
    ) or bool(re.search(r"layer|width|wider|deeper|architecture|network|model", evidence.notes, re.IGNORECASE))


def _rivals(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    text = passage.text
    for match in _BASELINES.finditer(text):
        if passage.force(*match.span()) is Force.STATED:
            yield _said(Verdict.NO_EVIDENCE, passage, *match.span(), "the ledger has one baseline, run_0", BASELINE)
    if not _RIVAL.search(text):
        return
    for match in names(tuple(setup_words().methods)).finditer(text):
        if passage.force(*match.span()) is Force.STATED and not _known_name(match[0], evidence):
            yield _said(Verdict.NO_EVIDENCE, passage, *match.span(), f"no run of the ledger is a {match[0]}")
