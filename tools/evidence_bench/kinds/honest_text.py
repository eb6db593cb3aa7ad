"""Honest sentences about set-up, method, literature and intentions."""

from __future__ import annotations

import re
from random import Random

from tools.evidence_bench.case import Draft, Kind
from tools.evidence_bench.kinds.setup import say_setting, settings_in_words
from tools.evidence_bench.study_facts import StudyFacts, printed, tex
from tools.evidence_bench.wording import fill, pick

_SECTIONS = ("experimental_setup", "method")


def _setting(facts: StudyFacts, random: Random) -> Draft | None:
    found = pick(random, settings_in_words(facts))
    if found is None:
        return None
    _, value, wordings = found
    shown = f"{int(value)}" if value.is_integer() else printed(value, 6)
    return Draft(say_setting(random, wordings, shown), random.choice(_SECTIONS), shown, printed(value, 8))


def _setting_by_reference(facts: StudyFacts, random: Random) -> Draft | None:
    baseline = facts.ledger.baseline
    names = [n for n, v in (baseline.settings if baseline else {}).items() if isinstance(v, int | float)]
    name = pick(random, names)
    if name is None:
        return None
    words = tex(name.rpartition(".")[2].replace("_", " "))
    text = fill(
        random,
        (
            "The {words} is \\setting{{{name}}}.",
            "We keep the {words} at \\setting{{{name}}} in the baseline.",
            "The baseline uses a {words} of \\setting{{{name}}}.",
        ),
        words=words,
        name=name,
    )
    return Draft(text, random.choice((*_SECTIONS, "results")), name, name)


