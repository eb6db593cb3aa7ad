"""The command `bench-evidence`: how many seeded false and honest statements the gate judges rightly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from scenarios.commands.console import RUNS, Runs, out, place, show_table
from tools.atomic import write_json, write_text
from tools.errors import UserError
from tools.experiments.template import load_template
from tools.project import TEMPLATES
from tools.run_dir import find_run


def bench_evidence(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Finished runs: folders, (parts of) names, or last.", metavar="[RUN]...")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="Folder with cases.json and base/: try its cases too, or alone.")
    ] = None,
    template: Annotated[str, typer.Option(help="With --cases: the template of base/.")] = "diffusion_2d",
    each: Annotated[int, typer.Option(help="Cases of each kind and paper.", min=1)] = 6,
    kinds: Annotated[str, typer.Option(help="Only kinds whose name contains this.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of the choices.", min=0)] = 0,
    together: Annotated[
        int,
        typer.Option(
            help="So many cases of a section share a gate; 1 tries each alone, for many times the time.", min=1
        ),
    ] = 30,
    pdf: Annotated[bool, typer.Option("--pdf", help="Compile every changed paper: all checks, minutes more.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    show_wrong: Annotated[bool, typer.Option("--wrong", help="Print every case that was judged wrongly.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--report", help="Folder for report.md, wrong.md and numbers.json.")
    ] = None,
    min_recall: Annotated[
        float, typer.Option(help="Exit code 1 below this recall over kinds that code decides.", min=0, max=1)
    ] = 0.0,
    max_false_blocks: Annotated[
        float, typer.Option(help="Exit code 1 above this part of honest sentences withheld.", min=0, max=1)
    ] = 1.0,
    out_folder: Runs = RUNS,
) -> None:
    """Seed false and honest statements in finished papers, run the gate on each, and measure recall and false blocks."""
    # imported here because these take seconds to load
    from tools.evidence_bench.bench import compile_case, try_cases
    from tools.evidence_bench.case_files import read_case_folder
    from tools.evidence_bench.kinds import read_kinds, seed_cases
    from tools.evidence_bench.report import as_json as report_as_json
    from tools.evidence_bench.report import as_markdown, totals_in_words, wrong_cases
    from tools.evidence_bench.scores import score, total
    from tools.evidence_bench.subject import read_subjects

    chosen = [kind for kind in read_kinds() if kinds in kind.name]
    if not chosen and not cases:
        raise UserError(f"--kinds {kinds}: no kind contains this; known: {', '.join(k.name for k in read_kinds())}")
    work = []
    for name in runs or ([] if cases else ["last"]):
        for subject in read_subjects(find_run(name, out_folder)):
            work.append((subject, seed_cases(subject.facts, chosen, each, seed)))
    if cases:
        subject, given = read_case_folder(cases, load_template(template, TEMPLATES))
        work.append((subject, [case for case in given if kinds in case.kind]))
    done = []
    with Progress(console=out, transient=True, disable=as_json) as progress:
        for subject, made in work:
            bar = progress.add_task(subject.name, total=len(made))
            found = try_cases(
                subject,
                made,
                jobs=jobs,
                together=1 if pdf else together,
                compile_paper=compile_case if pdf else None,
                done=lambda count, bar=bar: progress.update(bar, completed=count),  # type: ignore[misc]
            )
            done.append(found)
    scores = score(answer for run in done for answer in run.judged)
    totals = total(scores)
    if folder:
        write_text(folder / "report.md", as_markdown(done))
        write_text(folder / "wrong.md", wrong_cases(done))
        write_json(folder / "numbers.json", report_as_json(done))
    if as_json:
        typer.echo(json.dumps(report_as_json(done), indent=2, ensure_ascii=False))
    else:
        table = Table("kind", "cases", "withheld", "other reason", "unverified", "passed", box=None)
        for row in scores:
            counts = (row.cases, row.withheld, row.other_reason, row.unverified, row.passed)
            table.add_row(f"honest: {row.kind}" if row.honest else row.kind, *map(str, counts))
        show_table(table)
        if show_wrong:
            typer.echo(wrong_cases(done))
        for line in totals_in_words(totals):
            out.print(line, highlight=False, soft_wrap=True)
    if folder and not as_json:
        for file in ("report.md", "wrong.md", "numbers.json"):
            place(file.partition(".")[0], folder / file)
    if (totals.by_code is not None and totals.by_code < min_recall) or (totals.false_blocks or 0.0) > max_false_blocks:
        raise typer.Exit(1)
