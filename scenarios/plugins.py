"""Plug-ins: a user's folder that adds roles, toolsets, policies, phase types, literature sources, forms, rules and checks.

A plug-in folder holds role cards in `roles/`, prompts in `prompts/`, review forms in `forms/`, decision rules in `rules/`
and Python files beside them. A Python file says what it adds in module-level names: TOOLSETS, POLICIES, PHASE_TYPES,
LITERATURE_SOURCES and GATE_CHECKS. Plug-ins are the user's own code: they run in this process, outside the sandbox.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from agents.conversation.policies import POLICIES, SELECTOR, PolicyFactory
from agents.prompts import check_prompt
from scenarios.phases import PHASES
from scenarios.phases.phase_type import PhaseType
from tools.errors import UserError
from tools.gate.checks import CHECKS, GateCheck
from tools.literature import SOURCES, SourceFactory
from tools.toolsets.base import Toolset
from tools.toolsets.registry import TOOLSETS

T = TypeVar("T")

EXPORTS = ("TOOLSETS", "POLICIES", "PHASE_TYPES", "LITERATURE_SOURCES", "GATE_CHECKS")
"""The names that a plug-in's Python file may define."""
_SUBFOLDERS = ("roles", "prompts", "forms", "rules")


@dataclass(frozen=True)
class Plugins:
    """Everything that a scenario can name: the built-in parts and those of the plug-in folders."""

    folders: tuple[Path, ...] = ()
    toolsets: tuple[type[Toolset], ...] = TOOLSETS
    policies: Mapping[str, PolicyFactory] = field(default_factory=lambda: POLICIES)
    phase_types: Mapping[str, PhaseType] = field(default_factory=lambda: PHASES)
    literature_sources: Mapping[str, SourceFactory] = field(default_factory=lambda: SOURCES)
    gate_checks: tuple[GateCheck, ...] = CHECKS

    def subfolders(self, name: str) -> list[Path]:
        """Return the folders called `name` ("roles", "prompts", "forms" or "rules") of all plug-in folders."""
        return [folder / name for folder in self.folders if (folder / name).is_dir()]


def load_plugins(folders: Sequence[Path]) -> Plugins:
    """Load plug-in folders, in order, on top of the built-in parts.

    Raises:
        UserError: a folder does not exist or adds nothing, a Python file in it fails to import, defines a name of the wrong
            type, adds something whose name is taken, or adds a phase type with participants and without a prompt.
    """
    added = _Added()
    for folder in folders:
        _load_folder(folder, added)
    _check_prompts(folders, added)
    return Plugins(
        folders=tuple(folders),
        toolsets=(*TOOLSETS, *added.toolsets),
        policies=added.policies,
        phase_types=added.phase_types,
        literature_sources=added.literature_sources,
        gate_checks=(*CHECKS, *added.gate_checks),
    )


@dataclass
class _Added:
    """What the folders read so far add; mappings begin with the built-in parts, so that a taken name is noticed."""

    toolsets: list[type[Toolset]] = field(default_factory=list)
    policies: dict[str, PolicyFactory] = field(default_factory=lambda: dict(POLICIES))
    phase_types: dict[str, PhaseType] = field(default_factory=lambda: dict(PHASES))
    phase_files: dict[str, Path] = field(default_factory=dict)
    """The file that adds each phase type."""
    literature_sources: dict[str, SourceFactory] = field(default_factory=lambda: dict(SOURCES))
    gate_checks: list[GateCheck] = field(default_factory=list)


def _load_folder(folder: Path, added: _Added) -> None:
    if not folder.is_dir():
        raise UserError(f"plug-in folder {folder}: there is no such folder")
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    if not files and not any((folder / name).is_dir() for name in _SUBFOLDERS):
        raise UserError(
            f"plug-in folder {folder}: it adds nothing; it needs Python files or one of the folders {', '.join(_SUBFOLDERS)}"
        )
    for path in sorted(folder.glob("prompts/**/*.md")):
        check_prompt(path)
    for path in files:
        _add_module(path, _import(path), added)


