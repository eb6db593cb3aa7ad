"""Experiments that cheat: what they touched is put back, the row says so, and nothing of theirs is a result."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tools.errors import ToolError, UserError
from tools.experiments.execution import load_ledger, run_once
from tools.experiments.integrity import shadows
from tools.experiments.template import load_template
from tools.experiments.workspace import Workspace
from tools.gate.checks import run_gate
from tools.idea_context import IdeaContext
from tools.literature import Bibliography, build_literature
from tools.review import load_form
from tools.sandbox import Sandbox, open_sandbox
from tools.toolsets.context import ToolContext
from tools.toolsets.data import CompletedRun
from tools.toolsets.experiments import ExperimentTools
from tools.toolsets.figures import FigureTools
from tools.toolsets.files import FileTools

pytestmark = pytest.mark.slow
EVALUATION = "def loss(x):\n    return x * x\n"
SETUP = "import json, os, shutil, time\nfrom pathlib import Path\n"
CHEATS = {
    "rewrites the evaluation": ("Path('evaluation.py').write_text('lie')", "evaluation.py"),
    "rewrites the experiment": ("Path('experiment.py').write_text('lie')", "experiment.py"),
    "rewrites the baseline": ("Path('run_0/final_info.json').write_text('{}')", "run_0/final_info.json"),
    "adds to the baseline": ("Path('run_0/more').write_text('{}')", "run_0/more"),
    "puts a package before the evaluation": (
        "os.makedirs('evaluation'); Path('evaluation/__init__.py').write_text('')", "evaluation",
    ),
    "writes a run that never was": ("shutil.copytree('run_0', 'run_4')", "run_4"),
    "copies the baseline": ("shutil.rmtree('run_1', True); shutil.copytree('run_0', 'run_1')", "its date is"),
    "dates its result in the future": ("os.utime('run_1/final_info.json', (2**40, 2**40))", "its date is"),
    "links to the baseline": (
        "os.unlink('run_1/final_info.json'); os.symlink('../run_0/final_info.json', 'run_1/final_info.json')",
        "symbolic link",
    ),
    "links its whole folder": ("shutil.rmtree('run_1'); os.symlink('run_0', 'run_1')", "symbolic link"),
    "links to a file of the host": (
        "os.unlink('run_1/final_info.json'); os.symlink('/etc/passwd', 'run_1/final_info.json')", "link that leads outside",
    ),
    "makes its result a FIFO": ("os.unlink('run_1/final_info.json'); os.mkfifo('run_1/final_info.json')", "FIFO"),
    "gives a file a second name": ("os.link('run_1/final_info.json', 'again.bin')", "hard link"),
}  # fmt: skip
MESSES = {
    "attributes that git obeys": "Path('.gitattributes').write_text('*.json working-tree-encoding=UTF-16')",
    "a name that git takes for a repository": "Path('.GIT').write_text('')",
    "a name that Windows takes for one": "Path('git~1').write_text('')",
    "a repository with a blank": "os.makedirs('.git /hooks')",
    "a linked .gitmodules": "os.symlink('run_0', '.gitmodules')",
    "a name that is no text": "open(b'\\xff', 'wb').truncate(30 << 20)",
    "a name with a line break": "open('a\\nb', 'wb').truncate(30 << 20)",
    "a FIFO with a name that is no text": "os.mkfifo(b'\\xff')",
    "a folder named like a module": "os.mkdir('module.py')",
}
BOMBS = {
    "a name that is no text": ("json.dumps({'\\ud800': {'means': {'final_loss': 1}}})", "printable"),
    "a name without end": ("json.dumps({'flat': {'means': {'x' * 100000: 1}}})", "at most 80"),
    "results without end": (
        "json.dumps({'flat': {'means': {str(n): 1 for n in range(5000)}}})", "at most 1000 are read",
    ),
    "seeds without end": (
        "json.dumps({'flat': {'means': {'a': 1}, 'final_info_dict': {'a': [1] * 20000}}})", "at most 10000 seeds",
    ),
    "nan": ("'{\"flat\": {\"means\": {\"final_loss\": NaN}}}'", "NaN is not a number"),
    "a key twice": ("'{\"flat\": {\"means\": {\"final_loss\": 1}}, \"flat\": {}}'", "twice in one object"),
    "deep": ("'[' * 100000", "nested deeper"),
    "huge": ("'[' + '1,' * 2000000 + '1]'", "at most 2000000"),
    "a number too large": ("'{\"flat\": {\"means\": {\"final_loss\": 1e999}}}'", "does not fit"),
    "digits without end": ("'{\"flat\": {\"means\": {\"final_loss\": ' + '9' * 10000 + '}}}'", "does not fit"),
    "means that are not the means": (
        "json.dumps({'flat': {'means': {'final_loss': 0.1}, 'final_info_dict': {'final_loss': [0.5, 0.7]}}})", "not the mean",
    ),
}  # fmt: skip


async def context_in(folder: Path, sandbox: Sandbox) -> IdeaContext:
    loaded = load_template(str(folder / "descent"), folder)
    return IdeaContext(
        template=loaded, profile=loaded.profile(""), profile_name="", sandbox=sandbox,
        workspace=await Workspace.create(folder / "idea", loaded), form=load_form("neurips"),
        literature=build_literature([], bib_files=[], cache=folder / "cache"),
        archive=folder / "ideas.json", proposal=folder / "proposal.json",
    )  # fmt: skip


@pytest.fixture(scope="module")
async def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose baseline is run. It is not to be changed."""
    folder = tmp_path_factory.mktemp("study")
    template = write_foreign_template(folder / "descent", EXPERIMENT, evaluation__py=EVALUATION)
    (template / "template.yaml").write_text("protected: [evaluation.py]\n", encoding="utf-8")
    context = await context_in(folder, await open_sandbox("none"))
    ledger = load_ledger(context)
    ledger.record(await run_once(context, "run_0", 1, "the baseline"))
    ledger.save(context.ledger_file)
    await context.workspace.save("run_0")
    assert ledger.baseline
    return folder


