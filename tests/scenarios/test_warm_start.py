"""Beginning in the middle: with an idea, code, results or a draft of one's own, or with an earlier run's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import yaml

from agents.conversation.conversation import EndingKind
from agents.conversation.policies import says_done
from agents.journal import read_journal
from scenarios.warm_start import read_ideas
from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tools.errors import UserError
from tools.experiments.workspace import Workspace

IDEA = {
    "Name": "momentum_check",
    "Title": "Does momentum matter for descent?",
    "Experiment": "Change `momentum` and nothing else; refuted when no run differs from the baseline.",
    "Interestingness": 4,
    "Feasibility": 9,
    "Novelty": 3,
}


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Path]:
    """A template, an idea, and a scenario of three phases."""
    (tmp_path / "idea.json").write_text(json.dumps(IDEA), encoding="utf-8")
    scenario = {
        "template": str(write_foreign_template(tmp_path / "descent")),
        "sandbox": "bubblewrap",
        "run_quota": {"runs": 1},
        "phases": ["ideation", "experiments", "figures"],
    }
    (tmp_path / "short.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
    return {"scenario": tmp_path / "short.yaml", "idea": tmp_path / "idea.json", "runs": tmp_path / "runs"}


def ledger(root: Path) -> list[dict[str, object]]:
    return list(json.loads((root / "results.json").read_text(encoding="utf-8"))["runs"])


@pytest.mark.slow
def test_an_idea_of_ones_own_on_code_of_ones_own_then_figures_of_that_run(command, given, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "experiment.py").write_text(EXPERIMENT.replace("momentum = 0.5", "momentum = 0.3"), encoding="utf-8")
    done = command(
        "launch",
        given["scenario"],
        "--from",
        "experiments",
        "--idea",
        given["idea"],
        "--code",
        code,
        "--out",
        given["runs"],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    root = next(given["runs"].glob("*/ideas/momentum_check"))
    baseline, run = ledger(root)
    assert baseline["settings"]["experiment.momentum"] == 0.3 and run["settings"]["experiment.momentum"] == 0.15
    for path in (code / "experiment.py", given["idea"]):
        path.unlink()
    assert command("resume", root.parents[1]).returncode == 0, "the run keeps what it was given"

    done = command("launch", given["scenario"], "--from", "figures", "--run", "last", "--out", given["runs"])
    assert done.returncode == 0, done.stdout + done.stderr
    again = sorted(given["runs"].iterdir(), key=lambda run: (run / "scenario.yaml").stat().st_mtime_ns)[-1]
    assert ledger(again / "ideas" / "momentum_check") == [baseline, run], "results go on as they were"
    assert list((again / "ideas/momentum_check/paper/figures").glob("*.png"))
    settings = yaml.safe_load((again / "scenario.yaml").read_text(encoding="utf-8"))
    assert [phase["phase"] for phase in settings["phases"]] == ["figures"]


BREAKS = EXPERIMENT.replace("NUM_SEEDS = 4", "NUM_SEEDS = 4\nassert momentum == 0.5\n")


@pytest.mark.parametrize(
    ("experiment", "source", "turns"),
    [
        ("Think about descent in general.", EXPERIMENT, 2),
        ("Change `momentum` and nothing else.", BREAKS, 8),
    ],
    ids=["the idea names no setting", "every run fails"],
)
def test_offline_experiments_without_a_completed_run_end_soon_and_say_why(
    command, given, experiment: str, source: str, turns: int
) -> None:
    given["idea"].write_text(json.dumps({**IDEA, "Experiment": experiment, "Title": "Descent"}), encoding="utf-8")
    template = yaml.safe_load(given["scenario"].read_text(encoding="utf-8"))["template"]
    (Path(template) / "experiment.py").write_text(source, encoding="utf-8")
    done = command(
        "launch", given["scenario"], "--from", "experiments", "--idea", given["idea"], "--out", given["runs"]
    )
    assert done.returncode == 1, done.stdout + done.stderr
    [run] = given["runs"].iterdir()
    records = list(read_journal(run / "journal.jsonl"))
    said = [record.data for record in records if record.type == "turn"]
    [ending] = [record.data["kind"] for record in records if record.type == "phase"]
    assert ending == EndingKind.SILENCE and len(said) == turns
    assert [turn["speaker"] for turn in said[-2:]] == ["phd_student", "coder"]
    assert all(says_done(turn["text"]) for turn in said[-2:])
    assert "momentum" in said[-2]["text"], "the reason names the settings that could be, or were, varied"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A baseline and a run that were measured elsewhere."""
    for number, loss in enumerate((1.0, 0.5)):
        folder = tmp_path / "results" / f"run_{number}"
        folder.mkdir(parents=True)
        info = {
            "flat": {"means": {"final_loss": loss}, "final_info_dict": {"final_loss": [loss - 0.1, loss, loss + 0.1]}}
        }
        (folder / "final_info.json").write_text(json.dumps(info), encoding="utf-8")
    (tmp_path / "results" / "notes.txt").write_text("## Run 1: half the loss\n", encoding="utf-8")
    return tmp_path / "results"


