"""Four distributions of points in the plane. Protected: every run of a study learns the same distributions.

Each function draws `n` new points, so training and held-out points are independent.
Coordinates lie within about [-4, 4]; the finest detail (the spread of a stroke) is a few hundredths.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STROKE = 0.03  # standard deviation of a drawn line, in units of the plane

# A sauropod in profile, drawn for this template: corners of the closed outline, on a canvas of 100 x 80.
OUTLINE = [
    (3, 66), (4, 71), (9, 75), (15, 75), (20, 71), (23, 64), (25, 55), (28, 47), (33, 42), (41, 43),
    (50, 46), (59, 45), (66, 40), (73, 32), (81, 25), (90, 20), (98, 19), (90, 15), (81, 16), (73, 19),
    (67, 21), (66, 12), (67, 2), (60, 2), (58, 12), (56, 19), (48, 17), (41, 19), (40, 10), (40, 2),
    (33, 2), (32, 11), (29, 21), (22, 30), (18, 42), (15, 54), (13, 61), (9, 62),
]  # fmt: skip
EYE = (12.0, 70.0)


def circle(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a ring of radius 3."""
    angle = rng.uniform(0, 2 * np.pi, n)
    ring = 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return ring + rng.normal(0, STROKE, (n, 2))


def dino(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the outline of a dinosaur, uniform along its length, with 2% of the points in its eye."""
    corners = np.array(OUTLINE, dtype=float)
    edges = np.roll(corners, -1, axis=0) - corners
    length = np.linalg.norm(edges, axis=1)
    edge = rng.choice(len(corners), size=n, p=length / length.sum())
    points = corners[edge] + rng.uniform(0, 1, (n, 1)) * edges[edge]
    points[rng.uniform(0, 1, n) < 0.02] = EYE
    return (points - np.array([50, 40])) * 0.075 + rng.normal(0, STROKE, (n, 2))


def line(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a slanted bar of width 1 and length 6, filled uniformly, with sharp edges."""
    across, along = rng.uniform(-0.5, 0.5, n), rng.uniform(-3, 3, n)
    return np.stack([0.8 * across + 0.6 * along, -0.6 * across + 0.8 * along], axis=1)


def moons(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw two interleaved half circles of radius 2."""
    angle, upper = rng.uniform(0, np.pi, n), rng.uniform(0, 1, n) < 0.5
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    return 2 * np.stack([x, y], axis=1) + rng.normal(0, 2 * STROKE, (n, 2))


DATASETS: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "circle": circle,
    "dino": dino,
    "line": line,
    "moons": moons,
}


def draw_all(n: int, seed: int) -> np.ndarray:
    """Draw all point sets in the order of `DATASETS`: shape (4, n, 2), float32. The same seed gives the same points."""
    streams = np.random.SeedSequence(seed).spawn(len(DATASETS))
    sets = [draw(n, np.random.default_rng(s)) for draw, s in zip(DATASETS.values(), streams, strict=True)]
    return np.stack(sets).astype(np.float32)
