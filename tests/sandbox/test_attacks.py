"""Each attack works without a sandbox, and in every sandbox it is contained, reported, cleaned up, and the next command
runs as if nothing had been."""

from __future__ import annotations

import json
import os
import platform
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import ATTACKS, NUMBER, Attack
from targets import Host, believed, host, lingering, prepare, uncontained
from verdicts import Verdict, Verdicts

from tools.sandbox import ResourceLimits, Sandbox, process_stats
from tools.sandbox.workspace_sanitizer import read_json

pytestmark = [
    pytest.mark.skipif(platform.system() != "Linux", reason="attacks on Linux"),
    pytest.mark.slow,
    pytest.mark.timeout(120, func_only=True),
]
EACH = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("host")) as target:
        yield target


@EACH
async def test_contained(
    attack: Attack,
    sandbox: Sandbox,
    target: Host,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verdicts: Verdicts,
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-canary")
    prepare(tmp_path, attack.program)
    mark = uuid.uuid4().hex
    session = sandbox.session(tmp_path, read_only=["evaluation/metric.py"])
    outcome = await session.run(
        ["python", "attack.py"], limits=attack.limits, environment=target.environment | {"ATTACK": mark}
    )
    left = lingering(tmp_path)
    read = believed(lambda: read_json(tmp_path, "final_info.json")) if attack.reads else ""
    after = await session.run(["python", "-c", "print('still here')"], limits=ResourceLimits(wall_seconds=20))
    await session.close()

    verdict = Verdict(
        contained="SUCCEEDED" not in outcome.output and not read and target.unharmed(),
        clean=not left and not process_stats.processes_with_variable(f"ATTACK={mark}"),
        told=outcome.reason in attack.reasons and (outcome.reason == "finished" or bool(outcome.explanation)),
        goes_on=after.output == "still here\n" and (tmp_path / "evaluation" / "metric.py").read_text() == "truth",
        reason=outcome.reason,
    )
    verdicts.keep(attack.name, sandbox.name, verdict)
    target.restore()
    assert verdict.good, (verdict, outcome, left, read)


@EACH
def test_works_without_a_sandbox(attack: Attack, target: Host, tmp_path: Path, verdicts: Verdicts) -> None:
    if lacking := _lacking(attack):
        verdicts.keep(attack.name, "without", "not tried here")
        pytest.skip(lacking)
    prepare(tmp_path, attack.program)
    mark = uuid.uuid4().hex
    output = uncontained(tmp_path, target.environment | {"ATTACK": mark})
    if attack.reads:
        worked = bool(believed(lambda: json.loads((tmp_path / "final_info.json").read_text())))
    else:
        worked = bool(lingering(tmp_path)) if attack.lingers else "SUCCEEDED" in output
    for pid in process_stats.processes_with_variable(f"ATTACK={mark}"):
        os.kill(pid, 9)
    target.restore()
    verdicts.keep(attack.name, "without", "works" if worked else "DID NOT WORK")
    assert worked, output


def _lacking(attack: Attack) -> str:
    """What this machine lacks for the attack to work outside; empty when nothing."""
    if attack.needs == "root" and os.getuid() != 0:
        return "needs root"
    if attack.needs.startswith("/") and not Path(attack.needs).exists():
        return f"needs {attack.needs}"
    if any(f"syscall({number}" in attack.program for number in NUMBER.values()) and platform.machine() != "x86_64":
        return "system calls by their number on x86_64"
    try:
        if attack.needs == "route":
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 53))
        if attack.needs == "name":
            socket.getaddrinfo(socket.gethostname(), 80)
    except OSError as error:
        return f"needs a network: {error}"
    return ""
