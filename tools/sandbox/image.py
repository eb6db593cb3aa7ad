"""Images of the Docker sandbox: built on first use and named by a digest of their inputs, so a change rebuilds."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import APIError, BuildError, ImageNotFound
from filelock import FileLock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.errors import UserError
from tools.sandbox.base import Purpose
from tools.sandbox.settings import DockerSettings

FOLDER = Path(__file__).parent / "image"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LABEL = "colloquium.sandbox"
REPORT_SECONDS = 5.0
"""Interval of progress reports during a build."""
_LOCK = Path(tempfile.gettempdir()) / f"colloquium-sandbox-images-{os.getuid()}.lock"
"""Whoever needs an image waits for the one that builds it, across the processes of a user."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class _ImageBuild:
    """Arguments of one `docker build`."""

    name: str
    dockerfile: str
    target: str | None
    base: str
    requirements: str
    wheels: tuple[Path, ...]
    duration: str


def ensure_image(
    client: docker.DockerClient,
    purpose: Purpose,
    settings: DockerSettings,
    requirements: Sequence[str] = (),
    report: Progress = lambda text: None,
) -> str:
    """Return the name of the image for a purpose; build it if it does not exist.

    Args:
        requirements: packages of the template, installed on top of the image for experiments.
        report: receives the progress, in the thread of the caller.

    Raises:
        UserError: the build failed; the message ends with the last lines of the build.
    """
    own = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    base = f"colloquium-sandbox:{purpose}-{_digest(settings)}"
    duration = "about two minutes" if purpose == "experiment" else "some minutes"
    builds = [_ImageBuild(base, "Dockerfile", purpose, settings.base_image, own, _wheels(settings, own), duration)]
    if requirements and purpose == "experiment":
        lines = "".join(f"{line}\n" for line in requirements)
        name = f"colloquium-sandbox:template-{_digest(settings, lines)}"
        wheels = tuple(wheel for wheel in _wheels(settings) if wheel not in builds[0].wheels)
        builds.append(_ImageBuild(name, "template.Dockerfile", None, base, lines, wheels, "some minutes"))
    if _exists(client, builds[-1].name):
        return builds[-1].name
    with FileLock(_LOCK):
        for build in builds:
            if not _exists(client, build.name):
                _run_build(client, build, settings, report)
    return builds[-1].name


def _exists(client: docker.DockerClient, name: str) -> bool:
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    return True


def _run_build(client: docker.DockerClient, build: _ImageBuild, settings: DockerSettings, report: Progress) -> None:
    report(f"building the sandbox image {build.name} once; this takes {build.duration}")
    began = reported = time.monotonic()
    try:
        log = client.api.build(
            fileobj=_context(build),
            custom_context=True,
            dockerfile=build.dockerfile,
            target=build.target,
            tag=build.name,
            rm=True,
            forcerm=True,
            decode=True,
            buildargs={"BASE": build.base, "TORCH_INDEX": settings.torch_index},
            labels={LABEL: build.target or "template"},
            network_mode=settings.build_network,
        )
        lines: deque[str] = deque(maxlen=6)
        for line in log:
            if "error" in line:
                message = "\n".join([*lines, line["error"].strip()])[-900:]
                raise UserError(f"docker image {build.name} cannot be built: {message}")
            lines.extend(text for text in (line.get("stream") or "").splitlines() if text.strip())
            if lines and time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                report(f"building {build.name}, {reported - began:.0f} s: {lines[-1].strip()[:100]}")
    except (APIError, BuildError) as error:
        raise UserError(f"docker image {build.name} cannot be built: {str(error)[-600:]}") from None
    report(f"built {build.name} in {time.monotonic() - began:.0f} s")


def _digest(settings: DockerSettings, requirements: str = "") -> str:
    """Return a digest of the files in `image/`, the build settings and a template's requirements."""
    digest = hashlib.sha256(f"{settings.base_image} {settings.torch_index}".encode())
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(requirements.encode())
    return digest.hexdigest()[:12]


def _context(build: _ImageBuild) -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(FOLDER / build.dockerfile, build.dockerfile)
        _add(archive, "requirements.txt", build.requirements.encode())
        _add(archive, "certificates.crt", CERTIFICATES.read_bytes() if CERTIFICATES.exists() else b"")
        folder = tarfile.TarInfo("wheels")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        for wheel in build.wheels:
            archive.add(wheel, f"wheels/{wheel.name}")
    buffer.seek(0)
    return buffer


def _wheels(settings: DockerSettings, requirements: str = "") -> tuple[Path, ...]:
    """Return the wheels in the configured folder: of the required packages, or all without `requirements`."""

    def found() -> Iterator[Path]:
        wanted = {canonicalize_name(Requirement(line).name) for line in requirements.splitlines() if line.strip()}
        for wheel in sorted(Path(os.path.expandvars(settings.wheels)).glob("*.whl")):
            if not requirements or canonicalize_name(wheel.name.partition("-")[0]) in wanted:
                yield wheel

    return tuple(found()) if settings.wheels else ()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
