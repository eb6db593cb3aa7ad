"""The writer: a plain report of what was run and what was measured, with every measured number as a reference."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from agents.offline.design import design_of, tunable_of
from agents.offline.facts import Facts
from agents.offline.messages import RunNote
from agents.offline.results import metrics_to_report
from agents.offline.script import Call, CallResult, Calls, Opening, Script, call, say, submit, together
from agents.offline.state import PaperVariables
from agents.offline.text import change, file_word, join, latex
from tools.evidence.names import is_of_metric, latex_address, split_address
from tools.toolsets.data import CitationKey, ComparedResults, LedgerRows, SearchResults

_PER_QUERY = 3


def writer(opening: Opening) -> Script:
    """Cite what searches find, write all sections, compile, ask for a reading of the results, submit."""
    facts = Facts(opening.state.variables.read(PaperVariables))
    comparisons = [Call("compare_runs", {"run": run}) for run in facts.varied]
    ledger, *compared = yield from together([Call("read_results", {}), *comparisons])
    rows = ledger.read(LedgerRows).rows
    metrics = metrics_to_report([row for row in rows if row.run == "run_0"]) or facts.measured
    capped = list(dict.fromkeys(row.metric for row in rows if row.censored))
    significant = _significant(compared)
    cited = yield from _cite(facts)
    texts = sections(facts, metrics, significant, cited, capped)
    written = yield from together(
        Call("write_section", {"section": name, "latex": text}) for name, text in texts.items()
    )
    for section, answer in zip(texts, written, strict=True):
        if answer.failed:
            yield from say(f"I could not write {section}: {answer.text}")
            return
    compiled = yield from call("compile_paper")
    yield from say(f"The draft is there: {compiled.text.splitlines()[0]}. Please read the results section.")
    answer = yield from submit("submit_paper", summary=_summary(facts, significant))
    yield from say(answer.text)


def _significant(comparisons: Sequence[CallResult]) -> list[str]:
    """Return the addresses at which Welch's test tells a run from the baseline."""
    compared = [result.read(ComparedResults) for result in comparisons if not result.failed]
    return [result.address for found in compared for result in found.results if result.significant]


def _cite(facts: Facts) -> Generator[Calls, list[CallResult], list[tuple[str, list[str]]]]:
    """Return the queries, each with the citation keys of the best records it found."""
    tunable = facts.tunable.replace("_", " ")
    queries = [
        facts.variables.template.title,
        f"{tunable} training",
        "hyperparameter sensitivity analysis",
        "random seeds variance benchmarks",
        "statistical test unequal variances",
        "reproducibility of empirical machine learning",
        "scientific software arrays plotting",
    ]
    answers = yield from together(Call("search_literature", {"query": query}) for query in queries)
    chosen: dict[str, str] = {}
    """Record -> the query that it is cited for."""
    for query, answer in zip(queries, answers, strict=True):
        found = answer.read(SearchResults).records if not answer.failed else ()
        new = [record.id for record in found if record.id not in chosen]
        chosen |= dict.fromkeys(new[:_PER_QUERY], query)
    added = yield from together(Call("add_citation", {"record": record}) for record in chosen)
    keys: dict[str, list[str]] = {}
    for query, answer in zip(chosen.values(), added, strict=True):
        if not answer.failed:
            keys.setdefault(query, []).append(answer.read(CitationKey).key)
    return list(keys.items())


def sections(
    facts: Facts,
    metrics: list[str],
    significant: list[str],
    cited: list[tuple[str, list[str]]],
    capped: list[str],
) -> dict[str, str]:
    """The text of every section."""
    return {
        "title": latex(facts.title),
        "abstract": _abstract(facts, metrics[0], significant),
        "introduction": _introduction(facts, cited),
        "related_work": _related_work(cited),
        "background": _background(facts, metrics),
        "method": _method(facts),
        "experimental_setup": _setup(facts, metrics),
        "results": _results(facts, metrics, significant),
        "limitations": _limitations(facts, capped),
        "conclusion": _conclusion(facts, metrics[0], significant, metrics[0] in capped),
    }


