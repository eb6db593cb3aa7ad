"""The reviser: answers in the paper what writing can answer, and says in the rebuttal what it cannot."""

from __future__ import annotations

from agents.offline.facts import Facts
from agents.offline.panel import weaknesses
from agents.offline.results import metrics_to_report
from agents.offline.script import Call, Opening, Script, call, say, submit, together
from agents.offline.state import RevisionVariables
from agents.offline.text import change, latex
from tools.evidence.names import is_of_metric, latex_address, split_address
from tools.toolsets.data import LedgerRows

_NEEDS_RUNS = "This asks for new experiments or for judgement; writing cannot answer it, so the paper is left as it is."


def reviser(opening: Opening) -> Script:
    """Answer each weakness with an addition to a section, or say that writing cannot answer it."""
    variables = opening.state.variables.read(RevisionVariables)
    facts = Facts(variables)
    rows = (yield from call("read_results")).read(LedgerRows).rows
    metrics = metrics_to_report([row for row in rows if row.run == "run_0"]) or facts.measured
    answers, additions = [], {"results": _all_changes(facts, metrics)}
    for point in weaknesses(variables.reviews.values()):
        section, text = _addition(point, facts)
        if section:
            additions[section] = additions.get(section, "") + "\n\n" + text
        answers.append(f"- {point} " + (f"Answered in {section.replace('_', ' ')}." if section else _NEEDS_RUNS))
    answers.append("- Added for all reviewers: the change of every cell that the first version showed only in tables.")
    now = yield from together(Call("read_section", {"section": section}) for section in additions)
    texts = [
        f"{before.text.rstrip()}\n\n{added.strip()}" for before, added in zip(now, additions.values(), strict=True)
    ]
    written = yield from together(
        Call("write_section", {"section": section, "latex": text})
        for section, text in zip(additions, texts, strict=True)
    )
    for section, answer in zip(additions, written, strict=True):
        if answer.failed:
            answers.append(f"- The addition to {section} could not be written: {answer.text}")
    yield from submit("submit_rebuttal", answers="# Answer to the reviews\n\n" + "\n".join(answers))
    answer = yield from submit(
        "submit_paper", summary="The paper as revised after the reviews; the claims are unchanged."
    )
    yield from say(answer.text)


def _addition(point: str, facts: Facts) -> tuple[str, str]:
    """Return the section that answers a point and the words; empty if writing cannot answer it."""
    runs = len(facts.completed)
    point = point.partition('"')[0].lower()  # the reviewer's own words, without the quotation
    if "comparisons" in point:
        return "method", (
            f"With {runs} completed runs and {len(facts.datasets)} datasets each metric gives "
            f"{(runs - 1) * len(facts.datasets)} comparisons with the baseline."
        )
    if "ablation" in point:
        return (
            "method",
            f"Only \\texttt{{{latex(facts.tunable)}}} differs between the runs, so each run is its own ablation.",
        )
    if "limitation" in point:
        return (
            "limitations",
            "The study is small, and says nothing about settings, data or machines that it did not use.",
        )
    if "code" in point:
        return "experimental_setup", "The code of every run is kept with this paper, each run under a tag of its own."
    return "", ""


def _all_changes(facts: Facts, metrics: list[str]) -> str:
    """Return every change of the metrics that the first version gave in tables only."""
    rows = []
    for metric in metrics[2:]:
        for run in facts.varied:
            cells = [
                rf"{latex(split_address(a)[1])}, {change(a)}"
                for a in facts.addresses
                if a.startswith(f"{run}/") and is_of_metric(a, metric)
            ]
            if cells:
                rows.append(rf"\item {latex(facts.label(metric))}, {latex(run)}: " + "; ".join(cells) + ".")
    intervals = rf"\noisefloor{{{latex_address(f'{facts.datasets[0]}/{metrics[0]}')}}}"
    if not rows:
        return (
            f"For scale: on {latex(facts.datasets[0])} the {latex(facts.label(metrics[0]))} has a noise floor of "
            f"{intervals}."
        )
    return "\\subsection{Every remaining change}\n\\begin{itemize}\n" + "\n".join(rows) + "\n\\end{itemize}"
