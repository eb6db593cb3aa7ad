"""Which files of a run folder the viewer hands out, and how."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
_PDF = "application/pdf"
_BINARY = frozenset((".npz", ".npy", ".pt", ".pth", ".ckpt", ".gz", ".zip", ".pkl", ".bin", ".safetensors"))
_HIDDEN = frozenset((".git",))


@dataclass(frozen=True)
class ServedFile:
    """A file, its media type and the headers of its answer."""

    path: Path
    media_type: str
    headers: dict[str, str]


def served(root: Path, name: str) -> ServedFile | None:
    """Return a regular file inside `root` by its relative path; None for everything else.

    A link that leads outside, a repository's data and special files are not served. A file is shown as an image, as a PDF or
    as plain text, never as a page: its own policy forbids scripts even in an SVG.
    """
    if "\0" in name:
        return None
    base = root.resolve()
    try:
        path = (base / name).resolve(strict=True)
        regular = stat.S_ISREG(path.stat().st_mode)
    except (OSError, RuntimeError, ValueError):
        return None
    if not regular or not path.is_relative_to(base) or _HIDDEN & set(path.relative_to(base).parts):
        return None
    suffix = path.suffix.lower()
    media_type = _IMAGES.get(suffix) or (_PDF if suffix == ".pdf" else "text/plain; charset=utf-8")
    kind = "inline"
    if suffix in _BINARY:
        media_type, kind = "application/octet-stream", "attachment"
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    if media_type == _PDF:
        policy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"  # a sandbox keeps PDFs from opening
    headers = {
        "Content-Security-Policy": policy,
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(path.name)}",
    }
    return ServedFile(path, media_type, headers)
