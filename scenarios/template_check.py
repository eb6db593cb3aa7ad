"""Check a research template for its authors, before a scenario would find the problem hours later."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scenarios.doctor import Check
from tools.errors import ToolError
from tools.evidence import BASELINE, RunRecord
from tools.experiments.execution import load_ledger, run_once
from tools.experiments.settings import read_settings
from tools.experiments.template import SKELETON, Template, load_template
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.ideas import Idea
from tools.literature import build_literature
from tools.project import TEMPLATES
from tools.review import load_form
from tools.run_dir import RunDir
from tools.sandbox import Sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.data import FigureFiles
from tools.toolsets.figures import FigureTools


async def check_template(template: Template, profile: str, sandbox: Sandbox) -> list[Check]:
    """Check a template's files, run its experiment unchanged, and draw its figures, in a workspace of its own.

    Raises:
        UserError: there is no such profile.
    """
    checks = list(_files(template))
    with tempfile.TemporaryDirectory(prefix="colloquium-check-") as name:
        context = await _context(template, profile, sandbox, Path(name))
        record = await run_once(context, BASELINE, 1, "the template as it is")
        checks += _run(template, context, record)
        ledger = load_ledger(context)
        ledger.record(record)
        ledger.save(context.ledger_file)
        if record.status == "completed" and (context.workspace.work / "plot.py").is_file():
            checks.append(await _plot(context))
    return checks


def _files(template: Template) -> Iterator[Check]:
    folder = template.folder
    source = (folder / "experiment.py").read_text(encoding="utf-8")
    settings = [setting.name for setting in read_settings(source)]
    yield Check(
        "Settings",
        bool(settings),
        f"{len(settings)} in experiment.py that can be varied: {', '.join(settings[:8])}" if settings else "none found",
        "Write settings as constants or as options with defaults, so that one can be varied by an edit",
    )
    yield Check(
        "--out_dir", "out_dir" in source, "experiment.py takes it", "experiment.py has to accept --out_dir=run_i"
    )
    wrong = [str(idea.get("Name", "?")) for idea in template.seed_ideas if not _is_idea(idea)]
    told = f"not of the usual form: {', '.join(wrong)}" if wrong else f"{len(template.seed_ideas)} in seed_ideas.json"
    yield Check(
        "Seed ideas", not wrong, told, "Each needs Name, Title, Experiment, Interestingness, Feasibility, Novelty"
    )
    if placeholders := placeholders_of(template):
        yield Check("Words", True, f"still those of a new template, and papers print them: {', '.join(placeholders)}")
    if template.metrics:
        yield Check("Metrics", True, f"primary {template.primary_metric}; {', '.join(template.metrics)}")
    else:
        yield Check(
            "Metrics",
            True,
            "none are declared, so nothing is said to be better or worse; see docs/reference/template.md",
        )


def placeholders_of(template: Template) -> list[str]:
    """Return the texts that are still those of a newly created template."""
    made = load_template(str(TEMPLATES / SKELETON), TEMPLATES)
    texts = ("title", "field", "description", "task_description")
    return [name for name in texts if template.folder != made.folder and getattr(template, name) == getattr(made, name)]


def _is_idea(idea: dict[str, object]) -> bool:
    try:
        Idea.model_validate_json(json.dumps(idea))
    except ValueError:
        return False
    return True


def _run(template: Template, context: IdeaContext, record: RunRecord) -> Iterator[Check]:
    seconds, limit = record.usage.get("wall_seconds", 0.0), context.profile.time_limit
    if record.status != "completed":
        yield Check(
            "Run", False, f"{BASELINE} {record.status}: {record.reason}", "Mend experiment.py, then check again"
        )
        return
    datasets = {dataset: sorted(metrics) for dataset, metrics in record.values.items()}
    seeds = min(max(map(len, metrics.values())) for metrics in record.values.values())  # a cost is measured once
    yield Check("Run", True, f"{seconds:.1f} s of {limit:g} s; {len(datasets)} datasets, {seeds} values a metric")
    if seconds > limit / 2:
        yield Check("Time", False, "a run takes over half of its time limit", "Raise time_limit, or do less work")
    found = {metric for metrics in datasets.values() for metric in metrics}
    unknown, absent = sorted(found - set(template.metrics)), sorted(set(template.metrics) - found)
    if template.metrics and (unknown or absent):
        told = [f"not declared: {', '.join(unknown)}"] if unknown else []
        told += [f"declared, not measured: {', '.join(absent)}"] if absent else []
        yield Check(
            "Metrics measured", False, "; ".join(told), "Make `metrics` in template.yaml and final_info.json agree"
        )
    if seeds < 2:
        yield Check(
            "Seeds", True, "one value a metric: the papers can test nothing; give final_info_dict several seeds"
        )


async def _plot(context: IdeaContext) -> Check:
    try:
        drawn = await FigureTools(ToolContext(context, "plotter")).run_plot()
    except ToolError as error:
        return Check("Plot", False, str(error), "Mend plot.py, then check again")
    figures = drawn.data.files if isinstance(drawn.data, FigureFiles) else ()
    return Check("Plot", True, f"{len(figures)} figures")


async def _context(template: Template, profile: str, sandbox: Sandbox, place: Path) -> IdeaContext:
    return IdeaContext(
        template=template,
        profile=template.profile(profile),
        profile_name=profile or template.default_profile,
        workspace=await Workspace.create(place / "work", template),
        sandbox=sandbox,
        literature=build_literature([], bib_files=[], cache=place / "cache"),
        form=load_form("neurips"),
        archive=RunDir(place).archive_file,
        proposal=place / "proposal.json",
        run_id="check",
    )
