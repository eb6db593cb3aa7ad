"""Knobs: the numeric settings of an experiment that a sensitivity study can turn."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.experiments.settings import SourceSetting, read_settings

_NOT_TUNABLE = re.compile(
    r"seed|out_?dir|port|version|verbose|worker|thread|device|_?every|interval|eval|(?:^|_)test|n_?runs|repeat|trial|"
    r"num_train|train_steps|^n_?steps$|epochs?$|max_?iter|points|samples|n_?data|size_of_data|timeout|dpi|fig|"
    r"epsilon$|^eps$|^k$|^n$|^i$|^x$|^y$|^d$",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"learning_?rate|^lr$|step_?size|momentum|decay|dropout|hidden|width|depth|layers|units|batch|beta|gamma|alpha|"
    r"lambda|temperature|noise|regulari|penalty|rate|strength|momentum|radius|threshold|capacity|components|degree",
    re.IGNORECASE,
)
_SHARE_NEAR_ONE = 0.8


def find_tunables(source: str, fixed: Iterable[str]) -> list[SourceSetting]:
    """Settings that can be varied, the most telling first: numbers other than zero, written once, not fixed."""
    settings = read_settings(source)
    names = [setting.name for setting in settings]
    known = set(fixed)
    tunables = [
        s
        for s in settings
        if isinstance(s.value, int | float)
        and not isinstance(s.value, bool)
        and s.value != 0
        and names.count(s.name) == 1
        and s.name not in known
        and not _NOT_TUNABLE.search(s.name)
    ]
    order = {"option": 0, "constant": 1, "local": 2}
    return sorted(tunables, key=lambda s: (not _TELLING.search(s.name), order[s.kind], s.line))


def scaled(value: float, factor: float) -> float | int:
    """The knob's value moved by a factor, kept in its kind: counts stay whole, shares near one stay below one."""
    if isinstance(value, int):
        return max(1, round(value * factor))
    if _SHARE_NEAR_ONE <= value < 1:
        return float(f"{1 - (1 - value) / factor:.4g}") if factor > 0 else value
    return float(f"{value * factor:.4g}")
