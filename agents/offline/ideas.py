"""Ideation and novelty: a study of one setting that follows from earlier results, questioned and searched for."""

from __future__ import annotations

import re

from agents.offline.follow_up import FollowUp, PastStudy, follow_up, past_studies
from agents.offline.messages import change, changed_setting, first_values, propose, proposed_setting
from agents.offline.project import read_names, read_tunables
from agents.offline.script import Call, Opening, Script, call, say, together
from agents.offline.state import IdeationVariables, NoveltyVariables
from agents.offline.text import join
from agents.offline.tunables import scaled
from tools.experiments.settings import SourceSetting
from tools.toolsets.data import SearchResults

_COMPARED = "Every run is compared with the baseline on all metrics and datasets."
_REFUTED = "The idea is refuted if no run differs significantly from the baseline, by the test of the analysis plan."


def proposer(opening: Opening) -> Script:
    """Read the experiment and the archive. Follow up a setting that helped, else vary one that the archive lacks."""
    variables = opening.state.variables.read(IdeationVariables)
    every = yield from read_tunables(variables.template, variables.profile)
    archive = past_studies(variables.archived_ideas)
    taken = [study.idea.name for study in archive]
    field = variables.template.title or "this experiment"
    if closer := follow_up(archive, every):
        tunable = next(tunable for tunable in every if tunable.name == closer.best.setting)
        yield from _defend(_follow_up_idea(closer, tunable, field), tunable)
        return
    tunables = [tunable for tunable in every if _name(tunable) not in taken]
    if not tunables:
        yield from say(
            "I find no numeric setting in the experiment that could be varied and was not yet. I have no idea to propose."
        )
        return
    tunable = tunables[opening.seed % min(3, len(tunables))]
    low, high = scaled(tunable.value, 0.5), scaled(tunable.value, 2)  # type: ignore[arg-type]
    reason, parent = _reason(archive)
    experiment = (
        f"{reason}{change(tunable)} The first runs take {low} and {high}; each further run takes a "
        f"value that follows from what was measured. {_COMPARED}"
    )
    yield from _defend(_idea(tunable, field, experiment, parent), tunable)


def _defend(idea: dict[str, object], tunable: SourceSetting) -> Script:
    """Submit an idea. At the first question about it, add what would refute it and submit it again."""
    answer = yield from call("submit_idea", **idea)
    yield from say(f"{propose(tunable.name)} It is {tunable.literal} today. {answer.text}.")
    yield from call("submit_idea", **idea | {"experiment": f"{idea['experiment']} {_REFUTED}"})
    yield from say(f"{propose(tunable.name)} I have added what would refute the idea and submitted it again.")
    while True:
        yield from say("I have nothing to change.")


def advisor(opening: Opening) -> Script:
    """Ask once what would refute the idea; accept it after that if it was submitted and its setting exists."""
    names = yield from read_names()
    messages, turn, asked = list(opening.messages), 1, False
    deliverable = opening.state.conversation.deliverable
    while True:
        setting = proposed_setting(messages)
        submitted = any(deliverable in past.submitted for past in opening.state.turns_before(turn))
        if setting and setting not in names:
            answer = yield from call("return_deliverable", missing=f"`{setting}` is no setting of the experiment")
        elif not submitted:
            answer = yield from call("return_deliverable", missing="no idea was submitted")
        elif not asked:
            asked = True
            answer = yield from call(
                "return_deliverable", missing="say which result would refute the idea, given the noise of the seeds"
            )
        else:
            answer = yield from call(
                "accept_deliverable", reasons="it was submitted, and what would refute it was asked for"
            )
        messages = yield from say(answer.text[0].upper() + answer.text[1:] + ".")
        turn += 1


