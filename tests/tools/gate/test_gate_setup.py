"""Statements on the set-up are held against code, settings, environment and ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.gate.setup_sentences import FALSE, HONEST, REWORDED, UNDECIDED
from tools.evidence import Ledger, RunRecord
from tools.evidence.judgement import Judgement, Verdict
from tools.experiments.settings import settings_of_run
from tools.experiments.template import load_template
from tools.gate import FindingCode
from tools.gate.section_source import read_source
from tools.gate.setup import SetupEvidence, judge_setup
from tools.gate.unverified import unverified_statements
from tools.project import TEMPLATES

RATES = {"run_0": 0.003, "run_1": 0.0015, "run_2": 0.006, "run_3": 0.012}
ENVIRONMENT = {
    "python": "3.11.7",
    "system": "Linux 6.18.44",
    "torch": "2.13.0",
    "numpy": "2.4.6",
    "scipy": "1.17.1",
    "matplotlib": "3.11.2",
    "scikit-learn": "1.9.1",
    "hardware": "2 cores of Intel(R) Xeon(R) Processor, 24 GiB of memory, no GPU",
    "sandbox": "bubblewrap",
}
ERRORS = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)
SECTIONS = {"experiments": "results", "optimiser": "method", "schedule": "method", "parts": "method"}


def learning_rate_study() -> SetupEvidence:
    template = load_template("diffusion_2d", TEMPLATES)
    source = (template.folder / "experiment.py").read_text(encoding="utf-8")
    runs = [
        RunRecord(
            name=name,
            status="completed",
            note=f"learning_rate = {rate}" if name != "run_0" else "Baseline: the template as it is.",
            seed=0,
            settings=settings_of_run(source, "experiment", template.profiles["cpu"].args | {"learning_rate": rate}),
            environment=ENVIRONMENT,
            usage={"wall_seconds": 30.3 + number},
            values={name: {"kl_divergence": [0.2, 0.3, 0.4]} for name in ("circle", "dino", "line", "moons")},
        )
        for number, (name, rate) in enumerate(RATES.items())
    ]
    return SetupEvidence.of(Ledger(template.metrics, runs), template, template.folder)


@pytest.fixture(scope="module")
def study() -> SetupEvidence:
    return learning_rate_study()


def judged(section: str, text: str, study: SetupEvidence) -> list[Judgement]:
    return judge_setup(read_source(section, text), study)


FALSE_PLACES = [(SECTIONS.get(kind, "experimental_setup"), text) for kind, texts in FALSE.items() for text in texts]


@pytest.mark.parametrize(("section", "text"), [*FALSE_PLACES, *REWORDED])
def test_a_false_statement_on_the_setup_is_an_error(section: str, text: str, study: SetupEvidence) -> None:
    found = judged(section, text, study)
    assert any(j.verdict in ERRORS for j in found), found


@pytest.mark.parametrize(("section", "text"), HONEST)
def test_an_honest_statement_on_the_setup_passes(section: str, text: str, study: SetupEvidence) -> None:
    assert not [j for j in judged(section, text, study) if j.verdict in ERRORS]


@pytest.mark.parametrize(("section", "text"), UNDECIDED)
def test_what_the_code_cannot_decide_is_listed(section: str, text: str, study: SetupEvidence) -> None:
    found = judged(section, text, study)
    assert any(j.code == FindingCode.UNVERIFIED_SETUP for j in found)


def test_a_contradiction_names_the_right_value(study: SetupEvidence) -> None:
    [size] = [j for j in judged("method", "The batch size is 512.", study) if j.verdict is Verdict.CONTRADICTED]
    assert (size.expected, size.suggestion) == ("128", "\\setting{experiment.batch_size}")
    [optimiser] = [j for j in judged("method", "We train with SGD.", study) if j.verdict is Verdict.CONTRADICTED]
    assert optimiser.expected == "AdamW"
    [gpu] = [j for j in judged("method", "We used an A100 GPU.", study) if j.verdict is Verdict.CONTRADICTED]
    assert gpu.expected == ENVIRONMENT["hardware"]


def test_without_code_and_environment_a_part_is_unverified_and_never_wrong() -> None:
    ledger = Ledger({}, [RunRecord(name="run_0", status="completed", values={"d": {"m": [1.0]}})])
    bare = SetupEvidence.of(ledger, None, None)
    for text in ("Dropout is used.", "We used an A100 GPU.", "The batch size is 512.", "We train with SGD."):
        assert {j.verdict for j in judged("method", text, bare)} == {Verdict.NOT_CHECKABLE}, text


def test_residuals_that_are_clipped_may_be_a_huber_loss(tmp_path: Path) -> None:
    def verdicts(code: str) -> list[Verdict]:
        (tmp_path / "experiment.py").write_text(f"import numpy as np\n{code}\n", encoding="utf-8")
        study = SetupEvidence.of(
            Ledger({}, [RunRecord(name="run_0", status="completed", values={"a": {"rmse": [1.0]}})]), None, tmp_path
        )
        return [j.verdict for j in judged("method", "The stumps are fitted with the Huber loss.", study)]

    plain = "loss = squared_error(residuals)"
    assert verdicts(plain) == [Verdict.CONTRADICTED]
    assert verdicts(f"{plain}\nresiduals = np.clip(residuals, -1.0, 1.0)") == [Verdict.NOT_CHECKABLE]


def test_comments_docstrings_and_unused_names_are_no_evidence(tmp_path: Path) -> None:
    lines = [
        '"""Trains with dropout and SGD."""',
        "from torch.optim import SGD",
        "# dropout = 0.1",
        "class BatchNorm: ...",
    ]
    code = "\n".join([*lines, "rate = 0.1", "print(rate)"])
    (tmp_path / "experiment.py").write_text(code)
    ledger = Ledger({}, [RunRecord(name="run_0", status="completed", values={"d": {"m": [1.0]}})])
    evidence = SetupEvidence.of(ledger, None, tmp_path)
    for text in ("Dropout is used.", "We train with SGD.", "Batch normalisation is used."):
        assert any(j.verdict in ERRORS for j in judged("method", text, evidence)), text


def test_a_table_of_settings_is_read(study: SetupEvidence) -> None:
    table = "\\begin{tabular}{lr}Optimiser & SGD\\\\Batch size & 128\\\\Hidden layers & 7\\\\\\end{tabular}"
    wrong = [j for j in judged("experimental_setup", table, study) if j.verdict in ERRORS]
    assert [j.expected for j in wrong] == ["AdamW", "2"]


def test_the_environment_may_be_listed_by_reference_whatever_the_code_imports(tmp_path: Path) -> None:
    (tmp_path / "experiment.py").write_text("import json\nprint(json.dumps({}))\n")
    run = RunRecord(name="run_0", status="completed", environment=ENVIRONMENT, values={"d": {"m": [1.0]}})
    evidence = SetupEvidence.of(Ledger({}, [run]), None, tmp_path)
    listed = judged("experimental_setup", "We used torch: \\env{torch}; scikit-learn: \\env{scikit-learn}.", evidence)
    assert not [j for j in listed if j.verdict in ERRORS]
    typed = judged("experimental_setup", "The model is implemented in PyTorch.", evidence)
    assert [j.verdict for j in typed] == [Verdict.CONTRADICTED]


def test_unverified_sentences_are_listed_once_with_their_words(study: SetupEvidence) -> None:
    text = (
        "Training samples were collected~by the \\emph{authors}; run 1 ends at \\result{run_1/dino/kl_divergence}. "
        "Each run uses \\setting{run_0}{seed} as its seed."
    )
    source = read_source("method", text)
    statements = unverified_statements((source, judgement) for judgement in judge_setup(source, study) * 2)
    assert [(each.section, each.text) for each in statements] == [
        ("method", "Training samples were collected by the authors; run 1 ends at ....")
    ]