@pytest.mark.slow
def test_a_draft_of_ones_own_goes_to_the_gate_and_says_that_it_is_one(
    command, given, results: Path, tmp_path: Path
) -> None:
    draft = r"""\documentclass{article}\title{Halved}\begin{document}\begin{abstract}The loss falls by 51.3\%.\end{abstract}
        \section{Results} It is \result{run_1/flat/final_loss} now.\end{document}"""
    (tmp_path / "draft.tex").write_text(draft, encoding="utf-8")
    settings = yaml.safe_load(given["scenario"].read_text()) | {"phases": ["gate"]}
    given["scenario"].write_text(yaml.safe_dump(settings), encoding="utf-8")
    done = command("launch", given["scenario"], "--idea", given["idea"], "--results", results, "--from", "gate",
                   "--draft", tmp_path / "draft.tex", "--out", given["runs"])  # fmt: skip
    assert done.returncode == 0 and "withheld" in done.stdout, done.stdout + done.stderr
    root = next(given["runs"].glob("*/ideas/*"))
    checks = {check["name"]: check for check in json.loads((root / "gate.json").read_text())["checks"]}
    assert [finding["excerpt"] for finding in checks["numbers"]["findings"]] == ["The loss falls by 51.3\\%."]
    assert "Externally supplied results" in (root / "paper" / "paper.tex").read_text(encoding="utf-8")


@pytest.mark.slow
def test_results_that_were_measured_elsewhere_are_marked(command, given, results: Path) -> None:
    done = command(
        "launch",
        given["scenario"],
        "--from",
        "figures",
        "--idea",
        given["idea"],
        "--results",
        results,
        "--out",
        given["runs"],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = ledger(next(given["runs"].glob("*/ideas/*")))
    assert [row["note"] for row in rows] == [
        "Baseline (external result, not measured here)",
        "half the loss (external result, not measured here)",
    ]
    assert all(
        row["environment"] == {"origin": "external result, not measured here"} and not row["usage"] for row in rows
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--from", "figures", "--idea", "{idea}"), "phases.figures: needs results"),
        (("--from", "experiments"), "phases.experiments: needs idea"),
        (("--from", "experimnts"), "it has no such phase; did you mean 'experiments'?"),
        (("--from", "experiments", "--idea", "nowhere.json"), "nowhere.json: cannot be read: No such file"),
        (("--from", "experiments", "--run", "nowhere"), "run 'nowhere': there are no runs"),
        (("--from", "experiments", "--code", "{idea}"), "warm_start.code: needs exactly one idea"),
        (
            ("--from", "experiments", "--idea", "{idea}", "--code", "nowhere"),
            "warm_start.code: no such folder: nowhere",
        ),
        (("--from", "figures", "--idea", "{idea}", "--results", "."), "run_0/final_info.json"),
        (("--set", "warm_start.ideas={idea}"), "phases.ideation: cannot propose an idea"),
        (("--set", "archive=nowhere.json"), "archive: no such file: nowhere.json"),
    ],
)
def test_missing_inputs_are_reported_before_any_work(command, given, arguments: tuple[str, ...], expected: str) -> None:
    filled = [argument.format(**given) for argument in arguments]
    done = command("launch", given["scenario"], *filled, "--out", given["runs"])
    assert done.returncode == 2 and expected in done.stderr, done.stdout + done.stderr
    assert not given["runs"].exists()


def test_an_archive_of_another_template_is_refused(command, given, tmp_path: Path) -> None:
    archive = tmp_path / "ideas.json"
    archive.write_text(json.dumps([{**IDEA, "template": "grokking"}]), encoding="utf-8")
    done = command("launch", given["scenario"], "--set", f"archive={archive}", "--out", given["runs"])
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("momentum_check", "template grokking", "descent")), done.stderr


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], "the file holds no idea"),
        ([IDEA, IDEA], "two ideas are named 'momentum_check'"),
        ([IDEA, {**IDEA, "Name": "b_idea", "Novelty": 11}], "idea 2: Novelty: .*less than or equal to 10"),
        ("text", "idea 1"),
    ],
)
def test_invalid_ideas_are_reported_by_number_and_field(tmp_path: Path, data: object, expected: str) -> None:
    path = tmp_path / "ideas.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UserError, match=expected):
        read_ideas(path)


@pytest.mark.slow
def test_an_idea_goes_on_as_it_was_begun(command, given) -> None:
    """At its scale and seed, as itself; and whoever played a role on it before is still named."""
    first = ("launch", given["scenario"], "--from", "experiments", "--out", given["runs"])
    assert command(*first, "--idea", given["idea"], "--name", "first").returncode == 0
    on = ("launch", given["scenario"], "--from", "figures", "--run", "first", "--out", given["runs"])
    for more, expected in [
        (("--set", "seed=7"), "measured with seed 0"),
        (("--idea", given["idea"]), "already has an idea"),
        (("--idea", "momentum_chekc"), "no idea 'momentum_chekc'; did you mean 'momentum_check'?"),
    ]:
        done = command(*on, *more)
        assert done.returncode == 2 and expected in done.stderr, done.stdout + done.stderr
    project = Workspace(given["runs"] / "first" / "ideas" / "momentum_check")
    (project.root / "authors.json").write_text(json.dumps({"coder": "openai gpt-x"}), encoding="utf-8")
    asyncio.run(project.save("as if a model had written the code"))
    assert command(*on, "--idea", "momentum_check", "--name", "second").returncode == 0
    kept = json.loads((given["runs"] / "second" / "ideas" / "momentum_check" / "authors.json").read_text())
    assert kept == {"coder": "openai gpt-x", "plotter": "offline", "phd_student": "offline"}
