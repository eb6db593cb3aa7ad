"""Plot the ROC curve of each reviewer's score, and balanced accuracy by threshold."""

from __future__ import annotations

from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tools.reviewer_bench.benchmark import Benchmark
from tools.reviewer_bench.bootstrap import Estimates
from tools.reviewer_bench.evaluation import Evaluation

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Palette of Okabe and Ito, safe for colour-blind readers."""
_STYLES = ("-", "--", ":", "-.")


def draw(benchmark: Benchmark) -> Figure:
    """Return a figure with both plots for all reviewers and baselines."""
    figure = Figure(figsize=(10, 4.6 + 0.22 * len(benchmark.evaluations)), layout="constrained")
    roc, cuts = figure.subplots(1, 2)
    for number, evaluation in enumerate(benchmark.evaluations):
        colour = _COLOURS[number % len(_COLOURS)]
        style = _STYLES[number // len(_COLOURS) % len(_STYLES)]
        _draw_roc(roc, evaluation, benchmark, colour, style)
        _draw_thresholds(cuts, evaluation, benchmark, colour, style)
    _draw_baselines(roc, cuts, benchmark)
    roc.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    roc.set_title("ROC of the overall score", fontsize=11)
    roc.set_aspect("equal")
    cuts.set(xlabel="accept if Overall is at least", ylabel="balanced accuracy")
    cuts.set_title("By threshold, with 95% bootstrap intervals", fontsize=11)
    figure.legend(*roc.get_legend_handles_labels(), loc="outside lower center", fontsize=8, frameon=False)
    return figure


def rendered(figure: Figure, kind: str) -> bytes:
    """Return the figure as the bytes of a `png` or `pdf` file; the same figure gives the same bytes."""
    buffer = BytesIO()
    metadata = {"CreationDate": None} if kind == "pdf" else {}
    figure.savefig(buffer, format=kind, dpi=150, metadata=metadata)
    return buffer.getvalue()


def _draw_roc(axes: Axes, evaluation: Evaluation, benchmark: Benchmark, colour: str, style: str) -> None:
    label = evaluation.name + (" (control)" if evaluation.name == benchmark.control else "")
    if evaluation.roc and evaluation.score:
        area = evaluation.score.metrics["auc_score"].value
        label += "" if area is None else f", AUC {area:.2f}"
        axes.plot(*evaluation.roc, style, color=colour, marker=".", markersize=4, label=label)
        label = ""
        _mark(axes, evaluation.by_threshold[benchmark.threshold].metrics, "o", colour, "")
    if evaluation.by_decision:
        _mark(axes, evaluation.by_decision.metrics, "X", colour, label)


def _draw_thresholds(axes: Axes, evaluation: Evaluation, benchmark: Benchmark, colour: str, style: str) -> None:
    points = [(cut, row.metrics["balanced_accuracy"]) for cut, row in evaluation.by_threshold.items()]
    known = [(cut, e.value, e.low, e.high) for cut, e in points if e.value is not None and e.low is not None]
    if known:
        cut, value, low, high = zip(*known, strict=True)
        axes.fill_between(cut, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(cut, value, style, color=colour, marker=".", markersize=4)
        chosen = [(at, height) for at, height, *_ in known if at == benchmark.threshold]
        axes.plot(*zip(*chosen, strict=True), "o", color=colour, markersize=7)


def _draw_baselines(roc: Axes, cuts: Axes, benchmark: Benchmark) -> None:
    roc.plot([0, 1], [0, 1], color="0.7", linewidth=1, zorder=0)
    roc.plot([], [], "o", color="0.4", label=f"Overall ≥ {benchmark.threshold:g}")
    roc.plot([], [], "X", color="0.4", label="by the Decision field")
    roc.plot([0], [0], "s", color="0.2", label="all reject", clip_on=False)
    cuts.axhline(0.5, color="0.7", linewidth=1, zorder=0)
    if len(given := sorted({cut for e in benchmark.evaluations for cut in e.by_threshold})) <= 12:
        cuts.set_xticks(given)
    human = benchmark.random_human
    if human:
        _mark(roc, human.metrics, "*", "0.2", f"one random human reviewer, {human.rule}", size=11)
        value = human.metrics["balanced_accuracy"].value
        if value is not None:
            cuts.axhline(value, color="0.2", linewidth=1, linestyle=":")
            cuts.annotate(
                "one random human reviewer", (0.99, value), xycoords=("axes fraction", "data"),
                xytext=(0, 3), textcoords="offset points", ha="right", fontsize=8, color="0.2",
            )  # fmt: skip


def _mark(axes: Axes, metrics: Estimates, marker: str, colour: str, label: str, size: int = 7) -> None:
    fpr, fnr = metrics["fpr"].value, metrics["fnr"].value
    if fpr is not None and fnr is not None:
        axes.plot([fpr], [1 - fnr], marker, color=colour, markersize=size, label=label or "_")
