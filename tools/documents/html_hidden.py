"""Find and remove what Markdown, and the HTML in it, says without showing it to readers.

HTML elements are followed from their start to their end, also where an end is missing. Styles are read by property.
"""

from __future__ import annotations

import re

from tools.documents.hidden_text import HiddenText, HiddenTextKind

_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?P<attributes>(?:\s+[^<>]*)?)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_IMAGE = re.compile(r"!\[([^\]]*)\](\([^)\s]*(?:\s+[\"'(][^\n]*?[\"')])?\)|\[[^\]]*\])")
_LINK_TITLE = re.compile(r"(\]\(\s*[^\s()]+)\s+(\"[^\"\n]*\"|'[^'\n]*')\s*\)")
_DEFINITION = re.compile(r"(?m)^( {0,3}\[[^\]\n]+\]:\s*\S+)\s+(\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))\s*$")
_FOLDED = frozenset({"details"})
_NEVER_SHOWN = frozenset(
    {"script", "style", "template", "noscript", "head", "title", "object", "iframe", "datalist", "dialog"}
)
_EMPTY = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_MIN_WORDS = 3
"""Fewer words in an attribute or an image's text are a name."""
_MIN_PIXELS = 2.0
_FAR_PIXELS = 900.0
_PALE = 217
"""Each of red, green and blue at least, of 255."""
_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "%": 0.16, "ex": 8.0, "vw": 10.0, "vh": 8.0, "": 1.0}
_LENGTH = re.compile(r"\s*(-?\d*\.?\d+)\s*(px|pt|r?em|ex|%|v[wh])?")


def strip_hidden_markup(text: str) -> tuple[str, list[HiddenText]]:
    """Remove comments, elements that no reader sees, and texts of attributes, links and images. Return the rest and what
    was removed."""
    hidden: list[str] = []
    text = _without_elements(text, hidden)
    for pattern, kept in ((_LINK_TITLE, r"\1)"), (_DEFINITION, r"\1")):
        hidden += [match[2][1:-1] for match in pattern.finditer(text)]
        text = pattern.sub(kept, text)
    long = [match for match in _IMAGE.finditer(text) if len(match[1].split()) > _MIN_WORDS]
    hidden += [match[1] for match in long]
    for match in reversed(long):
        text = text[: match.start()] + f"![]{match[2]}" + text[match.end() :]
    findings = [HiddenText.of(HiddenTextKind.UNPRINTED, 1, quote) for quote in hidden]
    return text, [finding for finding in findings if any(character.isalnum() for character in finding.quote)]


def _without_elements(text: str, hidden: list[str]) -> str:
    shown: list[str] = []
    open_elements: list[str] = []  # inside a hidden element: its name, and the names of those inside it
    start = at = 0
    for token in _TOKEN.finditer(text):
        name = (token["name"] or "").lower()
        if open_elements:
            if token["close"] and name in open_elements:
                while open_elements.pop() != name:
                    pass
                if not open_elements:
                    hidden.append(_TOKEN.sub(" ", text[start : token.start()]))
                    at = token.end()
            elif name and not token["close"] and name not in _EMPTY:
                open_elements.append(name)
            continue
        shown.append(text[at : token.start()])
        at = token.end()
        if token["comment"] is not None:
            hidden.append(token["comment"])
        elif not token["close"]:
            attributes = _attributes(token["attributes"])
            if _is_hidden(name, attributes) and name not in _EMPTY:
                open_elements, start = [name], token.end()
                continue
            hidden += [value for key, value in attributes.items() if _speaks(key, value)]
            shown.append(f"<{name}>" if any(_speaks(*item) for item in attributes.items()) else token.group())
        else:
            shown.append(token.group())
    if open_elements:
        hidden.append(_TOKEN.sub(" ", text[start:]))
    else:
        shown.append(text[at:])
    return "".join(shown)


def _attributes(text: str) -> dict[str, str]:
    return {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(text)}


def _speaks(key: str, value: str) -> bool:
    """Return whether an attribute holds words, which no page shows."""
    return key not in ("style", "class", "href", "src", "srcset", "sizes", "rel") and len(value.split()) > _MIN_WORDS


def _is_hidden(name: str, attributes: dict[str, str]) -> bool:
    if name in _NEVER_SHOWN or (name in _FOLDED and "open" not in attributes) or "hidden" in attributes:
        return True
    styles = dict(part.split(":", 1) for part in attributes.get("style", "").lower().split(";") if ":" in part)
    style = {key.strip(): value.replace("!important", "").strip() for key, value in styles.items()}
    if name == "font" and attributes.get("color"):
        style.setdefault("color", attributes["color"].lower())
    placed = style.get("position") in ("absolute", "fixed", "relative")
    background = style.get("background-color", style.get("background", "white"))
    return any(
        (
            style.get("display") == "none",
            style.get("visibility") in ("hidden", "collapse"),
            _is_zero(style.get("opacity", "1")),
            abs(_pixels(style.get("font-size", ""), 16)) < _MIN_PIXELS,
            "color" in style and _is_pale(style["color"]) and _is_pale(background),
            placed
            and any(abs(_pixels(style.get(side, ""), 0)) > _FAR_PIXELS for side in ("left", "right", "top", "bottom")),
            abs(_pixels(style.get("text-indent", ""), 0)) > _FAR_PIXELS,
            any(abs(_pixels(style.get(side, ""), 99)) < _MIN_PIXELS for side in ("width", "height", "max-height")),
            any(
                word in style.get("clip", "") + style.get("clip-path", "")
                for word in ("rect(0", "inset(50%", "inset(100%")
            ),
            "scale(0" in style.get("transform", "") and "scale(0." not in style.get("transform", ""),
        )
    )


def _is_zero(value: str) -> bool:
    match = _LENGTH.match(value)
    return match is not None and float(match[1]) < 0.1


def _pixels(value: str, default: float) -> float:
    match = _LENGTH.match(value)
    return float(match[1]) * _PIXELS[match[2] or ""] if match else default


def _is_pale(color: str) -> bool:
    """Return whether a CSS color cannot be told from white paper."""
    color = color.strip()
    if color in (
        "white",
        "transparent",
        "snow",
        "ivory",
        "ghostwhite",
        "floralwhite",
        "whitesmoke",
        "azure",
        "mintcream",
    ):
        return True
    if match := re.fullmatch(r"#([0-9a-f]{3,8})", color):
        digits = match[1]
        parts = [digit * 2 for digit in digits[:3]] if len(digits) < 6 else [digits[0:2], digits[2:4], digits[4:6]]
        return all(int(part, 16) >= _PALE for part in parts)
    if color.startswith("rgb"):
        numbers = [float(number) for number in re.findall(r"\d*\.?\d+", color)]
        return len(numbers) >= 3 and (
            all(number >= _PALE for number in numbers[:3]) or (len(numbers) > 3 and numbers[3] < 0.1)
        )
    if color.startswith("hsl"):
        numbers = [float(number) for number in re.findall(r"\d*\.?\d+", color)]
        return len(numbers) >= 3 and (numbers[2] >= 85 or (len(numbers) > 3 and numbers[3] < 0.1))
    return False
