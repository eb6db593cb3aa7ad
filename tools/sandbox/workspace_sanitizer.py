"""Treats the files of a sandboxed command as untrusted data: reads without following links, removes what can harm."""

from __future__ import annotations

import json
import math
import os
import stat
import subprocess
from pathlib import Path, PurePosixPath

from tools.errors import TamperedError, ToolError
from tools.sandbox.base import SanitizedItem

MAX_DEPTH = 32
REPAIRABLE = ("setuid bit", "locked folder", "locked file")


def read_file(root: Path, relative: str, *, max_bytes: int) -> bytes:
    """Return the content of a regular file under `root`. No component of `relative` may be a link.

    Raises:
        TamperedError: it is a symbolic link, a hard link, a FIFO, a socket or a device.
        ToolError: it cannot be read or is larger than `max_bytes`.
    """
    descriptor = _open(root, relative)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            error = ToolError if stat.S_ISDIR(status.st_mode) else TamperedError
            raise error(f"{relative} is not a regular file ({_kind(status.st_mode)})")
        if status.st_nlink > 1:
            raise TamperedError(f"{relative} is a hard link to another file")
        if status.st_size > max_bytes:
            raise ToolError(f"{relative} is {status.st_size} bytes; at most {max_bytes} are read")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ToolError(f"{relative} grew while it was read; at most {max_bytes} bytes are read")
    return content


def read_json(root: Path, relative: str, max_bytes: int = 1 << 20) -> object:
    """Return the JSON value in a regular file under `root`.

    Raises:
        ToolError: it has duplicate keys, NaN or infinities, numbers too large for a float, nesting deeper than 32, or
            is not UTF-8; also as `read_file`.
    """

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        value = dict(items)
        if len(value) < len(items):
            keys = [key for key, _ in items]
            duplicate = next(key for key in keys if keys.count(key) > 1)
            raise ToolError(f"{relative}: the key {duplicate[:80]!r} occurs twice in one object")
        return value

    def constant(name: str) -> object:
        raise ToolError(f"{relative}: {name} is not a number; the run diverged or divided by zero")

    def number(text: str) -> float:
        value = float(text)
        if math.isinf(value):
            raise ToolError(f"{relative}: {text[:40]} does not fit a 64-bit float")
        return value

    def integer(text: str) -> int:
        number(text)
        return int(text)

    content = read_file(root, relative, max_bytes=max_bytes)
    try:
        text = content.decode("utf-8")
        _refuse_depth(relative, text)
        value: object = json.loads(
            text, object_pairs_hook=pairs, parse_constant=constant, parse_float=number, parse_int=integer
        )
    except ValueError as error:
        raise ToolError(f"{relative} is not JSON: {error}") from error
    return value


def sanitize(root: Path) -> list[SanitizedItem]:
    """Remove or repair everything under `root` that could harm its readers, and return what was done, by path.

    Removed are links that lead outside, FIFOs, sockets, devices, nested git repositories, folders nested deeper than 32
    and unprintable names. Setuid bits and missing read permissions are repaired. The `.git` of `root` itself stays. No
    process may be running in `root`.
    """
    done: list[SanitizedItem] = []
    root = root.resolve()
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        if here == root and ".git" in folders:
            folders.remove(".git")
        for name in [*folders, *files]:
            path = here / name
            problem = _problem(root, path)
            if not problem:
                continue
            mode = path.lstat().st_mode
            if problem in REPAIRABLE:
                own = 0o700 if stat.S_ISDIR(mode) else 0o400
                path.chmod((stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID)) | own)
            elif stat.S_ISDIR(mode):
                subprocess.run(["rm", "-rf", "--", str(path)], check=True)  # any depth, where shutil recurses
                folders.remove(name)
            else:
                path.unlink()
            done.append(SanitizedItem(str(path.relative_to(root)), problem))
    return sorted(done, key=lambda item: item.path)


def is_repository(name: str) -> bool:
    """Return whether git treats a file or folder of this name as a repository, or refuses to store it as one."""
    return name.rstrip(". ").casefold() == ".git"


def _open(root: Path, relative: str) -> int:
    """Open `relative` component by component, without following a link or blocking on a FIFO."""
    parts = PurePosixPath(relative).parts
    if not parts or ".." in parts or PurePosixPath(relative).is_absolute() or "\0" in relative:
        raise ToolError(f"{relative!r} is not a path inside the workspace")
    current = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for index, part in enumerate(parts):
        folder = os.O_DIRECTORY if index < len(parts) - 1 else 0
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | folder
        try:
            following = os.open(part, flags, dir_fd=current)
        except OSError as error:
            so_far = "/".join(parts[: index + 1])
            raise _refusal(current, part, so_far, relative, error) from error
        finally:
            os.close(current)
        current = following
    return current


def _refusal(folder: int, part: str, so_far: str, relative: str, error: OSError) -> ToolError:
    try:
        mode = os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return ToolError(f"{relative} cannot be read: {so_far}: {error.strerror}")
    plain = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    return (ToolError if plain else TamperedError)(f"{relative} cannot be read: {so_far} is {_kind(mode)}")


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFDIR: "a folder",
        stat.S_IFREG: "a file",
    }
    return kinds.get(stat.S_IFMT(mode), "of an unknown kind")


def _problem(root: Path, path: Path) -> str:
    mode = path.lstat().st_mode
    if not path.name.isprintable():
        return "unprintable name"
    if stat.S_ISLNK(mode):
        inside = not path.readlink().is_absolute() and Path(os.path.realpath(path)).is_relative_to(root)
        return "" if inside else "link that leads outside"
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return _kind(mode)
    if is_repository(path.name) and (path.parent != root or path.name != ".git"):
        return "nested git repository"
    if stat.S_ISDIR(mode) and len(path.relative_to(root).parts) > MAX_DEPTH:
        return "folder nested too deep"
    if mode & (stat.S_ISUID | stat.S_ISGID):
        return "setuid bit"
    if stat.S_ISDIR(mode):
        return "locked folder" if mode & 0o700 != 0o700 else ""
    return "" if mode & 0o400 else "locked file"


def _refuse_depth(relative: str, text: str) -> None:
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ToolError(f"{relative} is nested deeper than {MAX_DEPTH}")
        elif character in "]}":
            depth -= 1
