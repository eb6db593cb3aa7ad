"""A disk without room is told before any work; one that fills up pauses the run, and nothing finished is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tests.scenarios.conftest import ROOT, command_line
from tests.scenarios.test_whole_run import lines_of

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")]


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A small disk of its own, of as many MiB as the test asks for."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", folder], check=False)
    if done.returncode:
        pytest.skip("this machine does not let root mount a disk in memory")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("disk", [50], indirect=True)
def test_too_little_room_is_told_before_any_work(disk: Path, command) -> None:
    done = command("launch", "quickstart", "--out", disk / "runs")
    assert done.returncode == 2 and "MiB free" in done.stderr and "--out" in done.stderr, done.stderr
    assert not list(disk.iterdir())


@pytest.mark.parametrize("disk", [560], indirect=True)
def test_a_disk_that_fills_up_pauses_the_run(disk: Path, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "descent", "import time\ntime.sleep(1)\n" + EXPERIMENT)
    runs = disk / "runs"
    arguments = ("launch", "quickstart", "--template", template, "--sandbox", "bubblewrap", "--out", runs)
    command = command_line(*arguments)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not any("run_experiment" in line for line in lines_of(runs)):
        assert process.poll() is None
        time.sleep(0.05)
    before = lines_of(runs)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
    shown, _ = process.communicate(timeout=120)
    assert process.returncode not in (0, None) and "Traceback" not in shown, shown
    assert "the disk is full" in shown or "MiB free" in shown, shown
    filler.unlink()
    assert lines_of(runs)[: len(before)] == before
    done = subprocess.run(
        command_line("resume", next(runs.iterdir()), "--out", runs),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
