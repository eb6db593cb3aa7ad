"""What comes with Colloquium: scenarios and templates."""

from __future__ import annotations

from rich.table import Table

from scenarios.commands.console import out
from scenarios.plan import ROOT
from scenarios.scenario import FOLDER as SCENARIOS
from scenarios.scenario import load_scenario
from tools.template import load_template, template_names


def scenarios() -> None:
    """List the scenarios that come with Colloquium."""
    table = Table("scenario", "description", "phases", box=None)
    for path in sorted(SCENARIOS.glob("*.yaml")):
        scenario = load_scenario(path)
        table.add_row(path.stem, scenario.description, ", ".join(spec.phase for spec in scenario.phases))
    out.print(table)


def templates() -> None:
    """List the research templates that come with Colloquium."""
    table = Table("template", "title", "profiles", "metrics", box=None)
    for name in template_names(ROOT / "templates"):
        template = load_template(name, ROOT / "templates")
        table.add_row(name, template.title, ", ".join(template.profiles), ", ".join(template.metrics))
    out.print(table)
