"""Settings of the sandboxes, from configs/sandbox.yaml."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import UserError
from tools.project import CONFIGS
from tools.schema import read_yaml, validated

FILE = CONFIGS / "sandbox.yaml"

OVERRIDES = {
    "base_image": "COLLOQUIUM_BASE_IMAGE",
    "wheels": "COLLOQUIUM_WHEELS",
    "torch_index": "COLLOQUIUM_TORCH_INDEX",
}
"""Environment variables that override the file, for values that differ between machines."""


class DockerSettings(BaseModel):
    """How the Docker sandbox builds its images and starts its containers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_image: str = "python:3.11-slim-bookworm"
    """Image to build on; needs `python` with pip, and apt for LaTeX."""
    torch_index: str = ""
    """URL of a package index with CPU builds of torch; empty for pip's own configuration alone."""
    wheels: str = ""
    """Folder of wheels to prefer over any index, such as a CPU build of torch."""
    runtime: str = ""
    """Container runtime such as `runsc` (gVisor); empty for the daemon's default."""
    build_network: str = "default"
    """Network of the image build; `host` if a proxy or mirror can only be reached from the host."""


class SandboxSettings(BaseModel):
    """The content of configs/sandbox.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    docker: DockerSettings = Field(default_factory=DockerSettings)
    """Settings of the Docker sandbox."""

    @classmethod
    def load(cls, file: Path = FILE) -> SandboxSettings:
        """Read `file` and apply the environment variables. Raises UserError that names the file and the key."""
        try:
            settings = validated(cls, read_yaml(file) or {}, file)
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error}") from error
        overrides = {key: value for key, variable in OVERRIDES.items() if (value := os.environ.get(variable))}
        return settings.model_copy(update={"docker": settings.docker.model_copy(update=overrides)})
