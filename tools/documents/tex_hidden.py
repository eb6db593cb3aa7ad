"""Find and remove what LaTeX source says and no page shows: pale, tiny, transparent and shifted text, dead branches,
boxes and commands that are never used, and arguments that are not printed.

The source is scanned once, with a stack of groups, because most of these hold until the group ends. Macros are not
expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.documents.hidden_text import HiddenText, HiddenTextKind

MIN_POINTS = 2.0
_FAR_POINTS = 600.0
"""A shift by more leaves the page."""
_MIN_WORDS = 3
"""Fewer words in an argument that is not printed are a name."""
_PALE = 0.85
"""Each of red, green and blue at least, of 1."""
_MAX_GROUPS = 10_000

_COMMAND = re.compile(r"\\(?:[A-Za-z@]+\*?|.)", re.DOTALL)
_OPTION = re.compile(r"\s*\[([^\[\]]*)\]")
_LENGTH = re.compile(r"\s*=?\s*(-?\d*\.?\d+)\s*(pt|cm|mm|in|em|ex|bp|sp)?")
_POINTS = {"pt": 1.0, "bp": 1.0, "mm": 2.85, "cm": 28.5, "in": 72.3, "em": 10.0, "ex": 4.3, "sp": 1.5e-5}
_CLEAR_OPTION = re.compile(r"(?:^|,)\s*(?:fill |text )?opacity\s*=\s*0?\.?0*\s*(?:,|$)")
_COLOR_OPTION = re.compile(r"(?:^|,)\s*(?:text|color|coltext)\s*=\s*([^,\]]+)")
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|(?:New|Renew|Provide|Declare)DocumentCommand)\*?\s*\{?\s*"
    r"(\\[A-Za-z@]+)\s*\}?\s*(?:\[[^\]]*\]\s*)*(?=\{)|\\(?:long\s*)?[gex]?def\s*(\\[A-Za-z@]+)[^{}\\]*(?=\{)"
)
_DEFINED_COLOR = re.compile(r"\\definecolor\s*\{([^{}]*)\}\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_LET_COLOR = re.compile(r"\\colorlet\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_CONDITION = re.compile(r"\\(?:if[A-Za-z@]*|else|fi)(?![A-Za-z@])")
_NO_CONDITIONS = frozenset(
    {"\\ifthenelse", "\\iff", "\\ifstrequal", "\\ifstrempty", "\\ifblank", "\\iftoggle", "\\ifbool"}
)
_UNPRINTED = ("label", "index", "typeout", "message", "special", "pdfinfo", "hypersetup", "pdfcomment", "glossary")
_BOXES = ("setbox", "sbox", "savebox")


def remove_hidden(source: str) -> tuple[str, list[HiddenText]]:
    """Return LaTeX source without what its pages do not show, and what was removed."""
    hidden: list[HiddenText] = []
    colors = {"white": True, "transparent": True}
    for name, model, value in _DEFINED_COLOR.findall(source):
        colors[name.strip()] = is_pale(value, model, colors)
    for name, value in _LET_COLOR.findall(source):
        colors[name.strip()] = is_pale(value, "", colors)
    source = _without_dead_branches(source, hidden)
    source = _without_unused_definitions(source, hidden)
    scanner = _Scanner(source, colors, hidden)
    return scanner.scan(), hidden


def is_pale(value: str, model: str, colors: dict[str, bool]) -> bool:
    """Return whether a color cannot be told from white paper."""
    value, model = value.strip(), model.strip()
    try:
        if model in ("rgb", "gray", "RGB"):
            parts = [float(part) / (255 if model == "RGB" else 1) for part in value.split(",")]
            return all(part >= _PALE for part in parts)
        if model == "HTML":
            return all(int(value[k : k + 2], 16) / 255 >= _PALE for k in (0, 2, 4))
        if model == "cmyk":
            return all(float(part) <= 1 - _PALE for part in value.split(","))
        name, mixed, rest = value.partition("!")
        if mixed and not colors.get(name.strip(), False):
            share, _, other = rest.partition("!")
            return float(share) <= 100 * (1 - _PALE) and colors.get(other.strip() or "white", False)
        return colors.get(name.strip(), False)
    except ValueError:
        return False


def _without_dead_branches(source: str, hidden: list[HiddenText]) -> str:
    """Remove the branches of conditionals that are false as written, such as `\\iffalse` and `\\if0 1`."""
    out: list[str] = []
    levels: list[tuple[bool, bool]] = []  # whether the condition is known, and whether this branch is dead
    dead: list[str] = []
    at = 0
    for match in _CONDITION.finditer(source):
        piece, word = source[at : match.start()], match.group()
        (dead if any(is_dead for _, is_dead in levels) else out).append(piece)
        at = match.end()
        if word == "\\else" and levels:
            known, was_dead = levels[-1]
            levels[-1] = (known, known and not was_dead)
        elif word == "\\fi" and levels:
            if not levels.pop()[0]:
                out.append(word)
        elif word.startswith("\\if") and word not in _NO_CONDITIONS:
            holds, length = _condition(word, source[match.end() : match.end() + 80])
            at += length
            levels.append((holds is not None, holds is False))
            if holds is None:
                out.append(word)
        else:
            out.append(word)
    (dead if any(is_dead for _, is_dead in levels) else out).append(source[at:])
    _tell(hidden, HiddenTextKind.UNPRINTED, " ".join(dead))
    return "".join(out)


def _condition(word: str, after: str) -> tuple[bool | None, int]:
    """Return whether a condition holds, None if that cannot be seen here, and its length after the word."""
    if word in ("\\iffalse", "\\iftrue"):
        return word == "\\iftrue", 0
    if word == "\\if" and (two := re.match(r"\s*([^\\{}\s])\s*([^\\{}\s])", after)):
        return two[1] == two[2], two.end()
    if word == "\\ifnum" and (numbers := re.match(r"\s*(-?\d+)\s*([<=>])\s*(-?\d+)\s?", after)):
        one, other = int(numbers[1]), int(numbers[3])
        return {"<": one < other, "=": one == other, ">": one > other}[numbers[2]], numbers.end()
    if word == "\\ifodd" and (number := re.match(r"\s*(-?\d+)\s?", after)):
        return int(number[1]) % 2 == 1, number.end()
    return None, 0


def _without_unused_definitions(source: str, hidden: list[HiddenText]) -> str:
    """Remove the definitions of commands that are never used."""
    for match in reversed(list(_DEFINITION.finditer(source))):
        name = match[1] or match[2]
        end = _group_end(source, match.end())
        if not re.search(re.escape(name) + r"(?![A-Za-z@])", source[: match.start()] + source[end:]):
            _tell(hidden, HiddenTextKind.UNPRINTED, source[match.end() + 1 : end - 1])
            source = source[: match.start()] + source[end:]
    return source


@dataclass
class _Group:
    kind: HiddenTextKind | None
    dark: bool = False
    """Set on a dark background, on which pale text is seen."""
    text: list[str] = field(default_factory=list)


class _Scanner:
    """Scans source once, and keeps for each open group how its text is hidden."""

    def __init__(self, source: str, colors: dict[str, bool], hidden: list[HiddenText]) -> None:
        self._source, self._colors, self._hidden = source, colors, hidden
        self._at = 0
        self._out: list[str] = []
        self._groups = [_Group(None)]
        self._next: _Group | None = None
        self._removed: list[str] = []
        self._removed_kind: HiddenTextKind | None = None
        self._handlers: dict[str, Callable[[], None]] = {
            "begin": self._on_begin,
            "color": self._on_color,
            "colorbox": self._on_colorbox,
            "end": self._on_end,
            "fontsize": self._on_fontsize,
            "hphantom": self._on_phantom,
            "phantom": self._on_phantom,
            "resizebox": self._on_resizebox,
            "scalebox": self._on_scalebox,
            "textcolor": self._on_textcolor,
            "texttransparent": self._on_texttransparent,
            "transparent": self._on_transparent,
            "vphantom": self._on_phantom,
        }

    def scan(self) -> str:
        """Return the source without what is hidden."""
        while self._at < len(self._source):
            character = self._source[self._at]
            if character == "\\":
                match = _COMMAND.match(self._source, self._at)
                self._command(match.group() if match else character)
                continue
            self._at += 1
            if character == "{" and len(self._groups) < _MAX_GROUPS:
                self._open(character)
            elif character == "}":
                self._close(character)
            else:
                if not character.isspace():
                    self._next = None
                self._put(character)
        self._flush()
        return "".join(self._out)

    def _open(self, text: str) -> None:
        self._put(text)
        outer, chosen = self._groups[-1], self._next
        self._next = None
        kind = outer.kind or (chosen.kind if chosen else None)
        self._groups.append(_Group(kind, dark=chosen.dark if chosen else outer.dark))

    def _close(self, text: str) -> None:
        if len(self._groups) > 1:
            self._groups.pop()
        self._put(text)

    def _command(self, word: str) -> None:
        start, self._at = self._at, self._at + len(word)
        name = word[1:].rstrip("*")
        if name in self._handlers:
            self._handlers[name]()
        elif name in _UNPRINTED:
            self._argument_unprinted()
            return
        elif name in _BOXES:
            self._box(name)
            return
        elif name == "endgroup" or name == "egroup":
            self._close("")
        elif name in ("begingroup", "bgroup"):
            self._open("")
        elif name in (
            "hspace",
            "vspace",
            "hskip",
            "vskip",
            "kern",
            "raisebox",
            "moveleft",
            "moveright",
            "raise",
            "lower",
        ):
            self._shift(name)
        elif option := _OPTION.match(self._source, self._at):
            self._at = option.end()
            self._options(option[1])
        self._put(self._source[start : self._at])

    def _on_color(self) -> None:
        pale = self._color()
        group = self._groups[-1]
        if group.kind in (None, HiddenTextKind.COLOR):
            self._set(HiddenTextKind.COLOR if pale and not group.dark else None)

    def _on_textcolor(self) -> None:
        if self._color() and not self._groups[-1].dark:
            self._next = _Group(HiddenTextKind.COLOR)

    def _on_colorbox(self) -> None:
        self._next = _Group(None, dark=not self._color())

    def _on_fontsize(self) -> None:
        size = self._points(self._braced())
        self._braced()
        if self._groups[-1].kind in (None, HiddenTextKind.TINY):
            self._set(HiddenTextKind.TINY if size is not None and 0 <= size < MIN_POINTS else None)

    def _on_phantom(self) -> None:
        self._next = _Group(HiddenTextKind.UNPRINTED)

    def _on_transparent(self) -> None:
        if self._number(self._braced()) == 0:
            self._set(HiddenTextKind.COLOR)

    def _on_texttransparent(self) -> None:
        if self._number(self._braced()) == 0:
            self._next = _Group(HiddenTextKind.COLOR)

    def _on_scalebox(self) -> None:
        scale = self._number(self._braced())
        self._option()
        if scale is not None and abs(scale) < 0.2:
            self._next = _Group(HiddenTextKind.TINY)

    def _on_resizebox(self) -> None:
        sizes = [self._points(self._braced()), self._points(self._braced())]
        if any(size is not None and abs(size) < MIN_POINTS for size in sizes):
            self._next = _Group(HiddenTextKind.TINY)

    def _on_begin(self) -> None:
        self._braced()
        self._next = None
        self._options(self._option())
        chosen, self._next = self._next, None
        outer = self._groups[-1]
        self._groups.append(_Group(outer.kind or (chosen.kind if chosen else None), outer.dark))

    def _on_end(self) -> None:
        self._braced()
        if len(self._groups) > 1:
            self._groups.pop()

    def _options(self, option: str) -> None:
        if _CLEAR_OPTION.search(option) or (
            (found := _COLOR_OPTION.search(option)) and is_pale(found[1], "", self._colors)
        ):
            self._next = _Group(HiddenTextKind.COLOR)

    def _shift(self, name: str) -> None:
        braced = self._source[self._at : self._at + 1] == "{"
        text = self._braced() if braced else (_LENGTH.match(self._source, self._at) or [""])[0]
        length = self._points(text)
        if length is not None and abs(length) > _FAR_POINTS:
            if name == "raisebox":
                self._next = _Group(HiddenTextKind.OUTSIDE)
            elif len(self._groups) > 1:
                self._set(HiddenTextKind.OUTSIDE)

    def _argument_unprinted(self) -> None:
        self._option()
        text = self._braced()
        if len(text.split()) >= _MIN_WORDS:
            _tell(self._hidden, HiddenTextKind.UNPRINTED, text)

    def _box(self, name: str) -> None:
        start = self._source.find("{", self._at)
        if name != "setbox":
            self._at = _group_end(self._source, start) if start >= 0 else self._at
            self._option()
            start = self._source.find("{", self._at)
        if start < 0 or start - self._at > 40:
            return
        end = _group_end(self._source, start)
        if re.search(r"\\(?:usebox|unh?box|unvbox|copy|box)(?![A-Za-z@])", self._source[end:]):
            return
        _tell(self._hidden, HiddenTextKind.UNPRINTED, self._source[start + 1 : end - 1])
        self._at = end

    def _set(self, kind: HiddenTextKind | None) -> None:
        self._groups[-1].kind = kind

    def _put(self, text: str) -> None:
        kind = self._groups[-1].kind
        if kind is None:
            self._flush()
            self._out.append(text)
            return
        if kind != self._removed_kind:
            self._flush()
        self._removed_kind = kind
        self._removed.append(text)

    def _flush(self) -> None:
        if self._removed and self._removed_kind:
            _tell(self._hidden, self._removed_kind, "".join(self._removed))
            self._out.append(" ")
        self._removed, self._removed_kind = [], None

    def _color(self) -> bool:
        model = self._option()
        return is_pale(self._braced(), model, self._colors)

    def _option(self) -> str:
        match = _OPTION.match(self._source, self._at)
        if not match:
            return ""
        self._at = match.end()
        return match[1]

    def _braced(self) -> str:
        while self._source[self._at : self._at + 1].isspace():
            self._at += 1
        if self._source[self._at : self._at + 1] != "{":
            return ""
        start, self._at = self._at, _group_end(self._source, self._at)
        return self._source[start + 1 : self._at - 1]

    def _points(self, text: str) -> float | None:
        match = _LENGTH.match(text)
        return float(match[1]) * _POINTS[match[2] or "pt"] if match else None

    def _number(self, text: str) -> float | None:
        try:
            return float(text)
        except ValueError:
            return None


def _tell(hidden: list[HiddenText], kind: HiddenTextKind, text: str) -> None:
    text = re.sub(
        r"\\(?:color|fontsize)(?:\[[^\]]*\])?(?:\{[^{}]*\})+|\\selectfont|\\(?:begin|end)\{[^{}]*\}", " ", text
    )
    text = re.sub(r"[{}]", "", text)
    if any(character.isalnum() for character in text):
        hidden.append(HiddenText.of(kind, 1, text))


def _group_end(source: str, start: int) -> int:
    """Return the place after the group that begins at `start`."""
    depth, at = 0, start
    while at < len(source):
        if source[at] == "\\":
            at += 2
            continue
        depth += (source[at] == "{") - (source[at] == "}")
        at += 1
        if depth == 0:
            return at
    return len(source)
