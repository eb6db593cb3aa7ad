"""Build the images of the Docker sandbox, so that no test waits for a build. Without an engine it does nothing."""

import asyncio
import sys
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.errors import UserError
from tools.sandbox import Purpose, open_sandbox

try:
    asyncio.run(open_sandbox("docker", purposes=get_args(Purpose), report=print))
except UserError as error:
    print(f"docker images: not built, {error}")
