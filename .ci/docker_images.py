"""Build the images of the Docker sandbox, so that no test waits for a build. Without an engine it does nothing."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.errors import UserError
from tools.sandbox import open_sandbox
from tools.sandbox.docker import Docker


async def build() -> None:
    sandbox = await open_sandbox("docker", report=print)
    if isinstance(sandbox, Docker):
        await sandbox.image("latex")


try:
    asyncio.run(build())
except UserError as error:
    print(f"docker images: not built, {error}")
