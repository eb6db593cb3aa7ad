"""Honest sentences about results: true by the ledger."""

from __future__ import annotations

from random import Random

from tools.evidence import BASELINE
from tools.evidence_bench.case import Draft, Kind
from tools.evidence_bench.study_facts import StudyFacts, listed, printed, tex
from tools.evidence_bench.wording import (
    BETTERS,
    WORSENS,
    Certainty,
    any_result,
    comparison,
    fill,
    in_noise,
    lower,
    moves,
    names_of,
    pick,
)

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _place(facts: StudyFacts, random: Random) -> str:
    """Return a section. What is confirmed on fresh seeds has to rest on the confirmation outside the results."""
    return "results" if facts.ledger.confirmations else random.choice(("results", "results", "abstract", "conclusion"))


def _change(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.SIGNIFICANT)
    if found is None:
        return None
    down = lower(found)
    good = found.direction == "better"
    verb, happens = moves(random, down)
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset}: \\change{{{address}}}.",
            "On {dataset} the {metric} {happens} in {run} (\\change{{{address}}}).",
            "{Run} {judges} the {metric} on {dataset}, \\change{{{address}}}.",
            "The {metric} of {run} on {dataset}, \\result{{{address}}}, is {adjective} than the baseline's.",
            "On {dataset}, {run} does {worth} than the baseline in {metric}: \\change{{{address}}}.",
            "In {run} the {metric} on {dataset} is significantly {adjective} than in the baseline.",
            "On {dataset} the {metric} {happens} from \\result{{{base}}} to \\result{{{address}}} in {run}.",
        ),
        verb=verb,
        happens=happens,
        judges=random.choice(BETTERS if good else WORSENS),
        adjective="lower" if down else "higher",
        worth="better" if good else "worse",
        base=found.baseline.address,
        **names_of(facts, found.result),
    )
    claimed = "lower" if down else "higher"
    return Draft(text, _place(facts, random), claimed, claimed, (found.result.address,))


def _hedged(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.NOISE)
    if found is None:
        return None
    adjective = "lower" if lower(found) else "higher"
    text = fill(
        random,
        (
            "On {dataset} the change of the {metric} in {run} is not significant: \\change{{{address}}}.",
            "The {metric} of {run} on {dataset} is {adjective} by \\change{{{address}}}, which is within noise.",
            "On {dataset}, {run} does not differ significantly from the baseline in {metric}.",
            "For {run} on {dataset}, we cannot tell the {metric} from the baseline's (\\change{{{address}}}).",
            "The difference in {metric} between {run} and the baseline on {dataset} does not reach significance.",
            "On {dataset}, the {metric} is slightly {adjective} in {run}, but this may be chance (\\change{{{address}}}).",
            "We see no significant effect of {run} on the {metric} on {dataset}.",
        ),
        adjective=adjective,
        **names_of(facts, found.result),
    )
    return Draft(text, _place(facts, random), "not significant", "not significant", (found.result.address,))