def _varied(facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.varied:
        return None
    name, values = next(iter(facts.varied.items()))
    base = values.get("run_0", 0.0)
    run = pick(random, [r for r in values if r != "run_0"])
    if run is None or not base:
        return None
    ratio = values[run] / base
    words = {2.0: "twice", 4.0: "four times", 0.5: "half", 3.0: "three times", 8.0: "eight times", 10.0: "ten times"}
    wordings = [
        "{Run} sets the {setting} to \\setting{{{run_plain}/{name}}}.",
        "In {run} the {setting} is {v}.",
        "{Run} uses a {setting} of {v} instead of {b}.",
    ]
    if ratio in words:
        wordings.append("{Run} uses {word} the baseline's {setting}.")
    text = fill(
        random,
        wordings,
        run=tex(run),
        run_plain=run,
        name=name,
        setting=tex(name.rpartition(".")[2].replace("_", " ")),
        v=printed(values[run], 6),
        b=printed(base, 6),
        word=words.get(ratio, ""),
    )
    return Draft(text, random.choice((*_SECTIONS, "results")), printed(values[run], 6), printed(values[run], 6))


def _hardware(facts: StudyFacts, random: Random) -> Draft | None:
    cores = re.match(r"(\d+) cores", facts.environment.get("hardware", ""))
    if cores is None or "no GPU" not in facts.environment["hardware"]:
        return None
    text = fill(
        random,
        (
            "All runs used {n} CPU cores and no GPU.",
            "The hardware: \\env{{hardware}}.",
            "Every run was made on the same machine, with {n} cores and without a GPU.",
            "No GPU was used.",
        ),
        n=cores[1],
    )
    return Draft(text, random.choice(_SECTIONS), f"{cores[1]} cores", facts.environment["hardware"])


def _software(facts: StudyFacts, random: Random) -> Draft | None:
    torch, python = facts.environment.get("torch", ""), facts.environment.get("python", "")
    if not torch or not python:
        return None
    text = fill(
        random,
        (
            "We use PyTorch \\env{{torch}}.",
            "The code runs on Python \\env{{python}} with PyTorch {torch}.",
            "We use PyTorch {torch} and Python {python}.",
            "The implementation uses PyTorch.",
        ),
        torch=torch,
        python=python,
    )
    return Draft(text, random.choice(_SECTIONS), torch, torch)


def _optimiser(facts: StudyFacts, random: Random) -> Draft | None:
    used = re.search(r"optim\.(\w+)\(", facts.source)
    if used is None:
        return None
    text = fill(random, ("We train with {name}.", "The optimiser is {name}.", "All models use {name}."), name=used[1])
    return Draft(text, random.choice(_SECTIONS), used[1], used[1])


def _formula(facts: StudyFacts, random: Random) -> Draft | None:
    text = fill(
        random,
        (
            "\\begin{{equation}}q(x_t\\mid x_{{t-1}})=\\mathcal{{N}}(\\sqrt{{1-\\beta_t}}\\,x_{{t-1}},\\beta_t I)"
            "\\end{{equation}}",
            "The loss is $\\mathcal{{L}}=\\frac{{1}}{{2}}\\|y-f_\\theta(x)\\|_2^2$.",
            "With $n$ seeds the standard error is $s/\\sqrt{{n}}$, where $s^2=\\frac{{1}}{{n-1}}\\sum_i(x_i-\\bar x)^2$.",
            "Let $x_0,\\dots,x_T$ be the states and $\\alpha_t=1-\\beta_t$ for $1\\le t\\le T$.",
            "A 2-D input $x\\in\\mathbb{{R}}^2$ is mapped to $\\sin(2^k\\pi x)$ for $k=0,1,2,\\dots$",
        ),
    )
    return Draft(text, "method", "a definition", "a definition")


def _threshold(facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.seeds:
        return None
    text = fill(
        random,
        (
            "We call a difference significant when $p<0.05$.",
            "A $p$-value of 0.05 with $n={n}$ is weak evidence.",
            "With {n} seeds, only large effects can be seen.",
            "All tests are at the 5\\% level.",
            "The intervals have a nominal coverage of 95\\%.",
        ),
        n=str(facts.seeds),
    )
    return Draft(text, random.choice(("method", "limitations", "results")), "5%", "5%")


def _structure(facts: StudyFacts, random: Random) -> Draft | None:
    label = re.search(r"\\label\{(tab:[^}]+)\}", (facts.paper / "sections" / "results.tex").read_text(encoding="utf-8"))
    text = fill(
        random,
        (
            "Section 2 gives the background and Section 4.2 the details.",
            "Figure 1 shows the effect; Tables 1--4 give the values.",
            "The first of the datasets is {first}.",
            "The second part of this section turns to the runs side by side.",
            "Table~\\ref{{{label}}} gives all values.",
        ),
        first=tex(facts.datasets[0]),
        label=label[1] if label else "",
    )
    if "\\ref{}" in text:
        return None
    return Draft(text, "results", "structure", "structure")


def _cited_number(facts: StudyFacts, random: Random) -> Draft | None:
    key = pick(random, facts.bibliography.keys())
    if key is None:
        return None
    text = fill(
        random,
        (
            "\\citet{{{key}}} report an accuracy of 76.2\\% on ImageNet.",
            "\\citet{{{key}}} use 128 TPU cores and train for 3 days.",
            "Models of this kind have reached a perplexity of 18.3 on WikiText-103~\\citep{{{key}}}.",
            "In 2020, diffusion models became competitive with GANs~\\citep{{{key}}}.",
            "BERT has 110M parameters \\citep{{{key}}}.",
        ),
        key=key,
    )
    return Draft(text, random.choice(("related_work", "introduction")), "another's number", "another's number")


def _names(facts: StudyFacts, random: Random) -> Draft | None:
    text = fill(
        random,
        (
            "GPT-4, ResNet-50 and CIFAR-100 are common names with digits.",
            "The code runs on x86-64 and needs no H100.",
            "Commit 60e420e holds the code of this study.",
            "The term goes back to the 1950s.",
            "We follow the IEEE 754 standard for floating-point numbers.",
        ),
    )
    return Draft(text, random.choice(("introduction", "background")), "a name", "a name")


def _question(facts: StudyFacts, random: Random) -> Draft | None:
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not metric or not dataset:
        return None
    text = fill(
        random,
        (
            "Does a larger value lower the {metric} on {dataset}?",
            "We ask whether the {metric} depends on this setting at all.",
            "If the idea were right, the {metric} on {dataset} would fall.",
            "We expected a lower {metric} on {dataset} before the runs were made.",
            "The question is what happens to the {metric} when the setting is doubled.",
            "A study with more seeds might find a smaller effect.",
        ),
        metric=tex(facts.metric_words(metric)),
        dataset=tex(dataset),
    )
    return Draft(text, random.choice(("introduction", "abstract", "conclusion")), "a question", "a question")


def _future(facts: StudyFacts, random: Random) -> Draft | None:
    metric = tex(facts.metric_words(facts.primary))
    text = fill(
        random,
        (
            "Whether this holds at 100,000 training steps is open.",
            "We do not know whether the same is true for images of 256 by 256 pixels.",
            "Future work should repeat the study with at least 20 seeds.",
            "Larger models may behave differently.",
            "It remains to be seen whether other settings change the {metric} more.",
            "The results may not carry over to other datasets.",
        ),
        metric=metric,
    )
    return Draft(text, random.choice(("conclusion", "limitations")), "open", "open")


def _limits(facts: StudyFacts, random: Random) -> Draft | None:
    text = fill(
        random,
        (
            "Few seeds stand behind each number, so small differences cannot be seen.",
            "A result that is not significant is no proof of equality.",
            "Times were measured on a machine that may have done other work as well.",
            "Only one setting was varied, and others may interact with it.",
            "The study compares runs with its own baseline only; no other method was measured.",
            "We did not tune the baseline.",
        ),
    )
    return Draft(text, random.choice(("limitations", "conclusion")), "a limit", "a limit")


def _goal(facts: StudyFacts, random: Random) -> Draft | None:
    metric = pick(random, facts.quality_metrics)
    if metric is None:
        return None
    least = facts.ledger.metric(metric).goal == "min"
    text = fill(
        random,
        (
            "For the {metric}, {more} is better.",
            "A {more} {metric} means a better model.",
            "The {metric} is better the {more} it is.",
        ),
        more="lower" if least else "higher",
        metric=tex(facts.metric_words(metric)),
    )
    return Draft(text, random.choice(("background", "experimental_setup", "results")), "goal", "goal")


def _method(facts: StudyFacts, random: Random) -> Draft | None:
    text = fill(
        random,
        (
            "Every run is compared with the baseline from the same machine.",
            "The evaluation is the same for all runs.",
            "Failed runs would be listed with the others.",
            "Settings that are not named are those of the baseline.",
            "All numbers are filled in from the ledger of the runs.",
            "The code of each run is kept.",
        ),
    )
    return Draft(text, random.choice(("method", "experimental_setup", "results")), "method", "method")


def _contributions(facts: StudyFacts, random: Random) -> Draft | None:
    metric = tex(facts.metric_words(facts.primary))
    text = fill(
        random,
        (
            "We contribute a comparison of every run with the baseline on all datasets.",
            "The main outcome is the {metric}, and the other metrics are reported for completeness.",
            "This paper studies how the {metric} responds to one setting.",
            "We report all runs, whatever their outcome.",
        ),
        metric=metric,
    )
    return Draft(text, random.choice(("introduction", "abstract")), "a contribution", "a contribution")


KINDS = (
    Kind("setting typed", "honest", _setting, honest=True),
    Kind("setting by reference", "honest", _setting_by_reference, honest=True),
    Kind("setting of a run", "honest", _varied, honest=True),
    Kind("hardware", "honest", _hardware, honest=True),
    Kind("software", "honest", _software, honest=True),
    Kind("optimiser", "honest", _optimiser, honest=True),
    Kind("formula", "honest", _formula, honest=True),
    Kind("threshold", "honest", _threshold, honest=True),
    Kind("structure of the paper", "honest", _structure, honest=True),
    Kind("another's number, cited", "honest", _cited_number, honest=True),
    Kind("name with digits", "honest", _names, honest=True),
    Kind("question or expectation", "honest", _question, honest=True),
    Kind("future work", "honest", _future, honest=True),
    Kind("limitation", "honest", _limits, honest=True),
    Kind("goal of a metric", "honest", _goal, honest=True),
    Kind("method of the study", "honest", _method, honest=True),
    Kind("contribution", "honest", _contributions, honest=True),
)
