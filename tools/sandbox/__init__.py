"""Runs untrusted code: in Docker, in bubblewrap, or, only if named, without a sandbox."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tools.errors import UserError, nearest
from tools.requirements import MissingPackagesError, require_installed
from tools.sandbox.base import ExecutionResult, Purpose, ResourceLimits, Sandbox, Session
from tools.sandbox.settings import SandboxSettings

__all__ = [
    "SANDBOXES",
    "ExecutionResult",
    "Purpose",
    "ResourceLimits",
    "Sandbox",
    "SandboxSettings",
    "Session",
    "open_sandbox",
]

Report = Callable[[str], None]


@dataclass(frozen=True)
class SandboxRequest:
    """What a sandbox is opened for."""

    settings: SandboxSettings
    requirements: Sequence[str]
    purposes: Sequence[Purpose]
    report: Report


async def open_sandbox(
    name: str,
    settings: SandboxSettings | None = None,
    *,
    requirements: Sequence[str] = (),
    purposes: Sequence[Purpose] = ("experiment",),
    report: Report = lambda text: None,
) -> Sandbox:
    """Return the sandbox `name`, ready for use. `auto` is docker if a daemon answers, else bubblewrap, never none.

    Args:
        requirements: packages of a template. The Docker image gets them; elsewhere they must be installed.
        purposes: what its sessions are for. Docker builds their images now; another image is built when it is needed.
        report: receives the progress of an image build.

    Raises:
        MissingPackagesError: a requirement is not met.
        UserError: the sandbox does not work here; says what to install or start. Nothing replaces a named sandbox.
    """
    if name not in SANDBOXES:
        raise UserError(f"there is no sandbox {name!r}; {nearest(name, SANDBOXES)}")
    return await SANDBOXES[name](SandboxRequest(settings or SandboxSettings.load(), requirements, purposes, report))


async def _auto(request: SandboxRequest) -> Sandbox:
    try:
        return await _docker(request)
    except UserError as no_docker:
        try:
            return await _bubblewrap(request)
        except MissingPackagesError as error:
            raise MissingPackagesError(
                f"{error}; the Docker image would get them, but Docker does not work here: {no_docker}"
            ) from None
        except UserError as no_bubblewrap:
            raise UserError(f"no sandbox works here. Docker: {no_docker}. Bubblewrap: {no_bubblewrap}") from None


async def _docker(request: SandboxRequest) -> Sandbox:
    from tools.sandbox.docker import Docker

    return await Docker.connect(
        request.settings.docker, request.requirements, purposes=request.purposes, report=request.report
    )


async def _bubblewrap(request: SandboxRequest) -> Sandbox:
    from tools.sandbox.bubblewrap import Bubblewrap

    require_installed(request.requirements)
    return await Bubblewrap.start()


async def _none(request: SandboxRequest) -> Sandbox:
    from tools.sandbox.none import Unsandboxed

    if not sys.platform.startswith("linux"):
        raise UserError("the sandbox 'none' measures processes through Linux's /proc; use docker on this system")
    require_installed(request.requirements)
    return Unsandboxed()


SANDBOXES: dict[str, Callable[[SandboxRequest], Awaitable[Sandbox]]] = {
    "auto": _auto,
    "docker": _docker,
    "bubblewrap": _bubblewrap,
    "none": _none,
}
