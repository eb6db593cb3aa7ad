"""Names of datasets and metrics, which experiments and templates choose and papers print."""

from __future__ import annotations

import re

LONGEST_NAME = 80
_FORBIDDEN = re.compile(r"[\\{}~^$&]")


def name_problem(name: str) -> str:
    """Return why this cannot name a metric, an empty string if it can.

    A name becomes part of an address like `run_1/dataset/metric`, which agents write into LaTeX.
    """
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        return f"a name has 1 to {LONGEST_NAME} printable characters"
    if name != " ".join(name.split()):
        return "a name has no outer or double spaces"
    if found := _FORBIDDEN.search(name):
        return f"{found[0]} has a meaning in LaTeX; write it in words"
    if "" in name.split("/"):
        return "a name has no outer or double slashes"
    return ""


def dataset_problem(name: str) -> str:
    """Return why this cannot name a dataset, an empty string if it can. Unlike a metric's, its name has no slashes."""
    if "/" in name:
        return "/ ends the dataset in an address like run_1/dataset/metric; write another character"
    return name_problem(name)


def split_address(address: str) -> list[str]:
    """Return the parts of an address: run, dataset and metric, or fewer. A metric may have slashes, like val/loss."""
    return address.split("/", 2)


def is_of_metric(address: str, metric: str) -> bool:
    """Return whether an address `run/dataset/metric` names a result of this metric."""
    return split_address(address)[2:] == [metric]


def latex_address(address: str) -> str:
    """Return an address as it is written in LaTeX, where % begins a comment and # a parameter."""
    return re.sub(r"([%#])", r"\\\1", address)


def name_parts(name: str) -> list[str]:
    """Return the lower-case words and numbers of a name or identifier: `evalLoss_2` -> eval, loss, 2."""
    return re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())
