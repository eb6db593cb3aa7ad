"""Ideation and novelty: a sensitivity study of one setting, which follows from what earlier ones found; questioned by an
advisor, looked up in the literature."""

from __future__ import annotations

import re

from agents.offline.earlier import Earlier, FollowUp, follow_up, read_earlier
from agents.offline.facts import join
from agents.offline.script import Call, Opening, Script, call, read_whole, say, together
from agents.offline.tunables import find_tunables, scaled
from tools.experiments.settings import SourceSetting

_COMPARED = "Every run is compared with the baseline on all metrics and datasets."
_REFUTED = "The idea is refuted when no run differs from the baseline by more than the noise of its seeds"


def proposer(opening: Opening) -> Script:
    """Reads the experiment and the archive. A setting that helped is looked at more closely; else one that the archive
    has not had is varied."""
    source = yield from read_whole("experiment.py")
    fixed = re.findall(r"(\w+)=", _line(opening.task, "The harness fixes these settings"))
    archive = read_earlier(opening.task)
    taken = [earlier.name for earlier in archive]
    every = find_tunables(source, fixed)
    tunables = [tunable for tunable in every if _name(tunable) not in taken]
    field = _between(opening.task, "Research template: ", ".\n") or "this experiment"
    if closer := follow_up(archive, every):
        tunable = next(tunable for tunable in every if tunable.name == closer.best.tunable)
        yield from _defended(_follow_up_idea(closer, tunable, field), f"a closer look at `{tunable.name}`")
        return
    if not tunables:
        yield from say(
            "I find no numeric setting in experiment.py that could be varied and was not yet. I have no idea "
            "to propose."
        )
        return
    tunable = tunables[opening.seed % min(3, len(tunables))]
    low, high = scaled(tunable.value, 0.5), scaled(tunable.value, 2)  # type: ignore[arg-type]
    reason, parent = _reason(archive)
    resolved = (
        f"{reason}Change `{tunable.name}` in experiment.py (now {tunable.literal}) and nothing else. The first runs take {low} and "
        f"{high}; each further run takes a value that follows from what was measured. {_COMPARED}"
    )
    yield from _defended(
        _idea(tunable, field, resolved, parent), f"to vary `{tunable.name}`, which is {tunable.literal} today"
    )


def _defended(idea: dict[str, object], told: str) -> Script:
    """Hand an idea in, and improve it where the others ask."""
    answer = yield from call("submit_idea", **idea)
    heard = yield from say(f"I propose {told}. {answer.text}.")
    while True:
        if any("refute" in h.text for h in heard):
            resolved = f"{idea['experiment']} {_REFUTED}, by Welch's test at 5%."
            yield from call("submit_idea", **idea | {"experiment": resolved})
            heard = yield from say("I have added what would refute the idea, and handed it in again.")
        else:
            heard = yield from say("I have nothing to change.")


def advisor(opening: Opening) -> Script:
    """Asks for what makes an idea testable, and accepts it when it is all there."""
    source = yield from read_whole("experiment.py")
    heard = list(opening.heard)
    while True:
        text = heard[-1].text if heard else ""
        tunable = re.search(r"(?:vary|look at) `(\w+)`", text)
        if tunable and tunable[1] not in source:
            answer = yield from call("return_deliverable", missing=f"`{tunable[1]}` does not occur in experiment.py")
        elif "refute" not in text:
            answer = yield from call(
                "return_deliverable", missing="say which result would refute the idea, given the noise of the seeds"
            )
        else:
            answer = yield from call(
                "accept_deliverable",
                reasons="one setting is varied, the rest is held fixed, and it is said what would refute the idea",
            )
        heard = yield from say(answer.text[0].upper() + answer.text[1:] + ".")


