"""Colloquium's command line."""

from __future__ import annotations

import io
import sys
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from typer.exceptions import TyperException

from scenarios.commands.lazy_group import LazyGroup
from tools.errors import ColloquiumError, UserError, explain_system_error
from tools.project import command_line, project_version, runs_from_file


class Commands(LazyGroup):
    """All commands, in the order of the help."""

    places = {  # noqa: RUF012
        "launch": "launching:launch",
        "batch": "batching:batch",
        "resume": "launching:resume",
        "review": "reviewing:review",
        "chat": "launching:chat",
        "transcript": "runs:transcript",
        "list": "runs:list_runs",
        "search": "exploring:search",
        "compare": "exploring:compare",
        "diff": "exploring:diff",
        "view": "viewing:view",
        "export": "exporting:export",
        "table": "runs:table",
        "gate": "gating:gate",
        "cost": "spending:cost",
        "estimate": "spending:estimate",
        "bench-reviewer": "bench_reviewer:bench_reviewer",
        "bench-evidence": "bench_evidence:bench_evidence",
        "ideas": "ideas:ideas",
        "models": "models:app",
        "roles": "roles:app",
        "scenarios": "scenarios:scenarios",
        "templates": "templates:app",
        "cites": "citing:cites",
        "audit": "audit:audit",
        "doctor": "machine:doctor",
    }


def main() -> None:
    """Run a command; a mistake of the user's is one clear line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Unicode shows escapes instead of failing
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] or ["--help"]
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    for before, word in zip(["", *words], words, strict=False):
        if not word or (word.startswith("--") and word.endswith("=")):
            _fail(f"{word or before or 'the command'}: an empty value; is a variable of the shell unset?", 2)
    try:
        sys.exit(application()(words, standalone_mode=False))
    except UserError as error:
        _fail(str(error), 2)
    except ColloquiumError as error:
        _fail(str(error), 1)
    except TyperException as error:
        _fail(f"{_mistake(error)} See: {_help_of(error)}", 2)
    except typer.Abort:
        _fail("aborted", 130)
    except OSError as error:
        if not (message := explain_system_error(error)):
            raise
        _fail(message, 2)


def application() -> typer.Typer:
    """Return the application; completion is offered for an installed command only, since shells complete by its name."""
    app = typer.Typer(
        cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=not runs_from_file()
    )
    app.callback()(colloquium)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"colloquium {project_version()}")
        raise typer.Exit


def colloquium(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """The AI Scientist as a research group of agents: launch a scenario, inspect its transcript, add roles, run a review
    panel."""


def _mistake(error: TyperException) -> str:
    text = " ".join(error.format_message().split())
    return text if text.endswith((".", "?")) else f"{text}."


def _help_of(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    words = context.command_path.split()[1:] if context else []
    return command_line(*words, "--help")


def _fail(message: str, code: int) -> NoReturn:
    Console(stderr=True).print(f"[red]{escape(message)}[/red]", highlight=False, soft_wrap=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
