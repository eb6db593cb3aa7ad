"""The sandbox's settings, from configs/sandbox.yaml."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import UserError

FILE = Path(__file__).resolve().parents[2] / "configs" / "sandbox.yaml"


class DockerSettings(BaseModel):
    """How the docker sandbox builds its image and starts its containers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_image: str = "python:3.11-slim-bookworm"
    """Image that the sandbox's own is built on; it must have `python` with pip, and apt for LaTeX."""
    torch_index: str = "https://download.pytorch.org/whl/cpu"
    """Package index with torch builds without CUDA; empty for pip's own configuration alone."""
    runtime: str = ""
    """Container runtime such as `runsc` (gVisor); empty for the daemon's default."""
    build_network: str = "default"
    """Network of the image build, `host` where a proxy or mirror is only reachable from the host."""


class Settings(BaseModel):
    """All of configs/sandbox.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    docker: DockerSettings = Field(default_factory=DockerSettings)
    """The docker sandbox."""

    @classmethod
    def load(cls, file: Path = FILE) -> Settings:
        """Read `file`. Raises UserError that names the file and the key."""
        try:
            return cls.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
        except (OSError, yaml.YAMLError) as error:
            raise UserError(f"{file} cannot be read: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise UserError(f"{file}: {key}: {first['msg']}") from error