def novelty_checker(opening: Opening) -> Script:
    """Searches by title, by setting and by field; decides by how much of a title is shared."""
    idea = re.search(r"The idea: (\w+): (.+)", opening.task)
    title = idea[2].strip() if idea else opening.task[:120]
    tunable = re.search(r"Change `(\w+)`", opening.task)
    field = _between(opening.task, "Field: ", ".\n")
    words = tunable[1].replace("_", " ") if tunable else title
    found: dict[str, str] = {}
    silent = []
    queries = [title, f"{words} sensitivity", field or words]
    answers = yield from together(Call("search_literature", {"query": query}) for query in queries)
    for query, answer in zip(queries, answers, strict=True):
        hits = re.findall(r"^\d+\. \[([^\]]+)\] .*?\d{4}\. (.+?)\. ", answer.text, re.MULTILINE)
        found.update(hits)
        if not hits and " is down" in answer.text:
            silent.append(query)
    shared = sorted(((_overlap(title, other), key) for key, other in found.items()), reverse=True)
    nearest = [key for _, key in shared[:3]]
    if len(silent) == len(queries):
        decision, reasons = "undecided", "No literature source answered, so nothing can be said about novelty."
    elif shared and shared[0][0] > 0.6:
        decision = "not_novel"
        reasons = f"«{found[nearest[0]]}» shares {shared[0][0]:.0%} of the title's words."
    else:
        decision = "novel"
        most = (
            f" The nearest title found, «{found[nearest[0]]}», shares {shared[0][0]:.0%} of its words."
            if shared
            else ""
        )
        reasons = (
            f"{len(found)} records were found by {len(queries)} searches; none reports varying {words} in this "
            f"experiment.{most} The comparison is one of titles; no language model has read the papers."
        )
    answer = yield from call("submit_novelty", decision=decision, reasons=reasons, nearest=nearest)
    yield from say(f"Decision: {decision}. {reasons}")


def _reason(archive: list[Earlier]) -> tuple[str, str]:
    """Why another setting comes next, from the last study that has an outcome; and that study's name."""
    last = next((earlier for earlier in reversed(archive) if earlier.outcome), None)
    if last is None:
        return "", ""
    if last.best:
        return (
            f"After `{last.name}`, which found a better value of `{last.tunable}`, another setting is varied. ",
            last.name,
        )
    if last.undirected:
        told = (
            f"After `{last.name}`, in which results changed with `{last.tunable}` and no direction is declared better"
        )
        return f"{told}, another setting is varied. ", last.name
    if last.runs:
        told = (
            f"After `{last.name}`, in which no value of `{last.tunable}` did better beyond the noise and nothing worse"
        )
        return f"{told}, another setting is varied. ", last.name
    return f"After `{last.name}`, which came to no result, another setting is varied. ", last.name


def _follow_up_idea(closer: FollowUp, tunable: SourceSetting, field: str) -> dict[str, object]:
    best, (first, second) = closer.best, closer.values
    helped = join(list(best.better))
    words, place = tunable.name.replace("_", " "), field[0].lower() + field[1:]
    resolved = (
        f"Follows from `{closer.earlier.name}`, in which {best.run} with `{tunable.name}` = {best.value:g} did better than the "
        f"baseline on {helped}. Change `{tunable.name}` in experiment.py (now {tunable.literal}) and nothing else. The first runs "
        f"take {first:g} and {second:g}; each further run takes a value halfway between the best so far and its neighbour, "
        f"or beyond it when it is the outermost. {_COMPARED}"
    )
    title = (
        f"Beyond the best {words} so far: does more of what helped help more? A study of {place}"
        if closer.beyond
        else f"Between the neighbours of the best {words} so far: a closer look at {place}"
    )
    return {
        "name": f"{tunable.name.lower().strip('_')}_{'beyond' if closer.beyond else 'closer'}",
        "title": title,
        "experiment": resolved,
        "interestingness": 5,
        "feasibility": 9,
        "novelty": 3,
        "follows_from": closer.earlier.name,
    }


def _idea(tunable: SourceSetting, field: str, resolved: str, parent: str) -> dict[str, object]:
    words = tunable.name.replace("_", " ")
    return {
        "name": _name(tunable),
        "title": f"How sensitive is the experiment to the {words}? A study of {field[0].lower() + field[1:]}",
        "experiment": resolved,
        "interestingness": 4,
        "feasibility": 9,
        "novelty": 3,
        "follows_from": parent,
    }


def _name(tunable: SourceSetting) -> str:
    return f"{tunable.name.lower().strip('_')}_sensitivity"


def _overlap(one: str, other: str) -> float:
    """Share of the longer words of one title that the other has, too."""
    mine, theirs = (set(re.findall(r"[a-z]{4,}", text.lower())) for text in (one, other))
    return len(mine & theirs) / len(mine) if mine else 0.0


def _line(text: str, start: str) -> str:
    return next((line for line in text.splitlines() if line.startswith(start)), "")


def _between(text: str, start: str, end: str) -> str:
    _, found, rest = text.partition(start)
    return rest.partition(end)[0].partition(" (")[0].strip() if found else ""
