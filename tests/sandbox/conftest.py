"""The sandboxes that work on this machine."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import get_args

import pytest

from tools.errors import UserError
from tools.sandbox import Purpose, Sandbox, open_sandbox

sys.path.insert(0, str(Path(__file__).parent))  # attacks.py, targets.py and verdicts.py, beside their tests

from verdicts import Verdicts


@pytest.fixture(scope="session", params=["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each isolating sandbox in turn; one that this machine lacks is skipped by name."""
    return asyncio.run(_opened(request.param))


async def _opened(name: str) -> Sandbox:
    """Open a sandbox with its images, so that no test waits for a build."""
    try:
        return await open_sandbox(name, purposes=get_args(Purpose))
    except UserError as error:
        pytest.skip(f"{name}: {error}")


@pytest.fixture
def verdicts(request: pytest.FixtureRequest) -> Verdicts:
    return Verdicts(request.node.user_properties)
