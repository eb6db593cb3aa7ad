"""Arguments of tool calls as models write them."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Callable
from typing import Any

_FENCE = re.compile(r"\s*```\w*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)


def read_arguments(text: str) -> dict[str, Any]:
    """Return the arguments of a call. An empty text and null are an empty object.

    Only what cannot change the meaning is repaired: a code fence, JSON in a JSON string, a trailing comma, line breaks in
    strings, Python's way to write an object. A text that is cut or ambiguous is not an object.

    Raises:
        ValueError: the text is not a JSON object, or could not be sent back to a provider.
    """
    try:
        value = _read(text.strip() or "{}")
        if isinstance(value, str):
            value = _read(value)
        value = {} if value is None else value
        cleaned = json.loads(without_surrogates(json.dumps(value, ensure_ascii=False)))
    except (RecursionError, MemoryError):
        raise ValueError("nested too deeply") from None
    if not isinstance(cleaned, dict):
        raise ValueError(f"expected an object, found a {type(cleaned).__name__}")
    return cleaned


def arguments_object(text: str) -> dict[str, Any]:
    """Return the arguments of a call as an object. Invalid text is stored under one key, so that the model can see it."""
    try:
        return read_arguments(text)
    except ValueError:
        return {"not_an_object": text}


def decoded(text: str) -> Any:
    """Return the list or object that a text holds as JSON, or the text itself."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        value = _read(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, list | dict) else text


def without_surrogates(text: str) -> str:
    """Return the text with lone surrogates replaced by question marks. JSON can represent them, UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _read(text: str) -> Any:
    fenced = _FENCE.fullmatch(text)
    text = fenced[1] if fenced else text
    readers: tuple[Callable[[], Any], ...] = (
        lambda: _json(text),
        lambda: _json(_STRING_OR_COMMA.sub(lambda match: match[1] or "", text)),
        lambda: _python(text),
    )
    problem: ValueError | None = None
    for reader in readers:
        try:
            return reader()
        except ValueError as error:
            problem = problem or error
    raise problem or ValueError("no JSON")


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_finite, parse_float=_finite, strict=False)


def _python(text: str) -> Any:
    if not text.lstrip().startswith("{") or "\\" in text:  # Python and JSON read escapes differently.
        raise ValueError("no object")
    try:
        value = ast.literal_eval(text.strip())
        return _json(json.dumps(value))
    except (SyntaxError, TypeError):
        raise ValueError("no object") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a JSON number")
    return number