def _at(runs: list[str]) -> str:
    return join([latex(run) for run in runs])


def _abstract(facts: Facts, metric: str, significant: list[str]) -> str:
    label = latex(facts.label(metric))
    main = [a for a in significant if is_of_metric(a, metric)]
    if confirmed := facts.confirmed(metric):
        cells = "; ".join(rf"{latex(dataset)}, {change(address)}" for dataset, address in confirmed.items())
        found = (
            f"The harness chose one run, {latex(facts.confirmation.run)}, for a second measurement on fresh seeds, beside "
            f"the baseline. For the {label} these gave: {cells}."
        )
    elif main:
        found = (
            "Among the differences from the baseline that the test tells apart: "
            + "; ".join(rf"{latex(split_address(a)[1])} in {latex(split_address(a)[0])}, {change(a)}" for a in main[:2])
            + "."
        )
    elif facts.repeated:
        found = f"On the {label}, no run is told apart from the baseline by the test."
    else:
        found = _UNTESTED
    return (
        f"{design_of(facts).aim} {found} All numbers in this paper are filled in from the ledger of the runs; failed runs "
        f"are listed with the others."
    )


_UNTESTED = "Each result is a single value, so no difference from the baseline is tested."


def _introduction(facts: Facts, cited: list[tuple[str, list[str]]]) -> str:
    support = cited[2][1] if len(cited) > 2 else (cited[0][1] if cited else [])
    cite = rf"~\citep{{{','.join(support)}}}" if support else ""
    design = design_of(facts)
    compared = "without a test, because each result is a single value"
    if facts.repeated:
        compared = "with a test and the smallest difference that the seeds can tell apart"
    return (
        f"Results of experiments depend on settings that are chosen once and seldom varied{cite}. "
        f"A study that varies one of them while all others stay fixed tells whether the choice matters at all"
        f"{', and whether the noise of a few seeds would even let one see it' if facts.repeated else ''}.\n\n"
        f"{design.kind}\n\n"
        f"We contribute (i) {design.contributions}; (ii) a comparison of each run with the baseline on all datasets and "
        f"metrics, {compared}; and (iii) a list of what the runs do not show."
    )


def _related_work(cited: list[tuple[str, list[str]]]) -> str:
    rows = []
    for query, keys in cited:
        works = join([rf"\citet{{{key}}}" for key in keys])
        rows.append(f"For ``{latex(query)}'' the search gave {works}.")
    return (
        "The works below were found by searching the literature sources of this run; they are cited as what the searches "
        "returned. Their order is that of the searches. No language model has read them, so nothing is claimed here about "
        "what they found.\n\n" + "\n\n".join(rows)
    )


def _background(facts: Facts, metrics: list[str]) -> str:
    rows = []
    for name in metrics:
        metric = facts.metric(name)
        goal = {"min": "smaller is better", "max": "larger is better"}.get(
            metric.goal or "", "no direction is declared better"
        )
        about = f": {latex(metric.description.rstrip('.'))}" if metric.description else ""
        rows.append(rf"\item \textbf{{{latex(metric.printed)}}} ({goal}){about}.")
    return (
        f"{latex(facts.template)}\n\nThe experiment reports these metrics for each of its datasets "
        f"({join([latex(d) for d in facts.datasets])}):\n\\begin{{itemize}}\n" + "\n".join(rows) + "\n\\end{itemize}"
    )


def _method(facts: Facts) -> str:
    return (
        f"{design_of(facts).method}\n\n"
        r"For each result with several seeds we give mean and standard error, $s/\sqrt{n}$ with the sample standard "
        r"deviation $s$ over $n$ seeds. \analysisplan{}"
    )