@pytest.fixture
async def context(tmp_path: Path, baseline: Path) -> IdeaContext:
    shutil.copytree(baseline, tmp_path, dirs_exist_ok=True)
    return await context_in(tmp_path, await open_sandbox("none"))


async def cheat(context: IdeaContext, program: str) -> str:
    """Let run_1 do its work and then cheat; answers what the agent is told."""
    guarded = f"try:\n    {program}\nexcept OSError as error:\n    print('refused', error)\n"
    (context.workspace.work / "experiment.py").write_text(EXPERIMENT + SETUP + guarded, encoding="utf-8")
    try:
        return (await ExperimentTools(ToolContext(context, "coder")).run_experiment("a cheat")).text
    except ToolError as error:
        return str(error)


@pytest.mark.parametrize(("program", "told"), CHEATS.values(), ids=CHEATS)
async def test_a_run_that_tampers_is_a_row_without_results(context: IdeaContext, program: str, told: str) -> None:
    work = context.workspace.work
    baseline = (work / "run_0" / "final_info.json").read_bytes()
    answer = await cheat(context, program)
    assert "attempt 1, does not count" in answer and told in answer, answer

    ledger = load_ledger(context)
    assert [run.status for run in ledger.runs] == ["completed", "tampered"]
    assert told in ledger.runs[1].reason and not ledger.runs[1].values
    assert ledger.runs[1].usage["wall_seconds"] > 0
    with pytest.raises(ToolError, match="run_1 tampered"):
        ledger.result("run_1/flat/final_loss")
    assert not [address for address in ledger.addresses() if address.startswith("run_1/")]
    noted = next(
        c for c in run_gate(context.workspace.paper, ledger, Bibliography(context.archive)).checks if c.name == "runs"
    )
    assert noted.verdict == "pass" and told in noted.findings[0].reason

    assert (work / "evaluation.py").read_text(encoding="utf-8") == EVALUATION
    assert (work / "run_0" / "final_info.json").read_bytes() == baseline
    assert sorted(path.name for path in work.glob("run_*")) == ["run_0"] and len(list((work / "run_0").iterdir())) == 1
    assert shadows(work, ["evaluation.py"]) == []
    with pytest.raises(ToolError, match="the same as in attempt 1 of run_1"):
        await ExperimentTools(ToolContext(context, "coder")).run_experiment("once more")


