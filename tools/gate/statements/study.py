"""What a study holds: its runs, datasets, metrics and settings, and the constants of its code."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tools.evidence.code_constants import read_constants
from tools.evidence.code_facts import CodeFacts, read_code
from tools.evidence.ledger import Ledger
from tools.evidence.records import BASELINE, CONFIRMATION, Metric, Scalar
from tools.evidence.statistics import standard_error
from tools.experiments.template import Template
from tools.gate.statements.lexicon import lemmas, words

_QUALITIES = (
    "memory",
    "energy",
    "error",
    "cost",
    "loss",
    "score",
    "variance",
    "likelihood",
    "distance",
    "overfitting",
    "seed",
)
"""What a study can measure, although it is also a usual name in code."""

_EVERYWHERE = frozenset(["value", "every", "metri", "loss", "point", "divid", "equal"])
"""Beginnings of words that tell no metric from another."""
_DRAWN = re.compile(
    r"\w+\s+(?:(?:the|an?|two|three|four|five)\s+)?(?P<what>(?!the\b|outline\b)[a-z]+(?:[ -][a-z]+){0,2}?)\s*"
    r"(?:\s(?:of|with|in|on|from)\b|[,.;:]|$)",
    re.IGNORECASE,
)
"""'Draw a slanted bar of width 1.'"""


@dataclass(frozen=True, eq=False)
class Study:
    """The ledger of a study, the template's description, and the constants of its code. Equal only to itself."""

    ledger: Ledger
    description: str = ""
    title: str = ""
    """The template's title."""
    constants: tuple[tuple[str, float], ...] = ()
    identifiers: frozenset[str] = frozenset()
    """Words of the names in the code."""
    summaries: tuple[tuple[str, str], ...] = ()
    """Function of the code -> what its docstring says."""
    by_direction: bool = False
    """A difference of means carries a claim without a test. For results that are no more than means."""

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        template: Template | None = None,
        code: Path | None = None,
        facts: CodeFacts | None = None,
    ) -> Study:
        """Return the study of a ledger, with the template's description and the constants of a folder of code.

        Args:
            facts: the facts of that folder, if they are already read.
        """
        description, title = "", template.title if template else ""
        if template:
            described = (f"{metric.printed}: {metric.description}" for metric in template.metrics.values())
            description = " ".join([template.title, template.description, template.task_description, *described])
        used: dict[str, set[Scalar]] = {}
        for run in ledger.completed:
            for name, value in run.settings.items():
                used.setdefault(name.rpartition(".")[2], set()).add(value)
        constants = [
            (constant.name, constant.value)
            for constant in (read_constants(code) if code else [])
            if not constant.option or constant.value in used.get(constant.name, {constant.value})
        ]
        facts = facts or read_code(code)
        identifiers = frozenset(re.findall(r"[a-z]{4,}", facts.names))
        return cls(ledger, description, title, tuple(constants), identifiers, facts.summaries)

    @cached_property
    def name_stems(self) -> frozenset[str]:
        """Return the first five letters of the words in the names of settings, constants and other parts of the code.

        Words that name a quality of results are left out.
        """
        names = [
            *self.identifiers,
            *(name for values in self.settings.values() for name in values),
            *(name for name, _ in self.constants),
        ]
        qualities = {*words("quality_nouns"), *words("vague_metrics"), *words("results"), *_QUALITIES}
        named = [word for name in self.metrics for word in re.findall(r"[a-z]+", name.lower())]
        metrics = {word[:5] for word in (*named, *qualities)}
        return frozenset(w[:5] for n in names for w in re.findall(r"[a-z]{4,}", n.lower())) - metrics

    @cached_property
    def noted(self) -> frozenset[str]:
        """Return the words of the notes that say what the runs change, without those that name a quality of results."""
        notes = " ".join(run.note for run in self.ledger.runs if run.name != BASELINE).lower()
        qualities = {*words("quality_nouns"), *words("vague_metrics"), *words("results"), *_QUALITIES, *self.metrics}
        return frozenset(re.findall(r"[a-z]{4,}", notes)) - qualities

    @cached_property
    def title_lemmas(self) -> frozenset[str]:
        """Return the lemmas of the verbs in the template's title, such as boost in 'Boosted decision stumps'."""
        found = re.findall(r"[a-z]+", self.title.lower())
        return frozenset(lemma for word in found for lemma in lemmas(word).get("VERB", ()))

    @cached_property
    def runs(self) -> list[str]:
        """Return the completed runs without the baseline."""
        return [run.name for run in self.ledger.completed if run.name != BASELINE]

    @cached_property
    def confirmed(self) -> dict[str, str]:
        """Return run -> the name of its measurement on fresh seeds."""
        return {row.name.replace(CONFIRMATION, "run_", 1): row.name for row in self.ledger.confirmations}

    @cached_property
    def known_runs(self) -> frozenset[str]:
        """Return all names under which the ledger has results, confirmations included."""
        return frozenset([BASELINE, *self.runs, *self.confirmed.values()])

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Return the addresses of all results, those of confirmations included."""
        return frozenset([*self.ledger.addresses(), *self.ledger.confirmed_addresses()])

    def mean(self, address: str) -> float | None:
        """Return the mean of a result, None if it was not measured."""
        return self.ledger.result(address).mean if address in self.addresses else None

    def seed_values(self, address: str) -> tuple[float, ...]:
        """Return the values of a result, one a seed; none if it was not measured."""
        return self.ledger.result(address).values if address in self.addresses else ()

    def standard_error(self, address: str) -> float | None:
        """Return the standard error of a result, None if it was not measured or has one value."""
        return standard_error(self.seed_values(address)) if address in self.addresses else None

    @cached_property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(address.split("/")[1] for address in self.ledger.addresses()))

    @cached_property
    def nicknames(self) -> dict[str, str]:
        """Return what the code's functions that draw the datasets say that they draw -> dataset: 'slanted bar' -> line."""
        found: dict[str, list[str]] = {}
        for name, summary in self.summaries:
            drawn = _DRAWN.match(summary) if name in self.datasets else None
            parts = drawn["what"].lower().split() if drawn else []
            for start in range(len(parts)):
                found.setdefault(" ".join(parts[start:]), []).append(name)
        taken = {form for name in self.datasets for form in (name.lower(), f"{name.lower()}s")}
        return {
            what: names[0] for what, names in found.items() if len(names) == 1 and what not in taken and len(what) > 2
        }

    @cached_property
    def metrics(self) -> list[str]:
        return list(dict.fromkeys(self.ledger.result(address).metric.name for address in self.ledger.addresses()))

    @cached_property
    def primary(self) -> str:
        """Return the first metric that has a goal, else the first."""
        goals = [name for name in self.metrics if self.metric(name).goal]
        return (goals or self.metrics or [""])[0]

    @cached_property
    def quality_metrics(self) -> list[str]:
        """Return the metrics that are no durations."""
        return [name for name in self.metrics if not self.is_duration(name)]

    def metric(self, name: str) -> Metric:
        return self.ledger.metric(name)

    def spoken_of(self, text: str, among: Sequence[str]) -> tuple[str, ...]:
        """Return the metrics whose label, or else description, shares the most words with a text; none if none does."""
        said = {word[:5] for word in re.findall(r"[a-z]{5,}", text.lower())}
        for describe in (lambda m: f"{m.name} {m.label}", lambda m: m.description):
            shared = {
                name: len(
                    said & {w[:5] for w in re.findall(r"[a-z]{5,}", describe(self.metric(name)).lower())} - _EVERYWHERE
                )
                for name in among
            }
            most = max(shared.values(), default=0)
            if most:
                return tuple(name for name in among if shared[name] == most)
        return ()

    def is_speed(self, metric: str) -> bool:
        """Tell whether a metric counts by the second, so that more is faster."""
        return self.metric(metric).unit.lower().endswith(("/s", "per second", "/sec"))

    def is_duration(self, metric: str) -> bool:
        words = metric.lower().split("_")
        return bool({"time", "seconds", "latency", "duration", "runtime", "wall"} & set(words)) or self.metric(
            metric
        ).unit in ("s", "ms")

    @cached_property
    def settings(self) -> dict[str, dict[str, Scalar]]:
        """Return run -> last part of a setting's name -> value."""
        return {r.name: {name.rpartition(".")[2]: v for name, v in r.settings.items()} for r in self.ledger.completed}

    @cached_property
    def setting_names(self) -> frozenset[str]:
        """Return the last parts of the settings' names."""
        return frozenset(name for values in self.settings.values() for name in values)

    @cached_property
    def varied(self) -> list[str]:
        """Return the settings that differ between runs."""
        names = dict.fromkeys(name for values in self.settings.values() for name in values)
        return [name for name in names if len({str(v.get(name)) for v in self.settings.values()}) > 1]

    @cached_property
    def grid_steps(self) -> frozenset[float]:
        """Return the ratios between neighbouring values of each setting that differs between runs, larger over smaller."""
        steps = set[float]()
        for name in self.varied:
            values = sorted({v for run in (BASELINE, *self.runs) if (v := self._number(run, name)) is not None})
            steps |= {high / low for low, high in itertools.pairwise(values) if low > 0}
        return frozenset(steps)

    def runs_with(self, setting: str, ratio: float) -> tuple[str, ...]:
        """Return the runs whose setting is `ratio` times the baseline's."""
        base = self._number(BASELINE, setting)
        values = {run: self._number(run, setting) for run in self.runs}
        if not base:
            return ()
        return tuple(run for run, v in values.items() if v is not None and abs(v / base - ratio) < 0.02 * ratio)

    def runs_at(self, setting: str, value: float) -> tuple[str, ...]:
        """Return the runs, baseline included, whose setting has a value."""
        found = {run: self._number(run, setting) for run in (BASELINE, *self.runs)}
        return tuple(run for run, v in found.items() if v is not None and abs(v - value) <= 1e-9 + 1e-6 * abs(v))

    def runs_beyond(self, setting: str, *, above: bool) -> tuple[str, ...]:
        """Return the runs whose setting is above the baseline's, or below it."""
        base = self._number(BASELINE, setting)
        values = {run: self._number(run, setting) for run in self.runs}
        if not base:
            return ()
        return tuple(run for run, v in values.items() if v is not None and (v > base if above else v < base))

    def ranked_by(self, setting: str) -> list[str]:
        """Return all runs by a numeric setting, lowest first; nothing if a run lacks it."""
        values = {run: self._number(run, setting) for run in self.settings}
        known = {run: value for run, value in values.items() if value is not None}
        return sorted(known, key=lambda run: known[run]) if len(known) == len(values) else []

    def _number(self, run: str, setting: str) -> float | None:
        value = self.settings.get(run, {}).get(setting)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    @cached_property
    def environment(self) -> tuple[str, ...]:
        """Return what the environment of the baseline says: versions of software, hardware."""
        return tuple(self.ledger.baseline.environment.values()) if self.ledger.baseline else ()

    @cached_property
    def known_numbers(self) -> frozenset[float]:
        """Return the numbers of the settings of all runs."""
        return frozenset(
            float(v) for values in self.settings.values() for v in values.values() if isinstance(v, int | float)
        )