def _check_prompts(folders: Sequence[Path], added: _Added) -> None:
    """Check that each phase type that holds a conversation has its prompt in one of the folders."""
    for name, path in added.phase_files.items():
        if added.phase_types[name].holds_chat and not any(
            (each / "prompts" / f"{name}.md").is_file() for each in folders
        ):
            raise UserError(
                f"plug-in {path}: PHASE_TYPES: {name!r} has participants and no prompt; "
                f"write {path.parent / 'prompts' / f'{name}.md'}"
            )


def _import(path: Path) -> ModuleType:
    """Import one file under a name of its own, so that two plug-ins with the same file name do not collide."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    name = f"colloquium_plugin_{digest}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"plug-in {path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and type hints look their module up here
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # any failure in a user's file is the user's to see, in one line
        del sys.modules[name]
        raise UserError(f"plug-in {_place(path, error)}: {type(error).__name__}: {_reason(error)}") from None
    return module


def _place(path: Path, error: Exception) -> str:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _reason(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error)  # its text repeats the file and the line


def _add_module(path: Path, module: ModuleType, added: _Added) -> None:
    exported = {name: getattr(module, name) for name in EXPORTS if hasattr(module, name)}
    if not exported:
        raise UserError(f"plug-in {path}: it defines none of {', '.join(EXPORTS)}; start a helper file's name with _")
    for toolset in _toolsets(path, exported):
        taken = {tool for known in (*TOOLSETS, *added.toolsets) for tool in known.names} & set(toolset.names)
        if taken:
            raise UserError(f"plug-in {path}: TOOLSETS: the tool name {sorted(taken)[0]!r} is taken")
        added.toolsets.append(toolset)
    for phase_type in _items(path, exported, "PHASE_TYPES", PhaseType, "a list of PhaseType objects"):
        _put(path, "PHASE_TYPES", added.phase_types, phase_type.name, phase_type)
        added.phase_files[phase_type.name] = path
    for name, policy in _entries(path, exported, "POLICIES"):
        if name == SELECTOR:
            raise UserError(f"plug-in {path}: POLICIES: the name {name!r} is taken")
        _put(path, "POLICIES", added.policies, name, policy)
    for name, source in _entries(path, exported, "LITERATURE_SOURCES"):
        _put(path, "LITERATURE_SOURCES", added.literature_sources, name, source)
    for check in _items(path, exported, "GATE_CHECKS", GateCheck, "a list of GateCheck objects"):
        if check.name in {known.name for known in (*CHECKS, *added.gate_checks)}:
            raise UserError(f"plug-in {path}: GATE_CHECKS: the name {check.name!r} is taken")
        added.gate_checks.append(check)


def _toolsets(path: Path, exported: Mapping[str, object]) -> Sequence[type[Toolset]]:
    shape = "a list of Toolset subclasses, each with `names`"
    found = _items(path, exported, "TOOLSETS", type, shape)
    if not all(issubclass(item, Toolset) and item.names for item in found):
        raise UserError(f"plug-in {path}: TOOLSETS: must be {shape}")
    toolsets: list[type[Toolset]] = list(found)
    for toolset in toolsets:
        for name in toolset.names:
            if not inspect.iscoroutinefunction(getattr(toolset, name, None)) or not inspect.getdoc(
                getattr(toolset, name)
            ):
                raise UserError(
                    f"plug-in {path}: TOOLSETS: {toolset.__name__}.{name} must be an async method with a docstring"
                )
    return toolsets


def _items(path: Path, exported: Mapping[str, object], key: str, kind: type[T], shape: str) -> Sequence[T]:
    found = exported.get(key, ())
    if not isinstance(found, list | tuple) or not all(isinstance(item, kind) for item in found):
        raise UserError(f"plug-in {path}: {key}: must be {shape}")
    return found


def _entries(path: Path, exported: Mapping[str, object], key: str) -> Sequence[tuple[str, Callable[..., Any]]]:
    found = exported.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(name, str) and callable(item) for name, item in found.items()):
        raise UserError(f"plug-in {path}: {key}: must be a mapping from names to functions")
    return list(found.items())


def _put(path: Path, key: str, known: dict[str, T], name: str, item: T) -> None:
    if name in known:
        raise UserError(f"plug-in {path}: {key}: the name {name!r} is taken")
    known[name] = item
