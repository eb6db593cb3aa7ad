"""Check that a caption describes the figure above it: its metric and its datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.evidence import Ledger
from tools.evidence.judgement import Verdict
from tools.figures import FigureDescription
from tools.gate.figure_text import texts_of_facts
from tools.gate.report import FindingCode, GateFinding
from tools.gate.section_source import SectionSource

_END = re.compile(r"\\end\{figure\*?\}")


@dataclass(frozen=True)
class ShownFigure:
    """One figure environment with a single image. Positions count characters of the section."""

    source: SectionSource
    file: str
    labels: tuple[str, ...]
    caption: tuple[int, int] | None
    start: int


def shown_figures(source: SectionSource, files: Mapping[str, str]) -> list[ShownFigure]:
    """Return the figure environments with exactly one image. `files` is name in \\includegraphics -> file."""
    found = []
    for floating in (each for each in source.floats if each.kind == "figure"):
        end = match.end() if (match := _END.search(source.tex, floating.start)) else len(source.tex)
        names = [name for name, place in source.graphics if floating.start <= place < end]
        captions = [span for span in source.captions if floating.start <= span[0] < end]
        if len(names) == 1 and files.get(names[0]):
            caption = captions[0] if len(captions) == 1 else None
            found.append(ShownFigure(source, files[names[0]], tuple(floating.labels), caption, floating.start))
    return found


def check_captions(
    figures: Sequence[ShownFigure], facts: Mapping[str, FigureDescription], ledger: Ledger
) -> Iterator[GateFinding]:
    """Find captions and labels of another figure.

    A figure shows the metrics and datasets that its texts and its file name name.
    """
    for figure in figures:
        yield from _subject(figure, facts.get(figure.file), ledger)


def _subject(figure: ShownFigure, facts: FigureDescription | None, ledger: Ledger) -> Iterator[GateFinding]:
    datasets, metrics = _known(ledger)
    drawn = " ; ".join([*texts_of_facts(facts), *(t for panel in facts.panels for t in panel.ticks)]) if facts else ""
    stem = figure.file.rpartition("/")[2].rpartition(".")[0]
    shown_metrics = named(drawn, metrics) or named(stem, metrics)
    shown_datasets = named(drawn, datasets)
    source = figure.source
    caption = source.prose[slice(*figure.caption)] if figure.caption else ""
    place = figure.caption[0] if figure.caption else figure.start
    for text in (caption, *figure.labels):
        said = named(text, metrics) - _drawn_by_kind(facts, ledger)
        if said and shown_metrics and not said & shown_metrics:
            yield _mismatch(figure, place, text, "metric", said, shown_metrics)
            return
    said = {d for d in datasets if re.search(_dataset_mention(d), caption, re.IGNORECASE)}
    if shown_datasets and said - shown_datasets and figure.caption:
        yield _mismatch(figure, figure.caption[0], caption, "dataset", said - shown_datasets, shown_datasets)


def _drawn_by_kind(facts: FigureDescription | None, ledger: Ledger) -> set[str]:
    """Return the metrics of whose name the axes have only the last word, such as 'loss'; none if they name a metric."""
    text = " ; ".join(f"{panel.title} ; {panel.ylabel}" for panel in facts.panels).lower() if facts else ""
    metrics = _known(ledger)[1]
    labels = set(re.findall(r"[a-z]+", text)) if not named(text, metrics) else set()
    return {name for name in metrics if re.split(r"[\s/]", ledger.metric(name).printed.lower())[-1] in labels}


def _mismatch(figure: ShownFigure, place: int, text: str, kind: str, said: set[str], shown: set[str]) -> GateFinding:
    return GateFinding(
        code=FindingCode.FIGURE_MISMATCH,
        file=figure.source.file,
        line=figure.source.line(place),
        excerpt=" ".join(text.split())[:200],
        reason=f"{figure.file} shows the {kind} {', '.join(sorted(shown))}, not {', '.join(sorted(said))}",
        verdict=Verdict.CONTRADICTED,
        expected=", ".join(sorted(shown)),
        suggestion="include the image that the caption describes, or describe this one",
    )


def _known(ledger: Ledger) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    datasets = {dataset: [dataset] for run in ledger.completed for dataset in run.values}
    names = dict.fromkeys(name for run in ledger.completed for cells in run.values.values() for name in cells)
    return datasets, {name: [name, name.replace("_", " "), ledger.metric(name).printed] for name in names}


def named(text: str, names: Mapping[str, Sequence[str]]) -> set[str]:
    """Return which names a text contains in one of their spellings. A longer name hides a shorter one inside it."""
    plain = re.sub(r"[\\_\-\s/]+", " ", text).casefold()
    found = set()
    spellings = [(re.sub(r"[_\-\s/]+", " ", s).casefold(), name) for name, each in names.items() for s in each]
    for spelling, name in sorted(set(spellings), key=lambda pair: -len(pair[0])):
        pattern = rf"(?<![a-z0-9]){re.escape(spelling)}(?![a-z0-9])"
        if spelling and re.search(pattern, plain):
            found.add(name)
            plain = re.sub(pattern, lambda match: "\0" * len(match[0]), plain)
    return found


def _dataset_mention(name: str) -> str:
    """Return a pattern for a dataset that is named as one: "line" is also a word."""
    spelled = re.escape(name).replace("_", r"\\?_")
    return rf"\b(?:on|for|dataset)\s+(?:the\s+)?{spelled}\b(?!\s+(?:style|plot|chart|width))|\b{spelled}\s+(?:dataset|data)\b"
