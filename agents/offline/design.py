"""How a paper describes its kind of study: a first sweep of one setting, a follow-up, or external results."""

from __future__ import annotations

from dataclasses import dataclass

from agents.offline.facts import Facts
from agents.offline.messages import planned_values
from agents.offline.text import join, latex


@dataclass(frozen=True)
class Design:
    """The parts of a paper that depend on the kind of study. All LaTeX."""

    aim: str
    """The abstract's first sentences."""
    kind: str
    """The introduction's account of the study and its plan."""
    contributions: str
    method: str
    ran: str
    """How and where the experiments ran; the environment follows."""
    limits: str
    closing: str
    """The conclusion's first sentence."""


def design_of(facts: Facts) -> Design:
    """Return the wording that fits a study."""
    if facts.external:
        return _external(facts)
    tunable, idea = tunable_of(facts), facts.variables.idea
    if idea.follows_from and planned_values(idea.experiment):
        first = "begin with two values beside the one that did best in that study"
        why = (
            rf" It follows from an earlier study of this group, \texttt{{{latex(idea.follows_from)}}}, where another "
            "value of the setting did better than the baseline on some results. That study's numbers are in its own ledger."
        )
        how = (
            "The first two runs take the values that the plan names. Each further run takes the value halfway, on a "
            "logarithmic scale, between the best value so far on the main metric and its neighbour, or beyond it when it is "
            "the outermost; the later values depend on the earlier results, and the first ones on another study's."
        )
    else:
        first, why = "begin with half and twice its value", ""
        did = "did better on the main metric" if facts.main_metric.goal else "raised the main metric"
        how = "The first two runs take half and twice its value."
        if len(facts.varied) > 2:
            how += (
                f" Each further run goes on in the direction that {did} so far, on the average over the datasets, so the "
                "later values depend on the earlier results."
            )
    if facts.repeated:
        refuted = "when no run differs from the baseline by more than the noise of its seeds"
    else:
        refuted = "by no single value, because without repeated measurements no difference can be tested"
    if facts.repeated and len(facts.varied) > 2:
        how += " That makes the search efficient and its tests slightly optimistic."
    source = "configuration" if facts.in_configuration else "source"
    if facts.variables.template.protected:
        evaluation = "the files of the evaluation are the same for all runs and were compared before and after each"
    else:
        evaluation = "the template names no file of the evaluation that had to stay the same"
    return Design(
        aim=(
            f"How much does the outcome of an experiment depend on one of its settings? We vary {tunable} in an experiment "
            f"on {_datasets(facts)}, hold everything else fixed, and compare every run with a baseline made on the same "
            f"machine{' with the same seeds' if facts.repeated and facts.same_seeds else ''}."
        ),
        kind=(
            f"This paper reports such a study.{why} The experiment is this: {latex(facts.template)}\n\n"
            f"The question is what happens to its metrics when {tunable} changes. The plan, fixed before the runs: change "
            f"this setting in the {source} and nothing else, {first}, choose each further value by what was measured, and "
            f"compare every run with the baseline on all metrics and datasets. The idea counts as refuted {refuted}."
        ),
        contributions="the runs themselves, with code, settings and every seed in a ledger",
        method=(
            f"One setting is varied: {tunable}. Every run changes its value in the {source} of the experiment and nothing "
            f"else; {evaluation}.\n\n{how}"
        ),
        ran="The experiments ran with this software and hardware",
        limits=(
            f"Only {tunable} was varied, in one experiment. Other settings may interact with it. Times depend on "
            "what else the machine did."
        ),
        closing=f"We varied {tunable} and compared every run with a baseline from the same machine.",
    )


def tunable_of(facts: Facts) -> str:
    return rf"\texttt{{{latex(facts.tunable)}}}"


def _external(facts: Facts) -> Design:
    given = "runs that were measured elsewhere and supplied as result files"
    return Design(
        aim=(
            f"We compare {given}, of an experiment on {_datasets(facts)}, with the baseline among them, and say which "
            f"differences their seeds can tell from chance."
        ),
        kind=(
            f"This paper compares {given}. The system that wrote it made none of the runs that are marked so in its tables, "
            f"and knows of them what their files say. The experiment, as its template describes it, is this: "
            f"{latex(facts.template)}"
        ),
        contributions="the values of every run and seed in a ledger, with externally supplied results marked",
        method=(
            "The runs that are marked so were made elsewhere. Their code, settings, seeds and machine were not seen, but "
            "for what the tables list; whether the evaluation was the same for all of them was not checked, and their "
            "order and the reasons for them are not known."
        ),
        ran="What is known of the software and hardware of the baseline",
        limits=(
            "The runs that are marked so were not made by this system, so nothing vouches for them but their files. What "
            "they changed is told by their notes alone."
        ),
        closing="We compared externally supplied results with the baseline among them.",
    )


def _datasets(facts: Facts) -> str:
    return join([latex(dataset) for dataset in facts.datasets])
