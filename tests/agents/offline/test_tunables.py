"""What the offline researcher varies: a treatment, never a sample size, a seed, a cap, a budget or a constant of nature."""

from __future__ import annotations

import ast

import pytest
import yaml

from agents.offline.tunables import find_tunables, spelled

OPTIONS = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--out_dir", default="run_0")
parser.add_argument("--replicates", type=int, default=6)
parser.add_argument("--copies", type=int, default=5)
parser.add_argument("--agents", type=int, default=200)
parser.add_argument("--infection_prob", type=float, default=0.05)
parser.add_argument("--layers", type=int, default=2)
args = parser.parse_args()
blocks = [args.layers for _ in range(args.layers)]
for seed in range(args.copies):
    print(seed)
"""


OVERRIDDEN = """
class Config:
    learning_rate: float = 0.01
parser.add_argument("--learning_rate", type=float, default=0.1)
parser.add_argument("--batch_size", type=int, default=1)
parser.add_argument("--decay", type=float, default=0.5)
"""


def names(source: str, **rules: tuple[str, ...]) -> set[str]:
    return {setting.name for setting in find_tunables(source, (), **rules)}


def test_a_number_of_repetitions_is_no_treatment_by_name_or_by_use() -> None:
    assert names(OPTIONS) == {"agents", "infection_prob", "layers"}


@pytest.mark.parametrize(
    "name",
    [
        "replicates",
        "folds",
        "num_total_updates",
        "gpu",
        "gravity",
        "iterations",
        "max_steps",
        "seeds",
        "time_limit",
        "boltzmann",
    ],
)
def test_sizes_caps_budgets_and_constants_of_nature_are_no_treatment(name: str) -> None:
    assert names(f"{name} = 3\nstep_size = 0.1\n") == {"step_size"}


def test_the_author_of_a_template_decides() -> None:
    assert names(OPTIONS, fixed=("agents",)) == {"infection_prob", "layers"}
    assert names(OPTIONS, tunable=("replicates", "layers")) == {"replicates", "layers"}


def test_an_option_overrides_a_field_of_its_name_and_a_count_of_one_comes_last() -> None:
    found = find_tunables(OVERRIDDEN, ())
    assert [(setting.name, setting.value) for setting in found] == [
        ("learning_rate", 0.1),
        ("decay", 0.5),
        ("batch_size", 1),
    ]


@pytest.mark.parametrize("value", [5e-05, 1.5e-07, 0.25, 9])
def test_a_number_is_spelled_so_that_yaml_reads_a_number(value: float) -> None:
    assert yaml.safe_load(spelled(value)) == value == ast.literal_eval(spelled(value))


def test_a_variable_of_a_loop_is_no_setting() -> None:
    source = """
def train():
    weight = 0.5
    best_loss = 1e9
    for batch in data:
        if loss(batch) < best_loss:
            best_loss = loss(batch)
"""
    assert names(source) == {"weight"}
    assert names(source, tunable=("best_loss",)) == {"best_loss"}


def test_entries_of_dictionaries_are_varied_and_loop_counts_among_them_are_not() -> None:
    source = """
CONFIG = {"learning_rate": 0.1, "copies": 7}
for seed in range(CONFIG["copies"]):
    run(CONFIG["learning_rate"])
"""
    assert names(source) == {"learning_rate"}
    assert names(source + 'parser.add_argument("--learning_rate", default=0.5)') == {"learning_rate"}
