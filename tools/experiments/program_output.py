"""The end of a program's output as agents read it: without frames of libraries and paths of the machine, the cause first."""

from __future__ import annotations

import re

_CHARACTERS = 1500
_LIBRARY = re.compile(
    r"(?<![\w.])/(?:[^\s\"':,]*/)?(?:lib(?:64)?/python3(?:\.\d+)?(?:/(?:site|dist)-packages)?|(?:site|dist)-packages)/"
)
_FRAME = re.compile(
    r'^[ \t]+File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in [^\n]*)?\n(?:(?![ \t]+File ")[ \t]+[^\n]*\n)*', re.M
)
_MASK = "<python>/"
_TRACEBACK = "Traceback (most recent call last):"
_ERROR = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit|Warning|Iteration)\b[^\n]*", re.M)


def end_of_output(output: str) -> str:
    """Return the last 1,500 characters of an output, from the beginning of a line.

    After an exception, the error and the last frame of the project's own code come first, and frames of libraries are left
    out.
    """
    text = _LIBRARY.sub(_MASK, output).strip()
    cause = _cause(text)
    text = _FRAME.sub(
        lambda frame: "" if frame["file"].startswith((_MASK, "<frozen ")) else frame[0], f"{text}\n"
    ).strip()
    if len(text) > _CHARACTERS:
        cut = text[-_CHARACTERS:]
        start = cut.find(_TRACEBACK)
        text = cut[start:] if start >= 0 else cut.partition("\n")[2] or cut
    return f"{cause}\n{text}" if cause else text


def _cause(text: str) -> str:
    """Return the last error of an output with the place in the project's own code, empty without a traceback."""
    if _TRACEBACK not in text:
        return ""
    last = text[text.rindex(_TRACEBACK) :]
    own = [frame for frame in _FRAME.finditer(last) if not frame["file"].startswith((_MASK, "<"))]
    error = list(_ERROR.finditer(last))
    if not own or not error:
        return ""
    file = own[-1]["file"].rpartition("/")[2]
    code = own[-1][0].splitlines()[1:2]
    return f"{error[-1][0][:300]}\n  in {file}, line {own[-1]['line']}" + (f": {code[0].strip()}" if code else "")
