"""The image of a template with packages of its own: made when it is built, and again only when they change."""

from __future__ import annotations

import asyncio
import itertools
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tools.errors import UserError
from tools.sandbox import ResourceLimits, SandboxSettings, open_sandbox
from tools.sandbox.docker import Docker

pytestmark = [pytest.mark.docker, pytest.mark.slow]
NAME = "colloquium-tried"


def write_wheel(folder: Path, version: str) -> None:
    """A package of one line, as pip takes it."""
    module, info = NAME.replace("-", "_"), f"{NAME.replace('-', '_')}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}.py", f"version = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[SandboxSettings]:
    """The machine's settings with a folder of wheels of our own. Images that a test adds are taken away again."""
    try:
        asyncio.run(open_sandbox("docker"))  # the image for all is there before
    except UserError as error:
        pytest.skip(f"docker: {error}")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.0", "2.0"):
        write_wheel(wheels, version)
    given = SandboxSettings.load()
    client = docker.from_env()
    before = templates(client)
    yield given.model_copy(update={"docker": given.docker.model_copy(update={"wheels": str(wheels)})})
    for name in templates(client) - before:
        client.images.remove(name)


def templates(client: docker.DockerClient) -> set[str]:
    return {tag for image in client.images.list(filters={"label": "colloquium.sandbox=template"}) for tag in image.tags}


async def version_inside(sandbox: Docker, workspace: Path) -> str:
    session = sandbox.session(workspace)
    try:
        told = await session.run(
            ["python", "-c", "import colloquium_tried, numpy; print(colloquium_tried.version)"], limits=ResourceLimits()
        )
    finally:
        await session.close()
    assert told.ok, told
    return told.output.strip()


async def test_packages_are_installed_when_the_image_is_built_and_only_when_they_change(
    settings: SandboxSettings, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    said: list[str] = []
    beats: list[float] = []

    async def beat() -> None:
        while True:
            beats.append(time.monotonic())
            await asyncio.sleep(0.05)

    beating = asyncio.create_task(beat())
    for version in ("1.0", "2.0"):
        sandbox = await Docker.connect(settings.docker, [f"{NAME}=={version}"], report=said.append)
        assert (said[0].split()[0], said[-1].split()[0]) == ("building", "built"), said
        assert await version_inside(sandbox, tmp_path / "work") == version
        said.clear()
        again = await Docker.connect(settings.docker, [f"{NAME}=={version}"], report=said.append)
        assert await again.image("experiment") == await sandbox.image("experiment")
        assert said == [], "nothing was built the second time"
    beating.cancel()
    assert max(later - sooner for sooner, later in itertools.pairwise(beats)) < 1, "the loop went on"
    plain = await Docker.connect(settings.docker)
    assert await plain.image("experiment") != await sandbox.image("experiment")


async def test_a_package_that_does_not_exist_is_told_in_the_words_of_pip(settings: SandboxSettings) -> None:
    with pytest.raises(UserError, match=f"No matching distribution found for {NAME}==3"):
        await Docker.connect(settings.docker, [f"{NAME}==3"])
