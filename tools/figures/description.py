"""The figures of a paper, and descriptions of what they show for models without vision."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ValidationError

RECORDER = Path(__file__).with_name("recorder.py")
"""The program that runs plot.py and records the descriptions."""
_MAX_BYTES = 4_000_000


class PaperFigure(BaseModel):
    """A figure of the paper with its caption."""

    file: str
    label: str
    caption: str
    width: int
    height: int


def load_figures(paper: Path) -> list[PaperFigure]:
    """Return the figures submitted for a paper."""
    path = paper / "figures.json"
    if not path.exists():
        return []
    return [PaperFigure.model_validate(item) for item in json.loads(path.read_text(encoding="utf-8"))]


class PlottedSeries(BaseModel):
    """One plotted series; `kind` is line, error bars, bars, points or image.

    Ranges are [lowest, highest] in the units of the axis, empty if nothing is finite.
    """

    kind: str
    label: str = ""
    points: int
    x: list[float] = []
    y: list[float] = []
    x_values: list[float] = []
    """The plotted values in order, or every k-th of many."""
    y_values: list[float] = []

    def __str__(self) -> str:
        name = f' "{self.label}"' if self.label and not self.label.startswith("_") else ""
        count = f"{self.points} rows" if self.kind == "image" else f"{self.points} points"
        ranges = [f"{axis} {_range(values)}" for axis, values in (("x", self.x), ("y", self.y)) if len(values) == 2]
        return f"{self.kind}{name}: {', '.join([count, *ranges])}"


class PlottedAxes(BaseModel):
    """One pair of axes."""

    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xscale: str = "linear"
    yscale: str = "linear"
    xlim: list[float] = []
    ylim: list[float] = []
    legend: list[str] = []
    ticks: list[str] = []
    """Tick labels that are words, such as names of datasets."""
    texts: list[str] = []
    """Annotations and the cells of tables."""
    series: list[PlottedSeries] = []
    series_left_out: int = 0
    """Number of further series that were not recorded."""

    def __str__(self) -> str:
        axes = [_axis("x", self.xlabel, self.xscale, self.xlim), _axis("y", self.ylabel, self.yscale, self.ylim)]
        legend = f"; legend: {', '.join(self.legend)}" if self.legend else ""
        return f"{self.title or '(no title)'}: {'; '.join(axes)}{legend}"


class FigureDescription(BaseModel):
    """What one saved figure shows."""

    title: str = ""
    texts: list[str] = []
    """Texts outside all axes, and legends of the whole figure."""
    panels: list[PlottedAxes]
    image_sha256: str = ""
    """Digest of the image that was saved with this description."""

    def __str__(self) -> str:
        lines = [self.title] if self.title else []
        for number, panel in enumerate(self.panels, start=1):
            lines.append(f"panel {number} {panel}")
            lines += [f"  {series}" for series in panel.series]
            if panel.series_left_out:
                lines.append(f"  ({panel.series_left_out} more series are not listed)")
        return "\n".join(lines)


def description_file(image: Path) -> Path:
    """Return the file beside an image that describes it."""
    return image.with_name(f".{image.stem}.figure.json")


def load_description(image: Path) -> FigureDescription | None:
    """Return the description of an image, None if matplotlib did not draw it."""
    path = description_file(image)
    if not path.is_file() or path.is_symlink() or path.stat().st_size > _MAX_BYTES:
        return None
    try:
        return FigureDescription.model_validate_json(path.read_bytes())
    except ValidationError:
        return None


def _axis(name: str, label: str, scale: str, limits: list[float]) -> str:
    shown = f"{name} axis {label or '(no label)'}" + (f" ({scale})" if scale != "linear" else "")
    return f"{shown} {_range(limits)}" if len(limits) == 2 else shown


def _range(values: list[float]) -> str:
    return f"{values[0]:.4g} to {values[1]:.4g}"
