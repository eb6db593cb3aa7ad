"""The documentation agrees with the program: its commands parse, its links lead somewhere, its tables list every key."""

import dataclasses
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel

from agents.conversation.policies import Participants
from agents.models.config import ModelSpec
from agents.role_card import RoleCard
from run import application
from scenarios.phases.phase_type import PhaseContext, PhaseEffect, PhaseType
from scenarios.scenario import PhaseSpec, Scenario
from tools.gate.checks import CHECKS
from tools.idea_context import IdeaContext
from tools.toolsets.context import ToolContext

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_COMMAND = re.compile(r"^    python run\.py (.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
_PATH = re.compile(r"`((?:agents|tools|scenarios|configs|templates|docs|tests)/[a-z0-9_./-]+)`")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMANDS = [
    pytest.param(line, id=f"{page.name}: {line[:60]}")
    for page in PAGES
    for line in _COMMAND.findall(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_parses(line: str) -> None:
    words = shlex.split(line, comments=True)
    for stop in ("&&", ">"):
        words = words[: words.index(stop)] if stop in words else words
    group: Any = typer.main.get_command(application())
    command = group.load(words.pop(0)) if words[0] in group.places else group
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    command.make_context("run.py", words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    assert [link for link in _LINK.findall(text) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    assert [path for path in _PATH.findall(page.read_text(encoding="utf-8")) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("schema", "page", "unlisted"),
    [
        (Scenario, "scenario.md", {"launched"}),
        (PhaseSpec, "scenario.md", set()),
        (RoleCard, "role-card.md", {"prompt"}),
        (ModelSpec, "configuration.md", set()),
    ],
)
def test_the_reference_lists_every_key(schema: type[BaseModel], page: str, unlisted: set[str]) -> None:
    listed = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")))
    assert set(schema.model_fields) - unlisted - listed == set()


@pytest.mark.parametrize("kind", [PhaseType, PhaseContext, PhaseEffect, IdeaContext, ToolContext, Participants])
def test_the_extension_api_lists_every_field(kind: type) -> None:
    page = (ROOT / "docs" / "reference" / "extension-api.md").read_text(encoding="utf-8")
    names = {field.name for field in dataclasses.fields(kind)}
    assert names - set(re.findall(r"`([a-z_]+)`", page)) == set()


def test_the_readme_shows_the_present_number_of_gate_checks() -> None:
    shown = re.findall(r"All (\d+) checks passed", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown == [str(len(CHECKS))]


def test_every_command_is_in_the_reference() -> None:
    group: Any = typer.main.get_command(application())
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert [name for name in group.places if f"`{name}" not in page] == []
