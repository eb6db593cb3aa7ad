"""Runs plot.py and writes down, beside each image that it saves, what the figure holds. Runs inside the sandbox, with
nothing but matplotlib; its text is handed to `python -c`."""

import contextlib
import json
import runpy
import sys
from pathlib import Path
from typing import Any

MOST = 40


def span(values: Any) -> list[float]:
    import numpy as np

    numbers = np.asarray(values, dtype=float).ravel()
    numbers = numbers[np.isfinite(numbers)]
    return [float(numbers.min()), float(numbers.max())] if numbers.size else []


def series_of(axes: Any) -> list[dict[str, Any]]:
    series = []
    for line in axes.get_lines():
        x, y = line.get_data()
        series.append({"kind": "line", "label": str(line.get_label()), "points": len(y), "x": span(x), "y": span(y)})
    for bars in axes.containers:
        heights = [bar.get_height() for bar in bars if hasattr(bar, "get_height")]
        if heights:
            series.append({"kind": "bars", "label": str(bars.get_label()), "points": len(heights), "y": span(heights)})
    for points in axes.collections:
        offsets = points.get_offsets()
        if len(offsets) and type(points).__name__ == "PathCollection":
            series.append(
                {
                    "kind": "points",
                    "label": str(points.get_label()),
                    "points": len(offsets),
                    "x": span(offsets[:, 0]),
                    "y": span(offsets[:, 1]),
                }
            )
    for image in axes.get_images():
        shape = list(image.get_array().shape)
        series.append(
            {"kind": "image", "label": "x".join(map(str, shape)), "points": shape[0], "y": span(image.get_clim())}
        )
    return series[:MOST]


def facts(figure: Any) -> dict[str, Any]:
    panels = []
    for axes in figure.get_axes()[:MOST]:
        if not axes.axison and not axes.get_images():
            continue
        legend = axes.get_legend()
        panels.append(
            {
                "title": axes.get_title(),
                "xlabel": axes.get_xlabel(),
                "ylabel": axes.get_ylabel(),
                "xscale": axes.get_xscale(),
                "yscale": axes.get_yscale(),
                "xlim": span(axes.get_xlim()),
                "ylim": span(axes.get_ylim()),
                "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
                "series": series_of(axes),
            }
        )
    return {"title": figure.get_suptitle(), "panels": panels}


def watch() -> None:
    from matplotlib.figure import Figure

    save = Figure.savefig

    def savefig(self: Any, fname: Any, *arguments: Any, **options: Any) -> None:
        save(self, fname, *arguments, **options)
        if isinstance(fname, str | Path):
            try:
                told = json.dumps(facts(self))
                place = Path(fname)
                place.with_name(f".{place.stem}.figure.json").write_text(told)
            except Exception as error:
                sys.stderr.write(f"({fname} could not be put in words: {type(error).__name__}: {error})\n")

    Figure.savefig = savefig  # type: ignore[method-assign]


with contextlib.suppress(ImportError):
    watch()
sys.argv = ["plot.py"]
sys.path.insert(0, "")
runpy.run_path("plot.py", run_name="__main__")
