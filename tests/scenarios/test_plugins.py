"""Plug-ins from a folder outside the tree. The examples are those of docs/extending.md, written out and run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from agents.journal import read_journal
from scenarios.plugins import load_plugins
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import load_scenario
from tests.fakes.foreign_template import write_foreign_template
from tests.scenarios.conftest import Command
from tools.errors import UserError
from tools.project import ROOT

_BLOCK = re.compile(r"^```\w+ title=\"([^\"]+)\"\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PHASES = [
    "ideation",
    "novelty",
    "experiments",
    {"phase": "figures", "policy": "reverse_round"},
    {"phase": "writeup", "tools": ["count_words"]},
    "length",
    {"phase": "caveats", "turns": 2},
    "gate",
    {"phase": "panel", "participants": ["reviewer_evidence", "statistician", "area_chair"], "tools": ["count_words"]},
]


def write_examples(folder: Path) -> Path:
    """Write every titled code block of docs/extending.md into a plug-in folder."""
    blocks = _BLOCK.findall((ROOT / "docs" / "extending.md").read_text(encoding="utf-8"))
    for name, text in blocks:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_scenario(path: Path, template: Path) -> Path:
    settings = {
        "template": str(template),
        "sandbox": "bubblewrap",
        "literature": ["local", "lab_notes"],
        "form": "two_questions",
        "rule": "lowest",
        "run_quota": {"runs": 1},
        "phases": PHASES,
    }
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def test_every_documented_example_resolves(tmp_path: Path) -> None:
    plugins = write_examples(tmp_path / "plugins")
    scenario = write_scenario(tmp_path / "mine.yaml", write_foreign_template(tmp_path / "descent"))
    resolved = resolve_scenario(load_scenario(scenario, {"plugins": [str(plugins)]}))
    assert "statistician" in resolved.cards
    assert resolved.form.title == "Two questions"
    assert resolved.form.rule.accept_when[0].statistic == "lowest"
    assert [source.name for source in resolved.literature.sources] == ["local", "lab_notes"]
    assert {"length", "caveats"} < {kind.name for _, kind in resolved.phases}
    assert "reverse_round" in resolved.plugins.policies
    assert "title_length" in {check.name for check in resolved.plugins.gate_checks}


@pytest.mark.slow
def test_every_documented_example_takes_effect_in_a_run(tmp_path: Path, colloquium: Command) -> None:
    plugins = write_examples(tmp_path / "plugins")
    scenario = write_scenario(tmp_path / "mine.yaml", write_foreign_template(tmp_path / "descent"))
    done = colloquium("launch", scenario, "--plugins", plugins, "--name", "mine", "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stdout + done.stderr
    run = tmp_path / "runs" / "mine"
    [idea] = (run / "ideas").iterdir()
    records = list(read_journal(run / "journal.jsonl"))
    assert "results: " in (idea / "length.txt").read_text(encoding="utf-8")
    checks = {check["name"]: check for check in json.loads((idea / "gate.json").read_text(encoding="utf-8"))["checks"]}
    assert checks["title_length"]["findings"][0]["kind"] == "note"
    caveats = [record for record in records if record.type == "turn" and "/caveats/" in record.key]
    assert len(caveats) == 2, "the phase ends at its turn limit, and the idea goes on"
    figures = [record.data["speaker"] for record in records if record.type == "turn" and "/figures/" in record.key]
    assert figures[0] == "phd_student", "reverse_round lets the last participant speak first"
    assert (idea / "reviews" / "round_1" / "statistician.json").is_file()
    assert (run / "plugins" / "01_plugins" / "counting.py").is_file(), "a resume uses the code of the launch"
    assert colloquium("resume", run).returncode == 0


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({}, ["adds nothing"]),
        ({"a.py": "TOOLSETS = [1]\n"}, ["a.py", "TOOLSETS"]),
        ({"a.py": "PHASE_TYPES = ['x']\n"}, ["a.py", "PHASE_TYPES"]),
        ({"a.py": "POLICIES = [1]\n"}, ["a.py", "POLICIES"]),
        ({"prompts/mine.md": "{% if %}"}, ["mine.md:1"]),
        ({"a.py": "x = 1\n"}, ["a.py", "TOOLSETS", "GATE_CHECKS"]),
        ({"a.py": "def f(:\n"}, ["a.py:1", "SyntaxError"]),
        (
            {
                "a.py": "from scenarios.phases.phase_type import PhaseType\n"
                "PHASE_TYPES = [PhaseType(name='talk', deliverable='', participants=('writer',))]\n"
            },
            ["a.py", "'talk'", "prompts/talk.md"],
        ),
        ({"a.py": "\nraise RuntimeError('no')\n"}, ["a.py:2", "RuntimeError: no"]),
        ({"a.py": "import not_there_at_all\n"}, ["a.py:1", "not_there_at_all"]),
        ({"a.py": "POLICIES = {'dialogue': len}\n"}, ["a.py", "'dialogue'"]),
        ({"a.py": "POLICIES = {'selector': len}\n"}, ["a.py", "'selector'"]),
        (
            {
                "a.py": "from tools.toolsets.base import Toolset\n"
                "class Mine(Toolset):\n    names = ('read_file',)\n"
                "    async def read_file(self) -> str:\n        'Read.'\n        return ''\nTOOLSETS = [Mine]\n"
            },
            ["a.py", "'read_file'"],
        ),
        (
            {
                "a.py": "from tools.toolsets.base import Toolset\n"
                "class Mine(Toolset):\n    names = ('peek',)\n    def peek(self) -> str:\n        return ''\n"
                "TOOLSETS = [Mine]\n"
            },
            ["a.py", "Mine.peek", "async"],
        ),
    ],
)
def test_a_mistake_in_a_plugin_is_one_line(tmp_path: Path, files: dict[str, str], named: list[str]) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_plugins([folder])
    assert all(name in str(caught.value) for name in named)
    assert "\n" not in str(caught.value)


def test_a_turn_prompt_of_a_plugin_replaces_the_built_in_one(tmp_path: Path, command: Command) -> None:
    prompts = tmp_path / "plugins" / "prompts" / "turn_prompts"
    prompts.mkdir(parents=True)
    (prompts / "reflection.md").write_text("Reflect in another way, round {{ number }}.", encoding="utf-8")
    paper = tmp_path / "draft.txt"
    paper.write_text("A Title\n\nAbstract\nWe study a thing.\n" * 20, encoding="utf-8")
    done = command("review", paper, "--plugins", tmp_path / "plugins", "--reflections", 1, "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    [run] = (tmp_path / "runs").iterdir()
    assert "Reflect in another way, round 1." in (run / "journal.jsonl").read_text(encoding="utf-8")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        load_plugins([tmp_path / "nowhere"])


def test_a_prompt_may_lie_in_another_folder_than_its_phase_type(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text(
        "from scenarios.phases.phase_type import PhaseType\n"
        "PHASE_TYPES = [PhaseType(name='talk', deliverable='', participants=('writer',))]\n",
        encoding="utf-8",
    )
    (tmp_path / "texts" / "prompts").mkdir(parents=True)
    (tmp_path / "texts" / "prompts" / "talk.md").write_text("Talk about the paper.", encoding="utf-8")
    assert "talk" in load_plugins([tmp_path / "code", tmp_path / "texts"]).phase_types


def test_a_syntax_error_is_placed_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(:\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_plugins([tmp_path])
    assert str(caught.value).count("a.py") == 1


def test_a_helper_file_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "roles").mkdir()
    (tmp_path / "_helper.py").write_text("raise RuntimeError\n", encoding="utf-8")
    assert load_plugins([tmp_path]).folders == (tmp_path,)


def test_a_prompt_of_a_plugin_replaces_the_built_in_one(tmp_path: Path, command: Command) -> None:
    (tmp_path / "plugins" / "prompts").mkdir(parents=True)
    (tmp_path / "plugins" / "prompts" / "ideation.md").write_text(
        "Propose {{ nothing_of_this_name }}.", encoding="utf-8"
    )
    template = write_foreign_template(tmp_path / "descent")
    done = command(
        "launch", "ideation", "--template", template, "--plugins", tmp_path / "plugins", "--out", tmp_path / "runs"
    )
    assert done.returncode == 1
    assert "nothing_of_this_name" in done.stdout, "the idea ends, and says which variable is missing"
