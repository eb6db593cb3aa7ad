"""The report of a benchmark in Markdown, and all its numbers as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tools.evidence import format_p_value
from tools.reviewer_bench.benchmark import Benchmark
from tools.reviewer_bench.bootstrap import Estimate
from tools.reviewer_bench.comparison import ReviewerComparison
from tools.reviewer_bench.evaluation import MetricRow
from tools.reviewer_bench.metrics import OF_DECISIONS, OF_SCORES

if TYPE_CHECKING:  # loads scikit-learn, which only leaks need
    from tools.reviewer_bench.leak_power import LeakPower
    from tools.reviewer_bench.papers import LeakReport

_COMPARED = ("balanced_accuracy", "accuracy", "f1", "auc_score", "pearson")
NO_CONTROL = (
    "There is no one-prompt control. Supply reviews by the same model with one plain prompt with `--control` to see what the "
    "panel adds to its model."
)
_METRICS = OF_DECISIONS | OF_SCORES

Named = tuple[str, MetricRow]


def summary_rows(benchmark: Benchmark) -> list[Named]:
    """Return the rows of each reviewer by Decision and by threshold, then the baselines."""
    rows: list[Named] = []
    for evaluation in benchmark.evaluations:
        name = shown_name(benchmark, evaluation.name)
        by_threshold = evaluation.by_threshold.get(benchmark.threshold)
        rows += [(name, row) for row in (evaluation.by_decision, by_threshold) if row]
    rows.append(("all reject", benchmark.all_reject))
    if benchmark.random_human:
        rows.append(("one random human reviewer", benchmark.random_human))
    return rows


def shown_name(benchmark: Benchmark, name: str) -> str:
    """Return the printed name of a reviewer."""
    return f"{name} (control)" if name == benchmark.control else name


def write_estimate(estimate: Estimate | None, places: int = 2, signed: bool = False) -> str:
    """Format an estimate like `0.65 [0.61, 0.69]`, or as a dash if undefined."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    sign = "+" if signed else ""
    value, low, high = (
        f"{round(number, places) + 0.0:{sign}.{places}f}" for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} [{low}, {high}]".replace("-", "−")


def as_markdown(benchmark: Benchmark, leaks: LeakReport | None = None, origin: str = "") -> str:
    """Return the whole report. `docs/reviewer_bench.md` defines each number. `origin` is a sentence about how the reviews
    were made."""
    parts = [_head(benchmark, origin), _decisions(benchmark), _scores(benchmark), _by_threshold(benchmark)]
    if benchmark.comparisons:
        parts.append(_comparisons(benchmark.comparisons))
    if leaks:
        parts.append(_leaks(leaks))
    return "\n\n".join(parts) + "\n"


def as_json(benchmark: Benchmark, leaks: LeakReport | None = None) -> dict[str, Any]:
    """Return every number by reviewer and rule."""
    data: dict[str, Any] = {
        "ratings": str(benchmark.ratings),
        **{key: getattr(benchmark, key) for key in _PLAIN},
        "reviewers": {
            evaluation.name: {
                "decision": evaluation.by_decision and asdict(evaluation.by_decision),
                "thresholds": {f"{cut:g}": asdict(row) for cut, row in evaluation.by_threshold.items()},
                "score": evaluation.score and asdict(evaluation.score),
                "coverage": asdict(benchmark.coverage[evaluation.name]),
            }
            for evaluation in benchmark.evaluations
        },
        "all_reject": asdict(benchmark.all_reject),
        "random_human": benchmark.random_human and asdict(benchmark.random_human),
        "comparisons": [asdict(comparison) for comparison in benchmark.comparisons],
    }
    if leaks:
        data["leaks"] = {
            "folder": str(leaks.folder),
            "papers": len(leaks.papers),
            "unreadable": list(leaks.unreadable),
            "as_given": [asdict(power) for power in leaks.as_given],
            "stripped": [asdict(power) for power in leaks.stripped],
        }
    return data


_PLAIN = (
    "rated", "undecided", "papers", "accepted", "threshold", "human_threshold", "seed", "resamples", "control",
)  # fmt: skip


def _head(benchmark: Benchmark, origin: str) -> str:
    share = benchmark.accepted / benchmark.papers
    lines = [
        "# Reviewer benchmark",
        "",
        f"{benchmark.papers} papers of `{benchmark.ratings.name}` with at least one review, {benchmark.accepted} accepted "
        f"({share:.1%}). In brackets: 95% bootstrap intervals over papers, {benchmark.resamples:,} resamples, seed "
        f"{benchmark.seed}. Accept is the positive class.",
    ]
    lines += [origin] if origin else []
    if benchmark.undecided:
        lines.append(f"{benchmark.undecided} rated papers without a decision are left out.")
    for name, coverage in benchmark.coverage.items():
        gaps = [
            f"{count} {what}"
            for count, what in (
                (coverage.unreviewed, "rated papers have no review"),
                (coverage.failed, "of them with an empty row"),
                (coverage.unrated, "reviews are of unrated papers"),
            )
            if count
        ]
        if gaps:
            lines.append(f"`{name}`: {', '.join(gaps)}. Its rows cover the papers that it reviewed.")
    if not benchmark.control:
        lines.append(NO_CONTROL)
    return "\n".join(lines[:2]) + "\n" + "\n\n".join(lines[2:])


