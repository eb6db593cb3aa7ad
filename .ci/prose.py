"""Check the wording of documentation, prompts, role cards, configuration and help texts against `vocabulary.yaml`.

Prints one line per match and exits with 1 if there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main
import yaml

ROOT = Path(__file__).parents[1]
VOCABULARY = Path(__file__).with_name("vocabulary.yaml")
TEXTS = (
    "*.md",
    "docs/**/*.md",
    "agents/prompts/**/*.md",
    "agents/roles/*.md",
    "configs/**/*.yaml",
    "scenarios/*.yaml",
    "templates/*/template.yaml",
    "templates/*/prompt.json",
)
_WORD_LISTS = ("configs/claim_words.yaml",)
"""Files of patterns and single words."""
_NOT_PROSE = re.compile(r"`[^`\n]+`|\{\{.*?\}\}|\{%.*?%\}")


@dataclass(frozen=True)
class Match:
    """A discouraged expression: where it is, what was found and what to write instead."""

    place: str
    found: str
    instead: str

    def __str__(self) -> str:
        return f"{self.place}: {self.found!r}: write {self.instead}"


def load_vocabulary(path: Path = VOCABULARY) -> dict[re.Pattern[str], str]:
    """Return the discouraged patterns, each with what to write instead."""
    rules: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        re.compile(key if key.startswith("[") else rf"\b(?:{key})\b", re.IGNORECASE): text
        for key, text in rules.items()
    }


def check_text(text: str, place: str, rules: dict[re.Pattern[str], str]) -> Iterator[Match]:
    """Yield each discouraged expression in a text, line by line."""
    for number, line in enumerate(text.splitlines(), start=1):
        prose = _NOT_PROSE.sub("``", line)
        for pattern, instead in rules.items():
            for match in pattern.finditer(prose):
                yield Match(f"{place}:{number}", match[0], instead)


def help_texts() -> Iterator[tuple[str, str]]:
    """Yield the help text of every command and option of the command line, with a name for its place."""
    sys.path.insert(0, str(ROOT))
    from run import application
    from scenarios.commands.lazy_group import LazyGroup

    def walk(command: Any, path: str) -> Iterator[tuple[str, str]]:
        yield f"{path} --help", command.help or ""
        for parameter in command.params:
            yield f"{path} {parameter.name}", getattr(parameter, "help", None) or ""
        children = command.load_all() if isinstance(command, LazyGroup) else getattr(command, "commands", {})
        for name, child in children.items():
            yield from walk(child, f"{path} {name}")

    yield from walk(typer.main.get_command(application()), "run.py")


def check_project() -> list[Match]:
    """Return every match in the project's texts."""
    rules = load_vocabulary()
    lists = {ROOT / name for name in _WORD_LISTS}
    recorded = {*ROOT.glob("docs/example/*")} - {ROOT / "docs" / "example" / "README.md"}
    files = sorted({path for pattern in TEXTS for path in ROOT.glob(pattern)} - lists - recorded)
    texts = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files]
    return [match for place, text in [*texts, *help_texts()] for match in check_text(text, place, rules)]


if __name__ == "__main__":
    found = check_project()
    print("\n".join(map(str, found)) or "prose: no discouraged expression")
    sys.exit(bool(found))
