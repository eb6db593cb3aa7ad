"""Each attack works without a sandbox, and in every sandbox it is contained, reported, cleaned up, and the next command
runs as if nothing had been."""

from __future__ import annotations

import os
import platform
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import ATTACKS, NUMBER, Attack
from targets import Host, host, lingering, prepare, uncontained

from tools.sandbox import Limits, Sandbox, tree

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="attacks on Linux")
EACH = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("host")) as target:
        yield target


@pytest.mark.slow
@EACH
async def test_contained(
    attack: Attack,
    sandbox: Sandbox,
    target: Host,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verdicts: dict[str, dict[str, str]],
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-canary")
    prepare(tmp_path, attack.program)
    mark = uuid.uuid4().hex
    session = sandbox.session(tmp_path, read_only=["evaluation/metric.py"])
    outcome = await session.run(
        ["python", "attack.py"], limits=attack.limits, environment=target.environment | {"ATTACK": mark}
    )
    left = lingering(tmp_path)
    after = await session.run(["python", "-c", "print('still here')"], limits=Limits(wall_seconds=20))
    await session.close()

    verdicts.setdefault(attack.name, {})[sandbox.name] = f"contained ({outcome.reason})"
    if "SUCCEEDED" in outcome.output or left or not target.unharmed():
        verdicts[attack.name][sandbox.name] = "GOT OUT"
    target.restore()
    assert verdicts[attack.name][sandbox.name] != "GOT OUT", outcome.output or left
    assert outcome.reason in attack.reasons, outcome
    assert outcome.reason == "finished" or outcome.explanation
    assert tree.marked(f"ATTACK={mark}") == []
    assert (tmp_path / "evaluation" / "metric.py").read_text() == "truth"
    assert after.output == "still here\n"


@pytest.mark.slow
@EACH
def test_works_without_a_sandbox(
    attack: Attack, target: Host, tmp_path: Path, verdicts: dict[str, dict[str, str]]
) -> None:
    if attack.needs == "root" and os.getuid() != 0:
        pytest.skip("needs root")
    if attack.needs.startswith("/") and not Path(attack.needs).exists():
        pytest.skip(f"needs {attack.needs}")
    if any(f"syscall({number}" in attack.program for number in NUMBER.values()) and platform.machine() != "x86_64":
        pytest.skip("system calls by their number on x86_64")
    prepare(tmp_path, attack.program)
    mark = uuid.uuid4().hex
    output = uncontained(tmp_path, target.environment | {"ATTACK": mark})
    worked = bool(lingering(tmp_path)) if attack.lingers else "SUCCEEDED" in output
    for pid in tree.marked(f"ATTACK={mark}"):
        os.kill(pid, 9)
    target.restore()
    verdicts.setdefault(attack.name, {})["without"] = "works" if worked else "did not work"
    assert worked, output
