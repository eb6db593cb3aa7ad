"""The checks of the machine before a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.doctor import check_machine
from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import find_scenario, load_scenario
from tools.errors import UserError
from tools.sandbox import SANDBOXES, Sandbox, SandboxRequest


@pytest.mark.parametrize(("scenario", "purposes"), [("quickstart", ("experiment", "latex")), ("chat", ("experiment",))])
async def test_images_for_all_phases_are_built_before_the_run(
    scenario: str, purposes: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SandboxRequest] = []

    async def docker(request: SandboxRequest) -> Sandbox:
        asked.append(request)
        raise UserError("no daemon answers")

    monkeypatch.setitem(SANDBOXES, "docker", docker)
    resolved = resolve_scenario(load_scenario(find_scenario(scenario), {"sandbox.backend": "docker"}))
    checks = await check_machine(resolved, tmp_path)
    assert [tuple(request.purposes) for request in asked] == [purposes]
    assert [check.detail for check in checks if check.name == "Sandbox"] == ["no daemon answers"]
