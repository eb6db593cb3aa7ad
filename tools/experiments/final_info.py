"""Reads and validates final_info.json, the results of an experiment in The AI Scientist's format."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tools.errors import ToolError, nearest
from tools.evidence import Metric, statistics
from tools.evidence.names import LONGEST_NAME, dataset_problem, name_problem

LARGEST = 1e100
"""Larger numbers are rejected: their squares overflow a float, and no measurement is that large."""
MOST_RESULTS, MOST_SEEDS = 1000, 10_000
"""Larger files are rejected: people and models read the table of results."""
MEAN_TOLERANCE = 1e-3
"""Tolerance of a reported mean against the mean of its seeds, relative to the largest absolute value."""


@dataclass(frozen=True)
class FinalInfo:
    """The validated content of a final_info.json. The fields are those of `RunRecord`; `stderrs` are as reported."""

    values: dict[str, dict[str, list[float]]]
    stderrs: dict[str, dict[str, float]]
    censored: list[str]
    left_out: list[str] = field(default_factory=list)
    """The places of what is no result: texts, lists of objects, single values beside the datasets."""


def parse_final_info(data: object, metrics: Mapping[str, Metric]) -> FinalInfo:
    """Validate the content of a final_info.json in The AI Scientist's format.

    Dataset -> {"means": {metric: x}, "stderrs": {...}, "final_info_dict": {metric: [value per seed]},
    "censored": [metric]}; only the means are required. `x_mean` and `x_stderr` stand for `x` if `x` is declared or has
    seeds. A single number as `means` is the metric `value`. Nested objects are flattened, `a` -> `b` to `a.b`. What is no
    number is left out and told, as The AI Scientist leaves it to a reader.

    Raises:
        ToolError: a value is missing, has the wrong type, is not finite or contradicts another; names its place.
    """
    values: dict[str, dict[str, list[float]]] = {}
    stderrs: dict[str, dict[str, float]] = {}
    censored: list[str] = []
    left_out: list[str] = []
    for dataset, entry in _object(data, "the whole file", "dataset").items():
        place = _name(dataset, "the whole file", dataset_problem)
        if not isinstance(entry, dict):
            left_out.append(place)
            continue
        fields = _object(entry, place, "field")
        if "means" not in fields:
            raise ToolError(f"final_info.json: {place}: 'means' is missing; found: {', '.join(fields)[:200]}")
        means = _flat(_means(fields["means"]), f"{place}.means", left_out, _is_number)
        by_seed = _object(fields.get("final_info_dict", {}), f"{place}.final_info_dict", "metric")
        seeds = {
            _name(name, f"{place}.final_info_dict"): _numbers(given, f"{place}.final_info_dict.{name}")
            for name, given in _flat(by_seed, f"{place}.final_info_dict", left_out, _is_list_of_numbers).items()
            if name in by_seed or name in means or f"{name}_mean" in means
        }
        known = {*metrics, *seeds}
        found: dict[str, list[float]] = {}
        for key, given in means.items():
            name, mean = _base(key, "_mean", known), _number(given, f"{place}.means.{key}")
            found[_name(name, f"{place}.means")] = seeds.get(name) or [mean]
            _check_mean(mean, found[name], f"{place}.means.{key}")
        values[dataset] = {**found, **seeds}
        known |= set(found)
        reported = _flat(fields.get("stderrs", {}), f"{place}.stderrs", left_out, _is_number).items()
        if reported:
            stderrs[dataset] = {_base(k, "_stderr", known): _number(v, f"{place}.stderrs.{k}") for k, v in reported}
        censored += _censored(fields.get("censored", []), place, values[dataset])
    if (count := sum(map(len, values.values()))) > MOST_RESULTS:
        raise ToolError(f"final_info.json: {count} results; at most {MOST_RESULTS} are read; report fewer metrics")
    if not any(values.values()):
        raise ToolError("final_info.json holds no metric; write dataset -> {'means': {metric: value}}")
    return FinalInfo(values, stderrs, censored, left_out)


def _means(data: object) -> object:
    """Return the means of a dataset. A single number is the mean of the only metric, `value`."""
    return {"value": data} if _is_number(data) else data


def _flat(data: object, place: str, left_out: list[str], is_value: Callable[[object], bool]) -> dict[str, object]:
    """Return the values of an object, flattened. The rest goes to `left_out`."""
    found: dict[str, object] = {}
    for key, value in _object(data, place, "metric").items():
        if isinstance(value, dict):
            inner = _flat(value, f"{place}.{key}", left_out, is_value)
            found |= {f"{key}.{name}": part for name, part in inner.items()}
        elif is_value(value):
            found[key] = value
        else:
            left_out.append(f"{place}.{key}")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list_of_numbers(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_number, value))


def _object(data: object, place: str, of: str) -> dict[str, object]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ToolError(f"final_info.json: {place}: must be an object, one key a {of}, not {_shown(data)}")
    for key in data:
        if len(key) > LONGEST_NAME or not key.isprintable():
            raise ToolError(
                f"final_info.json: {place}: keys must have at most {LONGEST_NAME} printable characters, not {_shown(key)}"
            )
    return data


def _numbers(data: object, place: str) -> list[float]:
    if not isinstance(data, list) or not data:
        raise ToolError(f"final_info.json: {place}: must be a list with one number per seed, not {_shown(data)}")
    if len(data) > MOST_SEEDS:
        raise ToolError(f"final_info.json: {place}: {len(data)} values; at most {MOST_SEEDS} seeds are read")
    return [_number(item, f"{place}[{index}]") for index, item in enumerate(data)]


def _number(data: object, place: str) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise ToolError(f"final_info.json: {place}: must be a number, not {_shown(data)}")
    if not abs(data) <= LARGEST:
        raise ToolError(f"final_info.json: {place}: {_shown(data)} is not a finite number below 1e100")
    return float(data)


def _name(name: str, place: str, problem_of: Callable[[str], str] = name_problem) -> str:
    """Return the name of a metric, or of what `problem_of` judges. Raises ToolError if it cannot be one."""
    if problem := problem_of(name):
        raise ToolError(f"final_info.json: {place}: {_shown(name)} cannot be a name: {problem}")
    return name


def _base(key: str, suffix: str, known: Iterable[str]) -> str:
    """Return `x` for `x_mean` if `x` is known and `x_mean` is not."""
    base = key.removesuffix(suffix)
    return base if base in known and key not in known else key


def _check_mean(mean: float, values: list[float], place: str) -> None:
    seeds = statistics.mean(values)
    if not math.isclose(mean, seeds, rel_tol=0, abs_tol=MEAN_TOLERANCE * max(map(abs, values))):
        raise ToolError(
            f"final_info.json: {place}: {mean:.6g} is not the mean of the seeds in final_info_dict, {seeds:.6g}; "
            "write np.mean over the seeds"
        )


def _censored(data: object, place: str, metrics: Mapping[str, object]) -> list[str]:
    if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
        raise ToolError(f"final_info.json: {place}.censored: must be a list of metric names, not {_shown(data)}")
    for name in data:
        if name not in metrics:
            raise ToolError(f"final_info.json: {place}.censored: no metric {name!r}; {nearest(name, metrics)}")
    return [f"{place}/{name}" for name in data]


def _shown(data: object) -> str:
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:37]}..."
