"""Defects: a reference that prints another result than the words beside it name."""

from __future__ import annotations

from random import Random

from tools.evidence_bench.case import Draft, Kind
from tools.evidence_bench.study_facts import StudyFacts, tex
from tools.evidence_bench.wording import any_result, fill, names_of, pick

_BOUND = frozenset(["contradicted_claim"])
_WORDINGS = (
    "On {dataset}, {run} reaches a {metric} of \\result{{{other}}}.",
    "The {metric} of {run} on {dataset} is \\result{{{other}}}.",
    "{Run} obtains \\result{{{other}}} on {dataset} ({metric}).",
    "In {run}, the {metric} on {dataset} amounts to \\result{{{other}}}.",
    "For {dataset}, {run} gives a {metric} of \\result{{{other}}}.",
    "Against the baseline, the {metric} of {run} on {dataset} is \\change{{{other}}}.",
)


def _dataset(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    others = [
        d for d in facts.datasets if result and d != result.dataset and facts.result(result.run, d, result.metric.name)
    ]
    if result is None or not (other := pick(random, others)):
        return None
    return _draft(facts, random, result.address, f"{result.run}/{other}/{result.metric.name}")


def _run(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    others = [
        r for r in facts.runs if result and r != result.run and facts.result(r, result.dataset, result.metric.name)
    ]
    if result is None or not (other := pick(random, others)):
        return None
    return _draft(facts, random, result.address, f"{other}/{result.dataset}/{result.metric.name}")


def _metric(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    others = [
        m for m in facts.metrics if result and m != result.metric.name and facts.result(result.run, result.dataset, m)
    ]
    if result is None or not (other := pick(random, others)):
        return None
    return _draft(facts, random, result.address, f"{result.run}/{result.dataset}/{other}")


def _draft(facts: StudyFacts, random: Random, named: str, printed_address: str) -> Draft:
    result = facts.ledger.result(named)
    text = fill(random, _WORDINGS, other=printed_address, **names_of(facts, result))
    return Draft(text, random.choice(("results", "results", "conclusion")), printed_address, named, (named,), named)


def _unknown(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    number = max(int(run.removeprefix("run_")) for run in facts.runs) + random.randint(1, 9)
    address = random.choice(
        (
            f"run_{number}/{result.dataset}/{result.metric.name}",
            f"{result.run}/{random.choice(('cifar10', 'spirals', 'imagenet'))}/{result.metric.name}",
            f"{result.run}/{result.dataset}/{random.choice(('fid', 'f1', 'bleu'))}",
        )
    )
    run, dataset, metric = address.split("/")
    text = fill(
        random,
        (
            "On {dataset}, {run} reaches \\result{{{address}}}.",
            "{Run} changes the {metric} on {dataset} by \\change{{{address}}}.",
        ),
        run=tex(run),
        dataset=tex(dataset),
        metric=tex(metric),
        address=address,
    )
    return Draft(text, "results", address, "no such result")


KINDS = (
    Kind("reference of another dataset", "references", _dataset, _BOUND),
    Kind("reference of another run", "references", _run, _BOUND),
    Kind("reference of another metric", "references", _metric, _BOUND),
    Kind("reference without a result", "references", _unknown, frozenset(["unknown_reference"])),
)
