"""The table of The AI Scientist (Lu et al. 2024, tables 3 to 5) over any runs, by template and models."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from tools.run_dir import BATCH_FILE, IdeaSummary, RunStatus, read_summary

Format = Literal["markdown", "csv", "latex", "json"]
HEADINGS = (
    "template",
    "models",
    "ideas",
    "novel",
    "experiments passed",
    "papers",
    "mean score",
    "max score",
    "released",
    "cost",
)


@dataclass
class Line:
    """The ideas of one template on one models config. A score is the overall score of an idea's last panel; `released`
    counts the papers that passed the gate; cost is in dollars."""

    template: str
    models: str
    ideas: int = 0
    novel: int = 0
    passed: int = 0
    papers: int = 0
    released: int = 0
    dollars: float = 0.0
    scores: list[float] = field(default_factory=list)

    def cells(self) -> list[str]:
        mean = f"{statistics.fmean(self.scores):.2f}" if self.scores else ""
        most = f"{max(self.scores):g}" if self.scores else ""
        counts = [self.ideas, self.novel, self.passed, self.papers]
        return [self.template, self.models, *map(str, counts), mean, most, str(self.released), f"${self.dollars:.2f}"]


def table_of(runs: Iterable[Path]) -> list[Line]:
    """One line for each template and models config, in alphabetical order; runs without a summary are left out. In a batch,
    an idea that one run has proposed and another has studied is one idea."""
    lines: dict[tuple[str, str], Line] = {}
    ideas: dict[tuple[str, str, str], _TableIdea] = {}
    for run in runs:
        summary = read_summary(run)
        if not summary or not summary.template:
            continue
        key = (summary.template, summary.models)
        lines.setdefault(key, Line(*key)).dollars += summary.dollars
        home = run.parent if (run.parent / BATCH_FILE).exists() else run
        finished = summary.status is RunStatus.FINISHED
        for idea in (_TableIdea(idea, finished) for idea in summary.ideas if idea.name):
            identity = (*key, f"{home}/{idea.summary.name}")
            ideas[identity] = max(ideas.get(identity, idea), idea, key=lambda found: found.progress)
    for (template, models, _), idea in ideas.items():
        _add(lines[template, models], idea)
    return [lines[key] for key in sorted(lines)]


def render_table(lines: Sequence[Line], format: Format) -> str:
    """Return the table in Markdown, CSV, LaTeX (with booktabs), or as JSON with all scores."""
    if format == "json":
        return json.dumps([asdict(line) for line in lines], indent=2, ensure_ascii=False) + "\n"
    rows = [line.cells() for line in lines]
    if format == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([HEADINGS, *rows])
        return text.getvalue()
    if format == "latex":
        body = "\n".join(" & ".join(map(_escaped, row)) + r" \\" for row in rows)
        head = " & ".join(HEADINGS) + r" \\"
        rules = f"\\toprule\n{head}\n\\midrule\n{body}\n\\bottomrule"
        return f"\\begin{{tabular}}{{ll{'r' * (len(HEADINGS) - 2)}}}\n{rules}\n\\end{{tabular}}\n"
    dashes = ["---", "---", *["---:"] * (len(HEADINGS) - 2)]
    return "".join(f"| {' | '.join(row)} |\n" for row in [HEADINGS, dashes, *rows])


def draw_scores(lines: Sequence[Line], path: Path) -> None:
    """Draw a violin for each line that has scores, with every score as a point. The suffix decides PNG, PDF or SVG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [line for line in lines if line.scores]
    figure, axes = pyplot.subplots(figsize=(2 + 1.6 * len(shown), 3.6), layout="constrained")
    for place, line in enumerate(shown, start=1):
        if len(set(line.scores)) > 1:
            axes.violinplot([line.scores], [place], widths=0.8, showextrema=False)
        axes.plot([place] * len(line.scores), line.scores, "o", color="#1f5a99", alpha=0.6)
        axes.plot([place - 0.2, place + 0.2], [statistics.fmean(line.scores)] * 2, color="black", linewidth=2)
    axes.set_xticks(
        range(1, len(shown) + 1), [f"{line.template}\n{line.models} (n = {len(line.scores)})" for line in shown]
    )
    axes.set_ylabel("overall score of the panel")
    figure.savefig(path, dpi=200)
    pyplot.close(figure)


@dataclass(frozen=True)
class _TableIdea:
    summary: IdeaSummary
    run_finished: bool

    @property
    def passed(self) -> bool:
        """True if the experiments are over and a run completed."""
        return self.summary.runs_completed > 0 and (self.run_finished or bool(self.summary.papers))

    @property
    def progress(self) -> tuple[int, int, int]:
        return len(self.summary.papers), len(self.summary.scores), self.summary.runs_completed


def _add(line: Line, idea: _TableIdea) -> None:
    summary = idea.summary
    line.ideas += 1
    line.novel += bool(summary.novel)
    line.passed += idea.passed
    line.papers += bool(summary.papers)
    line.released += summary.gate == "pass"
    if summary.overall is not None:
        line.scores.append(summary.overall)


def _escaped(text: str) -> str:
    for special in "&%$#_":
        text = text.replace(special, f"\\{special}")
    return text
