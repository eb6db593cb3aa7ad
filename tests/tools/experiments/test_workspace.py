"""The folder of an idea, kept under git while several tools write into it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tools.atomic import write_text
from tools.errors import MachineError, ToolError
from tools.experiments.workspace import Workspace


async def test_saving_goes_well_with_tools_that_write_in_parallel(tmp_path: Path) -> None:
    workspace = await Workspace.create(tmp_path / "idea", None)
    done = False

    def write() -> int:
        count = 0
        while not done:
            write_text(workspace.reviews / f"{count % 7}" / "review.json", f"{count}")
            count += 1
        return count

    writers = [asyncio.create_task(asyncio.to_thread(write)) for _ in range(2)]
    try:
        for number in range(25):
            await workspace.save(f"save {number}")
    finally:
        done = True
    assert min(await asyncio.gather(*writers)) > 50
    await workspace.save("the last")
    (tmp_path / "idea" / "reviews" / "0" / "review.json").unlink()
    await workspace.restore("HEAD")
    assert (workspace.reviews / "0" / "review.json").read_text(encoding="utf-8").isdigit()


async def test_create_never_touches_a_folder_that_is_not_a_workspace(tmp_path: Path) -> None:
    mine = tmp_path / "idea" / "thesis.tex"
    mine.parent.mkdir()
    mine.write_text("years of work", encoding="utf-8")
    with pytest.raises(MachineError):
        await Workspace.create(tmp_path / "idea", None)
    assert list((tmp_path / "idea").rglob("*")) == [mine] and mine.read_text() == "years of work"


async def test_create_removes_what_an_interrupted_call_left_and_opens_what_is_complete(tmp_path: Path) -> None:
    left = tmp_path / ".idea.tmp" / "work" / "half"
    left.mkdir(parents=True)
    workspace = await Workspace.create(tmp_path / "idea", None)
    assert [path.name for path in tmp_path.iterdir()] == ["idea"] and not (workspace.work / "half").exists()
    (workspace.work / "kept.py").write_text("x = 1", encoding="utf-8")
    commit = await workspace.save("kept")
    assert await (await Workspace.create(tmp_path / "idea", None)).head() == commit
    assert (workspace.work / "kept.py").exists()


async def test_restore_removes_later_files_but_not_those_too_large_for_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.experiments.workspace.VERSIONED_BYTES", 1000)
    workspace = await Workspace.create(tmp_path / "idea", None)
    (workspace.work / "data.bin").write_bytes(bytes(1001))
    commit = await workspace.save("data")
    (workspace.work / "later.py").touch()
    await workspace.restore(commit)
    assert sorted(path.name for path in workspace.work.iterdir()) == ["data.bin"]


async def test_code_in_the_project_can_neither_plant_hooks_nor_hide_files_in_a_repository_of_its_own(
    tmp_path: Path,
) -> None:
    workspace = await Workspace.create(tmp_path / "idea", None)
    (workspace.work / "sub" / ".git" / "hooks").mkdir(parents=True)
    (workspace.work / "sub" / "code.py").touch()
    await workspace.save("with a nested repository")
    assert not (workspace.work / "sub" / ".git").exists()
    (workspace.work / "sub" / "code.py").unlink()
    await workspace.restore("HEAD")
    assert (workspace.work / "sub" / "code.py").exists()
    hook = workspace.root / ".git" / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    hook.chmod(0o755)
    await workspace.save("hooks do not run")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["../results.json", "/etc/passwd", "link/passwd"])
async def test_no_path_leads_out_of_the_project(tmp_path: Path, name: str) -> None:
    workspace = await Workspace.create(tmp_path / "idea", None)
    (workspace.work / "link").symlink_to("/etc")
    with pytest.raises(ToolError):
        workspace.path(name)
    assert workspace.path("sub/../experiment.py").name == "experiment.py"
