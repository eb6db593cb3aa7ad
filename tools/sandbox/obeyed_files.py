"""Names of files that programs execute or obey without being told to, when a person or a later run works in the folder.

Git, Python, make, editors, shells, package managers and assistants all read such files. What model-written code leaves
under these names is removed; the template and the coder may have others.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_NAMES = frozenset({
    "makefile", "gnumakefile", "bsdmakefile", "justfile", "rakefile", "sconstruct", "wscript", "cmakelists.txt",
    "build.ninja", "meson.build", "taskfile.yml", "taskfile.yaml", "setup.cfg", "pyproject.toml", "tox.ini", "pytest.ini",
    "pyvenv.cfg", "latexmkrc", "texmf.cnf", "package.json", "dockerfile", "containerfile", "docker-compose.yml",
    "docker-compose.yaml", "compose.yml", "compose.yaml", "vagrantfile", "procfile", "desktop.ini", "autorun.inf",
    "session.vim", "_vimrc", "_gvimrc", "_exrc", "_viminfo", "claude.md", "agents.md", "gemini.md",
})  # fmt: skip
_SUFFIXES = (".pth", "._pth", ".egg-link", ".code-workspace", ".sublime-project", ".desktop", ".mk")
_SITE = ("sitecustomize", "usercustomize", "conftest")
_IMPORTABLE = (".py", ".pyc", ".pyo", ".so", ".pyd")
_RESULTS = re.compile(r"(run|confirm)_\d+")
_FIGURE = re.compile(r"\..+\.figure\.json")
_REPOSITORY = ({"head", "objects", "refs"}, {"head", "commondir"})
_REPOSITORY_FILES = {"head", "commondir", "config", "config.worktree", "gitdir", "hooks"}


def obeyed_by(path: str) -> str:
    """Return what obeys a file or folder of this path relative to the project, such as `git`; empty if nothing does."""
    parts = PurePosixPath(path).parts
    name = parts[-1].casefold()
    hidden = [part for part in parts if part.startswith(".")]
    if hidden and not (len(parts) == 1 and _FIGURE.fullmatch(parts[0])):
        return "git" if hidden[0].casefold().startswith(".git") else "programs that read hidden files"
    if name.startswith(("-", "~")):
        return "shells, which read it as an option or a home folder"
    if name in _NAMES or name.endswith(_SUFFIXES):
        return "make, editors or package managers"
    if name.partition(".")[0] in _SITE and name.endswith(_IMPORTABLE):
        return "Python"
    return "git" if name in ("head", "commondir") else ""


def is_importable(path: str) -> bool:
    """Return whether Python can import a file of this path in a later run. Folders of runs are not searched."""
    parts = PurePosixPath(path).parts
    return not _RESULTS.fullmatch(parts[0]) and ("__pycache__" in parts or path.casefold().endswith(_IMPORTABLE))


def belongs_to_bare_repository(name: str, siblings: frozenset[str]) -> bool:
    """Return whether git would take the folder for a repository because of this file. `siblings` are in lower case."""
    return name.casefold() in _REPOSITORY_FILES and any(names <= siblings for names in _REPOSITORY)
