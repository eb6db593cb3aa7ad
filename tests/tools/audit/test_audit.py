"""Read results, judge synthetic papers, check papers against themselves, and write the reports."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from run import application
from tools.audit import AuditReport, audit_html, audit_paper, audit_sarif, load_map, read_results, write_map
from tools.audit.reported_statistics import grim, grimmer
from tools.errors import UserError
from tools.evidence.judgement import Verdict

PAPER = r"""\documentclass{article}
\begin{document}
\section{Results}
TEXT
\begin{table}\caption{Accuracy}\label{tab:a}
\begin{tabular}{lcc}
\toprule
Method & \multicolumn{2}{c}{Accuracy} \\
 & mnist & cifar \\
\midrule
Baseline & 0.912 & 0.713 \\
Wide Network & ROW \\
\bottomrule
\end{tabular}\end{table}
\end{document}
"""


def write_results(folder: Path) -> Path:
    for index, (mnist, cifar) in enumerate([(0.9124, 0.7131), (0.9237, 0.6872), (0.9311, 0.7045)]):
        run = folder / f"run_{index}"
        run.mkdir(parents=True)
        data = {
            "mnist": {"means": {"accuracy": mnist}, "stderrs": {"accuracy": 0.0031}},
            "cifar": {"means": {"accuracy": cifar, "style": [{"a": 1}]}},
        }
        (run / "final_info.json").write_text(json.dumps(data))
    (folder / "notes.txt").write_text("## Run 0: Baseline\n## Run 1: Wide Network\n## Run 2: Deep Network\n")
    return folder


def audited(tmp_path: Path, row: str = "0.924 & 0.687", text: str = "", *, results: bool = True) -> AuditReport:
    paper = tmp_path / "paper.tex"
    paper.write_text(PAPER.replace("ROW", row).replace("TEXT", text), encoding="utf-8")
    folder = write_results(tmp_path / "results") if results else None
    return audit_paper(paper, folder)[0]


def codes(report: AuditReport) -> dict[str, tuple[str, str]]:
    return {s.said: (s.code, s.expected) for s in report.of(Verdict.CONTRADICTED)}


def test_right_table_is_supported_and_lists_of_objects_are_left_out(tmp_path: Path) -> None:
    report = audited(tmp_path)
    assert report.counts() == {Verdict.SUPPORTED: 4}
    assert any("run_0/cifar/style" in note for note in report.notes)


@pytest.mark.parametrize(
    ("row", "said", "code", "right"),
    [
        ("0.931 & 0.687", "0.931", "wrong-run", "0.924"),
        ("0.999 & 0.687", "0.999", "wrong-value", "0.924"),
        ("-0.924 & 0.687", "-0.924", "wrong-sign", "0.924"),
        ("0.687 & 0.687", "0.687", "wrong-dataset", "0.924"),
        (r"0.924 & 0.687 $\pm$ 0.012", "0.687 ± 0.012", "invented-error-bar", "no error bar"),
        (r"0.924 $\pm$ 0.020 & 0.687", "0.924 ± 0.020", "wrong-error-bar", "±0.003 (stderr)"),
    ],
)
def test_wrong_cells_are_told_with_the_right_value(tmp_path: Path, row: str, said: str, code: str, right: str) -> None:
    found = {" ".join(key.replace("pm", "±").split()): value for key, value in codes(audited(tmp_path, row)).items()}
    assert found == {said: (code, right)}


def test_numbers_of_the_text_need_a_run(tmp_path: Path) -> None:
    text = "The Wide Network has an accuracy of 0.687 on cifar and the accuracy of 0.955 on mnist. The value is 0.931."
    report = audited(tmp_path, text=text)
    assert codes(report) == {"0.955": ("wrong-value", "0.924")}
    assert next(s for s in report.statements if s.said == "0.931").verdict != Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The Wide Network improves accuracy by 1.13% on mnist over the baseline.", {}),
        ("The Wide Network improves accuracy by 1.2% on mnist over the baseline.", {}),
        ("The Wide Network improves accuracy by 4.1% on mnist over the baseline.", {"4.1%": ("wrong-value", "+1.2%")}),
        ("The Wide Network improves accuracy by 3.6% on cifar over the baseline.", {"3.6%": ("wrong-sign", "-3.6%")}),
        ("The Wide Network has 1.01x the accuracy of the baseline on mnist.", {}),
        ("The Wide Network has 1.51 times the accuracy of the baseline on mnist.", {"1.51": ("wrong-ratio", "1.01")}),
        ("The Wide Network has an accuracy of 0.924 on mnist, higher than the baseline's 0.912.", {}),
        ("The Wide Network increases the accuracy by 0.011 on mnist.", {}),
        ("We report 95% confidence intervals of the accuracy of the Wide Network on mnist.", {}),
        ("The Deep Network has an average accuracy of 0.818.", {}),
        ("The accuracy improves across all datasets.", {"improves": None}),
    ],
)
def test_changes_ratios_and_means(tmp_path: Path, text: str, wrong: dict[str, tuple[str, str] | None]) -> None:
    judged = codes(audited(tmp_path, text=text.replace("%", "\\%")))
    found = {said.removeprefix("Results "): value for said, value in judged.items()}
    words = {said for said in found if said.isalpha()}
    assert found.keys() - words == wrong.keys() or words == wrong.keys()
    assert all(value is None or found[said] == value for said, value in wrong.items())


def test_an_unknown_row_is_no_evidence_until_the_map_binds_it(tmp_path: Path) -> None:
    paper, folder, labels = tmp_path / "paper.tex", write_results(tmp_path / "results"), tmp_path / "labels.yaml"
    paper.write_text(PAPER.replace("ROW", "0.924 & 0.687").replace("TEXT", "").replace("Wide Network", "Ours"))
    report, binding = audit_paper(paper, folder)
    assert {s.said for s in report.of(Verdict.NO_EVIDENCE)} == {"0.924", "0.687"}
    binding.used.runs["Ours"] = "run_1"
    write_map(binding, labels)
    assert audit_paper(paper, folder, confirmed=load_map(labels))[0].counts() == {Verdict.SUPPORTED: 4}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.csv", "method,dataset,accuracy\nbase,mnist,0.5\nours,mnist,0.75\n"),
        ("r.jsonl", '{"run": "base", "task": "mnist", "accuracy": 0.5}\n{"run": "ours", "task": "mnist", "accuracy": 0.75}'),
        ("r.json", '{"base": {"mnist": {"accuracy": 0.5}}, "ours": {"mnist": {"accuracy": 0.75}}}'),
    ],
)  # fmt: skip
def test_results_in_other_formats(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    values = read_results(tmp_path).values
    assert {v.address: v.value for v in values} == {"base/mnist/accuracy": 0.5, "ours/mnist/accuracy": 0.75}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The loss fell from 0.50 to 0.40, a 30.0% reduction.", "change-arithmetic"),
        ("The loss decreased from 0.40 to 0.50.", "direction"),
        ("The difference was reliable, t(28) = 1.20, p = 0.01.", "p-value"),
        ("It was not, F(1, 40) = 9.50, p = 0.30.", "p-value"),
        ("Ratings on the scale were high (M = 3.47, SD = 1.01, n = 10).", "grim"),
        ("Ratings from 1 to 5 varied (SD = 3.40).", "impossible-deviation"),
        (r"See Figure \ref{fig:none}.", "missing-reference"),
        ("As an AI language model, I agree.", "assistant-phrase"),
        ("We add [insert citation] here.", "placeholder"),
        (r"As shown \cite{TODO}.", "placeholder-citation"),
    ],
)
def test_defects_that_need_no_results(tmp_path: Path, text: str, code: str) -> None:
    report = audited(tmp_path, text=text.replace("%", r"\%"), results=False)
    assert code in {s.code for s in report.of(Verdict.CONTRADICTED)}


@pytest.mark.parametrize(
    "text",
    [
        "The loss fell from 0.50 to 0.40, a 20.0% reduction.",
        "The difference was reliable, t(28) = 2.76, p = 0.010.",
        "Ratings on the scale were high (M = 3.50, SD = 1.08, n = 10).",
        r"See Table \ref{tab:a}.",
        "See [your own data](https://example.com/data).",
    ],
)
def test_honest_sentences_pass_without_results(tmp_path: Path, text: str) -> None:
    assert not audited(tmp_path, text=text.replace("%", r"\%"), results=False).of(Verdict.CONTRADICTED)


def test_wrong_means_of_a_table(tmp_path: Path) -> None:
    report = audited(tmp_path, "0.924 & 0.687 \\\\\nMean & 0.918 & 0.750", results=False)
    assert codes(report) == {"0.750": ("mean-of-table", "0.700")}


def test_grim_and_grimmer() -> None:
    assert grim("3.50", 10) and not grim("3.47", 10)
    assert grimmer("3.44", "2.48", 18) and not grimmer("3.44", "2.47", 18)


def test_set_up_values_are_held_against_the_code(tmp_path: Path) -> None:
    (tmp_path / "experiment.py").write_text(
        "parser.add_argument('--train_batch_size', default=256)\nnum_timesteps = 100\n"
    )
    paper = tmp_path / "paper.tex"
    text = "We use a train batch size of 128."
    paper.write_text(PAPER.replace("ROW", "0.924 & 0.687").replace("TEXT", text))
    report, _ = audit_paper(paper, write_results(tmp_path / "results"), code=tmp_path)
    assert codes(report) == {"128": ("wrong-setup", "256")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We train with SGD.", "wrong-setup"),
        ("We train with the RMSprop optimizer.", "wrong-setup"),
        ("The model is implemented in TensorFlow.", "wrong-setup"),
        ("We train with Adam.", ""),
        ("The model is implemented in PyTorch.", ""),
        ("SGD may work as well, but we did not try it.", ""),
    ],
)
def test_the_method_in_words_is_held_against_the_code(tmp_path: Path, text: str, code: str) -> None:
    lines = [
        "import torch",
        "model = torch.nn.Linear(2, 2)",
        "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)",
    ]
    (tmp_path / "experiment.py").write_text("\n".join(lines))
    paper = tmp_path / "paper.tex"
    heading = r"\section{Experimental Setup}"
    paper.write_text(PAPER.replace("ROW", "0.924 & 0.687").replace("TEXT", f"{heading} {text}"))
    report, _ = audit_paper(paper, write_results(tmp_path / "results"), code=tmp_path)
    assert [s.code for s in report.of(Verdict.CONTRADICTED)] == [code] * bool(code)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("An ablation without the skip connections gave the same order.", "ablation"),
        ("In a user study our samples were preferred.", "user study"),
        ("We also evaluate on ImageNet, with the same outcome.", "ImageNet"),
        ("An ablation is left for future work.", ""),
        ("We evaluate on mnist and cifar.", ""),
    ],
)
def test_experiments_that_the_results_lack_have_no_evidence(tmp_path: Path, text: str, said: str) -> None:
    report = audited(tmp_path, text=text)
    found = [s.said for s in report.of(Verdict.NO_EVIDENCE) if s.code == "no-such-experiment"]
    assert bool(found) == bool(said) and all(said.lower() in one.lower() for one in found)


CLAIMS = [
    ("The wide network raises accuracy on mnist.", ""),
    ("The wide network has a lower accuracy on mnist.", "wrong-claim"),
    ("The wide network improves accuracy on all datasets.", "not-on-all-datasets"),
    ("Accuracy improves on every dataset.", "not-on-all-datasets"),
    ("Accuracy on cifar improves.", "wrong-claim"),
    ("Accuracy on cifar does not improve.", ""),
    ("The deep network has a higher accuracy on cifar than before.", "wrong-claim"),
    ("The deep network has a higher accuracy than in the previous run.", ""),
    ("The accuracy of the wide network on cifar is substantially lower.", "wrong-claim"),
    ("We train the network by minimizing the loss.", ""),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["tex", "md"])
@pytest.mark.parametrize(("text", "code"), CLAIMS)
def test_comparisons_in_words_are_held_against_the_means(tmp_path: Path, kind: str, text: str, code: str) -> None:
    paper = tmp_path / f"paper.{kind}"
    markdown = f"# A paper\n\n## Abstract\n\nWe study it.\n\n## Results\n\n{text}\n"
    paper.write_text(PAPER.replace("ROW", "0.924 & 0.687").replace("TEXT", text) if kind == "tex" else markdown)
    report, _ = audit_paper(paper, write_results(tmp_path / "results"))
    assert [s.code for s in report.of(Verdict.CONTRADICTED)] == [code] * bool(code)


def test_runs_that_the_paper_leaves_out_are_named(tmp_path: Path) -> None:
    paper = tmp_path / "paper.tex"
    paper.write_text(PAPER.replace("ROW", "0.924 & 0.687").replace("TEXT", ""))
    results = write_results(tmp_path / "results")
    shown, _ = audit_paper(paper, results)
    shutil.copytree(results / "run_1", results / "run_7")
    left_out, _ = audit_paper(paper, results)
    assert set(left_out.notes) - set(shown.notes) and any("run_7" in note for note in left_out.notes)


def test_the_command_writes_escaped_html_json_and_sarif(tmp_path: Path) -> None:
    paper, folder = tmp_path / "paper.tex", write_results(tmp_path / "results")
    text = "<script>alert(1)</script> The Wide Network has an accuracy of 0.955 on mnist."
    paper.write_text(PAPER.replace("ROW", "0.924 & 0.687").replace("TEXT", text))
    html, data, sarif = tmp_path / "a.html", tmp_path / "a.json", tmp_path / "a.sarif"
    arguments = [
        "audit",
        str(paper),
        "--results",
        str(folder),
        "--html",
        str(html),
        "--json",
        str(data),
        "--sarif",
        str(sarif),
    ]
    assert CliRunner().invoke(application(), arguments).exit_code == 1
    assert CliRunner().invoke(application(), [*arguments, "--fail-on", "no-evidence"]).exit_code == 0
    assert "<script" not in html.read_text() and "<mark" in html.read_text()
    report = AuditReport.model_validate_json(data.read_text())
    assert audit_html(report) == html.read_text() and audit_sarif(report) == sarif.read_text()
    log = json.loads(sarif.read_text())
    (entry,) = log["runs"][0]["results"]
    assert (log["version"], entry["level"], entry["ruleId"]) == ("2.1.0", "error", "wrong-value")
    assert entry["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert log["runs"][0]["tool"]["driver"]["rules"][entry["ruleIndex"]]["id"] == entry["ruleId"]


@pytest.mark.parametrize("text", ["runs: {Ours: a, Ours: b}", "a: " + "[" * 5000, "runs: [1]", "- a", "\ufeff: ["])
def test_a_map_that_is_none_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.yaml").write_text(text)
    with pytest.raises(UserError) as raised:
        load_map(tmp_path / "map.yaml")
    assert "\n" not in str(raised.value) and "map.yaml" in str(raised.value)
