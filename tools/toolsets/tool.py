"""A tool as an agent sees it: a name, an honest description, typed arguments, and a call that answers in text."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model


@dataclass(frozen=True)
class Submission:
    """The answer of a tool that hands in, accepts or returns a phase's deliverable."""

    text: str
    deliverable: str
    status: Literal["submitted", "accepted", "returned"]


@dataclass(frozen=True)
class Shown:
    """The answer of a tool that has something to look at: words for everybody, and PNG images for those with eyes."""

    text: str
    images: tuple[bytes, ...]


Answer = str | Submission | Shown


@dataclass(frozen=True)
class Tool:
    """One callable tool. `call` takes the validated arguments as keywords; it raises `ToolError` when it cannot do
    what was asked."""

    name: str
    description: str
    arguments: type[BaseModel]
    call: Callable[..., Awaitable[Answer]]

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
