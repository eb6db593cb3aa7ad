"""Where code that nobody has read is run: Docker, bubblewrap, or, by name only, no sandbox at all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tools.errors import UserError, nearest
from tools.experiments.requirements import MissingPackagesError, require_installed
from tools.sandbox.base import ExecutionResult, Guarantee, Purpose, ResourceLimits, Sandbox, Session
from tools.sandbox.settings import SandboxSettings

__all__ = [
    "SANDBOXES",
    "ExecutionResult",
    "Guarantee",
    "Purpose",
    "ResourceLimits",
    "Sandbox",
    "SandboxSettings",
    "Session",
    "open_sandbox",
]

SANDBOXES = ("auto", "docker", "bubblewrap", "none")


async def open_sandbox(
    name: str,
    settings: SandboxSettings | None = None,
    *,
    requirements: Sequence[str] = (),
    report: Callable[[str], None] = lambda text: None,
) -> Sandbox:
    """The sandbox called `name`, ready for use. `auto` is docker where a daemon answers, else bubblewrap, never none.

    Args:
        requirements: packages of a template. Docker's image gets them; elsewhere they have to be installed.
        report: hears how far the building of an image is.

    Raises:
        MissingPackagesError: a requirement is not met.
        UserError: says what to install or start; there is no falling back from a sandbox asked for by name.
    """
    from tools.sandbox.bubblewrap import Bubblewrap
    from tools.sandbox.docker import Docker
    from tools.sandbox.none import Unsandboxed

    settings = settings or SandboxSettings.load()
    match name:
        case "docker":
            return await Docker.connect(settings.docker, requirements, report)
        case "bubblewrap":
            require_installed(requirements)
            return await Bubblewrap.start()
        case "none":
            if not sys.platform.startswith("linux"):
                raise UserError("the sandbox 'none' measures through Linux's /proc; here use docker")
            require_installed(requirements)
            return Unsandboxed()
        case "auto":
            pass
        case _:
            raise UserError(f"there is no sandbox {name!r}; {nearest(name, SANDBOXES)}")
    try:
        return await Docker.connect(settings.docker, requirements, report)
    except UserError as no_docker:
        try:
            require_installed(requirements)
            return await Bubblewrap.start()
        except MissingPackagesError as error:
            raise MissingPackagesError(
                f"{error}; Docker, whose image gets them, does not work here: {no_docker}"
            ) from None
        except UserError as no_bubblewrap:
            raise UserError(f"no sandbox works here. Docker: {no_docker}. Bubblewrap: {no_bubblewrap}") from None
