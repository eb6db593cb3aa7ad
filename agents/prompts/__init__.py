"""Prompts: Markdown and Jinja2 files in this folder, and in folders that a user adds. A missing variable raises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError

from tools.errors import UserError
from tools.evidence.names import latex_address

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Prompts:
    """Prompts by name. A file in one of `folders` takes precedence over the built-in file of the same name."""

    folders: tuple[Path, ...] = ()

    def render(self, prompt: str, /, **variables: object) -> str:
        """Return the prompt of that name with its variables filled in.

        Raises:
            UserError: there is no such prompt, it is not valid Jinja2, or it uses a variable that was not given.
        """
        environment = Environment(
            loader=FileSystemLoader([*self.folders, _FOLDER]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        environment.filters["latex_address"] = latex_address
        try:
            return environment.get_template(f"{prompt}.md").render(**variables).strip()
        except TemplateNotFound as error:
            folders = ", ".join(map(str, [*self.folders, _FOLDER]))
            raise UserError(f"prompt {prompt}: there is no file {error.name} in {folders}") from None
        except TemplateError as error:
            raise UserError(f"prompt {prompt}: {error.message}; it may use {', '.join(sorted(variables))}") from None


render = Prompts().render


def check_prompt(path: Path) -> None:
    """Check the syntax of a prompt file.

    Raises:
        UserError: it is not UTF-8 text, or not valid Jinja2.
    """
    try:
        Environment(autoescape=False).parse(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        raise UserError(f"prompt {path}:{error.lineno}: {error.message}") from None
    except UnicodeDecodeError:
        raise UserError(f"prompt {path}: not UTF-8 text") from None
