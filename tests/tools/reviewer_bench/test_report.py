"""The benchmark, its report and plot, and the command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from scenarios.commands.bench_reviewer import bench_reviewer
from tools.errors import UserError
from tools.reviewer_bench.benchmark import Benchmark, run_benchmark
from tools.reviewer_bench.bootstrap import Estimate
from tools.reviewer_bench.evaluation import roc_curve, thresholds
from tools.reviewer_bench.plot import draw, rendered
from tools.reviewer_bench.report import as_json, as_markdown, write_estimate

ROOT = Path(__file__).parents[3]

Write = Callable[[str, str], Path]


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, str(ROOT / "run.py"), "bench-reviewer", *map(str, arguments)]
    return subprocess.run(
        call, capture_output=True, text=True, timeout=120, env={"COLUMNS": "200", "PATH": "/usr/bin:/bin"}
    )


@pytest.fixture
def benchmark(ratings: Path, reviews: Path, write: Write) -> Benchmark:
    control = write(
        "control.csv", "paper_id,Overall,Decision\na1,5,Reject\na2,7,\nr1,,Reject\nr2,6,Accept\nzz,1,Reject\n"
    )
    return run_benchmark(ratings, [reviews], control, resamples=200)


def test_the_small_conference_by_hand(benchmark: Benchmark) -> None:
    panel = benchmark.evaluations[0]
    assert panel.by_decision and panel.score
    assert panel.by_decision.metrics["balanced_accuracy"].value == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert panel.by_threshold[6].metrics["fnr"].value == pytest.approx(1 / 3)
    assert list(panel.by_threshold) == [4, 6, 7]  # 3 would accept all
    # pairs 7>3 7>6 7>4 6>3 6=6 6>4 4>3 4<6 4=4 of nine
    assert panel.score.metrics["auc_score"].value == pytest.approx((6 + 2 / 2) / 9)
    assert (benchmark.papers, benchmark.accepted, benchmark.all_reject.papers) == (6, 3, 6)


def test_missing_scores_and_decisions_are_counted_separately(benchmark: Benchmark) -> None:
    control = benchmark.evaluations[1]
    assert benchmark.control == control.name == "control"
    assert control.by_decision and control.score
    assert (control.by_decision.papers, control.score.papers) == (3, 3)
    coverage = benchmark.coverage["control"]
    assert (coverage.unrated, coverage.unreviewed) == (1, 2)
    assert [comparison.papers for comparison in benchmark.comparisons] == [3, 3]


def test_the_report_has_every_row_and_the_papers_left_out(benchmark: Benchmark) -> None:
    text = as_markdown(benchmark)
    for heading in ("# Reviewer benchmark", "## Decisions", "## Scores", "## By threshold", "### panel minus control"):
        assert f"\n{heading}\n" in f"\n{text}"
    assert "| control (control) | Decision | 3 |" in text
    assert "`control`: 2 rated papers have no review, 1 reviews are of unrated papers." in text
    assert "| all reject | every paper | 6 | 0.50 [0.50, 0.50] | 0.50 [0.50, 0.50] | 0.00" in text
    assert "| one random human reviewer | score ≥ 6 | 5 |" in text
    assert "no one-prompt control" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(re.fullmatch(r"\|( [^|]+ \|)+", row) for row in rows)


def test_without_a_control_the_report_asks_for_one(ratings: Path, reviews: Path) -> None:
    found = run_benchmark(ratings, [reviews], resamples=100)
    assert "There is no one-prompt control" in as_markdown(found) and found.comparisons == ()


def test_every_number_is_in_the_json(benchmark: Benchmark) -> None:
    data = json.loads(json.dumps(as_json(benchmark), allow_nan=False))
    row = data["reviewers"]["panel"]["thresholds"]["6"]
    assert row["metrics"]["fnr"]["value"] == pytest.approx(1 / 3)
    assert data["comparisons"][0]["first"] == "panel" and data["random_human"]["papers"] == 5
    assert (data["papers"], data["resamples"], data["seed"]) == (6, 200, 0)


def test_the_same_seed_gives_the_same_report(ratings: Path, reviews: Path) -> None:
    first, again, other = (as_markdown(run_benchmark(ratings, [reviews], seed=s, resamples=200)) for s in (0, 0, 1))
    assert first == again
    assert first.replace("seed 0", "seed 1") != other


def test_the_plot_is_an_image_of_every_reviewer(benchmark: Benchmark) -> None:
    figure = draw(benchmark)
    labels = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert labels[0].startswith("panel, AUC 0.78") and labels[1].startswith("control (control), AUC")
    assert {"all reject", "one random human reviewer, score ≥ 6"} <= set(labels)
    curve = figure.axes[0].get_lines()[0]
    assert curve.get_xydata()[0].tolist() == [0, 0] and curve.get_xydata()[-1].tolist() == [1, 1]  # type: ignore[index]
    assert rendered(figure, "png").startswith(b"\x89PNG")
    pdf = rendered(figure, "pdf")
    assert pdf.startswith(b"%PDF") and b"CreationDate" not in pdf


def test_the_area_under_the_plotted_curve_is_the_auc() -> None:
    rng = np.random.default_rng(0)
    accepted, scores = rng.random(50) < 0.4, rng.integers(1, 11, 50) * 1.0
    from sklearn.metrics import roc_auc_score

    fpr, tpr = roc_curve(accepted, scores)
    assert np.trapezoid(tpr, fpr) == pytest.approx(roc_auc_score(accepted, scores))


def test_thresholds_of_few_and_of_many_scores() -> None:
    assert thresholds(np.array([5.0, 3.0, 3.5, 5.0])) == [3.5, 5.0]
    assert thresholds(np.linspace(2.2, 8.9, 100)) == [3, 4, 5, 6, 7, 8]
    assert len(thresholds(np.linspace(0, 1, 100))) == 9


def test_files_with_one_name_get_unique_names_and_a_file_counts_once(
    ratings: Path, reviews: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / reviews.name
    other.parent.mkdir()
    other.write_text(reviews.read_text(encoding="utf-8"), encoding="utf-8")
    names = [e.name for e in run_benchmark(ratings, [reviews, other], resamples=100).evaluations]
    assert names == [f"{tmp_path.name}/panel", "other/panel"]
    with pytest.raises(UserError, match="given twice"):
        run_benchmark(ratings, [reviews], reviews)
    with pytest.raises(UserError, match="no reviews to measure"):
        run_benchmark(ratings, [])
    with pytest.raises(UserError, match="threshold nan"):
        run_benchmark(ratings, [reviews], threshold=float("nan"))


@pytest.mark.parametrize(
    ("estimate", "printed"),
    [
        (Estimate(0.6509, 0.607, 0.694), "0.65 [0.61, 0.69]"),
        (Estimate(-0.0001, -0.05, 0.05), "0.00 [−0.05, 0.05]"),
        (Estimate(None, None, None), "–"),
        (None, "–"),
    ],
)
def test_estimates_are_formatted(estimate: Estimate | None, printed: str) -> None:
    assert write_estimate(estimate) == printed


def test_the_command_prints_the_rows_and_writes_the_files(ratings: Path, reviews: Path, tmp_path: Path) -> None:
    papers, out = tmp_path / "papers", tmp_path / "out"
    papers.mkdir()
    for name in ("a1", "a2", "r1"):
        (papers / f"{name}.txt").write_text("# Trees\n\nJane Roe\n\n## Abstract\n\nWe grow trees.\n", encoding="utf-8")
    app = typer.Typer()
    app.command()(bench_reviewer)
    given = {"--ratings": ratings, "--reviews": reviews, "--papers": papers, "--out": out, "--resamples": 100}
    done = CliRunner().invoke(app, [str(part) for pair in given.items() for part in pair])
    assert done.exit_code == 0, done.output
    assert re.search(r"panel +Overall ≥ 6 +6 +0\.67 +0\.67 +0\.67 +0\.67 +0\.33 +0\.33", done.stdout)
    assert sorted(path.name for path in out.iterdir()) == [
        "curves.pdf", "curves.png", "leaks.csv", "numbers.json", "report.md",
    ]  # fmt: skip
    assert "## What leaks alone predict" in (out / "report.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_mistake_is_one_message_with_exit_code_2_and_no_files(ratings: Path, write: Write, tmp_path: Path) -> None:
    broken = write("x.csv", 'paper_id,Overall,Decision\na1,6,Accept\nr1,"[six, 5]",Reject\n')
    call = [sys.executable, ROOT / "run.py", "bench-reviewer", "--ratings", ratings, "--reviews", broken]
    done = subprocess.run([*call, "--out", tmp_path / "out"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{broken}: paper r1: '[six, 5]' is not a list of numbers\n"
    assert not (tmp_path / "out").exists()
