"""Builders of defects: a measured number that was typed and is wrong, or a reference that prints another result."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tools.evidence import ResultComparison
from tools.evidence.names import split_address
from tools.evidence.records import MetricResult
from tools.evidence_bench.case import Draft, FileEdit
from tools.evidence_bench.kinds.kind import Kind, builds
from tools.evidence_bench.kinds.wording import (
    any_result,
    change_fields,
    comparison,
    different_percent,
    different_value,
    direction,
    names_of,
    pick,
    unknown_run,
)
from tools.evidence_bench.study_facts import StudyFacts, printed, tex

_PARTS = {
    "a tenth": 0.1, "a fifth": 0.2, "a quarter": 0.25, "one third": 1 / 3, "forty percent": 0.4, "half": 0.5,
    "sixty per cent": 0.6, "two thirds": 2 / 3, "three quarters": 0.75, "eighty-five percent": 0.85, "nine tenths": 0.9,
}  # fmt: skip
_RATIOS = {"halved": 0.5, "doubled": 2.0, "tripled": 3.0, "quartered": 0.25, "quadrupled": 4.0}
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
_VULGAR = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}


def _instead_of(result: MetricResult, claimed: str, section: str = "") -> Draft:
    return Draft("", section, claimed, printed(result.mean, 6), (result.address,), str(result))


def _instead_of_change(c: ResultComparison, claimed: str) -> Draft:
    assert c.relative is not None
    return Draft("", "", claimed, f"{c.relative * 100:.4f}%", (c.result.address,), c.size)


@builds
def wrong_value(kind: Kind, facts: StudyFacts, random: Random, **more: str) -> Draft | None:
    section = kind.place(facts, random)
    result = any_result(facts, random)
    if result is None:
        return None
    wrong = different_value(facts, result, random)
    return kind.say(facts, random, {**names_of(facts, result), **more, "v": wrong}, _instead_of(result, wrong, section))


@builds
def wrong_caption(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    return wrong_value(kind, facts, random, label=f"tab:x{random.randrange(100)}")


@builds
def wrong_note(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    keys = facts.bibliography.keys()
    draft = wrong_value(kind, facts, random, key="KEY") if keys else None
    return replace(draft, text=draft.text.replace("KEY", random.choice(keys))) if draft else None


@builds
def wrong_percent(kind: Kind, facts: StudyFacts, random: Random, significant_first: bool = False) -> Draft | None:
    found = comparison(facts, random, "significant") if significant_first else None
    found = found or comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None:
        return None
    wrong = different_percent(found.relative * 100, random)
    fields = {**change_fields(kind, facts, random, found), "p": f"{wrong:.0f}"}
    return kind.say(facts, random, fields, _instead_of_change(found, f"{wrong}%"))


@builds
def wrong_part(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None:
        return None
    actual = abs(found.relative)
    word = random.choice([word for word, part in _PARTS.items() if abs(part - actual) > max(0.08, actual / 3)])
    fields = {**change_fields(kind, facts, random, found), "word": word}
    return kind.say(facts, random, fields, _instead_of_change(found, f"{_PARTS[word] * 100:.4f}%"))


@builds
def wrong_ratio(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, smallest=0.02)
    if found is None or found.relative is None or found.baseline.mean <= 0:
        return None
    actual = found.result.mean / found.baseline.mean
    word = random.choice([word for word, ratio in _RATIOS.items() if not 0.75 < ratio / actual < 1.33])
    about = Draft("", "", f"x{_RATIOS[word]}", f"x{actual:.4f}", (found.result.address,), found.size)
    return kind.say(facts, random, {**names_of(facts, found.result), "word": word}, about)


@builds
def wrong_scientific(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    mantissa, exponent = f"{float(different_value(facts, result, random)):.1e}".split("e")
    fields = {**names_of(facts, result), "m": mantissa, "e": str(int(exponent))}
    return kind.say(facts, random, fields, _instead_of(result, repr(float(f"{mantissa}e{exponent}"))))


@builds
def wrong_unicode(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    wrong = different_value(facts, result, random)
    if random.random() < 0.4:
        options = {sign: v for sign, v in _VULGAR.items() if abs(v - abs(result.mean)) > 0.2 * abs(result.mean)}
        shown = random.choice(sorted(options))
        wrong = f"{options[shown]:.4f}"
    else:
        shown = wrong.translate(random.choice((_FULL_WIDTH, _ARABIC)))
    return kind.say(facts, random, {**names_of(facts, result), "v": shown}, _instead_of(result, wrong))


@builds
def wrong_error_bar(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None or not result.stderr:
        return None
    error = printed(result.stderr * random.choice((0.1, 0.22, 4.1, 6.7)), 1)
    fields = {**names_of(facts, result), "v": printed(result.mean, 4), "s": error}
    return kind.say(facts, random, fields, replace(_instead_of(result, error), actual=printed(result.stderr, 6)))


@builds
def wrong_p_value(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, "open")
    if found is None or found.p_value is None or found.p_value < 0.1:
        return None
    wrong = random.choice(kind.words)
    about = Draft("", "", wrong, f"{found.p_value:.4f}", (found.result.address,), f"{found.p_value:.2g}")
    return kind.say(facts, random, {**names_of(facts, found.result), "p": wrong}, about)


@builds
def wrong_pieces(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    wrong = different_value(facts, result, random)
    whole, _, rest = wrong.partition(".")
    rest = rest or "0"
    fields = {**names_of(facts, result), "v": wrong, "whole": whole, "rest": rest}
    return kind.say(facts, random, fields, _instead_of(result, f"{whole}.{rest}"))


@builds
def replaced_reference(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Replace a reference in the paper's own text by a wrong number."""
    text = facts.section("results")
    found = [c for c in facts.comparisons if f"\\change{{{c.result.address}}}" in text and c.relative is not None]
    chosen = pick(random, found)
    if chosen is None or chosen.relative is None:
        return None
    wrong = different_percent(chosen.relative * 100, random)
    old, new = f"\\change{{{chosen.result.address}}}", f"{wrong:.0f}\\% {direction(chosen)}"
    edit = FileEdit("sections/results.tex", old=old, new=new)
    return replace(_instead_of_change(chosen, f"{wrong}%"), section="results", edits=(edit,))


@builds
def other_reference(kind: Kind, facts: StudyFacts, random: Random, part: int) -> Draft | None:
    """Name one result and print another, which differs in the run (part 0), the dataset or the metric."""
    result = any_result(facts, random)
    if result is None:
        return None
    parts = split_address(result.address)
    options = [
        [*parts[:part], other, *parts[part + 1 :]]
        for other in (facts.runs, facts.datasets, facts.metrics)[part]
        if other != parts[part]
    ]
    other = pick(random, ["/".join(found) for found in options if facts.result(*found)])
    if other is None:
        return None
    about = Draft("", "", other, result.address, (result.address,), result.address)
    return kind.say(facts, random, {**names_of(facts, result), "other": other}, about)


@builds
def unknown_reference(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    options = (
        f"{unknown_run(facts, random)}/{result.dataset}/{result.metric.name}",
        f"{result.run}/{random.choice(('cifar10', 'spirals', 'imagenet'))}/{result.metric.name}",
        f"{result.run}/{result.dataset}/{random.choice(('fid', 'f1', 'bleu'))}",
    )
    address = random.choice(options)
    run, dataset, metric = map(tex, split_address(address))
    fields = {"run": run, "dataset": dataset, "metric": metric, "address": address}
    return kind.say(facts, random, fields, Draft(section="", claimed=address))
