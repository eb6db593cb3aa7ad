"""The facts of a figure as plot.py drew it, and the same in words for readers without eyes."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

INSIDE = Path(__file__).with_name("recorder.py")
"""The program that runs plot.py and writes the facts down."""
_MOST_BYTES = 200_000


class Series(BaseModel):
    """What is drawn with one stroke: `kind` is line, bars, points or image. Ranges are [lowest, highest], in the units
    of the axis; empty where nothing is finite."""

    kind: str
    label: str = ""
    points: int
    x: list[float] = []
    y: list[float] = []

    def __str__(self) -> str:
        name = f" «{self.label}»" if self.label and not self.label.startswith("_") else ""
        count = f"{self.points} rows" if self.kind == "image" else f"{self.points} points"
        ranges = [f"{axis} {_range(values)}" for axis, values in (("x", self.x), ("y", self.y)) if len(values) == 2]
        return f"{self.kind}{name}: {', '.join([count, *ranges])}"


class Panel(BaseModel):
    """One pair of axes."""

    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xscale: str = "linear"
    yscale: str = "linear"
    xlim: list[float] = []
    ylim: list[float] = []
    legend: list[str] = []
    series: list[Series] = []

    def __str__(self) -> str:
        axes = [_axis("x", self.xlabel, self.xscale, self.xlim), _axis("y", self.ylabel, self.yscale, self.ylim)]
        legend = f"; legend: {', '.join(self.legend)}" if self.legend else ""
        return f"{self.title or '(no title)'}: {'; '.join(axes)}{legend}"


class FigureFacts(BaseModel):
    """What one saved figure held."""

    title: str = ""
    panels: list[Panel]

    def __str__(self) -> str:
        lines = [self.title] if self.title else []
        for number, panel in enumerate(self.panels, start=1):
            lines.append(f"panel {number} {panel}")
            lines += [f"  {series}" for series in panel.series]
        return "\n".join(lines)


def facts_file(image: Path) -> Path:
    """Where the facts of an image lie: beside it."""
    return image.with_name(f".{image.stem}.figure.json")


def load_facts(image: Path) -> FigureFacts | None:
    """The facts of an image; None where it was not drawn by matplotlib, or is younger than what was told of it."""
    path = facts_file(image)
    if not path.is_file() or path.is_symlink() or path.stat().st_size > _MOST_BYTES:
        return None
    try:
        return FigureFacts.model_validate_json(path.read_bytes())
    except ValidationError:
        return None


def _axis(name: str, label: str, scale: str, limits: list[float]) -> str:
    shown = f"{name} axis {label or '(no label)'}" + (f" ({scale})" if scale != "linear" else "")
    return f"{shown} {_range(limits)}" if len(limits) == 2 else shown


def _range(values: list[float]) -> str:
    return f"{values[0]:.4g} to {values[1]:.4g}"
