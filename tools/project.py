"""Where the project's own files lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The folder of `run.py`."""
CONFIGS = ROOT / "configs"
TEMPLATES = ROOT / "templates"
