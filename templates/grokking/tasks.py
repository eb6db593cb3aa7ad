"""The operations to learn and the split of their tables. Protected: every run of a study learns the same tables.

An operation on a set of symbols is a table of all pairs (x, y) with their answers. A network is trained on part of the
table and evaluated on the rest. Three tables are arithmetic modulo a prime, the fourth is the composition of
permutations; all are groups (division excludes y = 0), so each table follows a rule. The tables are those of Power et al.
(2022), "Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets".
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

TASKS = ("x_div_y", "x_minus_y", "x_plus_y", "permutation")


def table(task: str, modulus: int, elements: int) -> np.ndarray:
    """Return every row (x, y, answer) of a task: shape (pairs, 3), int64.

    Args:
        task: a name of `TASKS`.
        modulus: a prime; the symbols of the arithmetic are 0 to modulus - 1.
        elements: how many elements the permutations permute; their symbols are 0 to elements! - 1, in
            lexicographic order, and the answer to (x, y) is "x after y".
    """
    if task == "permutation":
        group = np.array(list(permutations(range(elements))))
        x, y = (axis.ravel() for axis in np.meshgrid(*[np.arange(len(group))] * 2, indexing="ij"))
        composed = np.take_along_axis(group[x], group[y], axis=1)
        digits = elements ** np.arange(elements)
        order = np.argsort(group @ digits)  # a permutation's number in base `elements` finds its symbol
        return np.stack([x, y, order[np.searchsorted((group @ digits)[order], composed @ digits)]], axis=1)
    x, y = (axis.ravel() for axis in np.meshgrid(*[np.arange(modulus)] * 2, indexing="ij"))
    if task == "x_div_y":
        x, y = x[y > 0], y[y > 0]
        inverse = np.array([0, *(pow(k, -1, modulus) for k in range(1, modulus))])
        return np.stack([x, y, x * inverse[y] % modulus], axis=1)
    answer = {"x_minus_y": x - y, "x_plus_y": x + y}[task]
    return np.stack([x, y, answer % modulus], axis=1)


def split(task: str, modulus: int, elements: int, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the training and the validation rows of a task, each in random order: (n, 3) and (m, 3).

    Rows are drawn without replacement, so no pair is in both parts; the same seed gives the same split. (x, y) and (y, x)
    are different pairs: if the operation is commutative, a network that has seen one may know the other.

    Raises:
        ValueError: one of the two parts would be empty.
    """
    rows = table(task, modulus, elements)
    count = round(fraction * len(rows))
    if not 0 < count < len(rows):
        raise ValueError(f"train_fraction {fraction} puts {count} of {len(rows)} pairs of {task} into training; "
                         "both sides need some")
    order = np.random.default_rng([seed, TASKS.index(task)]).permutation(len(rows))
    return rows[order[:count]], rows[order[count:]]
