"""Find the names of runs, datasets, metrics and constants in a text."""

from __future__ import annotations

import re

from tools.evidence.code_constants import CodeConstant
from tools.evidence.names import name_parts

_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "the a an of for with and or in on to by our we run runs result results model models method using from at is are "
        "four different dataset datasets across adding added changing",
    )
)


def stems(text: str) -> list[str]:
    """Return the beginnings of the words that carry a meaning."""
    return [word[:5] for word in name_parts(text) if word not in _EMPTY]


def alike(one: str, other: str) -> bool:
    """Tell whether two words begin alike, as `eval` and `evaluation`, `time` and `times`."""
    if one == other:
        return True
    if min(len(one), len(other)) < 3:
        return False
    return one.startswith(other) or other.startswith(one) or (one[:5] == other[:5] and len(one) > 5 and len(other) > 5)


def mentions(name: str, text: str) -> list[int]:
    """Return the positions at which a text names something, such as `kl_divergence` as 'KL divergence'."""
    wanted = name_parts(name)
    found = [(m[0].lower(), m.start()) for m in re.finditer(r"[A-Za-z]+|\d+", text)]
    if not wanted:
        return []
    places = []
    for index in range(len(found) - len(wanted) + 1):
        if all(alike(word, found[index + step][0]) for step, word in enumerate(wanted)):
            places.append(found[index][1])
    return places


def similarity(label: str, title: str, weights: dict[str, float]) -> float:
    """Return how much of the shorter of two names the other one holds, weighted by how rare its words are."""
    one, other = set(stems(label)), set(stems(title))
    if not one or not other:
        return 0.0

    def weight(parts: set[str]) -> float:
        return sum(weights.get(part, 1.0) for part in parts)

    return weight(one & other) / min(weight(one), weight(other))


def matching_constants(text: str, place: int, constants: list[CodeConstant]) -> list[CodeConstant]:
    """Return the constants whose whole name the words just before or after a position say."""
    near = name_parts(text[max(0, place - 50) : place])[-6:] + name_parts(text[place : place + 30])[:3]
    matching = []
    for constant in constants:
        wanted = [word for word in name_parts(constant.name) if not word.isdigit()]
        if wanted and len("".join(wanted)) > 2 and all(any(alike(w, n) for n in near) for w in wanted):
            matching.append(constant)
    return matching
