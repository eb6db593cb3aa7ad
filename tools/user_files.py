"""Read text files that people write."""

from __future__ import annotations

from pathlib import Path

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
