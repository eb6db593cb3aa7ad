"""Build hook: adds the launcher to the wheel. In an editable installation the launcher runs this checkout."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LAUNCHER = "__init__.py"
"""In the wheel's folder `colloquium`, which pyproject.toml puts before every name."""


class LauncherHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        source = Path(self.root) / ".ci" / "launcher.py"
        if version != "editable":
            build_data["force_include"][str(source)] = LAUNCHER
            return
        text = source.read_text(encoding="utf-8").replace("Path(__file__).parent", f"Path({self.root!r})")
        file = Path(tempfile.mkdtemp()) / "launcher.py"
        file.write_text(text, encoding="utf-8")
        build_data["force_include_editable"][str(file)] = LAUNCHER
