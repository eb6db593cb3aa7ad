"""Defects: claims over several datasets or runs."""

from __future__ import annotations

from random import Random

from tools.evidence import BASELINE
from tools.evidence_bench.case import Draft, Kind
from tools.evidence_bench.study_facts import StudyFacts, printed, tex
from tools.evidence_bench.wording import fill, in_noise, moves, pick, wrong_percent

_ALL = frozenset(["not_all_datasets", "contradicted_claim", "insignificant_claim"])
_FALSE = frozenset(["contradicted_claim", "insignificant_claim"])
_COUNT = frozenset(["typed_number", "contradicted_claim", "not_all_datasets"])
_PLACES = ("results", "results", "abstract", "conclusion")


def _row(facts: StudyFacts, random: Random) -> tuple[str, str] | None:
    """Return a run with results on all datasets, and a metric."""
    runs = [run for run in facts.complete_runs if run != BASELINE]
    run, metric = pick(random, runs), pick(random, facts.quality_metrics)
    return (run, metric) if run and metric else None


def _names(facts: StudyFacts, run: str, metric: str) -> dict[str, str]:
    return {"run": tex(run), "metric": tex(facts.metric_words(metric))}


def _evidence(facts: StudyFacts, run: str, metric: str) -> tuple[str, ...]:
    return tuple(f"{run}/{dataset}/{metric}" for dataset in facts.datasets)


def _universal(facts: StudyFacts, random: Random) -> Draft | None:
    row = _row(facts, random)
    if row is None or len(facts.datasets) < 2:
        return None
    run, metric = row
    cells = [facts.compared(run, dataset, metric) for dataset in facts.datasets]
    down = sum(c.difference < 0 for c in cells if c) * 2 >= len(cells)
    if all(c and c.significant and (c.difference < 0) == down for c in cells):
        return None
    verb, happens = moves(random, down)
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on all datasets.",
            "On every dataset the {metric} {happens} in {run}.",
            "{Run} consistently {verb} the {metric}.",
            "Without exception, {run} {verb} the {metric}.",
            "The {metric} {happens} across the board with {run}.",
            "On each of the {n} datasets, {run} significantly {verb} the {metric}.",
            "There is no dataset on which {run} does not {base} the {metric}.",
        ),
        verb=verb,
        happens=happens,
        base="lower" if down else "raise",
        n=str(len(facts.datasets)),
        **_names(facts, run, metric),
    )
    return Draft(text, random.choice(_PLACES), "all", "not all", _evidence(facts, run, metric))


def _superlative(facts: StudyFacts, random: Random) -> Draft | None:
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not metric or not dataset or len(facts.runs) < 2:
        return None
    means = {run: found.mean for run in (BASELINE, *facts.runs) if (found := facts.result(run, dataset, metric))}
    lowest = random.random() < 0.6
    best = (min if lowest else max)(means.values())
    wrong = [r for r, v in means.items() if r != BASELINE and abs(v - best) > 0.05 * abs(best)]
    run = pick(random, wrong)
    if run is None:
        return None
    text = fill(
        random,
        (
            "Among all runs, {run} has the {most} {metric} on {dataset}.",
            "The {most} {metric} on {dataset} is that of {run}: \\result{{{address}}}.",
            "On {dataset}, no run has a {more} {metric} than {run}.",
            "{Run} reaches the {most} {metric} of all runs on {dataset}.",
        ),
        most="lowest" if lowest else "highest",
        more="lower" if lowest else "higher",
        dataset=tex(dataset),
        address=f"{run}/{dataset}/{metric}",
        **_names(facts, run, metric),
    )
    right = next(r for r, v in means.items() if v == best)
    evidence = tuple(f"{r}/{dataset}/{metric}" for r in means)
    return Draft(text, random.choice(_PLACES), run, right, evidence, right)


