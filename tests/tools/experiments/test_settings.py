"""Settings of an experiment are read from its source code."""

from __future__ import annotations

from tools.experiments.settings import read_settings, settings_of_run

SOURCE = """
import argparse
STEPS = 100
name: str = "adam"
parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", "-l", type=float, default=1e-3)
parser.add_argument("--out_dir", default="run_0")
parser.add_argument("--required")
def train():
    width = 64
    other = STEPS * 2
class Config:
    depth: int = 3
"""


def test_options_constants_and_local_values_are_found_with_their_place() -> None:
    found = {setting.name: setting for setting in read_settings(SOURCE)}
    assert {name: (s.value, s.kind) for name, s in found.items()} == {
        "STEPS": (100, "constant"),
        "name": ("adam", "constant"),
        "learning_rate": (0.001, "option"),
        "out_dir": ("run_0", "option"),
        "width": (64, "local"),
        "depth": (3, "field"),
    }
    rate = found["learning_rate"]
    assert rate.literal == "1e-3" and rate.text[rate.column :].startswith("1e-3")
    assert SOURCE.splitlines()[rate.line - 1] == rate.text


def test_arguments_of_the_command_override_the_source_and_out_dir_is_no_setting() -> None:
    settings = settings_of_run(SOURCE, "experiment", {"learning-rate": 0.5, "seed": 1})
    assert settings == {
        "experiment.STEPS": 100,
        "experiment.depth": 3,
        "experiment.learning_rate": 0.5,
        "experiment.name": "adam",
        "experiment.seed": 1,
        "experiment.width": 64,
    }
    assert read_settings("def broken(:") == []


AMBIGUOUS = """
@dataclass
class ModelConfig:
    layers: int = 12
    bias: bool = True

@dataclass
class RunConfig:
    seed: int = 0
    weight_decay: float = 1e-4
    learning_rate: float = 0.01

parser.add_argument("--learning_rate", type=float, default=0.1)

def train(seed):
    layers = 2
    warmup = 50
    total = 0
    for step in range(warmup):
        total += 1
    model = Model(ModelConfig(**dict(layers=layers, bias=False)))
    config = RunConfig(seed=seed, learning_rate=args.learning_rate)
    return Optimizer(weight_decay=config.weight_decay)
"""


def test_only_settings_whose_value_is_certain_are_recorded() -> None:
    assert settings_of_run(AMBIGUOUS, "experiment", {}) == {
        "experiment.learning_rate": 0.1,
        "experiment.warmup": 50,
        "experiment.weight_decay": 0.0001,
    }


DICTIONARIES = """
CONFIG = {"lr": 1e-3, "optimizer": {"momentum": 0.9, "name": "sgd"}, "layers": [1, 2], "not a name": 3}
hparams: dict = dict(width=64,
                     depth=3)
changed_config = {"decay": 0.1, "warmup": 5}
changed_config["decay"] = 0.2
defaults = {"dropout": 0.5}
defaults.update(load())
datasets = {"flat": 1.0, "steep": 6.0}
parser.add_argument("--depth", type=int, default=4)
"""


def test_entries_of_dictionaries_that_hold_settings_are_settings() -> None:
    found = {setting.name: setting for setting in read_settings(DICTIONARIES) if setting.kind == "entry"}
    assert set(found) == {"lr", "momentum", "name", "width", "depth", "decay", "warmup", "dropout"}
    assert all(s.text[s.column :].startswith(s.literal) for s in found.values())
    assert settings_of_run(DICTIONARIES, "experiment", {}) == {
        "experiment.depth": 4,
        "experiment.lr": 0.001,
        "experiment.momentum": 0.9,
        "experiment.name": "sgd",
        "experiment.warmup": 5,
        "experiment.width": 64,
    }