def _setup(facts: Facts, metrics: list[str]) -> str:
    wanted = sorted(
        (s for s in facts.settings if re.fullmatch(r"[\w.]+", s)), key=lambda s: not s.startswith("experiment.")
    )
    files = ", its configuration files" if any(not s.startswith("experiment.") for s in wanted) else ""
    settings = "; ".join(rf"\texttt{{{latex(s.removeprefix('experiment.'))}}} = \setting{{{s}}}" for s in wanted[:24])
    machine = "; ".join(rf"{latex(name)}: \env{{{name}}}" for name in facts.environment)
    text = f"{design_of(facts).ran}: {machine}.\n\n"
    if settings:
        text += f"The baseline's settings, read from its source{files} and its command line: {settings}.\n\n"
    text += (
        "Table~\\ref{tab:runs} lists every run, those that failed as well. What differs between them is in "
        "Table~\\ref{tab:settings}.\n\n"
        + _table("runs", "Every run of this study.", r"\runstable")
        + _table("settings", "The settings that differ between the runs.", r"\settingstable")
    )
    return text


def _results(facts: Facts, metrics: list[str], significant: list[str]) -> str:
    parts = []
    for name in metrics:
        label = latex(facts.label(name))
        parts.append(rf"\subsection{{{label[0].upper() + label[1:]}}}")
        figure = next((f for f in facts.figures if f.file == f"effect_{file_word(name)}.png"), None)
        shown = (
            rf" Figure~\ref{{{figure.label}}} draws them against the value of {tunable_of(facts)}." if figure else ""
        )
        parts.append(rf"Table~\ref{{tab:{file_word(name)}}} gives the {label} of every completed run.{shown}")
        parts.append(
            _table(
                file_word(name),
                f"{label[0].upper() + label[1:]} of every completed run on every dataset.",
                rf"\resulttable{{{latex_address(name)}}}",
            )
        )
        if figure:
            parts.append(_figure(figure.file, figure.label, figure.caption))
        if name == metrics[0]:
            parts.append(
                rf"Table~\ref{{tab:comparisons}} gives each difference of the {label} from the baseline"
                f"{' with its interval' if facts.repeated else ''}."
            )
            parts.append(
                _table(
                    "comparisons",
                    f"{label[0].upper() + label[1:]}: every comparison with the baseline.",
                    rf"\comparisontable{{{latex_address(name)}}}",
                )
            )
        if name in metrics[:2]:
            parts += [_of_run(facts, run, name) for run in facts.varied]
            if facts.confirmed(name):
                parts.append(
                    rf"Table~\ref{{tab:{file_word(name)}}} also has the second measurement, on fresh seeds, of "
                    f"{latex(facts.confirmation.run)} and the baseline."
                )
        if name == metrics[0] and facts.repeated:
            parts.append(_noise(facts, name))
    others = [f for f in facts.figures if not f.file.startswith("effect_")]
    if others:
        parts.append(
            "\\subsection{The runs side by side}\nFurther figures of the completed runs: "
            + join([rf"Figure~\ref{{{f.label}}}" for f in others])
            + "."
        )
        parts += [_figure(f.file, f.label, f.caption) for f in others]
    return "\n\n".join(parts)


def _of_run(facts: Facts, run: str, metric: str) -> str:
    note = next((RunNote.of(r.note) for r in facts.completed if r.name == run), None)
    known = note and facts.tunable_address
    where = rf" ({tunable_of(facts)} = \setting{{{run}/{facts.tunable_address}}})" if known else ""
    changes = [
        rf"{latex(split_address(a)[1])}, {change(a)}"
        for a in facts.addresses
        if a.startswith(f"{run}/") and is_of_metric(a, metric) and a.replace(run, "run_0", 1) in facts.addresses
    ]
    return rf"\textbf{{{latex(run)}}}{where}. " + "; ".join(changes) + "."


def _noise(facts: Facts, metric: str) -> str:
    floors = [
        rf"{latex(d)} \noisefloor{{{latex_address(f'{d}/{metric}')}}}"
        for d in facts.datasets
        if f"run_0/{d}/{metric}" in facts.addresses
    ]
    return (
        "The smallest difference that the baseline's seeds can tell apart from noise is, by dataset: "
        + "; ".join(floors)
        + "."
    )


