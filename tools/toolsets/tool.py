"""A tool as an agent sees it: a name, an honest description, typed arguments, and a call that answers in text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model


@dataclass(frozen=True)
class ToolAnswer:
    """The answer of a tool. A model reads `text`. `data` holds the same facts typed: the journal stores it as JSON, the
    offline researcher reads it, and no model is ever sent it. `brief`, if given, replaces the text in later prompts."""

    text: str
    data: BaseModel | None = field(default=None, kw_only=True)
    brief: str = field(default="", kw_only=True)


REQUEST = "request:"
"""Prefix of the deliverable by which a participant calls on a colleague: `request:plotter`."""


@dataclass(frozen=True)
class Submission(ToolAnswer):
    """The answer of a tool that submits, accepts or returns a phase's deliverable, or makes a request of a colleague."""

    deliverable: str
    status: Literal["submitted", "accepted", "returned"]


@dataclass(frozen=True)
class Shown(ToolAnswer):
    """The answer of a tool that shows something: text, and PNG images for models with vision."""

    images: tuple[bytes, ...]


Answer = str | ToolAnswer


def _as_run_name(given: object) -> object:
    """Return the name of a run that was written as a number or in other letters: `run_1` for 1, "1" and "Run 1"."""
    if isinstance(given, int) and not isinstance(given, bool):
        return f"run_{given}"
    if not isinstance(given, str):
        return given
    text = given.strip().casefold()
    if text == "baseline":
        return "run_0"
    found = re.fullmatch(r"(run|confirm(?:ation)?)?[\s_#-]*(\d+)", text)
    return f"{'confirm' if (found[1] or 'run').startswith('confirm') else 'run'}_{int(found[2])}" if found else given


RunName = Annotated[str, BeforeValidator(_as_run_name)]
"""An argument that names a run."""


@dataclass(frozen=True)
class Tool:
    """One callable tool. `call` takes the validated arguments as keywords; it raises `ToolError` when it cannot do
    what was asked."""

    name: str
    description: str
    arguments: type[BaseModel]
    call: Callable[..., Awaitable[Answer]]
    for_others: bool = False
    """True if it is shown only because the prompts of several participants begin alike. A call is refused."""

    @classmethod
    def of(cls, function: Callable[..., Awaitable[Answer]]) -> Tool:
        """A tool from a typed async function: its name, its docstring, its signature (`Annotated[..., Field(...)]`
        parameters carry their own description)."""
        doc = inspect.getdoc(function)
        if not doc:
            raise TypeError(f"{function.__name__} has no docstring; the model reads it")
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[name] = (hints[name], Field(default))
        arguments = create_model(f"{function.__name__}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
        return cls(name=function.__name__, description=doc, arguments=arguments, call=function)