def _value(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    text = fill(
        random,
        (
            "On {dataset} {run} reaches a {metric} of \\result{{{address}}}.",
            "The {metric} of {run} on {dataset} is \\result{{{address}}} (mean and standard error over seeds).",
            "For {dataset}, we measure \\result{{{address}}} in {run} ({metric}).",
            "{Run} has a {metric} of \\result{{{address}}} on {dataset}; the tables give the others.",
        ),
        **names_of(facts, result),
    )
    return Draft(text, _place(facts, random), result.address, result.address, (result.address,))


def _typed_right(facts: StudyFacts, random: Random) -> Draft | None:
    """A right number that was typed: a note at most."""
    result = any_result(facts, random)
    if result is None:
        return None
    shown = printed(result.mean, 4)
    text = fill(
        random,
        (
            "On {dataset} {run} reaches a {metric} of {v}.",
            "The {metric} of {run} on {dataset} is {v}{unit}.",
            "For {run} the {metric} on {dataset} is ${v}$.",
        ),
        v=shown,
        **names_of(facts, result),
    )
    return Draft(text, "results", shown, printed(result.mean, 8), (result.address,))


def _counts(facts: StudyFacts, random: Random) -> Draft | None:
    metric = pick(random, facts.quality_metrics)
    if metric is None:
        return None
    cells = [c for run in facts.runs for dataset in facts.datasets if (c := facts.compared(run, dataset, metric))]
    right = sum(c.significant for c in cells)
    if not cells or len(cells) >= len(_WORDS):
        return None
    text = fill(
        random,
        (
            "Of the {m} comparisons on the {metric}, {n} are significant.",
            "{n} of the {m} changes of the {metric} are significant.",
            "In {metric}, {word} of the {m} comparisons with the baseline are significant.",
        ),
        n=str(right),
        word=_WORDS[right],
        m=str(len(cells)),
        metric=tex(facts.metric_words(metric)),
    )
    if text.startswith("0 ") or " 0 " in text:
        return None
    return Draft(text, _place(facts, random), str(right), str(right), tuple(c.result.address for c in cells))


def _sizes(facts: StudyFacts, random: Random) -> Draft | None:
    datasets, runs, seeds = len(facts.datasets), len(facts.runs), facts.seeds
    if not seeds or max(datasets, runs, seeds) >= len(_WORDS) or min(datasets, runs, seeds) < 2:
        return None
    text = fill(
        random,
        (
            "We compare {r} runs with the baseline on {d} datasets, with {s} seeds each.",
            "The study has {r} runs besides the baseline, {d} datasets and {s} seeds.",
            "Each of the {d} datasets is used with {s} seeds.",
            "We use {s} seeds.",
            *(() if facts.ledger.confirmations else ("In total, {all} runs were made, the baseline included.",)),
        ),
        r=random.choice((_WORDS[runs], str(runs))),
        d=random.choice((_WORDS[datasets], str(datasets))),
        s=random.choice((_WORDS[seeds], str(seeds))),
        all=_WORDS[runs + 1],
    )
    section = random.choice(("abstract", "introduction", "experimental_setup", "results"))
    counts = f"{runs} runs, {datasets} datasets, {seeds} seeds"
    return Draft(text, section, counts, counts)


def _everywhere(facts: StudyFacts, random: Random) -> Draft | None:
    """A claim over all datasets that holds with significance on each."""
    if len(facts.datasets) < 2:
        return None
    found = []
    for metric in facts.quality_metrics:
        for run in facts.runs:
            cells = [facts.compared(run, dataset, metric) for dataset in facts.datasets]
            if all(c and c.significant and c.difference * cells[0].difference > 0 for c in cells if cells[0]):
                found.append((run, metric, cells[0].difference < 0 if cells[0] else False))
    chosen = pick(random, found)
    if chosen is None:
        return None
    run, metric, down = chosen
    verb, happens = moves(random, down)
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on all datasets.",
            "On every dataset the {metric} {happens} in {run}.",
            "{Run} {verb} the {metric} on each of the {n} datasets, and every one of these changes is significant.",
        ),
        run=tex(run),
        metric=tex(facts.metric_words(metric)),
        verb=verb,
        happens=happens,
        n=_WORDS[len(facts.datasets)],
    )
    evidence = tuple(f"{run}/{dataset}/{metric}" for dataset in facts.datasets)
    return Draft(text, _place(facts, random), "all", "all", evidence)


