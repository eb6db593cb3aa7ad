"""The plotter: labels the template's own plot, and adds the curve that the study is about."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from agents.offline.messages import RunNote
from agents.offline.results import main_metric, metrics_to_report
from agents.offline.script import Opening, Script, call, read_whole, say, submit
from agents.offline.state import FiguresVariables
from agents.offline.text import file_word, latex
from tools.evidence import BASELINE, RunRecord
from tools.toolsets.data import FigureFiles, LedgerRows

_MARK = "# The effect of the varied setting, from run_*/final_info.json."

_DRAWING = '''
{mark}
def draw_effect(setting, values, metrics, files):
    import json
    import math
    from pathlib import Path

    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    here = Path(__file__).parent
    infos = {{run: json.loads((here / run / "final_info.json").read_text()) for run in values
             if (here / run / "final_info.json").exists()}}
    runs = sorted(infos, key=lambda run: values[run])
    datasets = [name for name, entry in infos["run_0"].items() if isinstance(entry, dict) and "means" in entry]

    def flat(value, name=""):
        """The values of nested objects, named `a.b`; a single number is named `value`."""
        if not isinstance(value, dict):
            return {{name or "value": value}}
        inner = [flat(part, f"{{name}}.{{key}}" if name else key) for key, part in value.items()]
        return {{key: part for found in inner for key, part in found.items()}}

    def point(run, dataset, metric):
        """Mean and standard error over seeds (sd / sqrt(n)); no error where there is one value."""
        entry = infos[run][dataset]
        seeds = flat(entry.get("final_info_dict", {{}})).get(metric)
        if isinstance(seeds, list) and seeds:
            mean = sum(seeds) / len(seeds)
            if len(seeds) == 1:
                return mean, 0.0
            spread = math.sqrt(sum((s - mean) ** 2 for s in seeds) / (len(seeds) - 1))
            return mean, spread / math.sqrt(len(seeds))
        means = flat(entry["means"])
        return means.get(metric, means.get(metric + "_mean", float("nan"))), 0.0

    def capped(run, dataset, metric):
        return metric in infos[run][dataset].get("censored", [])

    def seeds_of(run, dataset, metric):
        seeds = flat(infos[run][dataset].get("final_info_dict", {{}})).get(metric)
        return seeds if isinstance(seeds, list) and seeds else [point(run, dataset, metric)[0]]

    for metric, label in metrics.items():
        rows = math.ceil(len(datasets) / 3)
        columns = math.ceil(len(datasets) / rows)
        figure, axes = plt.subplots(rows, columns, figsize=(max(2.6 * columns + 0.6, 6), 2.3 * rows + 0.4), squeeze=False)
        for axis in axes.flat[len(datasets):]:
            axis.axis("off")
        for axis, dataset in zip(axes.flat, datasets):
            points = [point(run, dataset, metric) for run in runs]
            errors = [0.0 if capped(run, dataset, metric) else p[1] for run, p in zip(runs, points)]
            axis.errorbar([values[run] for run in runs], [p[0] for p in points], yerr=errors,
                          marker="o", capsize=3, color="#1f5a99")
            for run, (mean, _) in zip(runs, points):
                if capped(run, dataset, metric):
                    axis.plot(values[run], mean, "o", color="white", markeredgecolor="#1f5a99", zorder=3)
            axis.axhline(point("run_0", dataset, metric)[0], linestyle="--", linewidth=1, color="0.4")
            if min(values.values()) > 0 and max(values.values()) / min(values.values()) >= 4:
                axis.set_xscale("log")
                axis.xaxis.set_minor_formatter(NullFormatter())
            axis.set_xticks(sorted(set(values.values())), [f"{{v:g}}" for v in sorted(set(values.values()))], rotation=45)
            axis.set_title(dataset, fontsize=9)
            axis.set_xlabel(setting, fontsize=8)
            axis.tick_params(labelsize=7)
            axis.spines[["top", "right"]].set_visible(False)
        axes[0][0].set_ylabel(label, fontsize=8)
        figure.tight_layout()
        figure.savefig(here / ("effect_" + files[metric] + ".png"), dpi=200)
        plt.close(figure)

    metric, label = next(iter(metrics.items()))
    order = sorted(infos)
    figure, axes = plt.subplots(1, len(datasets), figsize=(min(max(2.6 * len(datasets) + 0.6, 6), 11), 2.6), squeeze=False)
    for axis, dataset in zip(axes.flat, datasets):
        for position, run in enumerate(order):
            seeds = seeds_of(run, dataset, metric)
            face = "white" if capped(run, dataset, metric) else "#1f5a99"
            axis.plot([position] * len(seeds), seeds, "o", markersize=4, alpha=0.6, color="#1f5a99", mfc=face)
            axis.plot([position - 0.25, position + 0.25], [sum(seeds) / len(seeds)] * 2, color="0.2", linewidth=1.2)
        axis.set_xticks(range(len(order)), order, rotation=45, fontsize=7)
        axis.set_title(dataset, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0][0].set_ylabel(label, fontsize=8)
    figure.tight_layout()
    figure.savefig(here / ("seeds_" + files[metric] + ".png"), dpi=200)
    plt.close(figure)


draw_effect({setting!r}, {values!r}, {metrics!r}, {files!r})
'''


def plotter(opening: Opening) -> Script:
    """Draw, read what was drawn, submit."""
    variables = opening.state.variables.read(FiguresVariables)
    tunable, values = _varied(variables.runs)
    rows = (yield from call("read_results")).read(LedgerRows).rows
    chosen = metrics_to_report(rows)[:2]
    labels = {name: variables.template.metric(name).printed for name in chosen}
    units = {name: variables.template.metric(name).unit for name in chosen}
    axes = {name: f"{label} ({units[name]})" if units[name] else label for name, label in labels.items()}
    words = {name: file_word(name) for name in chosen}
    effect = _DRAWING.format(mark=_MARK, setting=tunable.replace("_", " "), values=values, metrics=axes, files=words)

    own = ""
    if variables.has_plot:
        own = yield from read_whole("plot.py")
    source = _with_labels(own, {run: f"{tunable} = {value:g}" for run, value in values.items()})
    yield from call(
        "write_file", file="plot.py", content=(source.rstrip() + "\n\n" if source else "") + effect.lstrip()
    )
    drawn = yield from call("run_plot")
    if drawn.failed and source:
        yield from call("write_file", file="plot.py", content=effect.lstrip())
        drawn = yield from call("run_plot")
    if drawn.failed:
        yield from say(f"I could not draw: {drawn.text.splitlines()[0]}")
        return
    files = drawn.read(FigureFiles).files
    wanted = {f"effect_{words[metric]}.png": metric for metric in chosen} | {f"seeds_{words[chosen[0]]}.png": chosen[0]}
    effects = [file for file in wanted if file in files]
    others = [file for file in files if file not in effects and file_word(file[:-4]) == file[:-4]][:3]
    capped = {row.metric for row in rows if row.censored}
    repeated = {row.metric for row in rows if row.n > 1}
    captions = [_caption(file, wanted[file], tunable, labels, capped, repeated) for file in effects]
    captions += [f"As drawn by the template's own plotting code (`{file[:-4]}`)." for file in others]
    answer = yield from submit("submit_figures", files=effects + others, captions=[latex(text) for text in captions])
    while True:
        yield from say(f"{answer.text}. Main metric: {main_metric(rows)}.")


def _varied(runs: Sequence[RunRecord]) -> tuple[str, dict[str, float]]:
    """Return the setting that the runs' notes name and its value in each run; the runs' numbers if the notes name none."""
    notes = {run.name: note for run in runs if (note := RunNote.of(run.note))}
    numbers = {run: pair for run, note in notes.items() if (pair := note.numbers())}
    if not numbers:
        return "run", {run.name: float(run.name.removeprefix("run_")) for run in runs}
    first = next(iter(numbers))
    return notes[first].setting, {BASELINE: numbers[first][1], **{run: value for run, (value, _) in numbers.items()}}


def _caption(file: str, metric: str, tunable: str, labels: dict[str, str], capped: set[str], repeated: set[str]) -> str:
    hollow = " Where points are open, a value hit its cap and is a bound." if metric in capped else ""
    if metric not in repeated:
        what = "by run" if file.startswith("seeds_") else f"against the {tunable.replace('_', ' ')}"
        line = "" if file.startswith("seeds_") else "; the dashed line is the baseline"
        return f"The {labels[metric]} {what}, one panel a dataset. Each point is a single value{line}.{hollow}"
    if file.startswith("seeds_"):
        return (
            f"Every single value behind the means: the {labels[metric]} of each seed in each completed run. "
            f"Bars are the means.{hollow}"
        )
    return (
        f"The {labels[metric]} against the {tunable.replace('_', ' ')}, one panel a dataset. Points are means over "
        "seeds, bars one standard error of the mean over these seeds; the dashed line is the baseline."
        f"{hollow}"
    )


def _with_labels(source: str, labels: dict[str, str]) -> str:
    """The source with its `labels` dictionary set to these; as it is when it has none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        named = isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "labels" for t in node.targets)
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            rows = source.splitlines()
            indent = " " * node.col_offset
            text = ["{"] + [f"{indent}    {run!r}: {label!r}," for run, label in labels.items()] + [indent + "}"]
            start, end = node.value.lineno - 1, (node.value.end_lineno or node.value.lineno) - 1
            head, tail = rows[start][: node.value.col_offset], rows[end][node.value.end_col_offset or 0 :]
            return "\n".join([*rows[:start], head + text[0], *text[1:-1], text[-1] + tail, *rows[end + 1 :]])
    return source
