"""Prompts and role cards in other words: paragraphs in reverse order, every word replaced, Jinja tags as they were."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import yaml

from agents import prompts, role_card

_TAG = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_OPENS, _CLOSES = re.compile(r"\{%-?\s*(?:if|for)\b"), re.compile(r"\{%-?\s*end(?:if|for)\b")


def paraphrase(text: str) -> str:
    """Return a template in other words and another order that still renders with the same variables."""
    return "\n\n".join(_other_words(block) for block in reversed(_blocks(text)))


def write_paraphrases(folder: Path) -> None:
    """Write every built-in prompt and role card in other words to a plug-in folder."""
    for source, target in ((Path(prompts.__file__).parent, folder / "prompts"), (role_card.ROLES, folder / "roles")):
        for path in sorted(source.rglob("*.md")):
            text = path.read_text(encoding="utf-8")
            if target.name == "roles":
                front, _, body = text.removeprefix("---\n").partition("\n---\n")
                fields = yaml.safe_load(front)
                fields["description"] = _other_words(fields["description"])
                text = f"---\n{yaml.safe_dump(fields)}---\n{paraphrase(body)}\n"
            else:
                text = paraphrase(text)
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")


def _blocks(text: str) -> list[str]:
    """Return the lines of a template, those of one outer `if` or `for` as one block."""
    blocks, current, depth = list[str](), list[str](), 0
    for line in text.splitlines():
        current.append(line)
        depth += len(_OPENS.findall(line)) - len(_CLOSES.findall(line))
        if depth == 0:
            blocks.append("\n".join(current))
            current = []
    return [block for block in blocks if block.strip()]


def _other_words(text: str) -> str:
    parts = _TAG.split(text)
    return "".join(part if i % 2 else codecs.encode(part, "rot13") for i, part in enumerate(parts))
