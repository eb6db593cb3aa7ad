"""The sandbox's settings, from configs/sandbox.yaml."""

from __future__ import annotations

import os
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import UserError
from tools.project import CONFIGS

FILE = CONFIGS / "sandbox.yaml"

OVERRIDES = {
    "base_image": "COLLOQUIUM_BASE_IMAGE",
    "wheels": "COLLOQUIUM_WHEELS",
    "torch_index": "COLLOQUIUM_TORCH_INDEX",
}
"""Environment variables that go before the file, for what differs from machine to machine."""


class DockerSettings(BaseModel):
    """How the docker sandbox builds its image and starts its containers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_image: str = "python:3.11-slim-bookworm"
    """Image that the sandbox's own is built on; it must have `python` with pip, and apt for LaTeX."""
    torch_index: str = ""
    """Address of a package index with torch builds without CUDA; empty for pip's own configuration alone."""
    wheels: str = ""
    """Folder with wheels that are taken before any index, such as one of torch without CUDA."""
    runtime: str = ""
    """Container runtime such as `runsc` (gVisor); empty for the daemon's default."""
    build_network: str = "default"
    """Network of the image build, `host` where a proxy or mirror is only reachable from the host."""


class SandboxSettings(BaseModel):
    """All of configs/sandbox.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    docker: DockerSettings = Field(default_factory=DockerSettings)
    """The docker sandbox."""

    @classmethod
    def load(cls, file: Path = FILE) -> SandboxSettings:
        """Read `file`. Raises UserError that names the file and the key."""
        try:
            given = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            for key, variable in OVERRIDES.items():
                if value := os.environ.get(variable):
                    given.setdefault("docker", {})[key] = value
            return cls.model_validate(given)
        except (OSError, yaml.YAMLError) as error:
            raise UserError(f"{file} cannot be read: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise UserError(f"{file}: {key}: {first['msg']}") from error
