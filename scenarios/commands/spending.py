"""Commands `cost` and `estimate`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from scenarios.commands.console import RUNS, Json, Runs, out, print_json, show_table, warn_of_damage
from scenarios.estimate import Forecast, forecast, usage_by_phase
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import find_scenario, load_scenario, parse_overrides
from scenarios.views.cost import CostRow, cost_rows, merged, total
from tools.run_dir import find_runs, list_runs


def cost(
    run: Annotated[
        str, typer.Argument(help="Run folder, (part of) its name, last, or the folder of a batch.")
    ] = "last",
    as_json: Json = False,
    out_folder: Runs = RUNS,
) -> None:
    """Show the cost of a run or a batch by phase, role and model, with and without caching."""
    runs = find_runs(run, out_folder)
    for found in runs:
        warn_of_damage(found)
    rows = merged(row for found in runs for row in cost_rows(found))
    if as_json:
        print_json({"runs": list(runs), "rows": rows, "total": total(rows)})
        return
    table = _table("calls", "failed", "prompt", "cached", "answers", "cost", "uncached")
    for row in [*rows, total(rows)]:
        table.add_row(*map(escape, _cells(row)), style="bold" if row.phase == "total" else "")
    show_table(table, optional=("uncached", "failed", "cached", "answers", "prompt"))
    if len(runs) > 1:
        out.print(f"\nOver {len(runs)} runs. Tokens in thousands (k).", highlight=False)


def estimate(
    scenario: Annotated[str, typer.Argument(help="Scenario: a name or a file, like paper.")],
    template: Annotated[str, typer.Option(help="Research template: a name or a folder.")] = "",
    models: Annotated[str, typer.Option(help="Models config: a name in configs/models/ or a file.")] = "",
    ideas: Annotated[int | None, typer.Option(help="Number of ideas.", min=1)] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="Override a scenario key: key=value.")] = None,
    as_json: Json = False,
    out_folder: Runs = RUNS,
) -> None:
    """Predict the cost of a scenario from your finished runs and the scenario's turn limits."""
    given = {"template": template, "models": models, "ideas": ideas}
    overrides = {key: value for key, value in given.items() if value} | parse_overrides(settings or [])
    resolved = resolve_scenario(load_scenario(find_scenario(scenario), overrides))
    runs = {run: used for run in list_runs(out_folder) if (used := usage_by_phase(run))}
    lines = forecast(resolved, runs.values())
    if as_json:
        print_json({"runs": list(runs), "rows": lines, "budget_dollars": resolved.scenario.budget.dollars})
        return
    table = _table("calls", "prompts", "answers", "as usual", "at most")
    for line in lines:
        table.add_row(
            line.phase + ("*" if line.assumed else ""), escape(line.role), escape(line.model), *_forecast_cells(line)
        )
    table.add_row("total", "", "", "", "", "", *_dollars(lines), style="bold")
    show_table(table, optional=("answers", "prompts", "calls"))
    out.print(
        f"\nFrom {len(runs)} run{'' if len(runs) == 1 else 's'} in {out_folder}, tokens in thousands (k), before any "
        'caching. "At most" is for phases that take every turn they may.',
        highlight=False,
    )
    if any(line.assumed for line in lines):
        out.print("* assumed: no run there has this role in this phase.", highlight=False)
    limit = resolved.scenario.budget.dollars
    out.print(
        f"The run pauses at its budget of ${limit:.2f}." if limit is not None else "The scenario sets no budget.",
        highlight=False,
    )


def _table(*numbers: str) -> Table:
    """Tokens in thousands, so that a line fits a terminal."""
    table = Table(box=None, pad_edge=False)
    table.add_column("phase", no_wrap=True)
    table.add_column("role", no_wrap=True)
    table.add_column("model", overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _thousands(tokens: float) -> str:
    return f"{tokens / 1000:,.1f}k"


def _cells(row: CostRow) -> list[str]:
    return [
        row.phase,
        row.role,
        row.model,
        f"{row.calls:,}",
        f"{row.failed:,}" if row.failed else "",
        _thousands(row.prompt_tokens),
        f"{row.cached_share:.0%}",
        _thousands(row.answer_tokens),
        f"${row.dollars:.2f}",
        f"${row.uncached_dollars:.2f}",
    ]


def _forecast_cells(line: Forecast) -> list[str]:
    return [
        f"{line.calls:,.0f}",
        _thousands(line.prompt_tokens),
        _thousands(line.answer_tokens),
        f"${line.dollars:.2f}",
        f"${line.most_dollars:.2f}",
    ]


def _dollars(lines: list[Forecast]) -> list[str]:
    return [f"${sum(line.dollars for line in lines):.2f}", f"${sum(line.most_dollars for line in lines):.2f}"]