def _between_runs(facts: StudyFacts, random: Random) -> Draft | None:
    """Claim the opposite of a clear difference between two runs."""
    found = [
        c
        for metric in facts.quality_metrics
        for run in facts.runs
        for other in facts.runs
        for dataset in facts.datasets
        if (c := facts.compared(run, dataset, metric, other)) and not in_noise(c)
    ]
    chosen = pick(random, found)
    if chosen is None:
        return None
    down = chosen.difference > 0
    better = (chosen.result.metric.goal == "min") == down
    text = fill(
        random,
        (
            "On {dataset}, {run} has a {more} {metric} than {other}.",
            "{Run} {beats} {other} on {dataset} in {metric}.",
            "The {metric} on {dataset} is {more} in {run} than in {other} (\\result{{{one}}} against \\result{{{two}}}).",
            "On {dataset}, {other} has a {less} {metric} than {run}.",
        ),
        more="lower" if down else "higher",
        less="higher" if down else "lower",
        beats="beats" if better else "falls behind",
        other=tex(chosen.baseline.run),
        dataset=tex(chosen.result.dataset),
        one=chosen.result.address,
        two=chosen.baseline.address,
        **_names(facts, chosen.result.run, chosen.result.metric.name),
    )
    evidence = (chosen.result.address, chosen.baseline.address)
    actual = "higher" if down else "lower"
    return Draft(text, random.choice(_PLACES), "lower" if down else "higher", actual, evidence, chosen.change)


def _between_runs_noise(facts: StudyFacts, random: Random) -> Draft | None:
    """Claim a difference between two runs that is not significant."""
    found = [
        c
        for metric in facts.quality_metrics
        for run in facts.runs
        for other in facts.runs
        for dataset in facts.datasets
        if (c := facts.compared(run, dataset, metric, other)) and in_noise(c) and c.direction != "equal"
    ]
    chosen = pick(random, found)
    if chosen is None:
        return None
    text = fill(
        random,
        (
            "On {dataset}, {run} has a {more} {metric} than {other}.",
            "On {dataset} the {metric} of {run} is clearly {more} than that of {other}.",
            "The {metric} on {dataset} is {more} in {run} than in {other}.",
        ),
        more="lower" if chosen.difference < 0 else "higher",
        other=tex(chosen.baseline.run),
        dataset=tex(chosen.result.dataset),
        **_names(facts, chosen.result.run, chosen.result.metric.name),
    )
    evidence = (chosen.result.address, chosen.baseline.address)
    return Draft(text, "results", "a difference", "not significant", evidence, chosen.change)


def _average(facts: StudyFacts, random: Random) -> Draft | None:
    row = _row(facts, random)
    if row is None or len(facts.datasets) < 2:
        return None
    run, metric = row
    cells = [c for dataset in facts.datasets if (c := facts.compared(run, dataset, metric)) and c.relative is not None]
    if len(cells) < len(facts.datasets):
        return None
    changes = [c.relative for c in cells if c.relative is not None]
    base = sum(c.baseline.mean for c in cells)
    ratio = sum(c.difference for c in cells) / base if base else 0.0
    mean = sum(changes) / len(changes)
    wrong = next(
        (p for _ in range(50) if abs((p := wrong_percent(mean * 100, random)) / 100 - abs(ratio)) > 0.08), None
    )
    if wrong is None:
        return None
    verb, happens = moves(random, mean < 0)
    text = fill(
        random,
        (
            "On average over the datasets, {run} {verb} the {metric} by {p}\\%.",
            "Averaged over all datasets the {metric} {happens} by {p}\\% in {run}.",
            "The mean change of the {metric} in {run} over the datasets is {p} percent.",
        ),
        verb=verb,
        happens=happens,
        p=f"{wrong:.0f}",
        **_names(facts, run, metric),
    )
    return Draft(text, random.choice(_PLACES), f"{wrong}%", f"{mean * 100:.4f}%", _evidence(facts, run, metric))


def _count(facts: StudyFacts, random: Random) -> Draft | None:
    row = _row(facts, random)
    if row is None or len(facts.datasets) < 3:
        return None
    run, metric = row
    cells = [facts.compared(run, dataset, metric) for dataset in facts.datasets]
    down = random.random() < 0.5
    right = sum(bool(c and c.significant and (c.difference < 0) == down) for c in cells)
    loose = sum(bool(c and (c.difference < 0) == down) for c in cells)
    wrong = pick(random, [n for n in range(2, len(cells)) if n not in (right, loose)])
    if wrong is None:
        return None
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    shown = random.choice((str(wrong), words[wrong] if wrong < len(words) else str(wrong)))
    verb, happens = moves(random, down)
    text = fill(
        random,
        (
            "{Run} significantly {verb} the {metric} on {n} of the {m} datasets.",
            "On {n} of {m} datasets the {metric} {happens} significantly in {run}.",
            "The {metric} of {run} is significantly {adjective} on {n} datasets.",
        ),
        n=shown,
        m=str(len(cells)),
        verb=verb,
        happens=happens,
        adjective="lower" if down else "higher",
        **_names(facts, run, metric),
    )
    return Draft(text, random.choice(_PLACES), str(wrong), str(right), _evidence(facts, run, metric), str(right))


