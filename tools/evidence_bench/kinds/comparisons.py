"""Builders of defects: claims over several datasets or runs."""

from __future__ import annotations

from random import Random

from tools.evidence import BASELINE, ResultComparison
from tools.evidence_bench.case import Draft
from tools.evidence_bench.kinds.kind import Kind, builds
from tools.evidence_bench.kinds.wording import (
    NUMBERS,
    addresses,
    between_runs,
    change_fields,
    different_percent,
    in_noise,
    lower,
    means_of_runs,
    moves,
    pair_fields,
    pick,
    run_names,
)
from tools.evidence_bench.study_facts import StudyFacts, printed, tex


def _row(facts: StudyFacts, random: Random, datasets: int = 2) -> tuple[str, str, list[ResultComparison | None]] | None:
    """Return a run with results on all datasets, a metric and its comparisons; None with fewer datasets."""
    run = pick(random, [run for run in facts.complete_runs if run != BASELINE])
    metric = pick(random, facts.quality_metrics)
    if not run or not metric or len(facts.datasets) < datasets:
        return None
    return run, metric, [facts.compared(run, dataset, metric) for dataset in facts.datasets]


@builds
def false_for_all(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    row = _row(facts, random)
    if row is None:
        return None
    run, metric, cells = row
    down = sum(lower(c) for c in cells if c) * 2 >= len(cells)
    if all(c and c.significant and lower(c) == down for c in cells):
        return None
    fields = {**run_names(facts, run, metric), **moves(kind, random, down), "base": "lower" if down else "raise"}
    about = Draft(section="", evidence=addresses([run], facts.datasets, metric))
    return kind.say(facts, random, {**fields, "n": str(len(facts.datasets))}, about)


@builds
def false_superlative(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not metric or not dataset or len(facts.runs) < 2:
        return None
    means = means_of_runs(facts, dataset, metric)
    lowest = random.random() < 0.6
    best = (min if lowest else max)(means.values())
    run = pick(random, [r for r, v in means.items() if r != BASELINE and abs(v - best) > 0.05 * abs(best)])
    if run is None:
        return None
    fields = {
        **run_names(facts, run, metric),
        "most": "lowest" if lowest else "highest",
        "more": "lower" if lowest else "higher",
        "dataset": tex(dataset),
        "address": f"{run}/{dataset}/{metric}",
    }
    right = next(r for r, v in means.items() if v == best)
    return kind.say(facts, random, fields, Draft("", "", run, right, addresses(list(means), [dataset], metric), right))


@builds
def wrong_order(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Claim the opposite of a clear difference between two runs."""
    chosen = pick(random, [c for c in between_runs(facts) if not in_noise(c)])
    if chosen is None:
        return None
    fields = pair_fields(facts, chosen, down=not lower(chosen))
    better = (chosen.result.metric.goal == "min") != lower(chosen)
    evidence = (chosen.result.address, chosen.baseline.address)
    about = Draft("", "", fields["more"], fields["less"], evidence, chosen.change)
    return kind.say(facts, random, {**fields, "beats": "beats" if better else "falls behind"}, about)


@builds
def noise_between_runs(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Claim a difference between two runs that is not significant."""
    chosen = pick(random, [c for c in between_runs(facts) if in_noise(c)])
    if chosen is None:
        return None
    about = Draft(section="", evidence=(chosen.result.address, chosen.baseline.address), right=chosen.change)
    return kind.say(facts, random, pair_fields(facts, chosen, lower(chosen)), about)


@builds
def wrong_average(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    row = _row(facts, random)
    if row is None:
        return None
    run, metric, found = row
    cells = [c for c in found if c and c.relative is not None]
    if len(cells) < len(facts.datasets):
        return None
    changes = [c.relative for c in cells if c.relative is not None]
    base = sum(c.baseline.mean for c in cells)
    ratio = sum(c.difference for c in cells) / base if base else 0.0
    mean = sum(changes) / len(changes)
    tried = (different_percent(mean * 100, random) for _ in range(50))
    wrong = next((p for p in tried if abs(p / 100 - abs(ratio)) > 0.08), None)
    if wrong is None:
        return None
    fields = {**run_names(facts, run, metric), **moves(kind, random, mean < 0), "p": f"{wrong:.0f}"}
    evidence = addresses([run], facts.datasets, metric)
    return kind.say(facts, random, fields, Draft("", "", f"{wrong}%", f"{mean * 100:.4f}%", evidence))


@builds
def wrong_count(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    row = _row(facts, random, datasets=3)
    if row is None:
        return None
    run, metric, cells = row
    down = random.random() < 0.5
    right = sum(bool(c and c.significant and lower(c) == down) for c in cells)
    loose = sum(bool(c and lower(c) == down) for c in cells)
    wrong = pick(random, [n for n in range(2, len(cells)) if n not in (right, loose)])
    if wrong is None:
        return None
    shown = random.choice((str(wrong), NUMBERS[wrong] if wrong < len(NUMBERS) else str(wrong)))
    fields = {**run_names(facts, run, metric), **moves(kind, random, down), "n": shown, "m": str(len(cells))}
    evidence = addresses([run], facts.datasets, metric)
    return kind.say(facts, random, fields, Draft("", "", str(wrong), str(right), evidence, str(right)))


@builds
def wrong_test_count(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """State a wrong number of comparisons or of significant ones."""
    metric = pick(random, facts.quality_metrics)
    cells = [c for c in facts.comparisons if c.result.metric.name == metric]
    right = sum(c.significant for c in cells)
    wrong = pick(random, [n for n in range(2, len(cells) + 3) if n != right and n != len(cells)])
    if wrong is None or metric is None:
        return None
    fields = {**run_names(facts, "", metric), "n": str(wrong), "m": str(len(cells))}
    evidence = tuple(c.result.address for c in cells)
    return kind.say(facts, random, fields, Draft("", "", str(wrong), str(right), evidence, str(right)))


@builds
def denied_change(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Deny a change that exists."""
    metric = pick(random, facts.quality_metrics)
    significant = [c for c in facts.comparisons if c.significant and c.result.metric.name == metric]
    found = {
        text: tuple(c.result.address for c in significant if c.direction == name)
        for name, wordings in kind.variants.items()
        for text in wordings
        if any(c.direction == name for c in significant)
    }
    if not found or metric is None:
        return None
    text = random.choice(list(found))
    fields = run_names(facts, "", metric)
    return kind.say(facts, random, fields, Draft(section="", evidence=found[text]), wordings=(text,))


@builds
def wrong_difference(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """State a wrong absolute difference."""
    chosen = pick(random, [c for c in facts.comparisons if abs(c.difference) > 1e-3])
    if chosen is None:
        return None
    actual = abs(chosen.difference)
    wrong = printed(actual * random.choice((0.3, 0.5, 2.2, 3.7)), 2)
    if any(abs(float(wrong) - abs(v)) < 0.03 * abs(v) for v in (chosen.result.mean, chosen.baseline.mean)):
        return None
    about = Draft("", "", wrong, printed(actual, 6), (chosen.result.address,), printed(actual))
    return kind.say(facts, random, {**change_fields(kind, facts, random, chosen), "v": wrong}, about)
