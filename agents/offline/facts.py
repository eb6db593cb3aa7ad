"""What the writer's task says, read back from its text, and words made safe for LaTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class MetricFact:
    """One metric as the task describes it."""

    name: str
    label: str
    goal: str
    description: str
    unit: str = ""

    @property
    def axis(self) -> str:
        """What an axis says: the label, with the unit where there is one."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class RunFact:
    """One run of the ledger with its note."""

    name: str
    status: str
    note: str


@dataclass(frozen=True)
class FigureFact:
    """One figure that was handed in."""

    file: str
    label: str
    caption: str


@dataclass(frozen=True)
class Facts:
    """All that a paper is made from, beside the results themselves."""

    title: str
    experiment: str
    template: str
    metrics: tuple[MetricFact, ...]
    runs: tuple[RunFact, ...]
    addresses: tuple[str, ...]
    settings: tuple[str, ...]
    environment: tuple[str, ...]
    figures: tuple[FigureFact, ...]

    @property
    def completed(self) -> list[RunFact]:
        return [run for run in self.runs if run.status == "completed"]

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(address.split("/")[1] for address in self.addresses))

    @property
    def measured(self) -> list[str]:
        """Metrics that the baseline has a result of."""
        return list(dict.fromkeys(a.split("/")[2] for a in self.addresses if a.startswith("run_0/")))

    @property
    def tunable(self) -> str:
        """The setting that was varied: as the runs' notes have it, else as the plan names it."""
        noted = [match[1] for run in self.completed if (match := re.match(r"(\w+) = \S+ \(baseline", run.note))]
        named = re.search(r"`(\w+)`", self.experiment)
        return noted[0] if noted else (named[1] if named else "the setting")

    @property
    def brought(self) -> bool:
        """The baseline was measured elsewhere, and its results were brought along."""
        return "origin" in self.environment

    def metric(self, name: str) -> MetricFact:
        plain = MetricFact(name, name.replace("_", " "), "", "")
        return next((metric for metric in self.metrics if metric.name == name), plain)


def read_facts(task: str) -> Facts:
    idea = re.search(r"The idea: \w+: (.+)\n(.+)\n", task)
    return Facts(
        title=idea[1].strip() if idea else "A study",
        experiment=idea[2].strip() if idea else "",
        template=_rest(task, "Template: "),
        metrics=read_metrics(task),
        runs=tuple(RunFact(*run) for run in re.findall(r"^- (run_\d+) \((\w+)\): (.*)$", task, re.MULTILINE)),
        addresses=tuple(re.findall(r"^- (run_\d+/[^/\n]+/\S+)$", task, re.MULTILINE)),
        settings=tuple(filter(None, _rest(task, r"Settings for \setting{...}: ").split(", "))),
        environment=tuple(filter(None, _rest(task, r"Environment for \env{...}: ").split(", "))),
        figures=tuple(
            FigureFact(*figure)
            for figure in re.findall(r"^- figures/(\S+), \\label\{([^}]+)\}: (.*)$", task, re.MULTILINE)
        ),
    )


def read_metrics(task: str) -> tuple[MetricFact, ...]:
    """The metrics that a task lists, each on a line of its own."""
    found = []
    for name, shown, goal, text in re.findall(
        r"^Metric (\S+): (.+?), (min is better|max is better|no goal)\. ?(.*)$", task, re.MULTILINE
    ):
        label, _, unit = shown.partition(" in ")
        found.append(MetricFact(name, label, goal[:3] if goal != "no goal" else "", text.strip(), unit))
    return tuple(found)


def latex(text: str) -> str:
    """Plain words as LaTeX; `code` in backticks becomes typewriter."""
    parts = re.split(r"`([^`]*)`", text)
    return "".join(rf"\texttt{{{_escape(part)}}}" if i % 2 else _escape(part) for i, part in enumerate(parts))


def join(items: list[str]) -> str:
    """a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)


def _rest(text: str, start: str) -> str:
    return next((line[len(start) :].strip() for line in text.splitlines() if line.startswith(start)), "")
