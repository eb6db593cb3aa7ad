"""Measure reviews against what a conference decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from scenarios.commands.console import out, place
from tools.atomic import write_bytes, write_json, write_text
from tools.errors import UserError

if TYPE_CHECKING:
    from tools.reviewer_bench.benchmark import Benchmark
    from tools.reviewer_bench.papers import LeakReport


def bench_reviewer(
    ratings: Annotated[Path, typer.Option(help="TSV or CSV: paper_id, decision, human scores in columns 0, 1, …")],
    reviews: Annotated[
        list[Path], typer.Option(help="CSV, JSON or JSONL: paper_id, Overall, Decision. Several times for several.")
    ],
    control: Annotated[Path | None, typer.Option(help="Reviews by one plain prompt: what a panel has to beat.")] = None,
    threshold: Annotated[float, typer.Option(help="Accept when Overall is at least this.")] = 6.0,
    human_threshold: Annotated[float, typer.Option(help="The same for the random human reviewer.")] = 6.0,
    papers: Annotated[
        Path | None, typer.Option(help="Folder of the papers, paper_id.pdf or .txt: what leaks alone predict.")
    ] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Folder for report, plot and numbers.")] = None,
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples.", min=100)] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.", min=0)] = 0,
) -> None:
    """Measure reviews against a conference's decisions and scores, baselines beside them, every pair of files compared."""
    # here, since every command imports this module, and these take seconds to load
    from tools.reviewer_bench.benchmark import run_benchmark

    if out_folder and out_folder.exists() and not out_folder.is_dir():
        raise UserError(f"--out {out_folder}: not a folder")
    benchmark = run_benchmark(ratings, reviews, control, threshold, human_threshold, seed, resamples)
    leaks = _leaks(papers, ratings, seed, resamples) if papers else None
    if out_folder:
        _write(benchmark, leaks, out_folder)
    _show(benchmark)
    if out_folder:
        _say_where(out_folder)
    else:
        out.print("\nThresholds, scores, pairs and a plot come with --out FOLDER.", highlight=False)


def _leaks(papers: Path, ratings: Path, seed: int, resamples: int) -> LeakReport:
    from tools.reviewer_bench.papers import report_leaks
    from tools.reviewer_bench.ratings import read_ratings

    return report_leaks(papers, read_ratings(ratings), seed, resamples)


def _write(benchmark: Benchmark, leaks: LeakReport | None, folder: Path) -> None:
    """All files are made before the first is written."""
    from tools.reviewer_bench.plot import draw, rendered
    from tools.reviewer_bench.report import as_json, as_markdown

    figure = draw(benchmark)
    images = {f"curves.{kind}": rendered(figure, kind) for kind in ("png", "pdf")}
    report, numbers = as_markdown(benchmark, leaks), as_json(benchmark, leaks)
    try:
        for name, data in images.items():
            write_bytes(folder / name, data)
        if leaks:
            from tools.reviewer_bench.leak_table import as_csv

            write_text(folder / "leaks.csv", as_csv(leaks))
        write_json(folder / "numbers.json", numbers)
        write_text(folder / "report.md", report)
    except OSError as error:
        raise UserError(f"--out {folder}: cannot be written: {error.strerror}") from None


def _show(benchmark: Benchmark) -> None:
    from tools.reviewer_bench.report import summary_rows

    columns = {
        "balanced_accuracy": "bal. acc.", "accuracy": "acc.", "f1": "F1", "auc_decision": "AUC", "fpr": "FPR", "fnr": "FNR",
    }  # fmt: skip
    table = Table(Column("reviewer", overflow="fold"), "accepts by", "papers", *columns.values(), box=None)
    for name, row in summary_rows(benchmark):
        values = [row.metrics[metric].value for metric in columns]
        table.add_row(name, row.rule, str(row.papers), *("–" if v is None else f"{v:.2f}" for v in values))
    out.print(table)


def _say_where(folder: Path) -> None:
    place("report", folder / "report.md")
    place("plot", folder / "curves.png")
    place("numbers", folder / "numbers.json")
    place("leaks", folder / "leaks.csv")
