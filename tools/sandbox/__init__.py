"""Where code that nobody has read is run: Docker, bubblewrap, or, by name only, no sandbox at all."""

from __future__ import annotations

import sys

from tools.errors import UserError, nearest
from tools.sandbox.base import Limits, Outcome, Promise, Purpose, Sandbox, Session
from tools.sandbox.settings import Settings

__all__ = ["NAMES", "Limits", "Outcome", "Promise", "Purpose", "Sandbox", "Session", "Settings", "choose"]

NAMES = ("auto", "docker", "bubblewrap", "none")


async def choose(name: str, settings: Settings | None = None) -> Sandbox:
    """The sandbox called `name`, ready for use. `auto` is docker where a daemon answers, else bubblewrap, never none.
    Raises UserError that says what to install or start, and never falls back from a sandbox asked for by name."""
    from tools.sandbox.bubblewrap import Bubblewrap
    from tools.sandbox.docker import Docker
    from tools.sandbox.none import Unsandboxed

    settings = settings or Settings.load()
    match name:
        case "docker":
            return await Docker.connect(settings.docker)
        case "bubblewrap":
            return await Bubblewrap.start()
        case "none":
            if not sys.platform.startswith("linux"):
                raise UserError("the sandbox 'none' measures through Linux's /proc; here use docker")
            return Unsandboxed()
        case "auto":
            pass
        case _:
            raise UserError(f"there is no sandbox {name!r}; {nearest(name, NAMES)}")
    try:
        return await Docker.connect(settings.docker)
    except UserError as no_docker:
        try:
            return await Bubblewrap.start()
        except UserError as no_bubblewrap:
            raise UserError(f"no sandbox works here. Docker: {no_docker}. Bubblewrap: {no_bubblewrap}") from None