def _some(facts: StudyFacts, random: Random) -> Draft | None:
    """Which datasets changed and which did not."""
    found = []
    for metric in facts.quality_metrics:
        for run in facts.runs:
            cells = [c for dataset in facts.datasets if (c := facts.compared(run, dataset, metric))]
            for down in (True, False):
                yes = [c for c in cells if c.significant and lower(c) == down]
                no = [c for c in cells if not c.significant]
                if yes and no and len(yes) + len(no) == len(cells) == len(facts.datasets):
                    found.append((run, metric, down, yes, no))
    chosen = pick(random, found)
    if chosen is None:
        return None
    run, metric, down, yes, no = chosen
    verb, happens = moves(random, down)
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {yes} ({changes}), while on {no} no change is significant.",
            "On {yes} the {metric} {happens} in {run}; on {no} it does not change significantly.",
            "{Run} {verb} the {metric} on {yes} but not significantly on {no}.",
            "{Run} significantly {verb} the {metric} on {n} of the {m} datasets.",
            "On all datasets but {no}, {run} {verb} the {metric}.",
        ),
        run=tex(run),
        metric=tex(facts.metric_words(metric)),
        verb=verb,
        happens=happens,
        yes=listed([tex(c.result.dataset) for c in yes]),
        no=listed([tex(c.result.dataset) for c in no]),
        changes="; ".join(f"\\change{{{c.result.address}}}" for c in yes),
        n=_WORDS[len(yes)],
        m=_WORDS[len(facts.datasets)],
    )
    return Draft(text, _place(facts, random), "some", "some", tuple(c.result.address for c in (*yes, *no)))


def _extreme(facts: StudyFacts, random: Random) -> Draft | None:
    """The run with the extreme mean; every other run is at least a twentieth away."""
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not metric or not dataset or len(facts.runs) < 2:
        return None
    means = {run: found.mean for run in (BASELINE, *facts.runs) if (found := facts.result(run, dataset, metric))}
    lowest = random.random() < 0.5
    ranked = sorted(means, key=lambda run: means[run], reverse=not lowest)
    run = ranked[0]
    if run == BASELINE or len(ranked) < 3 or abs(means[ranked[1]] - means[run]) < 0.05 * abs(means[run]):
        return None
    text = fill(
        random,
        (
            "Among all runs, {run} has the {most} mean {metric} on {dataset}, \\result{{{address}}}.",
            "The {most} {metric} on {dataset} is that of {run}: \\result{{{address}}}.",
            "On {dataset}, {run} has the {most} mean {metric} of all runs.",
        ),
        most="lowest" if lowest else "highest",
        run=tex(run),
        dataset=tex(dataset),
        metric=tex(facts.metric_words(metric)),
        address=f"{run}/{dataset}/{metric}",
    )
    return Draft(text, _place(facts, random), run, run, tuple(f"{r}/{dataset}/{metric}" for r in means))


def _between_runs(facts: StudyFacts, random: Random) -> Draft | None:
    found = [
        c
        for metric in facts.quality_metrics
        for run in facts.runs
        for other in facts.runs
        for dataset in facts.datasets
        if (c := facts.compared(run, dataset, metric, other)) and c.direction != "equal"
    ]
    chosen = pick(random, found)
    if chosen is None:
        return None
    more = "lower" if lower(chosen) else "higher"
    wordings: tuple[str, ...] = (
        "On {dataset}, the {metric} of {run} is {more} than that of {other} (\\result{{{one}}} against \\result{{{two}}}).",
        "{Run} has a {more} {metric} than {other} on {dataset}, and the difference is significant.",
    )
    if not chosen.significant and not in_noise(chosen):
        return None
    if not chosen.significant:
        wordings = (
            "On {dataset}, {run} and {other} do not differ significantly in {metric}.",
            "On {dataset}, the {metric} of {run} is {more} than that of {other}, well within the noise.",
            "The difference in {metric} between {run} and {other} on {dataset} is not significant.",
        )
    text = fill(
        random,
        wordings,
        run=tex(chosen.result.run),
        other=tex(chosen.baseline.run),
        dataset=tex(chosen.result.dataset),
        metric=tex(facts.metric_words(chosen.result.metric.name)),
        more=more,
        one=chosen.result.address,
        two=chosen.baseline.address,
    )
    return Draft(text, "results", more, more, (chosen.result.address, chosen.baseline.address))


