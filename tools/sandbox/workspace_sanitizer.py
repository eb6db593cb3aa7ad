"""Treats the files of a sandboxed command as untrusted data: reads without following links, removes what can harm."""

from __future__ import annotations

import contextlib
import json
import math
import os
import stat
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from tools.errors import TamperedError, ToolError
from tools.file_tree import TreeEntry, remove_tree, walk
from tools.sandbox.base import SanitizedItem
from tools.sandbox.obeyed_files import belongs_to_bare_repository, is_importable, obeyed_by

MAX_DEPTH = 32
_MAX_NAME = 200
"""Bytes of a name: other files are named after it, with a longer ending."""
_MAX_PATH = 1024
"""Bytes of a path relative to the workspace."""
MODULE = "module that later runs would import"


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


def sanitize(root: Path, before: Collection[str] | None = None) -> list[SanitizedItem]:
    """Remove or repair everything under `root` that could harm its readers, and return what was done, by path.

    Removed are links that lead outside, FIFOs, sockets, devices, git repositories, folders nested deeper than 32, names
    that are unprintable or too long, and paths that are too long. Set-user bits, access lists and missing or excessive
    permissions are repaired, also of `root`. The `.git` of `root` itself stays. No process may be running in `root`.

    Args:
        before: paths that existed before a command ran. Any other file that programs obey or that Python can import is
            removed. None leaves such files.
    """
    root = root.resolve()
    done = [SanitizedItem(".", problem) for problem in [_repair(root, root.stat().st_mode)] if problem]
    for entry in walk(root, MAX_DEPTH + 1):
        if entry.parts[0] == ".git":
            continue
        with contextlib.suppress(FileNotFoundError):  # a tool running in parallel has just renamed it
            problem = _problem(root, entry, before)
            if problem:
                remove_tree(entry.folder, entry.name)
            elif entry.is_file or entry.is_folder:
                problem = _repair(root / entry.path, entry.status.st_mode)
            if problem:
                done.append(SanitizedItem(entry.path, problem))
    return sorted(done, key=lambda item: item.path)


def is_repository(name: str) -> bool:
    """Return whether git treats a file or folder of this name as a repository, or refuses to store it as one."""
    return name.rstrip(". ").casefold() == ".git"


def name_problem(path: str) -> str:
    """Return why a file in the workspace may not have this relative path; empty if it may."""
    if not path.isprintable():
        return "unprintable name"
    parts = PurePosixPath(path).parts
    if len(path.encode()) > _MAX_PATH or any(len(part.encode()) > _MAX_NAME for part in parts):
        return "name or path too long"
    return ""


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


def _problem(root: Path, entry: TreeEntry, before: Collection[str] | None) -> str:
    """Return why an entry must be removed; empty if it may stay."""
    mode = entry.status.st_mode
    if problem := name_problem(entry.path):
        return problem
    if stat.S_ISLNK(mode):
        target = os.readlink(entry.name, dir_fd=entry.folder)
        inside = not target.startswith("/") and Path(os.path.realpath(root / entry.path)).is_relative_to(root)
        if not inside:
            return "link that leads outside"
    elif not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return _kind(mode)
    if is_repository(entry.name) or belongs_to_bare_repository(entry.name, entry.siblings):
        return "git repository"
    if entry.is_folder and len(entry.parts) > MAX_DEPTH:
        return "folder nested too deep"
    if before is not None and entry.path not in before:
        if program := obeyed_by(entry.path):
            return f"obeyed by {program}"
        if is_importable(entry.path) and not entry.is_folder:
            return MODULE
    return ""


def _repair(path: Path, mode: int) -> str:
    """Make a file or folder readable for its owner, and for nobody more than its mode says; return what was wrong."""
    folder = stat.S_ISDIR(mode)
    own = 0o700 if folder else 0o400
    problem = ""
    if mode & (stat.S_ISUID | stat.S_ISGID):
        problem = "setuid bit"
    elif mode & stat.S_IWOTH:
        problem = "writable by everybody"
    elif mode & own != own:
        problem = "locked folder" if folder else "locked file"
    if problem:
        path.chmod((stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH)) | own)
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):  # a file system without access lists
            lists = [name for name in os.listxattr(path) if name.startswith("system.posix_acl")]
            for name in lists:
                os.removexattr(path, name)
                problem = problem or "access list"
    return problem


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
