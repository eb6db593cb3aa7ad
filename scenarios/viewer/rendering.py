"""Render the viewer's templates. Whatever agents, papers and experiments wrote stays text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent
MAX_SHOWN = 4000
"""Characters of a tool result on the page of a phase; the page of the step shows all of it."""
_COLOURS = 9
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\u200b\u2060\ufeff\U000e0000-\U000e007f]")
_IMAGE = re.compile(r"\[image ([0-9a-f]{16})\]")


def visible(value: object) -> object:
    """Return a text with every character shown that would control a terminal or the direction of writing.

    Markup stays as it is: only the viewer's own templates make it.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _UNSEEN.sub(lambda found: _name_of(found[0]), value)


def _name_of(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"⟨{unicodedata.name(character, f'U+{code:04X}').lower()}⟩"


def address(*parts: object, **query: object) -> str:
    """Return the path of a page, each part encoded, with the parameters that are not empty."""
    given = {name: value for name, value in query.items() if value not in ("", None, False)}
    path = "/" + "/".join(quote(str(part), safe=":@") for part in parts)
    return path + (f"?{urlencode(given)}" if given else "")


def duration(seconds: float) -> str:
    """Return a duration as `0.3 s`, `41 s`, `3.2 min` or `1.5 h`."""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def dollars(amount: float) -> str:
    """Return an amount as `$1.20`, and as `$0.0031` below a cent."""
    return f"${amount:.2f}" if amount == 0 or amount >= 0.01 else f"${amount:.4f}"


def resource(name: str, amount: float) -> str:
    """Return what an experiment took, as `43 s elapsed` or `283 MB of memory`."""
    match name:
        case "wall_seconds":
            return f"{duration(amount)} elapsed"
        case "cpu_seconds":
            return f"{duration(amount)} of CPU time"
        case "peak_memory_mb":
            return f"{amount:,.0f} MB of memory"
        case "bytes_written":
            return f"{amount / 1e6:,.2g} MB written" if amount < 1e8 else f"{amount / 1e6:,.0f} MB written"
    return f"{name.replace('_', ' ')} {amount:.4g}"


def clock(time: str) -> Markup:
    """Return a time of the journal as hours, minutes and seconds (UTC), with the date in its `datetime`."""
    shown = datetime.fromisoformat(time).strftime("%H:%M:%S") if time else ""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(time, time, shown)


def diff_html(diff: str) -> Markup:
    """Return a unified diff with a class for each kind of line."""
    lines = (Markup('<span class="{}">{}</span>').format(_kind(line), visible(line)) for line in diff.splitlines())
    return Markup("\n").join(lines)


def _kind(line: str) -> str:
    if line.startswith(("+++", "---", "diff ", "index ", "new file", "deleted file")):
        return "meta"
    return {"+": "added", "-": "removed", "@": "hunk"}.get(line[:1], "same")


def marked(text: str, wanted: str) -> Markup:
    """Return a text with every occurrence of `wanted` marked, in any case."""
    if not wanted:
        return escape(visible(text))
    parts = re.split(f"({re.escape(wanted)})", text, flags=re.IGNORECASE)
    shown = (
        Markup("<mark>{}</mark>").format(visible(part)) if at % 2 else escape(visible(part))
        for at, part in enumerate(parts)
    )
    return Markup("").join(shown)


def image_names(text: str) -> list[str]:
    """Return the images of the image store that a tool result names."""
    return _IMAGE.findall(text)


def colour_of(name: str, known: Iterable[str]) -> str:
    """Return the CSS class of a participant's colour; participants of a run differ as far as there are colours."""
    names = list(known)
    return f"c{names.index(name) % _COLOURS}" if name in names else "c0"


def environment() -> Environment:
    """Return the environment of the viewer's templates."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=visible,
    )
    made.globals.update(address=address, resource=resource, max_shown=MAX_SHOWN)
    made.filters.update(
        duration=duration,
        dollars=dollars,
        clock=clock,
        diff=diff_html,
        marked=marked,
        images=image_names,
    )
    return made
