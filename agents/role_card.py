"""Role cards: Markdown files with YAML front matter (what a role may do) and a system prompt (who it is)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import UserError, nearest
from tools.schema import parse_yaml, validated
from tools.user_files import read_user_text

ROLES = Path(__file__).parent / "roles"
_CARD = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<prompt>.*)\Z", re.DOTALL)


class RoleCard(BaseModel):
    """The front matter of a card and its prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name of the role in scenarios and in the chat; equal to the file's name."""
    description: str = Field(min_length=1)
    """One sentence: what the role is for. The other participants see it."""
    tools: tuple[str, ...] = ()
    """Tools that the role may use in phases that offer them."""
    model: str = ""
    """A model of the models config; empty for the config's choice for this role."""
    checks: tuple[Literal["method", "evidence", "clarity", "novelty", "reproduction"], ...] = ()
    """The checklists that the offline reviewer applies for this role; without any it abstains. Models never see this."""
    plain: bool = False
    """For controls: the prompt is the whole system message, and a turn is one model call."""
    prompt: str = Field(min_length=1)
    """The system prompt."""


def load_roles(folders: Sequence[Path], tool_names: Iterable[str]) -> dict[str, RoleCard]:
    """Return every card in the folders by name. A card in a later folder replaces one of the same name.

    Raises:
        UserError: a folder does not exist, or a card is broken or names an unknown tool.
    """
    known = list(tool_names)
    cards: dict[str, RoleCard] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"roles folder {folder}: no such folder")
        for path in sorted(folder.glob("*.md")):
            card = load_card(path)
            for tool in card.tools:
                if tool not in known:
                    raise UserError(f"{path}: tools: no tool {tool!r}; {nearest(tool, known)}")
            cards[card.name] = card
    return cards


def load_card(path: Path) -> RoleCard:
    """Return one card.

    Raises:
        UserError: the file is not a role card.
    """
    match = _CARD.match(read_user_text(path))
    if not match:
        raise UserError(f"{path}: not a role card; it must begin with a line ---, YAML, and another line ---")
    front = parse_yaml(match["front"], f"{path}: front matter")
    if not isinstance(front, dict):
        raise UserError(f"{path}: front matter: must be keys with values, like name: {path.stem}")
    card = validated(RoleCard, {**front, "prompt": match["prompt"].strip()}, path)
    if card.name != path.stem:
        raise UserError(f"{path}: name: is {card.name!r}, must be {path.stem!r} as the file's name")
    return card


NEW_CARD = """\
---
name: {name}
description: "One sentence: what this role is for."
tools: [read_results, compare_runs]   # the command `roles` lists all tools
model:                                 # a model of the models config; empty for its choice
---
You are the group's {title}. Replace this text: tell the model that plays the role who it is, what it looks at, what it
never does, and in which form it replies.
"""


def write_new_card(name: str, folder: Path) -> Path:
    """Write a card to start from and return its path.

    Raises:
        UserError: the name is not usable, or such a card exists already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UserError(f"role name {name!r}: use lowercase letters, digits and underscores, a letter first")
    path = folder / f"{name}.md"
    if path.exists():
        raise UserError(f"{path}: a card of that name exists already")
    folder.mkdir(parents=True, exist_ok=True)
    text = NEW_CARD.format(name=name, title=name.replace("_", " "))
    path.write_text(text.replace("model:    ", 'model: ""  '), encoding="utf-8")
    return path
