"""Names that data brings: what can be one, and how it is written in LaTeX, in file names and on the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from agents.offline.text import change, file_word, latex
from scenarios.commands import console
from scenarios.views.progress import Progress
from tools.errors import ToolError
from tools.evidence import Metric
from tools.evidence.names import is_of_metric, latex_address, name_problem, split_address
from tools.experiments.final_info import parse_final_info

ODD = ['100% of #1 "q" | x_y', "数据 <b>é", "loss (%), 'best' [bold]", "P@1", "-", "a,b; c=d"]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_names(name: str) -> None:
    assert not name_problem(name)
    assert parse_final_info({name: {"means": {name: 1.0}}}, {}).values == {name: {name: [1.0]}}


@pytest.mark.parametrize(
    "name", ["a//b", "/a", "a/", "a\\b", "{x}", "~", "x^2", "a&b", "$x$", "", " a", "a ", "a  b", "a\nb", "x" * 81]
)
def test_what_cannot_be_a_name_is_refused_where_it_enters(name: str) -> None:
    assert name_problem(name)
    for data in ({name: {"means": {"loss": 1.0}}}, {"data": {"means": {name: 1.0}}}):
        with pytest.raises(ToolError):
            parse_final_info(data, {})


def test_a_metric_may_have_slashes_and_a_dataset_may_not() -> None:
    assert parse_final_info({"cifar": {"means": {"val/loss": 1.0, "val/top/1": 2.0}}}, {}).values
    with pytest.raises(ToolError, match="cifar/10"):
        parse_final_info({"cifar/10": {"means": {"loss": 1.0}}}, {})
    assert split_address("run_1/cifar/val/top/1") == ["run_1", "cifar", "val/top/1"]
    assert is_of_metric("run_1/cifar/val/loss", "val/loss") and not is_of_metric("run_1/cifar/val/loss", "loss")


@pytest.mark.parametrize("name", ["time/train", "perf/throughput"])
def test_a_cost_is_known_behind_a_slash(name: str) -> None:
    assert Metric(name=name).is_cost


def test_a_reference_escapes_what_latex_would_not_read() -> None:
    assert latex_address("run_1/100% of #1/loss") == r"run_1/100\% of \#1/loss"
    assert change("run_1/5%/loss") == r"\change{run_1/5\%/loss}"


def test_characters_that_latex_lacks_are_printed_by_number() -> None:
    assert latex("数 50%") == r"[U+6570] 50\%"


def test_file_names_are_plain_and_distinct() -> None:
    words = [file_word(name) for name in ODD]
    assert len(set(words)) == len(words) and all(word.isascii() and " " not in word for word in words)
    assert file_word("kl_divergence") == "kl_divergence"


def test_the_terminal_shows_brackets_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    plain = Console(file=text, width=200)
    monkeypatch.setattr(console, "out", plain)
    console.say("metric [bold]loss[/bold] [/]")
    progress = Progress(plain)
    progress.phase_started("idea [red]", "gate")
    progress.turn_ended("[reviewer]", "it says [/bold]", replayed=False)
    shown = text.getvalue()
    assert all(part in shown for part in ("[bold]loss[/bold] [/]", "idea [red]", "[reviewer]", "[/bold]"))


def test_the_answer_to_a_submission_is_told_once() -> None:
    text = io.StringIO()
    progress = Progress(Console(file=text, width=200))
    progress.tool_ended("area_chair", "submit_meta_review", "decision Reject", failed=False)
    progress.turn_ended("area_chair", "decision Reject", replayed=False)
    progress.turn_ended("reviewer", "decision Reject", replayed=False)
    assert text.getvalue().count("area_chair: decision Reject") == 1 and "reviewer: decision Reject" in text.getvalue()