def novelty_checker(opening: Opening) -> Script:
    """Search by title, setting and field. Decide by how many words of the title a found title shares."""
    variables = opening.state.variables.read(NoveltyVariables)
    title = variables.idea.title
    words = changed_setting(variables.idea.experiment).replace("_", " ") or title
    queries = [title, f"{words} sensitivity", variables.template.field or words]
    results = yield from together(Call("search_literature", {"query": query}) for query in queries)
    searches = [result.read(SearchResults) if not result.failed else None for result in results]
    found = {record.id: record.title for search in searches if search for record in search.records}
    shared = sorted(((_overlap(title, other), key) for key, other in found.items()), reverse=True)
    nearest = [key for _, key in shared[:3]]
    if not any(search and search.answered for search in searches):
        decision, reasons = "undecided", "No literature source answered, so nothing can be said about novelty."
    elif shared and shared[0][0] > 0.6:
        decision = "not_novel"
        reasons = f'"{found[nearest[0]]}" shares {shared[0][0]:.0%} of the title\'s words.'
    else:
        decision = "novel"
        most = (
            f' The nearest title found, "{found[nearest[0]]}", shares {shared[0][0]:.0%} of its words.'
            if shared
            else ""
        )
        reasons = (
            f"{len(queries)} searches found {len(found)} records; none reports varying {words} in this experiment.{most} "
            "Only titles were compared; no language model has read the papers."
        )
    yield from call("submit_novelty", decision=decision, reasons=reasons, nearest=nearest)
    yield from say(f"Decision: {decision}. {reasons}")


def _reason(archive: list[PastStudy]) -> tuple[str, str]:
    """Return why another setting comes next, from the last study that has an outcome, and that study's name."""
    last = next((study for study in reversed(archive) if study.idea.outcome), None)
    if last is None:
        return "", ""
    if last.best:
        found = f"which found a better value of `{last.setting}`"
    elif last.undirected:
        found = f"in which results changed with `{last.setting}` and no direction is declared better"
    elif last.runs:
        found = f"in which no value of `{last.setting}` did better beyond the noise and nothing worse"
    else:
        found = "which came to no result"
    return f"After `{last.idea.name}`, {found}, another setting is varied. ", last.idea.name


def _follow_up_idea(closer: FollowUp, tunable: SourceSetting, field: str) -> dict[str, object]:
    best = closer.best
    words, place = tunable.name.replace("_", " "), field[0].lower() + field[1:]
    experiment = (
        f"In `{closer.study.idea.name}`, {best.name} with `{tunable.name}` = {best.value:g} did better than the baseline on "
        f"{join(list(best.better))}. {change(tunable)} {first_values(*closer.values)} each further run "
        "takes a value halfway between the best so far and its neighbour, or beyond it when it is the outermost. "
        f"{_COMPARED}"
    )
    title = (
        f"Beyond the best {words} so far: does more of what helped help more? A study of {place}"
        if closer.beyond
        else f"Between the neighbours of the best {words} so far: a closer look at {place}"
    )
    return {
        "name": f"{tunable.name.lower().strip('_')}_{'beyond' if closer.beyond else 'closer'}",
        "title": title,
        "experiment": experiment,
        "interestingness": 5,
        "feasibility": 9,
        "novelty": 3,
        "follows_from": closer.study.idea.name,
    }


def _idea(tunable: SourceSetting, field: str, experiment: str, parent: str) -> dict[str, object]:
    words = tunable.name.replace("_", " ")
    return {
        "name": _name(tunable),
        "title": f"How sensitive is the experiment to the {words}? A study of {field[0].lower() + field[1:]}",
        "experiment": experiment,
        "interestingness": 4,
        "feasibility": 9,
        "novelty": 3,
        "follows_from": parent,
    }


def _name(tunable: SourceSetting) -> str:
    return f"{tunable.name.lower().strip('_')}_sensitivity"


def _overlap(one: str, other: str) -> float:
    """Return the share of one title's longer words that the other has too."""
    mine, theirs = (set(re.findall(r"[a-z]{4,}", text.lower())) for text in (one, other))
    return len(mine & theirs) / len(mine) if mine else 0.0
