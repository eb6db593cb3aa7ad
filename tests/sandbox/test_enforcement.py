"""Limits, read-only files and the sanitizer, tested without isolation so that the quick suite covers them."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.errors import TamperedError, ToolError, UserError
from tools.sandbox import ExecutionResult, ResourceLimits, open_sandbox
from tools.sandbox.output import FLOOD_FACTOR, CapturedOutput
from tools.sandbox.process_stats import processes_with_variable
from tools.sandbox.readonly_guard import ReadonlyGuard
from tools.sandbox.settings import SandboxSettings
from tools.sandbox.workspace_sanitizer import read_file, read_json, sanitize


async def run(workspace: Path, program: str, *read_only: str, **limits: float) -> ExecutionResult:
    session = (await open_sandbox("none")).session(workspace, read_only=read_only)
    try:
        return await session.run(["python", "-c", program], limits=ResourceLimits(**limits))  # type: ignore[arg-type]
    finally:
        await session.close()


async def test_a_command_that_finishes_returns_its_output_and_exit_code(tmp_path: Path) -> None:
    result = await run(tmp_path, "print('done'); raise SystemExit(3)")
    assert (result.reason, result.exit_code, result.output) == ("failed", 3, "done\n")
    assert (await run(tmp_path, "pass")).ok


async def test_the_time_limit_ends_a_command(tmp_path: Path) -> None:
    result = await run(tmp_path, "import time; time.sleep(30)", wall_seconds=0.3)
    assert result.reason == "time" and result.exit_code is None and result.wall_seconds < 10


async def test_the_output_limit_ends_a_command(tmp_path: Path) -> None:
    result = await run(tmp_path, "while True: print('x' * 4000)", output_kb=1, wall_seconds=30)
    assert result.reason == "output" and len(result.output) < 1200


async def test_the_disk_limit_ends_a_command(tmp_path: Path) -> None:
    program = "import time; open('big', 'wb').write(bytes(8 << 20)); time.sleep(30)"
    assert (await run(tmp_path, program, disk_mb=2, wall_seconds=20)).reason == "disk"


async def test_the_memory_limit_ends_a_command(tmp_path: Path) -> None:
    program = "import time; kept = b'x' * (256 << 20); time.sleep(30)"
    assert (await run(tmp_path, program, memory_mb=64, wall_seconds=20)).reason == "memory"


async def test_no_process_outlives_its_command(tmp_path: Path) -> None:
    program = (
        "import subprocess; quiet = subprocess.DEVNULL\n"
        "subprocess.Popen(['sleep', '60'], start_new_session=True, stdout=quiet, stderr=quiet)"
    )
    mark = uuid.uuid4().hex
    session = (await open_sandbox("none")).session(tmp_path)
    await session.run(["python", "-c", program], limits=ResourceLimits(), environment={"LEFT": mark})
    await session.close()
    assert processes_with_variable(f"LEFT={mark}") == []


async def test_a_changed_read_only_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "metric.py").write_text("truth", encoding="utf-8")
    result = await run(tmp_path, "open('metric.py', 'w').write('lie')", "metric.py")
    assert result.reason == "tampered" and "metric.py" in result.explanation
    assert (await run(tmp_path, "open('other.py', 'w').write('x')", "metric.py")).ok


@pytest.mark.parametrize("limit", ["wall_seconds", "memory_mb", "processes", "disk_mb", "output_kb"])
def test_no_limit_can_be_switched_off(limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        ResourceLimits(**{limit: 0})


def test_the_guard_sees_changes_additions_and_removals(tmp_path: Path) -> None:
    (tmp_path / "run_0").mkdir()
    for name in ("changed", "removed", "same"):
        (tmp_path / "run_0" / name).write_text(name, encoding="utf-8")
    guard = ReadonlyGuard(tmp_path, ["run_0"])
    assert guard.changed_files() == []
    (tmp_path / "run_0" / "changed").write_text("CHANGED", encoding="utf-8")
    (tmp_path / "run_0" / "removed").unlink()
    (tmp_path / "run_0" / "added").touch()
    (tmp_path / ".git").mkdir()
    assert guard.changed_files() == ["run_0/added", "run_0/changed", "run_0/removed"]
    assert not (tmp_path / ".git").exists()


def test_the_guard_mounts_the_folders_above_a_protected_file(tmp_path: Path) -> None:
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "metric.py").touch()
    (tmp_path / ".git").mkdir()
    mounts = ReadonlyGuard(tmp_path, ["evaluation/metric.py"]).mounts
    assert mounts == [(Path(".git"), False), (Path("evaluation"), True), (Path("evaluation/metric.py"), False)]


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside", "link/file", "missing", ""])
def test_only_existing_paths_inside_the_workspace_can_be_protected(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(UserError):
        ReadonlyGuard(tmp_path, [name])


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def make_setuid(path: Path) -> None:
    path.touch()
    path.chmod(0o4755)


def make_deep(path: Path) -> None:
    path.joinpath(*["d"] * 33).mkdir(parents=True)


DANGEROUS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "link to a host file": ("x", lambda path: path.symlink_to("/etc/passwd")),
    "link out by ..": ("x", lambda path: path.symlink_to("../..")),
    "FIFO": ("x", os.mkfifo),
    "socket": ("x", make_socket),
    "nested repository": ("sub/.git", lambda path: path.mkdir(parents=True)),
    "repository in capitals": ("sub/.GIT", lambda path: path.mkdir(parents=True)),
    "repository with a trailing space": (".git ", lambda path: path.mkdir()),
    "unprintable name": ("a\nb", Path.touch),
    "deep folders": ("x", make_deep),
    "setuid file": ("x", make_setuid),
}


@pytest.mark.parametrize(("name", "make"), DANGEROUS.values(), ids=DANGEROUS)
def test_the_sanitizer_leaves_nothing_dangerous(tmp_path: Path, name: str, make: Callable[[Path], object]) -> None:
    (tmp_path / "results.json").write_text("{}", encoding="utf-8")
    (tmp_path / "inside").symlink_to("results.json")
    make(tmp_path / name)
    items = sanitize(tmp_path)
    assert items and sanitize(tmp_path) == [], "a second pass finds nothing"
    left = [path for path in tmp_path.rglob("*") if path.name not in ("results.json", "inside")]
    assert all(path.is_dir() or (path.is_file() and not path.stat().st_mode & 0o6000) for path in left)
    assert not any(path.is_symlink() or not path.name.isprintable() or path.name.lower() == ".git" for path in left)
    assert (tmp_path / "inside").is_symlink() and (tmp_path / "results.json").exists()


def test_a_result_file_is_read_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("plain")
    (tmp_path / "folder").mkdir()
    (tmp_path / "way").symlink_to("folder")
    (tmp_path / "folder" / "file").touch()
    os.mkfifo(tmp_path / "fifo")
    assert read_file(tmp_path, "plain", max_bytes=5) == b"12345"
    with pytest.raises(ToolError):
        read_file(tmp_path, "plain", max_bytes=4)
    with pytest.raises(ToolError):
        read_file(tmp_path, "../plain", max_bytes=5)
    for name in ("link", "way/file", "fifo"):
        with pytest.raises(TamperedError):
            read_file(tmp_path, name, max_bytes=5)
    os.link(tmp_path / "plain", tmp_path / "hard")
    with pytest.raises(TamperedError):
        read_file(tmp_path, "hard", max_bytes=5)


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": 1, "a": 2}', '{"a": 1e999}', '{"a": -Infinity}', "[" * 33 + "]" * 33, "{", "9" * 400]
)
def test_json_that_could_mislead_its_reader_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    with pytest.raises(ToolError):
        read_json(tmp_path, "results.json")
    (tmp_path / "results.json").write_text('{"a": ["}", "\\"[["], "b": 1}', encoding="utf-8")
    assert read_json(tmp_path, "results.json") == {"a": ["}", '"[['], "b": 1}


def test_captured_output_keeps_both_ends_and_removes_control_characters() -> None:
    pieces: list[str] = []
    output = CapturedOutput(100, pieces.append)
    for number in range(1000):
        output.feed(f"{number:04} \x1b".encode())
    assert output.text().startswith("0000 0001") and output.text().endswith("0998 0999 ")
    assert len(output.text()) < 140 and "\x1b" not in output.text() + "".join(pieces)
    assert not output.flooded and sum(map(len, output._tail)) < 200, "memory is bounded, too"
    output.feed(bytes(100 * FLOOD_FACTOR))
    assert output.flooded


def test_environment_variables_override_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sandbox.yaml"
    file.write_text("docker: {base_image: from-file, runtime: runsc}\n", encoding="utf-8")
    monkeypatch.setenv("COLLOQUIUM_BASE_IMAGE", "from-environment")
    docker = SandboxSettings.load(file).docker
    assert (docker.base_image, docker.runtime) == ("from-environment", "runsc")
    file.write_text("docker: {base_imag: x}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"sandbox\.yaml.*base_imag.*base_image"):
        SandboxSettings.load(file)
