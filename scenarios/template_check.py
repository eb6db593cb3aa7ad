"""Check a research template for its authors, before a scenario would find the problem hours later."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from agents.offline.project import EXPERIMENT, settings_of
from agents.offline.tunables import find_tunables
from scenarios.doctor import Check
from tools.errors import ToolError
from tools.evidence import BASELINE, RunRecord
from tools.experiments.configuration import configured_numbers
from tools.experiments.execution import load_ledger, run_once
from tools.experiments.template import SKELETON, Template, load_template
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.ideas import Idea
from tools.literature import build_literature
from tools.project import TEMPLATES
from tools.requirements import FILE
from tools.review import load_form
from tools.run_dir import RunDir
from tools.sandbox import Sandbox
from tools.temporary import TemporaryFolder
from tools.toolsets.context import ToolContext
from tools.toolsets.data import FigureFiles
from tools.toolsets.figures import FigureTools
from tools.user_files import read_user_text


async def check_template(template: Template, profile: str, sandbox: Sandbox) -> list[Check]:
    """Check a template's files, run its experiment unchanged, and draw its figures, in a workspace of its own.

    Raises:
        UserError: there is no such profile.
    """
    checks = list(_files(template, template.profile(profile).args))
    if missing := missing_imports(template):
        named = ", ".join(missing)
        packages = [_PACKAGES.get(module, module) for module in missing]
        install = f"python -m pip install {' '.join(packages)}"
        remedy = f"Run: {install} (a package can have another name than its module; see its documentation); list it in {FILE}"
        return [*checks, Check("Imports", False, f"not installed: {named}", remedy)]
    with TemporaryFolder("check") as folder:
        context = await _context(template, profile, sandbox, folder)
        record = await run_once(context, BASELINE, 1, "the template as it is")
        checks += _run(template, context, record)
        ledger = load_ledger(context)
        ledger.record(record)
        ledger.save(context.ledger_file)
        if record.status == "completed" and (context.workspace.work / "plot.py").is_file():
            checks.append(await _plot(context))
    return checks


def _files(template: Template, pinned: Collection[str]) -> Iterator[Check]:
    folder = template.folder
    source = read_user_text(folder / "experiment.py")
    yield _settings(template, source, pinned)
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


def _settings(template: Template, source: str, pinned: Collection[str]) -> Check:
    """Return what a study can vary, by the rules of the offline researcher."""
    configured = configured_numbers(template.folder)
    every = {setting.name for setting in [*settings_of(EXPERIMENT, source), *configured]}
    if unknown := [name for name in (*template.tunable, *template.fixed) if name not in every]:
        return Check("Settings", False, f"template.yaml names settings that no file has: {', '.join(unknown)}")
    found = find_tunables(source, pinned, template.tunable, template.fixed, configured)
    names = [s.name if s.file == EXPERIMENT else f"{s.name} ({s.file})" for s in found]
    if names:
        return Check("Settings", True, f"{len(names)} that can be varied: {', '.join(names[:8])}")
    told = "neither experiment.py nor a configuration file has a number that a study could vary"
    remedy = "Write settings as constants or as options with defaults, or name some under `tunable` in template.yaml"
    return Check("Settings", False, told, remedy)


_PACKAGES = {
    "Bio": "biopython",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "mace": "mace-torch",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Module -> the package that has it, where another package has the module's name or none has."""


def missing_imports(template: Template) -> list[str]:
    """Return the modules that a template imports and that neither it, Python nor an installed package has."""
    wanted: set[str] = set()
    for path in (path for path in template.files() if path.suffix == ".py"):
        try:
            tree = ast.parse((template.folder / path).read_bytes())
        except (SyntaxError, ValueError):
            continue
        guarded = {id(node) for attempt in ast.walk(tree) if isinstance(attempt, ast.Try) for node in ast.walk(attempt)}
        for node in ast.walk(tree):
            if id(node) not in guarded and isinstance(node, ast.Import):
                wanted |= {alias.name.partition(".")[0] for alias in node.names}
            elif id(node) not in guarded and isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted.add(node.module.partition(".")[0])
    own = {part for path in template.files() for part in (path.stem, *path.parts)}
    return sorted(name for name in wanted - own if importlib.util.find_spec(name) is None)


_REMEDIES = (
    (r"No module named '([^'.]+)", "Install {0} (python -m pip install {0}), and list it in requirements.txt"),
    (r"No such file or directory: '([^']+)'", "Put {0} into the template's folder; relative paths start there"),
    (
        r"(?i)(cuda|nvidia driver|\bgpu\b)",
        "It asks for a GPU: give the profile `gpus: 1`, or let the code choose the device",
    ),
)
"""What the output of a failed run contains, and what to do."""


def _remedy(reason: str) -> str:
    for pattern, remedy in _REMEDIES:
        if match := re.search(pattern, reason):
            return remedy.format(match[1])
    return "Fix experiment.py, then check again"


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
        yield Check("Run", False, f"{BASELINE} {record.status}: {record.reason}", _remedy(record.reason))
        return
    datasets = {dataset: sorted(metrics) for dataset, metrics in record.values.items()}
    seeds = min(max(map(len, metrics.values())) for metrics in record.values.values())  # a cost is measured once
    yield Check("Run", True, f"{seconds:.1f} s of {limit:g} s; {len(datasets)} datasets, {seeds} values a metric")
    if record.left_out:
        yield Check("Results", True, f"left out, as they are no numbers: {', '.join(record.left_out[:8])}")
    if record.implausible:
        yield Check("Plausibility", True, "; ".join(map(str, record.implausible)))
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
