"""Write files atomically."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write a text file so that readers, even after a crash, see the old text or the new one."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a binary file in the same way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_json(path: Path, data: object) -> None:
    """Write data as indented JSON in the same way."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_problem(path: Path) -> str:
    """Return why nothing can be written at a path, missing folders included; an empty string if it can."""
    whole = path.absolute()
    there = next(place for place in (whole, *whole.parents) if place.exists())
    if there != whole and not there.is_dir():
        return f"{there} is a file; name another place"
    if not os.access(there, os.W_OK | os.X_OK if there.is_dir() else os.W_OK):
        return f"you may not write into {there}; name another place"
    return ""


def is_folder_name(name: str) -> bool:
    """Return True if `name` can name a folder directly inside another: not empty, `.`, `..`, or a path."""
    return name not in ("", ".", "..") and not {"/", "\\", "\0"} & set(name) and len(os.fsencode(name)) <= 255
