"""Check that a caption describes the figure above it: its metric, its datasets, and the trend that it shows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.evidence import Ledger
from tools.evidence.gate.figure_text import texts_of_facts
from tools.evidence.gate.report import FindingCode, GateFinding
from tools.evidence.gate.section_source import SectionSource
from tools.evidence.judgement import Verdict
from tools.figures import FigureDescription, PlottedAxes, PlottedSeries

_END = re.compile(r"\\end\{figure\*?\}")
_UP = r"rises?|rising|rose|increas(?:es?|ed|ing)|grows?|grew|growing|climbs?|climbed|climbing|goes up|improv(?:es?|ed|ing)"
_DOWN = (
    r"falls?|fell|falling|decreas(?:es?|ed|ing)|drops?|dropped|dropping|declin(?:es?|ed|ing)|shrinks?|shrank|shrinking"
    r"|goes down|decays?|decayed|decaying"
)
_STEADY = (
    r"steadily|monoton(?:ically|ously|ic|e)|consistently|continuously|uniformly|without exception|throughout|always"
    r"|at (?:each|every) (?:step|value|point)"
)
_TREND = re.compile(
    rf"\b(?:(?P<steady_before>{_STEADY})\s+(?:(?P<up_1>{_UP})|(?P<down_1>{_DOWN}))"
    rf"|(?:(?P<up_2>{_UP})|(?P<down_2>{_DOWN}))\s+(?:\w+\s+){{0,4}}?(?P<steady_after>{_STEADY})"
    rf"|(?:(?P<up_3>{_UP})|(?P<down_3>{_DOWN}))\s+(?:with|as)\b"
    rf"|(?P<steady_alone>monoton(?:ic|e|ous)\w*)\s+(?P<down_4>decrease|decline|fall|drop)?(?P<up_4>increase|rise|growth)?)",
    re.IGNORECASE,
)
_MIN_CORRELATION = 0.5
"""Rank correlation from which a series goes up or down on the whole."""


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
    figures: Sequence[ShownFigure],
    sources: Sequence[SectionSource],
    facts: Mapping[str, FigureDescription],
    ledger: Ledger,
) -> Iterator[GateFinding]:
    """Find captions and labels of another figure, and trends that the plotted series do not have.

    A figure shows the metrics and datasets that its texts and its file name name. Without facts, trends are not checked.
    """
    for figure in figures:
        shown = facts.get(figure.file)
        yield from _subject(figure, shown, ledger)
    by_label = {label: figure for figure in figures for label in figure.labels}
    for source in sources:
        for figure, start, end in _descriptions(source, figures, by_label):
            yield from _trend(source, source.prose[start:end], start, figure, facts.get(figure.file))


def _descriptions(
    source: SectionSource, figures: Sequence[ShownFigure], by_label: Mapping[str, ShownFigure]
) -> Iterator[tuple[ShownFigure, int, int]]:
    """Yield the figure and the span of each caption, and of each sentence that refers to one figure."""
    for figure in figures:
        if figure.source is source and figure.caption:
            yield figure, *figure.caption
    for start, end in source.sentences:
        labels = {
            label for found in re.findall(r"ref\*?\{([^}]*)\}", source.tex[start:end]) for label in found.split(",")
        }
        named = {by_label[label.strip()].file: by_label[label.strip()] for label in labels if label.strip() in by_label}
        if len(named) == 1:
            yield next(iter(named.values())), start, end


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
        said = named(text, metrics)
        if said and shown_metrics and not said & shown_metrics:
            yield _mismatch(figure, place, text, "metric", said, shown_metrics)
            return
    said = {d for d in datasets if re.search(_dataset_mention(d), caption, re.IGNORECASE)}
    if shown_datasets and said - shown_datasets and figure.caption:
        yield _mismatch(figure, figure.caption[0], caption, "dataset", said - shown_datasets, shown_datasets)


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
    plain = re.sub(r"[\\_\-\s]+", " ", text).casefold()
    found = set()
    spellings = [(re.sub(r"[_\-\s]+", " ", s).casefold(), name) for name, each in names.items() for s in each]
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


def _trend(
    source: SectionSource, text: str, start: int, figure: ShownFigure, facts: FigureDescription | None
) -> Iterator[GateFinding]:
    for match in _TREND.finditer(text):
        groups = {name.rpartition("_")[0] for name, value in match.groupdict().items() if value}
        if re.search(r"\b(?:not|no|never|neither|nor|without)\b[^.;]*$", text[: match.start()], re.IGNORECASE):
            continue
        steady = "steady" in groups
        direction = 1 if "up" in groups else -1 if "down" in groups else 0
        place = source.line(start + match.start())
        excerpt = " ".join(text.split())[:200]
        series = _data_series(facts, text)
        if not series:
            yield GateFinding(
                kind="note",
                code=FindingCode.UNREADABLE_FIGURE,
                file=source.file,
                line=place,
                excerpt=excerpt,
                reason=f'"{match[0].strip()}" was not compared with {figure.file}: its data were not recorded',
                verdict=Verdict.NOT_CHECKABLE,
            )
            continue
        failing = next((each for each in series if not _follows(each, direction, steady)), None)
        if failing:
            values = ", ".join(f"{value:.4g}" for value in _by_x(failing)[:12])
            name = failing.label if failing.label and not failing.label.startswith("_") else "one series"
            yield GateFinding(
                code=FindingCode.CONTRADICTED_TREND,
                file=source.file,
                line=place,
                excerpt=excerpt,
                reason=f'"{match[0].strip()}", but {name} in {figure.file} does not: {values}',
                verdict=Verdict.CONTRADICTED,
                expected=values,
                suggestion="name the values with \\result{...} instead of a trend",
            )


def _data_series(facts: FigureDescription | None, text: str) -> list[PlottedSeries]:
    """Return the series with at least three points that are not reference lines.

    Only those of a panel or a label that the text names, if it names one. Bars side by side are read across their groups.
    """
    panels = facts.panels if facts else []
    panels = [panel for panel in panels if panel.title and named(text, {panel.title: [panel.title]})] or panels
    series = [each for panel in panels for each in _grouped(panel)]
    series = [each for each in series if len(each.y_values) >= 3 and len(set(each.y_values)) > 1]
    return [each for each in series if each.label and named(text, {each.label: [each.label]})] or series


def _grouped(panel: PlottedAxes) -> list[PlottedSeries]:
    """Return the series of a panel; of bars grouped by named ticks, one series for each tick over the bars."""
    bars = [each for each in panel.series if each.kind == "bars"]
    if not bars or not panel.ticks:
        return panel.series
    size = len(panel.ticks)
    if any(len(each.y_values) != size for each in bars) or len(bars) == 1:
        return [each for each in panel.series if each.kind != "bars"] if len(bars) > 1 else panel.series
    return [
        PlottedSeries(kind="bars", label=tick, points=len(bars), y_values=[each.y_values[place] for each in bars])
        for place, tick in enumerate(panel.ticks)
    ]


def _by_x(series: PlottedSeries) -> list[float]:
    if len(series.x_values) != len(series.y_values):
        return series.y_values
    return [y for _, y in sorted(zip(series.x_values, series.y_values, strict=True))]


def _follows(series: PlottedSeries, direction: int, steady: bool) -> bool:
    values = _by_x(series)
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    if steady:
        up, down = all(step >= 0 for step in steps), all(step <= 0 for step in steps)
        return up or down if direction == 0 else up if direction > 0 else down
    return _rank_correlation(values) * direction >= _MIN_CORRELATION


def _rank_correlation(values: Sequence[float]) -> float:
    """Return Kendall's tau of the values with their order."""
    pairs = [(later > earlier) - (later < earlier) for i, earlier in enumerate(values) for later in values[i + 1 :]]
    return sum(pairs) / len(pairs)
