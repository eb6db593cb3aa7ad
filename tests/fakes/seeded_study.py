"""The foreign template with a seed, and an idea on it with completed runs."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tools.experiments.execution import load_ledger, run_baseline
from tools.experiments.template import load_template
from tools.experiments.workspace import Workspace
from tools.idea_context import IdeaContext
from tools.literature import build_literature
from tools.review import load_form
from tools.sandbox import open_sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.experiments import ExperimentTools

TEMPLATE = """
metrics: {final_loss: {goal: min}}
seed_argument: seed
"""
SEEDED = EXPERIMENT.replace(
    "out_dir = Path(parser.parse_args().out_dir)",
    'parser.add_argument("--seed", type=int, default=0)\nargs = parser.parse_args()\nout_dir = Path(args.out_dir)',
).replace("range(NUM_SEEDS)]", "range(args.seed, args.seed + NUM_SEEDS)]")


async def idea_with_runs(place: Path, step_sizes: tuple[float, ...], settings: str = TEMPLATE) -> IdeaContext:
    """Return an idea whose baseline and runs, one for each step size, are completed."""
    folder = write_foreign_template(place / "descent", SEEDED if "seed" in settings else EXPERIMENT)
    (folder / "template.yaml").write_text(settings, encoding="utf-8")
    template = load_template(str(folder), place)
    idea = IdeaContext(
        template=template, profile=template.profile(""), profile_name="",
        workspace=await Workspace.create(place / "idea", template), sandbox=await open_sandbox("none"),
        literature=build_literature([], bib_files=[], cache=place / "cache"), form=load_form("neurips"),
        archive=place / "ideas.json", proposal=place / "proposal.json",
    )  # fmt: skip
    ledger = load_ledger(idea)
    ledger.record(await run_baseline(idea, 1))
    ledger.save(idea.ledger_file)
    for step_size in step_sizes:
        use(idea, step_size)
        await ExperimentTools(ToolContext(idea, "coder")).run_experiment(f"step size {step_size}")
    return idea


def use(idea: IdeaContext, step_size: float) -> None:
    code = SEEDED if idea.template.seed_argument else EXPERIMENT
    (idea.workspace.work / "experiment.py").write_text(code.replace("= 0.1\n", f"= {step_size}\n"), encoding="utf-8")
