"""Builders of honest sentences about results: true by the ledger."""

from __future__ import annotations

from random import Random

from tools.evidence import BASELINE
from tools.evidence_bench.case import Draft
from tools.evidence_bench.kinds.kind import Kind, builds
from tools.evidence_bench.kinds.wording import (
    NUMBERS,
    addresses,
    any_result,
    between_runs,
    change_fields,
    comparison,
    direction,
    in_noise,
    lower,
    means_of_runs,
    moves,
    names_of,
    pair_fields,
    pick,
    run_names,
)
from tools.evidence_bench.study_facts import StudyFacts, listed, printed, tex


@builds
def honest_change(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, "significant")
    if found is None:
        return None
    about = Draft(section="", claimed=direction(found), evidence=(found.result.address,))
    return kind.say(facts, random, change_fields(kind, facts, random, found), about)


@builds
def honest_noise(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, "noise")
    if found is None:
        return None
    about = Draft(section="", evidence=(found.result.address,))
    return kind.say(facts, random, change_fields(kind, facts, random, found), about)


@builds
def honest_reference(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    about = Draft(section="", claimed=result.address, evidence=(result.address,))
    return kind.say(facts, random, names_of(facts, result), about)


@builds
def right_number(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Type a right number: a note at most."""
    result = any_result(facts, random)
    if result is None:
        return None
    shown = printed(result.mean, 4)
    about = Draft("", "", shown, printed(result.mean, 8), (result.address,))
    return kind.say(facts, random, {**names_of(facts, result), "v": shown}, about)


@builds
def right_percentage(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Type a right percentage: a note at most."""
    found = comparison(facts, random, "significant", smallest=0.03)
    if found is None or found.relative is None:
        return None
    percent = abs(found.relative) * 100
    fields = {**change_fields(kind, facts, random, found), "p": f"{percent:.1f}"}
    about = Draft("", "", f"{percent:.1f}%", f"{percent:.4f}%", (found.result.address,))
    return kind.say(facts, random, fields, about)


@builds
def right_count(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    metric = pick(random, facts.quality_metrics)
    cells = [c for c in facts.comparisons if c.result.metric.name == metric]
    if metric is None or not 0 < len(cells) < len(NUMBERS):
        return None
    right = sum(c.significant for c in cells)
    fields = {"n": str(right), "word": NUMBERS[right], "m": str(len(cells)), **run_names(facts, "", metric)}
    about = Draft(section="", claimed=str(right), evidence=tuple(c.result.address for c in cells))
    draft = kind.say(facts, random, fields, about)
    return None if draft.text.startswith("0 ") or " 0 " in draft.text else draft


@builds
def change_everywhere(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Claim over all datasets what holds with significance on each."""
    if len(facts.datasets) < 2:
        return None
    found = []
    for metric in facts.quality_metrics:
        for run in facts.runs:
            cells = [facts.compared(run, dataset, metric) for dataset in facts.datasets]
            directions = {lower(c) for c in cells if c and c.significant and c.difference}
            if len(directions) == 1 and all(c and c.significant and c.difference for c in cells):
                found.append((run, metric, True in directions))
    chosen = pick(random, found)
    if chosen is None:
        return None
    run, metric, down = chosen
    fields = {**run_names(facts, run, metric), **moves(kind, random, down), "n": NUMBERS[len(facts.datasets)]}
    return kind.say(facts, random, fields, Draft(section="", evidence=addresses([run], facts.datasets, metric)))


@builds
def change_on_some(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Say which datasets changed and which did not."""
    found = []
    for metric in facts.quality_metrics:
        for run in facts.runs:
            cells = [c for dataset in facts.datasets if (c := facts.compared(run, dataset, metric))]
            no = [c for c in cells if not c.significant]
            for down in (True, False):
                yes = [c for c in cells if c.significant and lower(c) == down]
                if yes and no and len(yes) + len(no) == len(cells) == len(facts.datasets):
                    found.append((run, metric, down, yes, no))
    chosen = pick(random, found)
    if chosen is None:
        return None
    run, metric, down, yes, no = chosen
    fields = {
        **run_names(facts, run, metric),
        **moves(kind, random, down),
        "yes": listed([tex(c.result.dataset) for c in yes]),
        "no": listed([tex(c.result.dataset) for c in no]),
        "changes": "; ".join(f"\\change{{{c.result.address}}}" for c in yes),
        "n": NUMBERS[len(yes)],
        "m": NUMBERS[len(facts.datasets)],
    }
    return kind.say(facts, random, fields, Draft(section="", evidence=tuple(c.result.address for c in (*yes, *no))))


@builds
def extreme_run(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Name the run with the extreme mean; every other run is at least a twentieth away."""
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not metric or not dataset or len(facts.runs) < 2:
        return None
    means = means_of_runs(facts, dataset, metric)
    lowest = random.random() < 0.5
    ranked = sorted(means, key=lambda run: means[run], reverse=not lowest)
    run = ranked[0]
    if run == BASELINE or len(ranked) < 3 or abs(means[ranked[1]] - means[run]) < 0.05 * abs(means[run]):
        return None
    fields = {**run_names(facts, run, metric), "most": "lowest" if lowest else "highest"}
    fields |= {"dataset": tex(dataset), "address": f"{run}/{dataset}/{metric}"}
    return kind.say(
        facts, random, fields, Draft(section="", claimed=run, evidence=addresses(list(means), [dataset], metric))
    )


@builds
def right_order(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    chosen = pick(random, between_runs(facts))
    if chosen is None or not (chosen.significant or in_noise(chosen)):
        return None
    wordings = kind.variants["significant" if chosen.significant else "noise"]
    about = Draft(section="", claimed=direction(chosen), evidence=(chosen.result.address, chosen.baseline.address))
    return kind.say(facts, random, pair_fields(facts, chosen, lower(chosen)), about, wordings=wordings)


@builds
def no_change(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """State a negative result: no run is significantly better, or one run differs nowhere."""
    found: list[tuple[str, dict[str, str]]] = []
    for metric in facts.quality_metrics:
        cells = [c for c in facts.comparisons if c.result.metric.name == metric]
        if cells and not any(c.significant and c.direction == "better" for c in cells):
            found += [(text, run_names(facts, "", metric)) for text in kind.variants["no run is better"]]
        for run in facts.runs:
            own = [c for c in cells if c.result.run == run]
            if len(own) == len(facts.datasets) and not any(c.significant for c in own):
                found += [(text, run_names(facts, run, metric)) for text in kind.variants["a run differs nowhere"]]
    chosen = pick(random, found)
    return kind.say(facts, random, chosen[1], wordings=(chosen[0],)) if chosen else None


@builds
def confirmed_change(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """State a change that the confirmation on fresh seeds shows too."""
    found = [
        c
        for row in facts.ledger.confirmations[1:]
        for dataset in facts.datasets
        if (c := facts.compared(row.name, dataset, facts.primary)) and c.significant
    ]
    chosen = pick(random, found)
    if chosen is None:
        return None
    fields = change_fields(kind, facts, random, chosen) | {"run": tex(chosen.result.run.replace("confirm", "run"))}
    about = Draft(section="", claimed=direction(chosen), evidence=(chosen.result.address,))
    return kind.say(facts, random, fields, about)
