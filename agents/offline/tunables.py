"""Knobs: the numeric settings of an experiment that a sensitivity study can turn."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

from tools.experiments.settings import SourceSetting, read_settings, variables

_NOT_TUNABLE = re.compile(
    r"seed|out_?dir|port|version|verbose|worker|thread|device|_?every|interval|eval|(?:^|_)test|n_?runs|repeat|trial|"
    r"num_train|train_steps|^n_?steps$|epochs?$|max_?iter|points|samples|n_?data|size_of_data|timeout|dpi|fig|"
    r"replica|folds?(?:$|_)|splits?$|updates?$|iterations?$|iters?$|bootstrap|budget|patience|max_?(?:steps|updates|epochs|time|len)|"
    r"(?:^|_)(?:gpus?|cuda|rank|cap|limit|horizon|path|dir|file)(?:_|$)|gravit|planck|boltzmann|avogadro|speed_of_light|"
    r"^(?:g|c|h|pi)$|epsilon$|^eps$|^k$|^n$|^i$|^x$|^y$|^d$",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"learning_?rate|^lr$|step_?size|momentum|decay|dropout|hidden|width|depth|layers|units|batch|beta|gamma|alpha|"
    r"lambda|temperature|noise|regulari|penalty|rate|strength|momentum|radius|threshold|capacity|components|degree",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"seed|rep|trial|fold|run|sample|draw|step|epoch|iter|update|batch_?(?:i|idx|index)|^it$|^t$|^n$", re.IGNORECASE
)
_SHARE_NEAR_ONE = 0.8
_OVERRIDDEN = ("constant", "field", "entry")
"""The kinds of settings that an option of the same name overrides."""


def find_tunables(
    source: str,
    pinned: Iterable[str],
    tunable: Collection[str] = (),
    fixed: Collection[str] = (),
    configured: Iterable[SourceSetting] = (),
) -> list[SourceSetting]:
    """Return the settings that can be varied, the most telling first: numbers other than zero, written once.

    Args:
        pinned: options that the harness sets.
        tunable: the only settings that may be varied, as the template's author says; by default name and use decide.
        fixed: settings that are no treatment.
        configured: the settings of the configuration files.
    """
    settings = [*effective_settings(source), *configured]
    names = [setting.name for setting in settings]
    known, counted = {*pinned, *fixed}, _loop_counts(source) | variables(source)
    tunables = [
        s
        for s in settings
        if isinstance(s.value, int | float)
        and not isinstance(s.value, bool)
        and s.value != 0
        and names.count(s.name) == 1
        and s.name not in known
        and (s.name in tunable if tunable else not _NOT_TUNABLE.search(s.name) and s.name not in counted)
    ]
    order = {"option": 0, "configuration": 1, "constant": 2, "field": 2, "entry": 2, "local": 3}
    return sorted(
        tunables, key=lambda s: (_is_one(s.value), not _TELLING.search(s.name), order[s.kind], s.file, s.line)
    )


def effective_settings(source: str) -> list[SourceSetting]:
    """Return the settings of a source, without those that an option of the same name overrides."""
    settings = read_settings(source)
    options = {setting.name for setting in settings if setting.kind == "option"}
    return [setting for setting in settings if setting.kind not in _OVERRIDDEN or setting.name not in options]


def _is_one(value: object) -> bool:
    """Tell whether a setting is the whole number 1: it cannot be halved, and code that has it often takes no other."""
    return isinstance(value, int) and value == 1


def _loop_counts(source: str) -> set[str]:
    """Return the names that say how often a loop over seeds, samples or steps runs: sample sizes and budgets."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    loops = [(node.target, node.iter) for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension)]
    return {
        name
        for target, over in loops
        if isinstance(target, ast.Name) and _COUNTER.search(target.id)
        for inner in ast.walk(over)
        if (name := _read_name(inner)) not in ("", "range", "args")
    }


def _read_name(node: ast.AST) -> str:
    """Return the name of a variable, an attribute or an entry of a dictionary; empty for anything else."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def spelled(value: float) -> str:
    """Return a number as Python, YAML, TOML and JSON all read it: YAML takes 5e-05 for a text and 5.0e-05 for a number."""
    text = repr(value)
    return text if "e" not in text or "." in text else text.replace("e", ".0e")


def scaled(value: float, factor: float) -> float | int:
    """The knob's value moved by a factor, kept in its kind: counts stay whole, shares near one stay below one."""
    if isinstance(value, int):
        return max(1, round(value * factor))
    if _SHARE_NEAR_ONE <= value < 1:
        return float(f"{1 - (1 - value) / factor:.4g}") if factor > 0 else value
    return float(f"{value * factor:.4g}")
