"""The gate judges seeded cases in a copy of the paper, and a gate without a check judges them worse."""

import json
from pathlib import Path

import pytest

from tools.errors import UserError
from tools.evidence_bench.bench import try_cases
from tools.evidence_bench.case import Case, Decider, Draft, FileEdit, Judged, Outcome
from tools.evidence_bench.case_files import read_case_folder
from tools.evidence_bench.kinds import read_kinds, seed_cases
from tools.evidence_bench.report import as_json, as_markdown, wrong_cases
from tools.evidence_bench.scores import is_right, score, total, wrong
from tools.evidence_bench.subject import Subject, read_subjects
from tools.evidence_bench.trial import CaseTrial
from tools.experiments.template import load_template
from tools.gate.checks import CHECKS
from tools.project import TEMPLATES

ADDRESS = "run_1/python_stdlib/best_val_loss"
FALSE = Case("false", "k", False, Draft("The validation loss of run\\_1 is 9.87 nats."), frozenset(["typed_number"]))
HONEST_CASE = Case("honest", "k", True, Draft(f"The validation loss of run\\_1 is \\result{{{ADDRESS}}}."))


@pytest.fixture(scope="module")
def trial(language: Subject, tmp_path_factory: pytest.TempPathFactory) -> CaseTrial:
    return CaseTrial(language, tmp_path_factory.mktemp("trial"))


def test_the_paper_without_cases_has_no_error(trial: CaseTrial) -> None:
    assert [str(finding) for finding in trial.unchanged if finding.kind == "error"] == []


def test_a_false_number_is_withheld_at_its_place_and_an_honest_one_passes(trial: CaseTrial) -> None:
    assert trial.judge(FALSE).outcome is Outcome.WITHHELD
    assert trial.judge(HONEST_CASE).outcome is Outcome.PASSED


def test_an_error_for_another_reason_or_place_is_told_apart(trial: CaseTrial) -> None:
    other_reason = Case("x", "k", False, FALSE.draft, frozenset(["hidden_text"]))
    assert trial.judge(other_reason).outcome is Outcome.OTHER_REASON
    elsewhere = FileEdit("sections/method.tex", old="One setting is varied", new="With a loss of 9.87 one is varied")
    moved = Case("x", "k", False, Draft("We thank nobody.", "results", edits=(elsewhere,)), frozenset(["typed_number"]))
    assert trial.judge(moved).outcome is not Outcome.PASSED


def test_the_paper_is_as_before_after_a_case(trial: CaseTrial, language: Subject, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in language.facts.paper.rglob("*.tex")}
    edit = FileEdit("figures/new.png", b"not an image")
    trial.judge(Case("x", "k", False, Draft("Some text.", "title", edits=(edit,))))
    assert {p: p.read_bytes() for p in language.facts.paper.rglob("*.tex")} == before
    again = CaseTrial(language, tmp_path)
    assert trial._findings() == again.unchanged


@pytest.mark.slow
@pytest.mark.parametrize(
    ("removed", "kind"),
    [
        ("numbers", "wrong value in digits"),
        ("claims", "wrong direction, with reference"),
        ("references", "reference without a result"),
        ("citations", "citation by hand"),
        ("figures", "replaced figure"),
        ("latex", "hidden text"),
    ],
)
def test_a_gate_without_the_check_passes_what_the_whole_gate_withholds(
    diffusion: Subject, tmp_path: Path, removed: str, kind: str
) -> None:
    [case] = seed_cases(diffusion.facts, [k for k in read_kinds() if k.name == kind], 1)
    whole = CaseTrial(diffusion, tmp_path / "whole").judge(case)
    less = CaseTrial(diffusion, tmp_path / "less", [c for c in CHECKS if c.name != removed]).judge(case)
    assert whole.outcome is Outcome.WITHHELD
    assert not is_right(less)
    assert total(score([less])).by_code == 0
    assert total(score([whole])).by_code == 1


def test_scores_count_outcomes_by_kind() -> None:
    def judged(
        outcome: Outcome, *, honest: bool = False, decider: Decider = Decider.CODE, told: bool = False
    ) -> Judged:
        kind = f"{'honest' if honest else 'false'} by {decider}"
        return Judged(Case("x", kind, honest, Draft("a", right="0.2"), decider=decider), outcome, told)

    answers = [
        judged(Outcome.WITHHELD, told=True),
        judged(Outcome.OTHER_REASON),
        judged(Outcome.UNVERIFIED),
        judged(Outcome.PASSED),
        judged(Outcome.UNVERIFIED, decider=Decider.MODEL),
        judged(Outcome.PASSED, honest=True),
        judged(Outcome.UNVERIFIED, honest=True),
        judged(Outcome.OTHER_REASON, honest=True),
        judged(Outcome.WITHHELD, honest=True),
    ]
    totals = total(score(answers))
    assert (totals.by_code, totals.by_model, totals.false_blocks, totals.told) == (0.25, 1.0, 0.5, 0.25)
    assert len(wrong(answers)) == 5
    assert wrong(answers)[0].case.kind == "false by code"


def test_bench_in_two_processes_and_its_reports(language: Subject) -> None:
    kinds = [k for k in read_kinds() if k.name in ("wrong value in digits", "value by reference")]
    run = try_cases(language, seed_cases(language.facts, kinds, 2), jobs=2)
    assert [answer.outcome for answer in run.judged] == [Outcome.WITHHELD] * 2 + [Outcome.PASSED] * 2
    data = as_json([run])
    assert json.loads(json.dumps(data))["totals"]["by_code"] == 1
    assert "wrong value in digits" in as_markdown([run])
    assert wrong_cases([run]).strip() == ""


@pytest.mark.slow
def test_cases_that_share_a_gate_are_judged_as_alone(language: Subject, tmp_path: Path) -> None:
    names = (
        "wrong value in digits",
        "wrong direction, no reference",
        "value by reference",
        "limitation",
        "wrong number",
    )
    cases = seed_cases(language.facts, [k for k in read_kinds() if k.name.startswith(names)], 2)
    alone = try_cases(language, cases[::3], jobs=1)
    shared = {answer.case: answer.outcome for answer in try_cases(language, cases, jobs=1, together=20).judged}
    assert list(shared) == cases
    assert [shared[answer.case] for answer in alone.judged] == [answer.outcome for answer in alone.judged]


def test_a_folder_of_cases(language_run: Path, tmp_path: Path) -> None:
    [idea] = (language_run / "ideas").iterdir()
    (tmp_path / "base").symlink_to(idea)
    rows = [
        {"kind": "01 number", "id": "01a", "section": "results", "text": FALSE.draft.text, "should": "block"},
        {"kind": "honest", "id": "h1", "section": "results", "text": HONEST_CASE.draft.text, "should": "pass"},
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(rows))
    template = load_template("nano_gpt", TEMPLATES)
    subject, cases = read_case_folder(tmp_path, template)
    run = try_cases(subject, cases, jobs=1)
    assert [answer.outcome for answer in run.judged] == [Outcome.WITHHELD, Outcome.PASSED]
    for broken in ("[]]", '[{"kind": "x"}]', json.dumps([{**rows[0], "section": "appendix"}])):
        file.write_text(broken)
        with pytest.raises(UserError):
            read_case_folder(tmp_path, template)
    file.unlink()
    with pytest.raises(UserError):
        read_case_folder(tmp_path, template)


def test_a_run_without_a_paper_is_a_clear_error(language_run: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        read_subjects(tmp_path)
    (tmp_path / "template").symlink_to(language_run / "template")
    with pytest.raises(UserError):
        read_subjects(tmp_path)
