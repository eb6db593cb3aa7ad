"""The folder of an idea, kept under git while several tools write into it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tools.atomic import write_text
from tools.experiments.workspace import Workspace


async def test_saving_goes_well_with_tools_that_write_in_parallel(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "idea", None)
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
    workspace.restore("HEAD")
    assert (workspace.reviews / "0" / "review.json").read_text(encoding="utf-8").isdigit()