def _decisions(benchmark: Benchmark) -> str:
    header = ["reviewer", "accepts by", "papers", *(metric.title for metric in OF_DECISIONS.values())]
    body = [[name, row.rule, row.papers, *_cells(row, OF_DECISIONS)] for name, row in summary_rows(benchmark)]
    note = "Lower is better for FPR (rejected papers that are accepted) and FNR (accepted papers that are rejected)."
    return f"## Decisions\n\n{_table(header, body)}\n\n{note}"


def _scores(benchmark: Benchmark) -> str:
    header = ["reviewer", "papers", *(metric.title for metric in OF_SCORES.values())]
    rows = [(shown_name(benchmark, e.name), e.score) for e in benchmark.evaluations if e.score]
    body = [[name, row.papers, *_cells(row, OF_SCORES)] for name, row in rows]
    if human := benchmark.random_human:
        body.append(["one random human reviewer", human.papers, *_cells(human, OF_SCORES)])
    note = "The random human reviewer is correlated with the mean of the paper's other reviewers."
    return f"## Scores\n\n{_table(header, body)}\n\n{note}"


def _by_threshold(benchmark: Benchmark) -> str:
    header = ["accepts by", *(metric.title for metric in OF_DECISIONS.values())]
    parts = ["## By threshold\n\nA threshold chosen on these papers looks better than it is."]
    for evaluation in benchmark.evaluations:
        if evaluation.by_threshold:
            body = [[row.rule, *_cells(row, OF_DECISIONS)] for row in evaluation.by_threshold.values()]
            parts.append(f"### {shown_name(benchmark, evaluation.name)}\n\n{_table(header, body)}")
    return "\n\n".join(parts)


def _comparisons(comparisons: Sequence[ReviewerComparison]) -> str:
    parts = [
        "## Pairs\n\nFirst minus second on the papers that both reviewed, with a paired bootstrap; bold if the interval "
        "excludes zero. McNemar's exact test is of the hypothesis that both agree with the conference equally often; the "
        "counts are papers on which only one of them agrees. There is no correction for the number of comparisons."
    ]
    for pair in dict.fromkeys((c.first, c.second) for c in comparisons):
        rows = [c for c in comparisons if (c.first, c.second) == pair]
        header = [
            "accepts by",
            "papers",
            *(_METRICS[name].title for name in _COMPARED),
            "only first, second right",
            "McNemar",
        ]
        body = [
            [
                c.rule,
                c.papers,
                *(_difference(c.differences.get(name)) for name in _COMPARED),
                f"{c.only_first}, {c.only_second}",
                format_p_value(c.p),
            ]
            for c in rows
        ]
        parts.append(f"### {pair[0]} minus {pair[1]}\n\n{_table(header, body)}")
    return "\n\n".join(parts)


def _leaks(leaks: LeakReport) -> str:
    header = [
        "leak",
        "in accepted",
        "in rejected",
        "balanced accuracy",
        "AUC",
        "balanced accuracy, stripped",
        "AUC, stripped",
    ]
    after = {power.leak: power for power in leaks.stripped}
    body = [
        [
            power.leak.replace("_", " "),
            _share(power.accepted_share),
            _share(power.rejected_share),
            *_leak_cells(power),
            *_leak_cells(after[power.leak]),
        ]
        for power in leaks.as_given
    ]
    text = (
        f"## What leaks alone predict\n\nHow well leaks predict the decisions on {len(leaks.papers)} rated papers of "
        f"`{leaks.folder.name}`: each leak by itself, and all in a logistic regression on held-out papers. After stripping, "
        f"only the length is left.\n\n{_table(header, body)}"
    )
    return text + "".join(f"\n\nUnreadable: {line}" for line in leaks.unreadable)


def _leak_cells(power: LeakPower) -> list[str]:
    return [write_estimate(power.estimates.get(name)) for name in ("balanced_accuracy", "auc")]


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _difference(estimate: Estimate | None) -> str:
    text = write_estimate(estimate, places=3, signed=True)
    return f"**{text}**" if estimate and estimate.excludes_zero else text


def _cells(row: MetricRow, names: Mapping[str, object]) -> list[str]:
    return [write_estimate(row.metrics.get(name)) for name in names]


def _table(header: Sequence[object], body: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
