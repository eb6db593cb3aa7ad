"""Completeness: runs and datasets that a paper leaves out, and claims that a run cannot carry."""

from __future__ import annotations

import pytest

from tools.evidence import AnalysisPlan, Ledger, Metric, RunRecord, gaps_of
from tools.gate import FindingCode, GateFinding
from tools.gate.completeness import check_completeness, runs_named
from tools.gate.section_source import read_source

Values = dict[str, dict[str, list[float]]]


def run(name: str, values: Values, **more: object) -> RunRecord:
    return RunRecord.model_validate({"name": name, "status": "completed", "values": values, **more})


FULL: Values = {"mnist": {"acc": [0.90, 0.91, 0.92]}, "cifar": {"acc": [0.50, 0.51, 0.52]}}
PART: Values = {"mnist": {"acc": [0.95, 0.96, 0.97]}}
FAILED = RunRecord(name="run_3", status="failed", reason="killed")
STUDY = Ledger(
    {"acc": Metric(name="acc", goal="max")}, [run("run_0", FULL), run("run_1", PART), run("run_2", FULL), FAILED]
)
TABLE = "\\resulttable{acc}\n\n"


def check(latex: str, study: Ledger = STUDY, kind: str = "error") -> list[GateFinding]:
    return [finding for finding in check_completeness([read_source("results", latex)], study) if finding.kind == kind]


def codes(latex: str, study: Ledger = STUDY, kind: str = "error") -> list[str]:
    return [finding.code for finding in check(latex, study, kind)]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("run_2", {"run_2"}),
        (r"run\_2", {"run_2"}),
        ("Run 2 and run 3", {"run_2", "run_3"}),
        ("runs 1, 2 and 4", {"run_1", "run_2", "run_4"}),
        ("runs 1--3", {"run_1", "run_2", "run_3"}),
        ("runs 1 to 3", {"run_1", "run_2", "run_3"}),
        ("three runs of 5 seeds", set()),
    ],
)
def test_runs_are_recognised(text: str, runs: set[str]) -> None:
    assert runs_named(text) == runs


@pytest.mark.parametrize(
    "sentence",
    [
        r"The accuracy improves across all datasets, \change{run_1/mnist/acc} on mnist.",
        r"It consistently improves the accuracy (\change{run_1/mnist/acc}).",
        r"In run\_1 the accuracy is higher on every dataset.",
        r"Run 1 is better on both datasets.",
        r"Run\_1 raises the accuracy without exception.",
    ],
)
def test_a_run_without_a_dataset_cannot_carry_all_datasets(sentence: str) -> None:
    [found] = check(TABLE + sentence)
    assert found.code == FindingCode.INCOMPLETE_RUN and "cifar" in found.reason and "mnist" in found.expected
    assert found.line == 3


@pytest.mark.parametrize(
    "sentence",
    [
        r"In run\_2 the accuracy is higher on every dataset.",
        r"In run\_1 the accuracy is higher on mnist.",
        r"Run\_1 is better on all datasets that it has, but it lacks cifar.",
        r"Run\_1 is not better on all datasets.",
        "The accuracy of every completed run on every dataset.",
    ],
)
def test_other_statements_on_datasets_pass(sentence: str) -> None:
    assert codes(TABLE + sentence) == []


def test_what_a_run_lacks_is_told() -> None:
    assert [(gaps.run, gaps.datasets) for gaps in gaps_of(STUDY)] == [("run_1", ("cifar",))]
    fewer = Ledger({}, [run("run_0", FULL), run("run_1", {**FULL, "cifar": {"acc": [0.5]}})])
    assert [gaps.seeds for gaps in gaps_of(fewer)] == [("cifar/acc",)]
    assert FindingCode.INCOMPLETE_RUN in codes(TABLE, STUDY, "note")


def test_a_run_that_the_paper_hides_is_found() -> None:
    text = r"\result{run_1/mnist/acc} on mnist and cifar."
    [found] = check(text)
    assert found.code == FindingCode.UNREPORTED_RUN and "run_2" in found.reason
    for declared in (r"Run 2 is left out.", r"\runstable", r"\resulttable{acc}", r"\setting{run_2/x.y}"):
        assert codes(f"{text} {declared}") == []


