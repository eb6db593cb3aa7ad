"""Judge what captions and sentences say of the curves of a figure: that they rise, fall, flatten, and in which order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.evidence import Ledger
from tools.evidence.judgement import Judgement, Verdict
from tools.figures import FigureDescription, PlottedAxes, PlottedSeries
from tools.gate.figure_captions import ShownFigure, named
from tools.gate.report import FindingCode
from tools.gate.section_source import SectionSource
from tools.gate.shapes import FALLS, RISES, follows_shape

_BETTER = r"improv(?:es?|ed|ing)"
_FLAT = r"flatten(?:s|ed|ing)?(?: out)?|level(?:s|l?ed|l?ing)? off|plateau(?:s|ed|ing)?|saturat(?:es?|ed|ing)"
_STEADY = (
    r"steadily|monoton(?:ically|ously|ic|e)|consistently|continuously|uniformly|without exception|throughout|always"
    r"|at (?:each|every) (?:step|value|point|evaluation)"
)
_MOVE = re.compile(
    rf"\b(?:(?P<steady_before>{_STEADY})\s+)?"
    rf"(?:(?P<up>{RISES})|(?P<down>{FALLS})|(?P<better>{_BETTER})|(?P<flat>{_FLAT}))"
    rf"(?:\s+(?P<steady_after>(?:\w+\s+){{0,4}}?(?:{_STEADY}))|\s+(?P<along>with|as))?\b"
    rf"|\b(?P<noun>monoton(?:ic|e|ous)\w*)(?:\s+(?:(?P<down_noun>decrease|decline|fall|drop)|(?P<up_noun>increase|rise|growth)))?\b",
    re.IGNORECASE,
)
_FASTEST = re.compile(
    r"\b(?:fastest|steepest|steeply|quickly|rapidly|sharply)\s+(?:\w+\s+){0,2}(?:over|in|during|at)\s+"
    r"(?:the\s+)?(?:very\s+)?(?:first|beginning|start|early)\b",
    re.IGNORECASE,
)
_SLOWER = re.compile(r"\b(?:more slowly|slower)\s+(?:later|afterwards|thereafter|towards|at the end)\b", re.IGNORECASE)
_OF_NO_CURVE = re.compile(
    r"\s+(?:below|above|behind|short|under|(?:the|its|their|this|it|them|than|by)\b)", re.IGNORECASE
)
"""Behind a verb that compares curves, has an object or a size."""
_NEGATED = re.compile(r"\b(?:not|no|never|neither|nor|without)\b[^.;]*$", re.IGNORECASE)
_STILL = re.compile(r"\bstill\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_STILL_MOVES = re.compile(rf"\bstill\s+(?:\w+ly\s+)?(?:{RISES}|{FALLS}|{_BETTER})\b", re.IGNORECASE)
PROGRESS = re.compile(r"\b(?:steps?|epochs?|iterations?|rounds?|updates?|time)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\bFig(?:ure|\.)[~\s]*(\d+)\b")
_RUN = re.compile(r"\bruns?[\s\\_~]*(\d+)", re.IGNORECASE)
_PHASE = re.compile(
    r"\b(?:during|throughout|until|towards|at first|at the end|again|later|afterwards"
    r"|over (?:the )?(?:\w+ )?(?:steps|training|epochs))\b",
    re.IGNORECASE,
)
_MIN_CORRELATION = 0.5
"""Rank correlation from which a series goes up or down on the whole."""


@dataclass(frozen=True)
class _Move:
    """A direction that a text gives to curves: 1 up, -1 down, 0 flat; positions count characters of the text."""

    direction: int
    start: int
    end: int
    text: str
    steady: bool
    along: bool
    still: bool
    denied: bool


def judge_trends(
    sources: Sequence[SectionSource],
    figures: Sequence[ShownFigure],
    facts: Mapping[str, FigureDescription],
    ledger: Ledger,
) -> Iterator[tuple[SectionSource, Judgement]]:
    """Yield a judgement for each direction that a text gives to the curves of one figure, with its section.

    A figure whose data were not recorded is not checkable.
    """
    progressing = {
        file for file, each in facts.items() if each.panels and all(PROGRESS.search(p.xlabel) for p in each.panels)
    }
    for source in sources:
        for figure, start, end in _descriptions(source, figures, progressing):
            for judgement in _judge(source, start, end, figure, facts.get(figure.file), ledger):
                yield source, judgement


def _descriptions(
    source: SectionSource, figures: Sequence[ShownFigure], progressing: Collection[str]
) -> Iterator[tuple[ShownFigure, int, int]]:
    """Yield the figure and the span of the sentences of each caption, and of each sentence that points to one figure.

    'The loss is still falling' points to the only one of `progressing`, the files with curves over the training.
    """
    by_label = {label: figure for figure in figures for label in figure.labels}
    captions = [(figure, figure.caption) for figure in figures if figure.source is source and figure.caption]
    for start, end in source.sentences:
        inside = next((figure for figure, (low, high) in captions if low <= start and end <= high), None)
        labels = [
            label.strip()
            for found in re.findall(r"ref\*?\{([^}]*)\}", source.tex[start:end])
            for label in found.split(",")
        ]
        numbers = [int(number) for number in _NUMBERED.findall(source.prose[start:end])]
        shown = [by_label[label] for label in labels if label in by_label]
        shown += [figures[number - 1] for number in numbers if 0 < number <= len(figures)]
        if not inside and not labels and not numbers and _STILL_MOVES.search(source.prose[start:end]):
            shown = [figure for figure in figures if figure.file in progressing]
        if inside or len({figure.file for figure in shown}) == 1:
            yield inside or shown[0], start, end


def _judge(
    source: SectionSource,
    start: int,
    end: int,
    figure: ShownFigure,
    facts: FigureDescription | None,
    ledger: Ledger,
) -> Iterator[Judgement]:
    text = source.prose[start:end]
    series, progress, lower_is_better = _data_series(facts, text, ledger)
    moves = list(_moves(text, better=-1 if lower_is_better else 1))
    if any(start <= r.start < end and r.macro != "setting" for r in source.references):
        moves = [move for move in moves if move.steady or move.along]  # else it compares results
    shape = [move.direction for move in moves if not move.denied]
    is_shape = (
        len(moves) > 1 and len(set(shape)) > 1 and re.search(r"\b(?:then|before|again|until|up to|beyond)\b", text)
    )
    for move in moves:
        over_training = progress and (not _RUN.search(text) or _PHASE.search(text))  # else a run may be compared
        if not (is_shape or move.steady or move.along or move.still or over_training) or (
            move.denied and move.direction
        ):
            continue
        if not series:
            reason = f'"{move.text}" was not compared with {figure.file}: no curve of it was recorded'
            code = FindingCode.UNREADABLE_FIGURE
            yield Judgement(Verdict.NOT_CHECKABLE, code, start + move.start, start + move.end, reason)
            continue
        failing = next((s for s in series if not _holds(move, shape if is_shape else [], _by_x(s))), None)
        yield _judgement(failing, figure, move.text, start + move.start, start + move.end)
    for pattern, has_pace in _PACES if moves and progress else ():
        for match in pattern.finditer(text):
            failing = next((s for s in series if not has_pace(_by_x(s))), None)
            yield _judgement(failing, figure, match[0], start + match.start(), start + match.end())


def _moves(text: str, *, better: int) -> Iterator[_Move]:
    for match in _MOVE.finditer(text):
        comparing = not match["along"] and _OF_NO_CURVE.match(text, match.end())
        if comparing or (match["noun"] and match["noun"].lower().endswith("ly")):
            continue
        direction = 1 if match["up"] or match["up_noun"] else -1 if match["down"] or match["down_noun"] else 0
        direction = better if match["better"] else direction
        steady = bool(match["steady_before"] or match["steady_after"] or match["noun"])
        before = text[: match.start()]
        yield _Move(
            direction,
            *match.span(),
            match[0].strip(),
            steady=steady,
            along=bool(match["along"]),
            still=_STILL.search(before) is not None,
            denied=_NEGATED.search(before) is not None,
        )


def _holds(move: _Move, shape: Sequence[int], values: Sequence[float]) -> bool:
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    if move.steady:
        up, down = all(step >= 0 for step in steps), all(step <= 0 for step in steps)
        return (up or down) if move.direction == 0 else up if move.direction > 0 else down
    if move.still:
        return steps[-1] * move.direction > 0
    if move.direction == 0 and move.denied:
        return abs(steps[-1]) > 0.02 * (max(values) - min(values))
    if shape:
        return follows_shape(values, shape)
    return (
        follows_shape(values, [0])
        if move.direction == 0
        else _rank_correlation(values) * move.direction >= _MIN_CORRELATION
    )


def _judgement(failing: PlottedSeries | None, figure: ShownFigure, words: str, start: int, end: int) -> Judgement:
    if failing is None:
        return Judgement(Verdict.SUPPORTED, FindingCode.CONTRADICTED_TREND, start, end, f"{figure.file} shows it")
    values = ", ".join(f"{value:.4g}" for value in _by_x(failing)[:12])
    name = failing.label if failing.label and not failing.label.startswith("_") else "one series"
    return Judgement(
        Verdict.CONTRADICTED,
        FindingCode.CONTRADICTED_TREND,
        start,
        end,
        f'"{words}", but {name} in {figure.file} does not: {values}',
        values,
        "name the values with \\result{...} instead of a trend",
    )


def _data_series(facts: FigureDescription | None, text: str, ledger: Ledger) -> tuple[list[PlottedSeries], bool, bool]:
    """Return the series that a text speaks of, whether they go over the training, and whether lower values are better.

    They have at least three points and are no reference lines. Only those of a panel, a label or a run that the text
    names, if it names one, else those with a label. Bars side by side are read across their groups.
    """
    panels = facts.panels if facts else []
    panels = [panel for panel in panels if panel.title and named(text, {panel.title: [panel.title]})] or panels
    series = [each for panel in panels for each in _grouped(panel)]
    series = [s for s in series if len(s.y_values) >= 3 and len(set(s.y_values)) > 1 and len(set(s.x_values)) != 1]
    runs = [f"run_{number}" for number in _RUN.findall(text)]
    of_text = [
        each
        for each in series
        if each.label
        and (named(text, {each.label: [each.label]}) or any(shows_run(each.label, run, ledger) for run in runs))
    ]
    labelled = [each for each in series if each.label and not each.label.startswith("_")]
    progress = bool(panels) and all(PROGRESS.search(panel.xlabel) for panel in panels)
    lower = any(re.search(r"loss|error|divergence|perplexity", panel.ylabel, re.IGNORECASE) for panel in panels)
    return of_text or labelled or series, progress, lower


def shows_run(label: str, run: str, ledger: Ledger) -> bool:
    """Tell whether the label of a series names a run, or the value of the setting in which it differs."""
    rows = {row.name: row.settings for row in ledger.completed}
    if run not in rows or named(label, {run: [run]}):
        return run in rows
    values = [
        value
        for name, value in rows[run].items()
        if any(other.get(name) != value for other in rows.values()) and isinstance(value, int | float)
    ]
    return any(float(number) == value for number in re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", label) for value in values)


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


def _is_steepest_at_first(values: Sequence[float]) -> bool:
    steps = [abs(later - earlier) for earlier, later in itertools.pairwise(values)]
    return steps[0] >= max(steps)


def _rank_correlation(values: Sequence[float]) -> float:
    """Return Kendall's tau of the values with their order."""
    pairs = [(later > earlier) - (later < earlier) for i, earlier in enumerate(values) for later in values[i + 1 :]]
    return sum(pairs) / len(pairs)


_PACES = ((_SLOWER, lambda values: follows_shape(values, [0])), (_FASTEST, _is_steepest_at_first))
"""How words on the pace of a curve are told from its values."""
