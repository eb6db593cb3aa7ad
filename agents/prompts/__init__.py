"""Every prompt is a Markdown and Jinja2 file in this folder; a missing variable raises."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent


def render(prompt: str, /, **variables: object) -> str:
    """The prompt of that name with its variables filled in.

    Raises:
        jinja2.UndefinedError: the prompt asks for a variable that was not given.
        jinja2.TemplateNotFound: there is no such prompt.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(f"{prompt}.md").render(**variables).strip()
