"""Bind the labels of a paper to runs, datasets and metrics of the results.

A match of a number is evidence only where its label says which value it must be.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from tools.atomic import write_text
from tools.audit.manuscript import Manuscript
from tools.audit.names import mentions, similarity, stems
from tools.audit.values import MeasuredResults
from tools.errors import UserError
from tools.schema import read_yaml, validated

_STATED = re.compile(
    r"\b([A-Z][\w-]{0,40}(?: (?:of|and|with|the|[A-Z0-9][\w-]{0,40})){0,8})\s?\(\s?Run\s?(\d{1,4})\s?\)"
)
_RUN_LIST = re.compile(r"\bRuns?[\s~_]*(\d+(?:\s*(?:,|and|,\s*and|&|to|-|–)\s*\d+)*)", re.IGNORECASE)
_ENOUGH = 0.6


class LabelMap(BaseModel):
    """The map that a user can edit, confirm and keep: what the paper's labels stand for."""

    model_config = ConfigDict(extra="forbid")
    runs: dict[str, str] = {}
    datasets: dict[str, str] = {}
    metrics: dict[str, str] = {}


@dataclass
class LabelBinding:
    """Answers which run, dataset or metric a label stands for."""

    results: MeasuredResults
    confirmed: LabelMap
    stated: dict[str, str] = field(default_factory=dict)
    """Label -> run as the paper's own text says: 'Improved Weight Network (Run 5)'."""
    used: LabelMap = field(default_factory=LabelMap)
    """Every run label that was bound, for the map."""

    def runs(self, label: str) -> list[str]:
        """Return the runs that a label may stand for; several if it does not decide."""
        if label in self.confirmed.runs:
            return [self.confirmed.runs[label]]
        if named := self.numbered(label):
            return named
        exact = [run for run in self.results.runs if run.lower() == label.strip().lower()]
        if exact:
            return exact
        stated = self._similar(label, [(run, text) for text, run in self.stated.items()])
        noted = self._similar(label, list(self.results.titles.items()))
        plain = self._similar(label, [(run, run) for run in self.results.runs if not re.fullmatch(r"run_\d+", run)])
        found = stated or noted or plain
        if not found and self.results.baseline and re.search(r"\bbaseline\b", label, re.IGNORECASE):
            found = [self.results.baseline]
        return found

    def numbered(self, text: str) -> list[str]:
        """Return the runs that a text names by number."""
        numbers: list[str] = []
        for match in _RUN_LIST.finditer(text):
            numbers += re.findall(r"\d+", match[1])
        known = set(self.results.runs)
        return [f"run_{n}" for n in dict.fromkeys(numbers) if f"run_{n}" in known]

    def named(self, text: str) -> list[str]:
        """Return the runs that a sentence names by number or by a stated label."""
        found = self.numbered(text)
        for label, run in {**{t: r for r, t in self.results.titles.items()}, **self.stated}.items():
            if len(stems(label)) >= 1 and mentions(label, text) and run not in found:
                found.append(run)
        named = {run: run for run in self.results.runs if not re.fullmatch(r"run_\d+", run)}
        for label, run in {**named, **self.confirmed.runs}.items():
            if mentions(label, text) and run not in found:
                found.append(run)
        base = self.results.baseline
        if base and base not in found and re.search(r"\bbaseline\b", text, re.IGNORECASE):
            found.append(base)
        return found

    def dataset(self, label: str) -> str:
        return self._only(label, self.results.datasets, self.confirmed.datasets)

    def metric(self, label: str) -> str:
        return self._only(label, self.results.metrics, self.confirmed.metrics)

    def all_metrics(self, text: str) -> list[tuple[int, str]]:
        """Return the metrics that a text names, with their positions."""
        found = [(place, name) for name in self.results.metrics for place in mentions(name, text)]
        found += [(p, name) for label, name in self.confirmed.metrics.items() for p in mentions(label, text)]
        return sorted(found)

    def all_datasets(self, text: str) -> list[tuple[int, str]]:
        found = [(place, name) for name in self.results.datasets for place in mentions(name, text)]
        found += [(p, name) for label, name in self.confirmed.datasets.items() for p in mentions(label, text)]
        return sorted(found)

    def _only(self, label: str, names: list[str], confirmed: dict[str, str]) -> str:
        if label in confirmed:
            return confirmed[label]
        found = [name for name in names if mentions(name, label)]
        return max(found, key=len) if found else ""

    def _similar(self, label: str, titles: list[tuple[str, str]]) -> list[str]:
        counts = Counter(stem for _, title in titles for stem in set(stems(title)))
        weights = {stem: 1 / count for stem, count in counts.items()}
        scored = [(similarity(label, title, weights), run) for run, title in titles]
        best = max((score for score, _ in scored), default=0.0)
        if best < _ENOUGH:
            return []
        return list(dict.fromkeys(run for score, run in scored if score >= best - 0.05))


def bind_labels(paper: Manuscript, results: MeasuredResults, confirmed: LabelMap) -> LabelBinding:
    """Return the binding of a paper's labels, with what its own text states."""
    binding = LabelBinding(results, confirmed)
    known = set(results.runs)
    for match in _STATED.finditer(paper.prose):
        if f"run_{match[2]}" in known:
            binding.stated[" ".join(match[1].split())] = f"run_{match[2]}"
    return binding


def load_map(path: Path) -> LabelMap:
    """Load a map of labels.

    Raises:
        UserError: the file is missing or is no such map.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file; --write-map writes one")
    return validated(LabelMap, read_yaml(path) or {}, path)


def write_map(binding: LabelBinding, path: Path) -> None:
    """Write the bound labels as YAML to edit, confirm and pass to --map."""
    head = "# What the paper's labels stand for. Correct it, keep it, and pass it with --map.\n"
    data = binding.used.model_dump()
    write_text(path, head + yaml.safe_dump(data, sort_keys=True, allow_unicode=True))