async def test_after_a_run_that_tampered_the_study_goes_on(context: IdeaContext) -> None:
    assert "does not count" in await cheat(context, "Path('evaluation.py').write_text('lie')")
    assert "run_1 completed" in await cheat(context, "pass")
    assert [(run.attempt, run.status) for run in load_ledger(context).runs[1:]] == [(1, "tampered"), (2, "completed")]


@pytest.mark.parametrize(("content", "told"), BOMBS.values(), ids=BOMBS)
async def test_a_result_that_is_none_fails_its_run(context: IdeaContext, content: str, told: str) -> None:
    answer = await cheat(context, f"Path('run_1/final_info.json').write_text({content})")
    assert "attempt 1, failed" in answer and told in answer, answer
    assert [run.status for run in load_ledger(context).runs] == ["completed", "failed"] and len(answer) < 2000


@pytest.mark.parametrize("program", MESSES.values(), ids=MESSES)
async def test_what_a_run_leaves_does_not_stop_the_study(context: IdeaContext, program: str) -> None:
    assert "run_1 completed" in await cheat(context, program)
    await FileTools(ToolContext(context, "coder")).list_files()
    assert "run_2 completed" in await cheat(context, "print('another')")
    assert [run.status for run in load_ledger(context).runs] == ["completed"] * 3


async def test_in_a_sandbox_the_evaluation_the_sources_and_earlier_results_are_read_only(context: IdeaContext) -> None:
    try:
        context = replace(context, sandbox=await open_sandbox("bubblewrap"))
    except UserError as error:
        pytest.skip(str(error))
    files = [
        "evaluation.py",
        "experiment.py",
        "run_0/final_info.json",
        "../results.json",
        "../journal.jsonl",
        "../gate.json",
    ]
    tries = "; ".join(f"tried({name!r})" for name in files)
    definition = (
        "def tried(name):\n    try: open(name, 'a').close()\n    except OSError as error: print('refused', name)\n"
        "    else: raise SystemExit(name + ' is writable')\n"
    )
    (context.workspace.work / "experiment.py").write_text(EXPERIMENT + definition + tries, encoding="utf-8")
    done = await ExperimentTools(ToolContext(context, "coder")).run_experiment("tries to write")
    assert done.data == CompletedRun(run="run_1")
    log = (context.workspace.root / "logs" / "run_1_attempt_1.txt").read_text(encoding="utf-8")
    assert log.count("refused") == len(files)


async def test_a_drawing_that_changes_results_draws_nothing(context: IdeaContext) -> None:
    result = context.workspace.work / "run_0" / "final_info.json"
    before = result.read_bytes()
    (context.workspace.work / "plot.py").write_text("open('run_0/final_info.json', 'w').close()", encoding="utf-8")
    await context.workspace.save("plot.py")
    with pytest.raises(ToolError, match=r"run_0/final_info\.json"):
        await FigureTools(ToolContext(context, "plotter")).run_plot()
    assert result.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("evaluation.py", "the same for every run"),
        ("./x/../evaluation.py", "the same for every run"),
        ("evaluation/__init__.py", "in place of evaluation.py"),
        ("run_0/final_info.json", "only experiments write results"),
        ("run_3/final_info.json", "only experiments write results"),
        ("HEAD", "git would obey it"),
        (".gitattributes", "git would obey it"),
        ("data/.envrc", "would obey it"),
        ("sitecustomize.py", "Python would obey it"),
        ("numpy.py", "in place of numpy"),
        ("json/__init__.py", "in place of json"),
        ("n" * 250, "too long"),
        ("a\nb", "unprintable"),
        ("experiment.py/x.py", "below a file"),
    ],
)
async def test_an_agent_may_not_write_what_is_fixed(context: IdeaContext, file: str, told: str) -> None:
    with pytest.raises(ToolError, match=told):
        await FileTools(ToolContext(context, "coder")).write_file(file, "x = 1\n")
