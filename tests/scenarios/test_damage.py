"""Damaged journals, stale locks and left folders: a run goes on, and one damaged run never hides the others."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.journal import read_journal
from tests.scenarios.conftest import Done, idea_of
from tests.scenarios.deliverables import differences
from tools.temporary import TemporaryFolder, remove_abandoned_folders


@pytest.fixture
def run(tmp_path: Path, undisturbed: Path) -> Path:
    return Path(shutil.copytree(undisturbed, tmp_path / "runs" / undisturbed.name, symlinks=True))


def cut_journal(run: Path, part: float) -> None:
    """Leave the first part of a journal, as a kill does."""
    path = run / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: int(part * len(lines))]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_run_with_flipped_bits_resumes_to_the_same_deliverables(
    run: Path, undisturbed: Path, command: Callable[..., Done], seed: int
) -> None:
    draw = random.Random(seed)
    path = run / "journal.jsonl"
    true = {record.key: record for record in read_journal(path)}
    cut_journal(run, 0.3 + 0.2 * seed)
    changed = bytearray(path.read_bytes())
    for _ in range(1 + seed):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    path.write_bytes(changed)
    assert all(true[record.key] == record for record in read_journal(path))
    done = command("resume", run)
    assert done.returncode == 0 and "journal.jsonl:" in done.stdout, done.stdout + done.stderr
    assert differences(undisturbed, run) == {}


@pytest.mark.slow
def test_stale_locks_of_git_do_not_stop_a_run(run: Path, undisturbed: Path, command: Callable[..., Done]) -> None:
    cut_journal(run, 0.6)
    git = idea_of(run) / ".git"
    for name in (
        "index.lock",
        "HEAD.lock",
        "refs/heads/main.lock",
        "refs/tags/run_1.lock",
        "packed-refs.lock",
        "config.lock",
    ):
        (git / name).touch()
    assert command("resume", run).returncode == 0
    assert differences(undisturbed, run) == {} and not list(git.rglob("*.lock"))


DAMAGE = {
    "a torn last line": lambda run: append(run / "journal.jsonl", b'{"key": "x", "type'),
    "a last line that is no record": lambda run: append(run / "journal.jsonl", b'{"key": "x", "type\n'),
    "bytes that are no text": lambda run: append(run / "journal.jsonl", b"\xff\xfe\x00\n"),
    "an array": lambda run: append(run / "journal.jsonl", b"[1]\n"),
    "a record of no known type": lambda run: append(
        run / "journal.jsonl", b'{"key": 5, "type": "x", "time": 1, "seconds": [], "data": 3}\n'
    ),
    "a model call that says nothing": lambda run: append(
        run / "journal.jsonl", b'{"key": "a/b/c", "type": "model", "time": "", "seconds": 0, "data": {"model": ""}}\n'
    ),
    "nothing but NUL bytes": lambda run: (run / "journal.jsonl").write_bytes(bytes(4096)),
    "a folder for a journal": lambda run: replace_by_folder(run / "journal.jsonl"),
    "no journal": lambda run: (run / "journal.jsonl").unlink(),
    "a summary that is none": lambda run: (run / "summary.json").write_bytes(b"\xff{"),
    "a folder for a summary": lambda run: replace_by_folder(run / "summary.json"),
    "a scenario that is none": lambda run: (run / "scenario.yaml").write_bytes(b"\x00: ["),
}  # fmt: skip


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_run_hides_no_other(
    run: Path, undisturbed: Path, command: Callable[..., Done], damage: Callable[[Path], object]
) -> None:
    shutil.copytree(undisturbed, run.with_name("another"), symlinks=True)
    damage(run)
    listed = command("list", "--out", run.parent)
    assert listed.returncode == 0 and run.name in listed.stdout and "another" in listed.stdout, listed.stdout
    table = command("table", "--out", run.parent)
    assert table.returncode == 0 and "descent" in table.stdout, table.stderr
    assert command("transcript", "another", "--out", run.parent).returncode == 0
    for name in ("transcript", "cost"):
        assert command(name, run, "--out", run.parent).returncode in (0, 2)


def test_folders_that_a_killed_process_left_are_removed_and_those_in_use_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if (child := os.fork()) == 0:
        (TemporaryFolder("latex").path / "paper.tex").touch()
        os._exit(0)
    os.waitpid(child, 0)
    (tmp_path / "colloquium.mine").symlink_to("/etc")
    with TemporaryFolder("latex") as used:
        assert len(list(tmp_path.glob("colloquium.latex.*"))) == 2
        remove_abandoned_folders()
        assert [path for path in tmp_path.iterdir() if not path.is_symlink()] == [used.parent]
    assert [path.name for path in tmp_path.iterdir()] == ["colloquium.mine"]
