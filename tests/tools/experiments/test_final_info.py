"""Result files of community templates are read: what is a number counts, the rest is left out and told."""

from __future__ import annotations

import pytest

from tools.errors import ToolError
from tools.experiments.final_info import parse_final_info


def test_a_list_of_objects_beside_sound_means_is_left_out() -> None:
    entry = {"means": {"test_acc_mean": 0.9}, "final_info_dict": {"test_acc": [0.9], "config": [{"lr": 0.1}]}}
    info = parse_final_info({"cifar": entry}, {})
    assert info.values == {"cifar": {"test_acc": [0.9]}}
    assert info.left_out == ["cifar.final_info_dict.config"]


def test_nested_objects_are_flattened() -> None:
    means = {"ethanol": {"params": {"r_max": 5.0, "name": "x"}, "mace_results": {"RMSE": 1.0}}}
    info = parse_final_info({"MACE": {"means": means}}, {})
    assert info.values == {"MACE": {"ethanol.params.r_max": [5.0], "ethanol.mace_results.RMSE": [1.0]}}
    assert info.left_out == ["MACE.means.ethanol.params.name"]


def test_nested_seeds_are_those_of_nested_means() -> None:
    by_seed = {"test": {"mse": [0.5, 1.5]}, "config": {"betas": [0.9, 0.98], "lr": 0.1}}
    info = parse_final_info({"sine": {"means": {"test": {"mse": 1.0}}, "final_info_dict": by_seed}}, {})
    assert info.values == {"sine": {"test.mse": [0.5, 1.5]}}
    assert info.left_out == ["sine.final_info_dict.config.lr"]


def test_single_values_beside_the_datasets_are_left_out() -> None:
    info = parse_final_info({"version": 2, "d": {"means": {"loss": 1.0}, "note": "x"}}, {})
    assert (info.values, info.left_out) == ({"d": {"loss": [1.0]}}, ["version"])


@pytest.mark.parametrize("data", [{"d": {"means": {"loss": "low"}}}, {"d": {"means": {}}}, {"d": 1.0}])
def test_a_file_without_any_number_is_refused(data: object) -> None:
    with pytest.raises(ToolError, match="no metric"):
        parse_final_info(data, {})


def test_a_single_number_is_the_mean_of_the_only_metric() -> None:
    info = parse_final_info({"layer_9_beta_1": {"means": 0.1, "stds": 0.02}}, {})
    assert info.values == {"layer_9_beta_1": {"value": [0.1]}}
    with pytest.raises(ToolError):
        parse_final_info({"a": {"means": True}}, {})
