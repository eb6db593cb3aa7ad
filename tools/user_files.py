"""Read text and JSON files that people write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.errors import UserError


def read_user_text(path: Path) -> str:
    """Return the text of a UTF-8 file without its byte order mark, with \\n at the end of each line.

    Raises:
        UserError: the file cannot be read or is not UTF-8. Names the line and the command that converts it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path}:{line}: not UTF-8 text; if it is Latin-1, convert it: iconv -f latin1 -t utf-8 FILE > NEW_FILE"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_user_json(path: Path) -> Any:
    """Return the value of a JSON file.

    Raises:
        UserError: as `read_user_text`, or the file is not JSON or is nested too deeply.
    """
    text = read_user_text(path)
    try:
        return json.loads(text)
    except RecursionError:
        raise UserError(f"{path}: nested too deeply to be read") from None
    except ValueError as error:
        raise UserError(f"{path}: not valid JSON: {error}") from None
