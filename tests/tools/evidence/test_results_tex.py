"""References: a paper prints what the ledger holds, in LaTeX and in plain text alike, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from tools.evidence import (
    Ledger,
    Metric,
    ReferenceProblemCode,
    RunRecord,
    check_references,
    generated_tables,
    reference_values,
    write_results_tex,
)
from tools.evidence.claim_spec import parse_claim
from tools.latex import to_latex

ENVIRONMENT = {"torch": "2.13.0", "hardware": "2 cores & 8 GiB, 50% <shared>"}
METRICS = {"kl": Metric(name="kl", goal="min", unit="bits", label="KL divergence")}


def run(number: int, values: dict[str, list[float]], **fields: object) -> RunRecord:
    record = {
        "name": f"run_{number}",
        "status": "completed",
        "environment": ENVIRONMENT,
        "settings": {"experiment.learning_rate": 0.003 / (number + 1), "experiment.layers": 3, "source": f"{number}ab"},
        "values": {
            dataset: {"kl": numbers, "tiny_loss": [n * 1e-5 for n in numbers]} for dataset, numbers in values.items()
        },
        **fields,
    }
    return RunRecord.model_validate(record)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(
        METRICS,
        [
            run(0, {"dino": [1.00, 1.02, 0.98], "50%_été#1": [0.30, 0.34, 0.32]}, note="the baseline", seed=0),
            run(
                1, {"dino": [0.50, 0.52, 0.51], "50%_été#1": [0.31, 0.33, 0.33]}, note="cosine schedule & β_1 = 50% 😀"
            ),
            run(2, {}, status="failed", reason="exit code 1\nTraceback", note="EMA", usage={"wall_seconds": 2.04}),
            run(3, {"dino": [1.5], "new": [7.0]}, note="one seed"),
        ],
    )


TEXT = r"""
\section{KL \result{run_1/dino/kl} in a heading}
From \result{run_0/dino/kl} to \result{run\_1/dino/kl}, \change{run_1/dino/kl}; $x = \result{run_1/dino/kl}$.
Odd names: \result{run_1/50\%_été\#1/kl}, \change{run_1/50\%_été\#1/kl}. % a comment with \result{nothing}
Tiny: \result{run_0/dino/tiny_loss}. One seed: \result{run_3/dino/kl}, \change{run_3/dino/kl}.
Runs: \compare{run_1/dino/kl}{run\_3}, \compare{run_1/50\%_été\#1/kl}{run_0}.
Floor \noisefloor{dino/kl}. Rate \setting{experiment.learning_rate}, then \setting{run_1/experiment.learning_rate}.
Torch \env{torch} on \env{hardware}.
\begin{table}\caption{KL on \env{torch}, \result{run_0/dino/kl}}\resulttable{kl}\end{table}
\begin{table}\caption{Settings}\settingstable\end{table}
\begin{table}\caption{Runs}\runstable\end{table}
"""


def test_what_references_print(ledger: Ledger) -> None:
    values = reference_values(ledger, ENVIRONMENT)
    odd, tiny = "run_1/50%_été#1/kl", "run_0/dino/tiny_loss"
    assert [values["result"][a] for a in ("run_0/dino/kl", "run_1/dino/kl", odd, tiny, "run_3/dino/kl")] == [
        "1.000 ± 0.012", "0.510 ± 0.006", "0.323 ± 0.007", "(1.000 ± 0.012)×10⁻⁵", "1.500",
    ]  # fmt: skip
    assert [values["change"][a] for a in ("run_1/dino/kl", odd, "run_3/dino/kl")] == [
        "49.0% lower (better, p < 0.001, n = 3)",
        "1.0% higher, not significant (p = 0.82, n = 3)",
        "50.0% higher (not tested, n = 1 and 3)",
    ]
    assert values["compare"]["run_1/dino/kl}{run_3"] == "66.0% lower (not tested, n = 3 and 1)"
    assert values["compare"][f"{odd}}}{{run_0"] == values["change"][odd]
    assert values["noisefloor"]["dino/kl"] == "0.045"
    rate = "experiment.learning_rate"
    assert (values["setting"][rate], values["setting"][f"run_1/{rate}"]) == ("0.003", "0.0015")
    assert values["env"] == ENVIRONMENT


def test_a_result_table_has_every_completed_run_and_dataset_and_says_what_it_shows(ledger: Ledger) -> None:
    [table] = generated_tables(ledger)["resulttable"]["kl"]
    assert table.head == ("Run", "What it changes", "dino", "50%_été#1", "new")
    assert table.rows == (
        ("run_0", "the baseline", "1.000 ± 0.012", "0.320 ± 0.012", "–"),
        ("run_1", "cosine schedule & β_1 = 50% 😀", "0.510 ± 0.006*", "0.323 ± 0.007", "–"),
        ("run_3", "one seed", "1.500", "–", "7.000"),
    )
    assert table.note == (
        "KL divergence in bits, mean ± standard error over 1 to 3 seeds; lower is better. "
        "* differs from run_0 by Welch's test at 5%, not corrected for the number of comparisons."
    )


def test_small_numbers_share_their_power_of_ten_in_a_table(ledger: Ledger) -> None:
    [table] = generated_tables(ledger)["resulttable"]["tiny_loss"]
    assert table.note.startswith("Tiny loss in 10⁻⁵, ")
    assert table.rows[0][2] == "1.000 ± 0.012"


def test_many_datasets_go_into_blocks_of_equal_width() -> None:
    wide = Ledger(METRICS, [run(0, {f"set{i}": [1.0, 2.0] for i in range(6)})])
    heads = [block.head[2:] for block in generated_tables(wide)["resulttable"]["kl"]]
    assert heads == [("set0", "set1", "set2"), ("set3", "set4", "set5")]


def test_the_settings_table_shows_what_differs(ledger: Ledger) -> None:
    [table] = generated_tables(ledger)["settingstable"][""]
    assert table.head == ("Setting", "run_0", "run_1", "run_3")
    assert table.rows == (("experiment.learning_rate", "0.003", "0.0015", "0.00075"),)
    [alone] = generated_tables(Ledger(METRICS, [run(0, {"dino": [1.0]})]))["settingstable"][""]
    assert not alone.rows and alone.note


def test_the_table_of_runs_hides_no_failure(ledger: Ledger) -> None:
    [table] = generated_tables(ledger)["runstable"][""]
    assert ("run_2", "1", "failed", "–", "2.0 s", "EMA (failed: exit code 1)") in table.rows
    assert ("run_0", "1", "completed", "0", "–", "the baseline") in table.rows


@pytest.mark.parametrize(
    ("text", "line", "written", "code"),
    [
        (r"\result{run_1/dino/kll}", 1, r"\result{run_1/dino/kll}", ReferenceProblemCode.UNKNOWN),
        ("a\n\n% x\n\\env{torhc}", 4, r"\env{torhc}", ReferenceProblemCode.UNKNOWN),
        (r"\change{run_3/new/kl}", 1, r"\change{run_3/new/kl}", ReferenceProblemCode.NO_BASELINE_RESULT),
        (r"\change{run_0/dino/kl}", 1, r"\change{run_0/dino/kl}", ReferenceProblemCode.BASELINE_ITSELF),
        (r"\result{run_2/dino/kl}", 1, r"\result{run_2/dino/kl}", ReferenceProblemCode.FAILED_RUN),
        (r"\result { run_1/dino/kl}", 1, r"\result{ run_1/dino/kl}", ReferenceProblemCode.UNKNOWN),
        (r"\result run_1/dino/kl", 1, r"\result{}", ReferenceProblemCode.NO_ADDRESS),
        (r"\resulttable{lk}", 1, r"\resulttable{lk}", ReferenceProblemCode.UNKNOWN),
        (r"\noisefloor{run_0/dino/kl}", 1, r"\noisefloor{run_0/dino/kl}", ReferenceProblemCode.UNKNOWN),
        (r"\compare{run_1/dino/kl}{run_2}", 1, r"\compare{run_1/dino/kl}{run_2}", ReferenceProblemCode.UNKNOWN),
        (r"\compare{run_1/dino/kl}{run_1}", 1, r"\compare{run_1/dino/kl}{run_1}", ReferenceProblemCode.UNKNOWN),
        ("\n\\compare{run_3}{run_1}", 2, r"\compare{run_3}{run_1}", ReferenceProblemCode.UNKNOWN),
        (r"\compare{run_1/dino/kl}.", 1, r"\compare{run_1/dino/kl}{}", ReferenceProblemCode.NO_ADDRESS),
        (r"\\result{run_1/dino/kl}", 1, r"\result{run_1/dino/kl}", ReferenceProblemCode.LINE_BREAK),
        (r"5\% \\% \result{a}" + "\n" + r"\setting{lr}", 2, r"\setting{lr}", ReferenceProblemCode.UNKNOWN),
    ],
)
def test_a_reference_without_a_result_is_found_before_compiling(
    ledger: Ledger, text: str, line: int, written: str, code: ReferenceProblemCode
) -> None:
    [problem] = check_references(text, ledger)
    assert (problem.line, problem.written, problem.code) == (line, written, code)
    assert str(problem).startswith(f"line {line}: {written}: ")


def test_good_references_comments_and_other_macros_are_no_problem(ledger: Ledger) -> None:
    assert check_references(TEXT, ledger) == []
    assert check_references(r"a \\\result{run_1/dino/kl} \\ \env{torch}", ledger) == []
    assert check_references(r"\results{x} \environment{y} \resultx \changes", ledger) == []


def test_the_nearest_address_is_named(ledger: Ledger) -> None:
    assert check_references(r"\result{run_1/dino/kll}", ledger)[0].nearest == "did you mean 'run_1/dino/kl'?"
    assert check_references(r"\result{run_0/dino/kl}", Ledger(METRICS))[0].nearest == "there are none"


def test_text_of_agents_cannot_become_latex() -> None:
    assert to_latex(r"50% of a_b & \input{x} #1 $y$") == (r"50\% of a\_b \& {\textbackslash}input\{x\} \#1 \$y\$")
    assert to_latex("−0.5 ± 0.1, p = 0.02 and (1.2 ± 0.3)×10⁻⁵ 中") == (
        r"\ensuremath{-0.5 \pm 0.1}, \ensuremath{p = 0.02} and \ensuremath{(1.2 \pm 0.3) \times 10^{-5}} [U+4E2D]"
    )


needs_tex = pytest.mark.skipif(not shutil.which("latexmk"), reason="latexmk is not installed")


def compiled(folder: Path, body: str, packages: str = "") -> subprocess.CompletedProcess[str]:
    head = r"\documentclass{article}\usepackage{booktabs}\input{glyphtounicode}\pdfgentounicode=1"
    source = rf"{head}{packages}\input{{results}}\begin{{document}}{body}\end{{document}}"
    (folder / "paper.tex").write_text(source, encoding="utf-8")
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def printed(folder: Path) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(folder / "paper.pdf").pages)
    return re.sub(r"\s+", "", text)


@needs_tex
@pytest.mark.parametrize(
    "packages", ["", r"\usepackage[T1]{fontenc}\usepackage{mathptmx,graphicx}\usepackage{hyperref}"]
)
def test_latex_prints_the_same_as_plain_text(ledger: Ledger, tmp_path: Path, packages: str) -> None:
    write_results_tex(ledger, ENVIRONMENT, tmp_path / "results.tex", TEXT)
    done = compiled(tmp_path, r"\tableofcontents\listoftables" + TEXT, packages)
    assert done.returncode == 0, done.stdout[-2000:]
    text = printed(tmp_path)
    for phrase in (
        "From1.000±0.012to0.510±0.006,49.0%lower(better,p<0.001,n=3);x=0.510±0.006.",
        "Oddnames:0.323±0.007,1.0%higher,notsignificant(p=0.82,n=3).",
        "Tiny:(1.000±0.012)×10−5.Oneseed:1.500,50.0%higher(nottested,n=1and3).",
        "Runs:66.0%lower(nottested,n=3and1),1.0%higher,notsignificant(p=0.82,n=3).",
        "Floor0.045.Rate0.003,then0.0015.",
        "0.510±0.006*",
        "EMA(failed:exitcode1)",
    ):
        assert phrase in text
    if packages:
        log = (tmp_path / "paper.log").read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"Overfull|Warning: Token|undefined", log)


@needs_tex
def test_an_unknown_address_is_a_compile_error(ledger: Ledger, tmp_path: Path) -> None:
    write_results_tex(ledger, ENVIRONMENT, tmp_path / "results.tex")
    done = compiled(tmp_path, r"Wrong: \result{run_1/dino/kll}.")
    assert done.returncode != 0
    assert r"No value for \result{run_1/dino/kll}" in done.stdout.replace("\n", "")
    assert not (tmp_path / "paper.pdf").exists()


def test_the_same_ledger_gives_the_same_file(ledger: Ledger, tmp_path: Path) -> None:
    write_results_tex(ledger, ENVIRONMENT, tmp_path / "a.tex")
    write_results_tex(Ledger(METRICS, ledger.runs), ENVIRONMENT, tmp_path / "b.tex")
    assert (tmp_path / "a.tex").read_bytes() == (tmp_path / "b.tex").read_bytes()


def test_metrics_with_slashes_are_told_apart_in_references_tables_and_claims(tmp_path: Path) -> None:
    values = {"val/loss": [1.0, 2.0], "loss": [3.0, 5.0]}
    rows = [RunRecord(name=f"run_{n}", status="completed", values={"dino": values}, note="x") for n in (0, 1)]
    ledger = Ledger({"val/loss": Metric(name="val/loss", goal="min")}, rows)
    text = (
        r"\result{run_1/dino/val/loss} \result{run_1/dino/loss} \compare{run_1/dino/val/loss}{run_0} "
        r"\noisefloor{dino/val/loss} \resulttable{val/loss} \comparisontable{loss} "
        r"\claim{run=run_1, relation=same, metric=val/loss, datasets=dino}{is the same}"
    )
    assert check_references(text, ledger) == []
    printed = reference_values(ledger, {})["result"]
    assert printed["run_1/dino/val/loss"] != printed["run_1/dino/loss"]
    assert parse_claim("run=run_1, relation=same, metric=val/loss, datasets=dino", ledger).metric == "val/loss"
    [problem] = check_references(r"\change{run_1/dino/val/loss against run_0}", ledger)
    assert problem.nearest.endswith(r"\compare{run_1/dino/val/loss}{run_0}")
    paper = tmp_path / "paper.tex"
    head = r"\documentclass{article}\usepackage{booktabs}\usepackage{graphicx}\input{results.tex}\begin{document}"
    paper.write_text(f"{head}\n{text}\n\\end{{document}}\n", encoding="utf-8")
    write_results_tex(ledger, {}, tmp_path / "results.tex", text)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "paper"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "1.5" in PdfReader(tmp_path / "paper.pdf").pages[0].extract_text()
