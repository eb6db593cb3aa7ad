"""Measure reviews against the decisions of a conference; optionally make the reviews first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from scenarios.commands.batching import close_batch
from scenarios.commands.console import RUNS, Json, out, place, print_json, show_table
from scenarios.scenario import parse_overrides
from tools.atomic import write_bytes, write_json, write_text
from tools.errors import UserError

if TYPE_CHECKING:
    from scenarios.commands.bench_run import BenchmarkReviews
    from tools.reviewer_bench.benchmark import Benchmark
    from tools.reviewer_bench.papers import LeakReport

_REVIEWS = frozenset({".csv", ".tsv", ".tab", ".json", ".jsonl"})
_NONE = "none"


def bench_reviewer(
    ratings: Annotated[
        Path, typer.Option(help="TSV or CSV file: paper_id, decision, human scores in columns 0, 1, ...")
    ],
    reviews: Annotated[
        list[Path] | None,
        typer.Option(help="CSV, JSON or JSONL file: paper_id, Overall, Decision. Can be repeated."),
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="Folder of papers, paper_id.pdf: make their reviews first, or resume.")
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="With --run: scenario of the panel, a name or a file.")
    ] = "review_panel",
    models: Annotated[str, typer.Option(help="With --run: models config of the panel and its control.")] = "",
    budget: Annotated[
        float | None, typer.Option(help="With --run: limit of all reviews together in dollars.", min=0)
    ] = None,
    jobs: Annotated[int, typer.Option(help="With --run: number of papers at once.", min=1)] = 2,
    strip: Annotated[bool, typer.Option("--strip", help="With --run: remove text that reveals decisions.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="With --run: override key=value; phases.* applies to the panel only."),
    ] = None,
    control: Annotated[
        str,
        typer.Option(
            help="Reviews made with one plain prompt, the baseline of a panel: a file; with --run a scenario, or none "
            "[default: one_prompt_review]."
        ),
    ] = "",
    threshold: Annotated[float, typer.Option(help="Accept if Overall is at least this.")] = 6.0,
    human_threshold: Annotated[float, typer.Option(help="The same for a random human reviewer.")] = 6.0,
    papers: Annotated[
        Path | None, typer.Option(help="Folder of the papers, paper_id.pdf or .txt: measure what leaks predict.")
    ] = None,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for report, plot and numbers [default with --run: runs/bench-FOLDER]."),
    ] = None,
    resamples: Annotated[int, typer.Option(help="Number of bootstrap resamples.", min=100)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.", min=0, show_default=False)] = 0,
    json_output: Json = False,
) -> None:
    """Measure reviews against the decisions and scores of a conference, with baselines, and compare every pair of files.

    With --run, make the reviews first, including a one-prompt control.
    """
    # imported here because these take seconds to load
    from tools.reviewer_bench.benchmark import run_benchmark

    if out_folder and out_folder.exists() and not out_folder.is_dir():
        raise UserError(f"--out {out_folder}: not a folder")
    control_file = _control_file(control, run)
    made = None
    if run:
        from scenarios.commands.bench_run import CONTROL, make_reviews

        out_folder = out_folder or RUNS / f"bench-{run.resolve().name}"
        overrides: dict[str, object] = ({"models": models} if models else {}) | (
            {"reading.strip": True} if strip else {}
        )
        overrides |= parse_overrides(settings or [])
        by = "" if control_file or control == _NONE else control or CONTROL
        dollars = budget
        made = make_reviews(run, ratings, scenario, by, overrides, out_folder, jobs, dollars)
        control_file = made.control or control_file
    elif models or strip or settings or budget is not None:
        raise UserError(
            "--models, --budget, --strip and --set require --run FOLDER, since they apply to reviews made by this command"
        )
    elif not reviews:
        raise UserError("nothing to measure: give a file of reviews with --reviews, or a folder of papers with --run")
    all_reviews = [*(reviews or []), *([made.reviews] if made else [])]
    benchmark = run_benchmark(ratings, all_reviews, control_file, threshold, human_threshold, seed, resamples)
    leaks = _leaks(papers, made, run, ratings, seed, resamples)
    if out_folder:
        _write(benchmark, leaks, made.origin if made else "", out_folder)
    if json_output:
        from tools.reviewer_bench.report import as_json

        print_json(as_json(benchmark, leaks))
    else:
        _show(benchmark, leaks)
        if out_folder:
            _show_files(out_folder)
        else:
            out.print("\nUse --out FOLDER for all thresholds, scores, pairs and a plot.", highlight=False)
    if made:
        close_batch(made.jobs)


def _control_file(control: str, run: Path | None) -> Path | None:
    if Path(control).suffix.lower() in _REVIEWS:
        return Path(control)
    if control and control != _NONE and not run:
        raise UserError(
            f"--control {control}: without --run it must be a file of reviews ({', '.join(sorted(_REVIEWS))}); "
            "a scenario requires --run FOLDER"
        )
    return None


def _leaks(
    papers: Path | None, made: BenchmarkReviews | None, run: Path | None, ratings: Path, seed: int, resamples: int
) -> LeakReport | None:
    """Measure what leaks predict of the papers in `--papers`, or else of the papers reviewed by this command."""
    folder = papers or run
    if not folder:
        return None
    from tools.reviewer_bench.papers import report_leaks
    from tools.reviewer_bench.ratings import read_ratings

    files = made.files if made and not papers else None
    return report_leaks(folder, read_ratings(ratings), seed, resamples, files)


def _write(benchmark: Benchmark, leaks: LeakReport | None, origin: str, folder: Path) -> None:
    """Write all files, after all of them have been made."""
    from tools.reviewer_bench.plot import draw, rendered
    from tools.reviewer_bench.report import as_json, as_markdown

    figure = draw(benchmark)
    images = {f"curves.{kind}": rendered(figure, kind) for kind in ("png", "pdf")}
    report, numbers = as_markdown(benchmark, leaks, origin), as_json(benchmark, leaks)
    try:
        for name, data in images.items():
            write_bytes(folder / name, data)
        if leaks:
            from tools.reviewer_bench.papers import leaks_as_csv

            write_text(folder / "leaks.csv", leaks_as_csv(leaks))
        write_json(folder / "numbers.json", numbers)
        write_text(folder / "report.md", report)
    except OSError as error:
        raise UserError(f"--out {folder}: cannot write to this folder: {error.strerror}") from None


def _show(benchmark: Benchmark, leaks: LeakReport | None) -> None:
    from tools.reviewer_bench.report import NO_CONTROL, summary_rows

    columns = {
        "balanced_accuracy": "bal. acc.", "accuracy": "acc.", "f1": "F1", "auc_decision": "AUC", "fpr": "FPR", "fnr": "FNR",
    }  # fmt: skip
    table = Table(Column("reviewer", overflow="fold"), "accepts by", "papers", *columns.values(), box=None)
    for name, row in summary_rows(benchmark):
        values = [row.metrics[metric].value for metric in columns]
        table.add_row(name, row.rule, str(row.papers), *("–" if v is None else f"{v:.2f}" for v in values))
    show_table(table)
    if not benchmark.control:
        out.print(f"\n[yellow]{NO_CONTROL.replace('`', '')}[/yellow]", highlight=False, soft_wrap=True)
    for power in leaks.as_given if leaks else ():
        if power.leak == "all together" and (found := power.estimates["balanced_accuracy"].value) is not None:
            out.print(
                f"\nLeaks alone, without reading: balanced accuracy {found:.2f} on held-out papers.", highlight=False
            )


def _show_files(folder: Path) -> None:
    place("report", folder / "report.md")
    place("plot", folder / "curves.png")
    place("numbers", folder / "numbers.json")
    place("leaks", folder / "leaks.csv")