def _limitations(facts: Facts, capped: list[str]) -> str:
    failed = [run.name for run in facts.runs if run.status != "completed"]
    noise = "A single value stands behind each number, so nothing is known about its noise."
    if facts.repeated:
        noise = (
            "Few seeds stand behind each number, so differences below the noise floor cannot be seen, and a result that is "
            f"not significant is no proof of equality. {_tested(facts)}"
        )
    text = (
        f"{design_of(facts).limits} {noise} The text of this paper was put together by rules; it interprets nothing beyond "
        "what the ledger says."
    )
    if why := facts.confirmation.missing:
        text += f" No run was measured again on fresh seeds: {latex(why)}."
        if facts.repeated and facts.main_metric.goal:
            text += " The best run owes part of its result to chance."
    if capped:
        labels = join([latex(facts.label(metric)) for metric in capped])
        text += f" Some values of the {labels} hit their cap: they are bounds, marked in the tables, and not compared."
    return text + (f" The runs without results are {_at(failed)}; their reasons are in the ledger." if failed else "")


def _tested(facts: Facts) -> str:
    """Return what the number of comparisons means for the reader."""
    if facts.plan is None:
        return "Many comparisons are made and not corrected for, so single significant cells are to be read with care."
    return f"Only the {latex(facts.label(facts.plan.primary_metric))} is tested; every other metric is exploratory."


def _conclusion(facts: Facts, metric: str, significant: list[str], capped: bool) -> str:
    label = latex(facts.label(metric))
    main = [a for a in significant if is_of_metric(a, metric)]
    if confirmed := facts.confirmed(metric):
        cells = "; ".join(
            rf"{latex(dataset)}, \result{{{latex_address(address)}}}" for dataset, address in confirmed.items()
        )
        body = (
            f"On fresh seeds, {latex(facts.confirmation.run)} gave these values of the {label}: {cells}. The abstract has "
            "the differences from the baseline on the same seeds."
        )
    elif main:
        rows = "; ".join(rf"{latex(split_address(a)[1])} in {latex(split_address(a)[0])}: {change(a)}" for a in main)
        body = f"On the {label} these runs were told apart from the baseline: {rows}."
        if len(main) < sum(is_of_metric(address, metric) and "run_0/" not in address for address in facts.addresses):
            body += " All other cells were not."
    elif not facts.repeated:
        body = _UNTESTED
    else:
        body = (
            f"On the {label}, none of the runs {_at(facts.varied)} was told apart from the baseline by the test. With "
            "the seeds that there are, the question stays open for differences below the noise floor."
        )
    if capped:
        body += " Cells with a capped value were not compared."
    return (
        f"{design_of(facts).closing} {body} The ledger, the code of this study and the conversation that led to it are "
        "kept with this paper."
    )


def _summary(facts: Facts, significant: list[str]) -> str:
    if facts.external:
        return "Externally supplied results are compared with the baseline among them; the paper says what differs."
    if not facts.repeated:
        return f"{facts.tunable} is varied; each result is a single value, and no difference is tested."
    if significant:
        return f"Varying {facts.tunable} changes some results beyond the noise of the seeds; the paper says which."
    return f"Varying {facts.tunable} changes no result beyond the noise of the seeds."


def _table(label: str, caption: str, body: str) -> str:
    return f"\\begin{{table}}[htbp]\n\\centering\n\\caption{{{caption}}}\n\\label{{tab:{label}}}\n{body}\n\\end{{table}}\n\n"


def _figure(file: str, label: str, caption: str) -> str:
    return (
        f"\\begin{{figure}}[htbp]\n\\centering\n\\includegraphics[width=\\linewidth]{{figures/{file}}}\n"
        f"\\caption{{{caption}}}\n\\label{{{label}}}\n\\end{{figure}}"
    )
