"""The docker sandbox's images: built on first use, named by what they are built from, so a change builds anew."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, BuildError, ImageNotFound

from tools.errors import UserError
from tools.sandbox.base import Purpose
from tools.sandbox.settings import DockerSettings

FOLDER = Path(__file__).parent / "image"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LABEL = "colloquium.sandbox"


def ensure(client: docker.DockerClient, purpose: Purpose, settings: DockerSettings) -> str:
    """The name of the image for a purpose; built when there is none of these contents.

    Raises:
        UserError: it cannot be built; the message ends with the build's last words.
    """
    name = f"colloquium-sandbox:{purpose}-{_digest(settings)}"
    try:
        client.images.get(name)
        return name
    except ImageNotFound:
        pass
    try:
        log = client.api.build(
            fileobj=_context(settings),
            custom_context=True,
            target=purpose,
            tag=name,
            rm=True,
            decode=True,
            buildargs={"BASE": settings.base_image, "TORCH_INDEX": settings.torch_index},
            labels={LABEL: purpose},
            network_mode=settings.build_network,
        )
        for line in log:
            if "error" in line:
                raise UserError(f"docker image {name} cannot be built: {line['error'].strip()[-600:]}")
    except (APIError, BuildError) as error:
        raise UserError(f"docker image {name} cannot be built: {str(error)[-600:]}") from None
    return name


def _digest(settings: DockerSettings) -> str:
    digest = hashlib.sha256(f"{settings.base_image} {settings.torch_index}".encode())
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _context(settings: DockerSettings) -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(FOLDER.iterdir()):
            archive.add(path, path.name)
        _add(archive, "certificates.crt", CERTIFICATES.read_bytes() if CERTIFICATES.exists() else b"")
        wheels = tarfile.TarInfo("wheels")
        wheels.type, wheels.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(wheels)
        for wheel in _wheels(settings):
            archive.add(wheel, f"wheels/{wheel.name}")
    buffer.seek(0)
    return buffer


def _wheels(settings: DockerSettings) -> Iterator[Path]:
    """Wheels of the packages that the image wants, from the folder that the settings name."""
    if settings.wheels:
        wanted = {
            line.partition("==")[0].strip().lower() for line in (FOLDER / "requirements.txt").read_text().splitlines()
        }
        for wheel in sorted(Path(os.path.expandvars(settings.wheels)).glob("*.whl")):
            if wheel.name.partition("-")[0].replace("_", "-").lower() in wanted:
                yield wheel


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info: Any = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
