"""Describes the software and hardware that experiments run on."""

from __future__ import annotations

import json
from collections.abc import Sequence

from packaging.requirements import Requirement

from tools.errors import MachineError
from tools.sandbox import ResourceLimits, Sandbox
from tools.sandbox.hardware import describe_hardware
from tools.temporary import TemporaryFolder

_PACKAGES = ("torch", "numpy", "scipy", "matplotlib", "scikit-learn")

_PROGRAM = """
import importlib.metadata, json, platform
found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
for package in %r:
    try:
        found[package] = importlib.metadata.version(package).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


async def describe_environment(sandbox: Sandbox, requirements: Sequence[str] = ()) -> dict[str, str]:
    """Return the versions of Python and packages inside the sandbox, the hardware, and the name of the sandbox.

    Args:
        requirements: packages of a template, to report in addition to the usual ones.

    Raises:
        MachineError: the sandbox does not run Python.
    """
    packages = (*_PACKAGES, *(Requirement(line).name for line in requirements))
    with TemporaryFolder("environment") as folder:
        session = sandbox.session(folder, run_id="environment")
        try:
            result = await session.run(
                ["python", "-c", _PROGRAM % (packages,)], limits=ResourceLimits(wall_seconds=120)
            )
        finally:
            await session.close()
    if not result.ok:
        raise MachineError(f"sandbox {sandbox.name} does not run Python: {result.explanation}\n{result.output}")
    return {**json.loads(result.output.splitlines()[-1]), "hardware": describe_hardware(), "sandbox": sandbox.name}