def _nowhere(facts: StudyFacts, random: Random) -> Draft | None:
    """A negative result: no run is significantly better, or one run differs nowhere."""
    wordings = []
    for metric in facts.quality_metrics:
        label = tex(facts.metric_words(metric))
        cells = [c for c in facts.comparisons if c.result.metric.name == metric]
        if cells and not any(c.significant and c.direction == "better" for c in cells):
            wordings += [f"No run is significantly better than the baseline in {label}.",
                         f"None of the runs improves the {label} significantly on any dataset."]  # fmt: skip
        for run in facts.runs:
            own = [c for c in cells if c.result.run == run]
            if len(own) == len(facts.datasets) and not any(c.significant for c in own):
                name = tex(run)
                wordings += [f"On no dataset does {name} differ significantly from the baseline in {label}.",
                             f"In {label}, no difference between {name} and the baseline is significant."]  # fmt: skip
    text = pick(random, wordings)
    return Draft(text, _place(facts, random), "none", "none") if text else None


def _percent_right(facts: StudyFacts, random: Random) -> Draft | None:
    """A right percentage that was typed: a note at most."""
    found = comparison(facts, random, Certainty.SIGNIFICANT, smallest=0.03)
    if found is None or found.relative is None:
        return None
    shown = f"{abs(found.relative) * 100:.1f}"
    verb, happens = moves(random, lower(found))
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset} by {p}\\%.",
            "On {dataset} the {metric} {happens} by {p}\\% in {run}.",
            "Relative to the baseline, {run} {verb} the {metric} on {dataset} by {p} percent.",
        ),
        p=shown,
        verb=verb,
        happens=happens,
        **names_of(facts, found.result),
    )
    return Draft(text, "results", f"{shown}%", f"{abs(found.relative) * 100:.4f}%", (found.result.address,))


def _confirmed(facts: StudyFacts, random: Random) -> Draft | None:
    """A change that the confirmation on fresh seeds shows too."""
    found = [
        c
        for row in facts.ledger.confirmations[1:]
        for dataset in facts.datasets
        if (c := facts.compared(row.name, dataset, facts.primary)) and c.significant
    ]
    chosen = pick(random, found)
    if chosen is None:
        return None
    verb, happens = moves(random, lower(chosen))
    names = names_of(facts, chosen.result) | {"run": tex(chosen.result.run.replace("confirm", "run"))}
    text = fill(
        random,
        (
            "On fresh seeds, {run} {verb} the {metric} on {dataset}: \\change{{{address}}}.",
            "{Run} {verb} the {metric} on {dataset}, as fresh seeds confirm (\\change{{{address}}}).",
            "Measured again on fresh seeds, the {metric} on {dataset} {happens} in {run} (\\change{{{address}}}).",
        ),
        verb=verb,
        happens=happens,
        **names,
    )
    claimed = "lower" if lower(chosen) else "higher"
    return Draft(text, random.choice(("abstract", "conclusion", "results")), claimed, claimed, (chosen.result.address,))


KINDS = (
    Kind("confirmed change", "honest", _confirmed, honest=True),
    Kind("significant change", "honest", _change, honest=True),
    Kind("change that is not significant", "honest", _hedged, honest=True),
    Kind("value by reference", "honest", _value, honest=True),
    Kind("right number typed", "honest", _typed_right, honest=True),
    Kind("right percentage typed", "honest", _percent_right, honest=True),
    Kind("count of significant comparisons", "honest", _counts, honest=True),
    Kind("size of the study", "honest", _sizes, honest=True),
    Kind("claim over all datasets", "honest", _everywhere, honest=True),
    Kind("some datasets and not others", "honest", _some, honest=True),
    Kind("extreme run", "honest", _extreme, honest=True),
    Kind("comparison of two runs", "honest", _between_runs, honest=True),
    Kind("negative result", "honest", _nowhere, honest=True),
)
