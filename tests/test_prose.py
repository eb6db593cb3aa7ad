"""The project's texts keep to its vocabulary; the check fails on texts that do not."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "prose.py"


@pytest.fixture(scope="module")
def prose() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prose", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["prose"] = module
    spec.loader.exec_module(module)
    return module


def test_the_project_keeps_to_its_vocabulary(prose: ModuleType) -> None:
    assert [str(match) for match in prose.check_project()] == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("The run goes on where its journal ends.", "goes on"),
        ("Role cards of yours are found first.", "of yours"),
        ("A reviewer says «I am done».", "«"),
        ("A reviewer says “I am done”.", "“"),
        ("Give the floor to the next seat.", "floor"),
        ("Fix what the the compiler reports.", "the the"),
    ],
)
def test_a_planted_expression_is_found(prose: ModuleType, planted: str, found: str) -> None:
    rules = prose.load_vocabulary()
    matches = list(prose.check_text(f"A fine first line.\n{planted}\n", "docs/page.md", rules))
    assert found in [match.found for match in matches]
    assert {match.place for match in matches} == {"docs/page.md:2"}


@pytest.mark.parametrize("fine", ["`old: floor` is read as code.", "The noise floor is 0.02.", "A list of tools."])
def test_plain_text_passes(prose: ModuleType, fine: str) -> None:
    assert not list(prose.check_text(fine, "docs/page.md", prose.load_vocabulary()))


def test_help_texts_of_commands_and_options_are_read(prose: ModuleType) -> None:
    texts = dict(prose.help_texts())
    assert texts["run.py launch --help"] and texts["run.py launch template"] and "run.py templates new --help" in texts


def test_files_of_every_kind_are_read(prose: ModuleType) -> None:
    for pattern in prose.TEXTS:
        assert list(prose.ROOT.glob(pattern)), f"{pattern} matches no file"