def test_a_dataset_that_the_paper_hides_is_found() -> None:
    text = r"Runs 1 and 2: \result{run_1/mnist/acc} and \result{run_2/mnist/acc}."
    [found] = check(text)
    assert found.code == FindingCode.UNREPORTED_DATASET and "cifar" in found.reason
    assert codes(f"{text} We leave out cifar.") == []


def test_a_failed_run_that_nothing_names_is_noted() -> None:
    assert FindingCode.UNREPORTED_RUN in codes(TABLE, STUDY, "note")
    assert FindingCode.UNREPORTED_RUN not in codes(f"{TABLE} Run 3 failed.", STUDY, "note")


@pytest.mark.parametrize(
    "sentence",
    [
        "We report every run.",
        "All experiments are listed.",
        "No run was left out.",
        "This paper includes all of our runs.",
    ],
)
def test_a_paper_that_says_it_reports_every_run_lists_them(sentence: str) -> None:
    [found] = check(TABLE + sentence)
    assert found.code == FindingCode.INCOMPLETE_TABLE and "run_3" in found.expected
    assert codes(f"{TABLE} {sentence} \\runstable") == []
    assert codes(f"{TABLE} {sentence} Run\\_3 failed.") == []


def test_a_table_shows_the_runs_that_have_results() -> None:
    assert codes(TABLE + r"Table~\ref{tab:a} shows every run.") == []
    assert codes(TABLE + "We report every completed run.") == []


@pytest.mark.parametrize(
    "sentence",
    [r"Run\_3 reaches nine tenths.", "Run 3 improves the accuracy.", "In run 3 the accuracy is higher than in run 2."],
)
def test_a_claim_on_a_failed_run_is_found(sentence: str) -> None:
    assert codes(TABLE + sentence) == [FindingCode.UNDECLARED_ORIGIN]


def test_a_failed_run_may_be_named_as_one() -> None:
    assert codes(TABLE + "Run 3, meant to improve the accuracy, failed.") == []


def test_a_claim_on_one_value_says_so() -> None:
    once: Values = {"mnist": {"acc": [0.9]}}
    study = Ledger({}, [run("run_0", once), run("run_1", once)])
    claim = r"Run\_1 improves the accuracy on mnist to \result{run_1/mnist/acc}."
    assert codes(claim, study) == [FindingCode.UNDECLARED_ORIGIN]
    assert codes(f"{claim} Every value is from a single seed.", study) == []
    assert codes(f"{claim} {TABLE}", study) == [], "the table's note says it"


def test_results_that_were_supplied_are_not_called_measured_here() -> None:
    study = Ledger({}, [run("run_0", FULL), run("run_1", FULL, environment={"origin": "supplied"})])
    assert codes(TABLE + r"We trained run\_1 ourselves.", study) == [FindingCode.UNDECLARED_ORIGIN]
    assert codes(TABLE + r"Run\_1 improves the accuracy.", study) == []


PLANNED = Ledger(
    {"acc": Metric(name="acc", goal="max")},
    [run("run_0", FULL), run("run_2", FULL)],
    AnalysisPlan(primary_metric="acc"),
)


@pytest.mark.parametrize(
    ("results", "missing"),
    [
        (r"Run\_2 reaches \result{run_2/mnist/acc}.", ["cifar"]),
        ("Run\\_2 changes nothing.", ["mnist", "cifar"]),
        (r"Run\_2 reaches \result{run_2/mnist/acc} on mnist, and cifar is left out because of its labels.", []),
        (r"Run\_2 reaches \result{run_2/mnist/acc} and \compare{run_2/cifar/acc}{run_0}.", []),
        (TABLE, []),
    ],
)
def test_the_results_section_shows_or_names_every_dataset_of_the_primary_metric(
    results: str, missing: list[str]
) -> None:
    """What the set-up names and a table elsewhere does not count: a reader of the results would not see it."""
    sources = [
        read_source("experimental_setup", "We use mnist and cifar.\n\n" + TABLE),
        read_source("results", results),
    ]
    found = [each for each in check_completeness(sources, PLANNED) if each.code == FindingCode.UNREPORTED_DATASET]
    assert len(found) == (1 if missing else 0)
    assert all(name in found[0].reason and found[0].suggestion == r"\resulttable{acc}" for name in missing)
