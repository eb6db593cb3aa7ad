"""Defects: a comparison with the baseline, or its size or certainty, that the results contradict."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from tools.evidence import ResultComparison
from tools.evidence_bench.case import Decider, Draft, Kind
from tools.evidence_bench.study_facts import StudyFacts, tex
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

_FALSE = frozenset(["contradicted_claim"])
_CHANCE = frozenset(["insignificant_claim", "contradicted_claim", "unsupported_claim"])
_OPEN = frozenset(["unsupported_claim", "unsupported_setup"])
_PLACES = ("results", "results", "results", "abstract", "conclusion")


def _about(c: ResultComparison, claimed: str) -> dict[str, object]:
    return {
        "claimed": claimed,
        "actual": ("lower" if lower(c) else "higher") + (", significant" if c.significant else ", not significant"),
        "evidence": (c.result.address,),
        "right": c.change,
    }


def _opposite(facts: StudyFacts, random: Random, wordings: tuple[str, ...]) -> Draft | None:
    found = comparison(facts, random, Certainty.CLEAR)
    if found is None:
        return None
    down = not lower(found)  # the claim goes the other way
    verb, happens = moves(random, down)
    good = (found.result.metric.goal == "min") == down
    text = fill(
        random,
        wordings,
        verb=verb,
        happens=happens,
        judges=random.choice(BETTERS if good else WORSENS),
        adjective="lower" if down else "higher",
        worth="better" if good else "worse",
        noun="reduction" if down else "increase",
        **names_of(facts, found.result),
    )
    section = random.choice(_PLACES)
    claimed = "lower" if down else "higher"
    return Draft(text, section, claimed, "lower" if lower(found) else "higher", (found.result.address,), found.change)


def _direction_with_reference(facts: StudyFacts, random: Random) -> Draft | None:
    return _opposite(
        facts,
        random,
        (
            "{Run} {verb} the {metric} on {dataset}: \\change{{{address}}}.",
            "On {dataset} the {metric} {happens} in {run} (\\change{{{address}}}).",
            "{Run} {judges} the {metric} on {dataset}, \\change{{{address}}}.",
            "The {metric} of {run} on {dataset}, \\result{{{address}}}, is {adjective} than the baseline's.",
            "On {dataset}, {run} does {worth} than the baseline, with a {metric} of \\result{{{address}}}.",
            "We find a {noun} of the {metric} on {dataset} in {run}: \\change{{{address}}}.",
            "On {dataset} the {metric} is {worth} in {run}: \\change{{{address}}}.",
        ),
    )


def _direction_plain(facts: StudyFacts, random: Random) -> Draft | None:
    return _opposite(
        facts,
        random,
        (
            "{Run} {verb} the {metric} on {dataset}.",
            "On {dataset} the {metric} {happens} in {run}.",
            "{Run} {judges} the {metric} on {dataset}.",
            "The {metric} on {dataset} is {adjective} in {run} than in the baseline.",
            "The {noun} of the {metric} on {dataset} speaks for {run}.",
            "With {run} the {metric} on {dataset} comes out {adjective}.",
            "On {dataset}, going from the baseline to {run} {verb} the {metric}.",
        ),
    )


def _noise_as_change(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.NOISE)
    if found is None:
        return None
    verb, happens = moves(random, lower(found))
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset}.",
            "On {dataset} the {metric} {happens} in {run}, to \\result{{{address}}}.",
            "The {metric} on {dataset} {happens} with {run}.",
            "On {dataset}, {run} clearly {verb} the {metric}.",
            "{Run} {verb} the {metric} on {dataset} from the baseline's level to \\result{{{address}}}.",
        ),
        verb=verb,
        happens=happens,
        **names_of(facts, found.result),
    )
    return Draft(text, random.choice(_PLACES), **_about(found, "a difference"))  # type: ignore[arg-type]


def _significance(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.OPEN)
    if found is None:
        return None
    verb, happens = moves(random, lower(found))
    adjective = "lower" if lower(found) else "higher"
    text = fill(
        random,
        (
            "{Run} significantly {verb} the {metric} on {dataset}.",
            "In {run} the {metric} on {dataset} is significantly {adjective}.",
            "The {metric} on {dataset} {happens} in {run}, a statistically significant effect.",
            "On {dataset}, the difference in {metric} between {run} and the baseline is significant.",
            "The {metric} of {run} on {dataset} is {adjective} by more than chance would explain.",
            "On {dataset} {run} shows a {metric} reliably {adjective} than the baseline's.",
        ),
        verb=verb,
        happens=happens,
        adjective=adjective,
        **names_of(facts, found.result),
    )
    return Draft(text, random.choice(_PLACES), **_about(found, "significant"))  # type: ignore[arg-type]


def _sameness(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.CLEAR, smallest=0.05)
    if found is None:
        return None
    text = fill(
        random,
        (
            "On {dataset} the {metric} is unchanged in {run}.",
            "{Run} has no effect on the {metric} on {dataset}.",
            "The {metric} of {run} on {dataset} equals the baseline's.",
            "On {dataset}, {run} and the baseline have the same {metric}.",
            "{Run} matches the baseline in {metric} on {dataset}.",
            "The {metric} on {dataset} does not differ between {run} and the baseline.",
            "On {dataset} there is no significant difference in {metric} between {run} and the baseline.",
        ),
        **names_of(facts, found.result),
    )
    return Draft(text, random.choice(_PLACES), **_about(found, "same"))  # type: ignore[arg-type]


def _size(facts: StudyFacts, random: Random) -> Draft | None:
    large = random.random() < 0.5
    found = comparison(facts, random, Certainty.SIGNIFICANT, smallest=0.25) if large else None
    if found is None:
        large = False
        found = comparison(facts, random, Certainty.NOISE)
        if found is None or found.relative is None or abs(found.relative) > 0.1:
            return None
    verb, happens = moves(random, lower(found))
    wordings: tuple[str, ...] = (
        "{Run} only marginally {verb} the {metric} on {dataset}.",
        "On {dataset} the {metric} {happens} negligibly in {run}: \\change{{{address}}}.",
        "The change of the {metric} on {dataset} in {run} is tiny.",
        "On {dataset}, {run} {verb} the {metric} slightly.",
    )
    if not large:
        wordings = (
            "{Run} dramatically {verb} the {metric} on {dataset}.",
            "On {dataset} the {metric} {happens} substantially in {run}.",
            "The change of the {metric} on {dataset} in {run} is huge.",
            "On {dataset}, {run} {verb} the {metric} by a wide margin.",
        )
    text = fill(random, wordings, verb=verb, happens=happens, **names_of(facts, found.result))
    return Draft(text, random.choice(_PLACES), **_about(found, "small" if large else "large"))  # type: ignore[arg-type]


def _record(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    text = fill(
        random,
        (
            "The result on {dataset} is a new state of the art.",
            "{Run} outperforms all published methods on {dataset}.",
            "To our knowledge, no other method reaches such a {metric} on {dataset}.",
            "With {run} we surpass previous work on {dataset}.",
            "This is the best {metric} ever reported on {dataset}.",
            "Our approach beats competing approaches such as VAEs by a clear margin.",
            "{Run} is superior to existing approaches.",
        ),
        **names_of(facts, result),
    )
    section = random.choice(("results", "abstract", "conclusion", "introduction"))
    return Draft(text, section, "better than others", "no other method was measured")


def _unmeasured(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None:
        return None
    known = " ".join(facts.metric_words(m).lower() + f" {m}" for m in facts.metrics)
    words = [
        word
        for word in ("FID", "memory footprint", "log-likelihood", "robustness", "calibration error", "energy use",
                     "sample diversity", "stability of training", "BLEU score", "F1 score")
        if word.split()[0].lower() not in known
    ]  # fmt: skip
    text = fill(
        random,
        (
            "The {word} improves as well in {run}.",
            "{Run} also has a better {word}.",
            "On {dataset}, {run} has a higher {word} than the baseline.",
            "In {run} the {word} drops.",
            "{Run} needs less of everything: the {word} is lower, too.",
        ),
        word=random.choice(words),
        **names_of(facts, result),
    )
    return Draft(text, random.choice(_PLACES), "measured", "no such metric")


def _cause(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random)
    if found is None:
        return None
    text = fill(
        random,
        (
            "The cause is that larger steps escape sharp minima of the loss.",
            "This happens because the network forgets rare examples of {dataset} first.",
            "The effect on {dataset} is due to the smoother loss landscape of {run}.",
            "{Run} works since its gradients are less correlated.",
            "The difference on {dataset} shows that the model has learned the symmetry of the data.",
            "What drives the change is the implicit regularisation by gradient noise.",
            "The {metric} on {dataset} changes owing to the better conditioning of the problem.",
        ),
        **names_of(facts, found.result),
    )
    return Draft(text, random.choice(("results", "conclusion")), "a cause", "no run tests a cause")


def _best_seed(facts: StudyFacts, random: Random) -> Draft | None:
    result = any_result(facts, random)
    if result is None or result.n < 2:
        return None
    text = fill(
        random,
        (
            "We report the best of the {n} seeds throughout.",
            "On its best seed, {run} goes far below the others on {dataset}.",
            "The seed that diverged was left out of the means of {run}.",
            "All tables show the most favourable seed of each run.",
            "For {run} we keep the luckiest seed.",
        ),
        n=str(result.n),
        **names_of(facts, result),
    )
    section = random.choice(("results", "experimental_setup"))
    return Draft(text, section, "a selection", f"means over {result.n} seeds", (result.address,))


def _hidden_hedge(facts: StudyFacts, random: Random) -> Draft | None:
    found = comparison(facts, random, Certainty.NOISE)
    if found is None:
        return None
    verb, _ = moves(random, lower(found))
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset}{{\\color{{white}} (not significant)}}.",
            "{Run} {verb} the {metric} on {dataset}\\phantom{{, which is not significant}}.",
            "{Run} {verb} the {metric} on {dataset}\\rlap{{\\phantom{{not significant}}}}.",
            "{Run} {verb} the {metric} on {dataset}.\\iffalse The change is not significant.\\fi",
            "{Run} {verb} the {metric} on {dataset}. % within noise, not significant",
            "{Run} {verb} the {metric} on {dataset}\\textcolor{{white}}{{, which is within noise}}.",
        ),
        verb=verb,
        **names_of(facts, found.result),
    )
    return Draft(text, "results", **_about(found, "a difference"))  # type: ignore[arg-type]


def _cost(facts: StudyFacts, random: Random) -> Draft | None:
    costs = [m for m in facts.metrics if m not in facts.quality_metrics]
    metric, run = pick(random, costs), pick(random, facts.runs)
    dataset = pick(random, facts.datasets)
    if not (metric and run and dataset):
        return None
    found = facts.compared(run, dataset, metric)
    if found is None or not in_noise(found):
        return None
    goal = facts.ledger.metric(metric).goal
    text = fill(
        random,
        (
            "{Run} is twice as fast as the baseline.",
            "On {dataset}, {run} is significantly {worse} in {metric} than the baseline.",
            "{Run} cuts the {metric} in half.",
            "The {metric} of {run} is far {worse} on every dataset.",
        ),
        worse="lower" if goal == "max" else "higher",
        **names_of(facts, found.result),
    )
    return Draft(text, "results", **_about(found, "a difference"))  # type: ignore[arg-type]


def _not_confirmed(facts: StudyFacts, random: Random) -> Draft | None:
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
    verb, happens = moves(random, lower(chosen))
    text = fill(
        random,
        (
            "{Run} {verb} the {metric} on {dataset}: \\change{{{address}}}.",
            "Our main result: on {dataset} the {metric} {happens} in {run}.",
            "On {dataset}, {run} significantly {verb} the {metric}.",
        ),
        verb=verb,
        happens=happens,
        **names_of(facts, chosen.result),
    )
    return Draft(
        text, random.choice(("abstract", "conclusion")), "confirmed", "not confirmed", (chosen.result.address,)
    )


def _setting_names(facts: StudyFacts) -> str:
    return tex(next(iter(facts.varied), "").rpartition(".")[2].replace("_", " "))


def _trend(facts: StudyFacts, random: Random) -> Draft | None:
    """Claim a monotone dependence on the varied setting that the means do not have."""
    setting, metric, dataset = _setting_names(facts), pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not setting or not metric or not dataset or len(facts.runs) < 2:
        return None
    values = next(iter(facts.varied.values()))
    results = [(value, facts.result(run, dataset, metric)) for run, value in values.items()]
    means = [result.mean for _, result in sorted(results, key=lambda r: r[0]) if result]
    if len(means) != len(values):
        return None
    steps = [b - a for a, b in pairwise(means)]
    happens = random.choice(["falls", "rises"])
    if all((step < 0) == (happens == "falls") for step in steps):
        return None
    text = fill(
        random,
        (
            "On {dataset} the {metric} {happens} monotonically with the {setting}.",
            "The larger the {setting}, the {adjective} the {metric} on {dataset}.",
            "Every increase of the {setting} makes the {metric} on {dataset} {adjective}.",
            "On {dataset}, the {metric} {happens} steadily as the {setting} grows.",
        ),
        dataset=tex(dataset),
        metric=tex(facts.metric_words(metric)),
        happens=happens,
        adjective="lower" if happens == "falls" else "higher",
        setting=setting,
    )
    evidence = tuple(f"{run}/{dataset}/{metric}" for run in values)
    return Draft(text, random.choice(("results", "conclusion")), happens, "not monotone", evidence)


KINDS = (
    Kind("wrong direction, with reference", "claims", _direction_with_reference, _FALSE),
    Kind("wrong direction, no reference", "claims", _direction_plain, _FALSE),
    Kind("noise told as a change", "claims", _noise_as_change, _CHANCE),
    Kind("significance overclaimed", "claims", _significance, _CHANCE),
    Kind("headline that fresh seeds do not confirm", "claims", _not_confirmed, _CHANCE | {"unconfirmed_claim"}),
    Kind("a change told as sameness", "claims", _sameness, _FALSE),
    Kind("wrong size word", "claims", _size, _CHANCE),
    Kind("record or rivals", "claims", _record, _OPEN),
    Kind("unmeasured quantity", "claims", _unmeasured, _OPEN),
    Kind("cause without a test", "claims", _cause, _OPEN, Decider.MODEL),
    Kind("selected seeds", "claims", _best_seed, _OPEN | {"contradicted_claim"}),
    Kind("hedge that is not printed", "claims", _hidden_hedge, _CHANCE | {"unknown_command", "hidden_text"}),
    Kind("cost told as a difference", "claims", _cost, _CHANCE | {"typed_number", "not_all_datasets"}),
    Kind("false trend", "claims", _trend, _CHANCE | {"contradicted_trend", "not_all_datasets"}),
)
