"""Builders of defects: a comparison with the baseline, or its size or certainty, that the results contradict."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from tools.evidence_bench.case import Draft
from tools.evidence_bench.kinds.kind import Kind, builds
from tools.evidence_bench.kinds.wording import (
    Certainty,
    addresses,
    any_result,
    change_draft,
    change_fields,
    comparison,
    direction,
    in_noise,
    lower,
    names_of,
    pick,
    run_names,
)
from tools.evidence_bench.study_facts import StudyFacts, tex


@builds
def opposite_change(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, "clear")
    if found is None:
        return None
    claimed = "higher" if lower(found) else "lower"
    about = Draft("", "", claimed, direction(found), (found.result.address,), found.change)
    return kind.say(facts, random, change_fields(kind, facts, random, found, opposite=True), about)


@builds
def overstated_change(
    kind: Kind, facts: StudyFacts, random: Random, certainty: Certainty, smallest: float = 0.0
) -> Draft | None:
    """Word a change of that certainty as the kind does."""
    found = comparison(facts, random, certainty, smallest=smallest)
    return kind.say(facts, random, change_fields(kind, facts, random, found), change_draft(found)) if found else None


@builds
def wrong_size(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    large = random.random() < 0.5
    found = comparison(facts, random, "significant", smallest=0.25) if large else None
    if found is None:
        large = False
        found = comparison(facts, random, "noise")
        if found is None or found.relative is None or abs(found.relative) > 0.1:
            return None
    claimed = "small" if large else "large"
    fields = change_fields(kind, facts, random, found)
    return kind.say(facts, random, fields, change_draft(found, claimed), wordings=kind.variants[claimed])


@builds
def about_result(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    return kind.say(facts, random, names_of(facts, result)) if result else None


@builds
def unmeasured(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    known = " ".join(facts.metric_words(m).lower() + f" {m}" for m in facts.metrics)
    word = random.choice([word for word in kind.words if word.split()[0].lower() not in known])
    return kind.say(facts, random, {**names_of(facts, result), "word": word})


@builds
def cause(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random)
    return kind.say(facts, random, names_of(facts, found.result)) if found else None


@builds
def selected_seeds(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None or result.n < 2:
        return None
    about = Draft(section="", actual=f"means over {result.n} seeds", evidence=(result.address,))
    return kind.say(facts, random, {**names_of(facts, result), "n": str(result.n)}, about)


@builds
def cost_difference(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    costs = [m for m in facts.metrics if m not in facts.quality_metrics]
    metric, run = pick(random, costs), pick(random, facts.runs)
    dataset = pick(random, facts.datasets)
    found = facts.compared(run, dataset, metric) if metric and run and dataset else None
    if found is None or not in_noise(found):
        return None
    worse = "lower" if found.result.metric.goal == "max" else "higher"
    return kind.say(facts, random, {**names_of(facts, found.result), "worse": worse}, change_draft(found))


@builds
def unconfirmed_change(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Put a change into the headline that fresh seeds do not show, or that was not measured on them."""
    shown = {
        (row.confirms, dataset)
        for row in facts.ledger.confirmations
        for dataset in facts.datasets
        if (c := facts.compared(row.name, dataset, facts.primary)) and c.significant
    }
    found = [
        c
        for c in facts.comparisons
        if c.significant and c.result.metric.name == facts.primary and (c.result.run, c.result.dataset) not in shown
    ]
    chosen = pick(random, found)
    if chosen is None or not facts.ledger.confirmations:
        return None
    about = Draft(section="", evidence=(chosen.result.address,))
    return kind.say(facts, random, change_fields(kind, facts, random, chosen), about)


@builds
def false_trend(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Claim a monotone dependence on the varied setting that the means do not have."""
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not facts.varied or not metric or not dataset or len(facts.runs) < 2:
        return None
    setting, values = next(iter(facts.varied.items()))
    results = [(value, facts.result(run, dataset, metric)) for run, value in values.items()]
    means = [result.mean for _, result in sorted(results, key=lambda r: r[0]) if result]
    if len(means) != len(values):
        return None
    happens = random.choice(["falls", "rises"])
    if all((b < a) == (happens == "falls") for a, b in pairwise(means)):
        return None
    fields = {
        **run_names(facts, "", metric),
        "dataset": tex(dataset),
        "happens": happens,
        "adjective": "lower" if happens == "falls" else "higher",
        "setting": setting_words(setting),
    }
    about = Draft(section="", claimed=happens, evidence=addresses(list(values), [dataset], metric))
    return kind.say(facts, random, fields, about)


def setting_words(name: str) -> str:
    """Return the name of a setting in a sentence: `learning rate`."""
    return tex(name.rpartition(".")[2].replace("_", " "))