def _tests(facts: StudyFacts, random: Random) -> Draft | None:
    """State a wrong number of comparisons or of significant ones."""
    metric = pick(random, facts.quality_metrics)
    if metric is None:
        return None
    cells = [c for run in facts.runs for dataset in facts.datasets if (c := facts.compared(run, dataset, metric))]
    right = sum(c.significant for c in cells)
    wrong = pick(random, [n for n in range(2, len(cells) + 3) if n != right and n != len(cells)])
    if wrong is None:
        return None
    text = fill(
        random,
        (
            "Of the {m} comparisons on the {metric}, {n} are significant.",
            "{n} of the {m} changes of the {metric} are significant.",
            "In {metric}, {n} of our comparisons with the baseline reach significance.",
        ),
        n=str(wrong),
        m=str(len(cells)),
        metric=tex(facts.metric_words(metric)),
    )
    evidence = tuple(c.result.address for c in cells)
    return Draft(text, random.choice(_PLACES), str(wrong), str(right), evidence, str(right))


def _nobody(facts: StudyFacts, random: Random) -> Draft | None:
    """Deny a change that exists."""
    metric = pick(random, facts.quality_metrics)
    significant = [c for c in facts.comparisons if c.significant and c.result.metric.name == metric]
    worse = [c for c in significant if c.direction == "worse"]
    better = [c for c in significant if c.direction == "better"]
    wordings: list[str] = []
    if worse:
        wordings += ["No dataset gets worse in {metric} in any run.", "In {metric}, no run is worse than the baseline."]
    if better:
        wordings += ["No run improves the {metric} on any dataset.", "No run is better in {metric} than the baseline."]
    if not wordings or metric is None:
        return None
    text = fill(random, tuple(wordings), metric=tex(facts.metric_words(metric)))
    found = worse if "worse" in text else better
    return Draft(text, random.choice(_PLACES), "none", "some", tuple(c.result.address for c in found))


def _difference(facts: StudyFacts, random: Random) -> Draft | None:
    """State a wrong absolute difference."""
    found = [c for c in facts.comparisons if abs(c.difference) > 1e-3]
    chosen = pick(random, found)
    if chosen is None:
        return None
    actual = abs(chosen.difference)
    wrong = printed(actual * random.choice((0.3, 0.5, 2.2, 3.7)), 2)
    if any(abs(float(wrong) - abs(v)) < 0.03 * abs(v) for v in (chosen.result.mean, chosen.baseline.mean)):
        return None
    verb, happens = moves(random, chosen.difference < 0)
    text = fill(
        random,
        (
            "The {metric} on {dataset} {happens} by {v}{unit} in {run}.",
            "On {dataset}, {run} {verb} the {metric} by {v}{unit}.",
            "The difference in {metric} between {run} and the baseline on {dataset} is {v}{unit}.",
        ),
        v=wrong,
        verb=verb,
        happens=happens,
        unit=tex(facts.unit(chosen.result.metric.name)),
        dataset=tex(chosen.result.dataset),
        **_names(facts, chosen.result.run, chosen.result.metric.name),
    )
    return Draft(text, "results", wrong, printed(actual, 6), (chosen.result.address,), printed(actual))


KINDS = (
    Kind("all datasets", "comparisons", _universal, _ALL),
    Kind("false superlative", "comparisons", _superlative, _ALL),
    Kind("wrong order of two runs", "comparisons", _between_runs, _FALSE),
    Kind("noise between two runs", "comparisons", _between_runs_noise, _FALSE | {"unsupported_claim"}),
    Kind("wrong average over datasets", "comparisons", _average, _COUNT),
    Kind("wrong count of datasets", "comparisons", _count, _COUNT | {"insignificant_claim"}),
    Kind("wrong count of tests", "comparisons", _tests, _COUNT),
    Kind("a change denied", "comparisons", _nobody, _ALL),
    Kind("wrong difference", "comparisons", _difference, _COUNT),
)
