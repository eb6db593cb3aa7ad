"""Run plot.py and record, beside each image that it saves, what the figure shows.

It runs inside the sandbox with only matplotlib, as the argument of `python -c`.
"""

import contextlib
import hashlib
import json
import runpy
import sys
from pathlib import Path
from typing import Any

MAX_ITEMS = 40
MAX_VALUES = 200


def value_range(values: Any) -> list[float]:
    import numpy as np

    numbers = np.asarray(values, dtype=float).ravel()
    numbers = numbers[np.isfinite(numbers)]
    return [float(numbers.min()), float(numbers.max())] if numbers.size else []


def plotted(values: Any) -> list[float]:
    import numpy as np

    numbers: Any = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).ravel()
    numbers = numbers[:: max(1, -(-numbers.size // MAX_VALUES))]
    return [float(number) for number in numbers if np.isfinite(number)]


def errorbars_of(axes: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return each group of error bars as one series, and the lines that are parts of them."""
    series: list[dict[str, Any]] = []
    parts: list[Any] = []
    for group in axes.containers:
        if type(group).__name__ != "ErrorbarContainer":
            continue
        line, caps, _ = group.lines
        parts += [part for part in (line, *caps) if part is not None]
        if line is not None:
            x, y = line.get_data()
            series.append(
                {
                    "kind": "error bars",
                    "label": str(group.get_label()),
                    "points": len(y),
                    "x": value_range(x),
                    "y": value_range(y),
                    "x_values": plotted(x),
                    "y_values": plotted(y),
                }
            )
    return series, parts


def series_of(axes: Any) -> list[dict[str, Any]]:
    series, parts = errorbars_of(axes)
    for line in axes.get_lines():
        if line in parts:
            continue
        x, y = line.get_data()
        series.append(
            {
                "kind": "line",
                "label": str(line.get_label()),
                "points": len(y),
                "x": value_range(x),
                "y": value_range(y),
                "x_values": plotted(x),
                "y_values": plotted(y),
            }
        )
    for bars in axes.containers:
        heights = [bar.get_height() for bar in bars if hasattr(bar, "get_height")]
        if heights:
            series.append(
                {
                    "kind": "bars",
                    "label": str(bars.get_label()),
                    "points": len(heights),
                    "y": value_range(heights),
                    "x_values": plotted([bar.get_x() for bar in bars if hasattr(bar, "get_height")]),
                    "y_values": plotted(heights),
                }
            )
    for points in axes.collections:
        offsets = points.get_offsets()
        if len(offsets) and type(points).__name__ == "PathCollection":
            series.append(
                {
                    "kind": "points",
                    "label": str(points.get_label()),
                    "points": len(offsets),
                    "x": value_range(offsets[:, 0]),
                    "y": value_range(offsets[:, 1]),
                    "x_values": plotted(offsets[:, 0]),
                    "y_values": plotted(offsets[:, 1]),
                }
            )
    for image in axes.get_images():
        shape = list(image.get_array().shape)
        series.append(
            {
                "kind": "image",
                "label": "x".join(map(str, shape)),
                "points": shape[0],
                "y": value_range(image.get_clim()),
            }
        )
    return series


def written(items: Any) -> list[str]:
    texts = [item.get_text().strip() for item in items if item.get_visible()]
    return [text for text in texts if text][: 5 * MAX_ITEMS]


def worded(labels: Any) -> list[str]:
    return [text for text in written(labels) if any(character.isalpha() for character in text)]


def texts_of(axes: Any) -> list[str]:
    titles = [axes.get_title("left"), axes.get_title("right")]
    cells = [cell.get_text() for table in axes.tables for cell in table.get_celld().values()]
    return [*filter(None, titles), *written([*axes.texts, *cells])]


def describe(figure: Any) -> dict[str, Any]:
    panels = []
    for axes in figure.get_axes()[:MAX_ITEMS]:
        if not axes.axison and not axes.get_images() and not texts_of(axes):
            continue
        legend = axes.get_legend()
        series = series_of(axes)
        panels.append(
            {
                "title": axes.get_title(),
                "xlabel": axes.get_xlabel(),
                "ylabel": axes.get_ylabel(),
                "xscale": axes.get_xscale(),
                "yscale": axes.get_yscale(),
                "xlim": value_range(axes.get_xlim()),
                "ylim": value_range(axes.get_ylim()),
                "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
                "ticks": worded([*axes.get_xticklabels(), *axes.get_yticklabels()]),
                "texts": texts_of(axes),
                "series": series[:MAX_ITEMS],
                "series_left_out": len(series[MAX_ITEMS:]),
            }
        )
    legends = [text for legend in figure.legends for text in legend.get_texts()]
    own = [text for text in figure.texts if text is not figure._suptitle]
    return {"title": figure.get_suptitle(), "texts": written([*own, *legends]), "panels": panels}


def patch_savefig() -> None:
    from matplotlib.figure import Figure

    save = Figure.savefig

    def savefig(self: Any, fname: Any, *arguments: Any, **options: Any) -> None:
        save(self, fname, *arguments, **options)
        if isinstance(fname, str | Path):
            try:
                path = Path(fname)
                image = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
                text = json.dumps(describe(self) | {"image_sha256": image})
                path.with_name(f".{path.stem}.figure.json").write_text(text)
            except Exception as error:
                sys.stderr.write(f"({fname} could not be described: {type(error).__name__}: {error})\n")

    Figure.savefig = savefig  # type: ignore[method-assign]


with contextlib.suppress(ImportError):
    patch_savefig()
sys.argv = ["plot.py"]
sys.path.insert(0, "")
runpy.run_path("plot.py", run_name="__main__")
