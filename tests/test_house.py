"""The plan of the house, held over the syntax trees: imports point down, and only agents/autogen/ imports autogen."""

import ast
import pkgutil
from pathlib import Path

import pytest

from agents.models.base import BaseClient
from agents.models.providers import PROVIDERS

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {"tools": {"tools"}, "agents": {"agents", "tools"}, "scenarios": {"scenarios", "agents", "tools"}}
FILES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def modules_imported(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    names = imported(path)
    assert names & {"tools", "agents", "scenarios", "run", "tests"} <= MAY_IMPORT[room]
    if path.parent != ROOT / "agents" / "autogen":
        assert not any(name.startswith("autogen") for name in names), "only agents/autogen/ imports autogen"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_do_not_import_toolsets(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    if parts[0] == "tools" and parts[1] != "toolsets":
        assert not any(name.startswith("tools.toolsets") for name in modules_imported(path))


def test_no_public_class_name_occurs_twice() -> None:
    names: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                names.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: places for name, places in names.items() if len(places) > 1} == {}


IN_A_RUN = {
    "gate.json", "journal.jsonl", "summary.json", "results.json", "idea.json", "novelty.json", "findings.md",
    "searches.json", "authors.json", "scenario.yaml", "ideas.json", "meta_review.json", "review.json", "rebuttal.md",
    "unmarked.pdf", "passed.pdf", "plot_failures.json", "drawings.json",
}  # fmt: skip
MAY_SPELL = {"scenarios/warm_start.py": {"ideas.json"}}
"""The folder of a warm start holds an ideas.json of its own."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_run_folder_package_spells_the_names_in_it(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    if not name.startswith("tools/run_dir/"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        spelled = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert spelled & IN_A_RUN <= MAY_SPELL.get(name, set())


def test_the_rooms_are_not_empty() -> None:
    assert len(FILES) > 80


def test_every_provider_has_a_client() -> None:
    assert all(issubclass(pkgutil.resolve_name(provider.client), BaseClient) for provider in PROVIDERS.values())
