"""What a sandboxed command leaves in the workspace is not obeyed afterwards, and never stops the run."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.errors import UserError
from tools.experiments.workspace import Workspace
from tools.file_tree import remove_path, walk
from tools.sandbox import ExecutionResult, ResourceLimits, open_sandbox
from tools.sandbox.process_stats import folder_bytes

SETUP = "import os, sys\nfrom pathlib import Path\n"
BARE = """
for name in ('objects', 'refs'): os.makedirs(f'{at}/{name}', exist_ok=True); open(f'{at}/{name}/x', 'w')
open(f'{at}/HEAD', 'w').write('ref: refs/heads/main\\n')
open(f'{at}/config', 'w').write('[core]\\n repositoryformatversion = 0\\n bare = false\\n worktree = "."\\n'
                         ' fsmonitor = "touch RAN"\\n')
"""
LEFT = {
    "a bare repository": (f"at = '.'{BARE}", "HEAD"),
    "a bare repository below": (f"at = 'data/inner'; os.makedirs(at){BARE}", "data/inner/HEAD"),
    "a linked work tree": ("open('HEAD', 'w').write('ref: x'); open('commondir', 'w').write('../x')", "HEAD"),
    "attributes of git": ("open('.gitattributes', 'w').write('* filter=x')", ".gitattributes"),
    "direnv": ("os.makedirs('data'); open('data/.envrc', 'w').write('touch RAN')", "data/.envrc"),
    "Mercurial": ("os.makedirs('.hg'); open('.hg/hgrc', 'w').write('[hooks]')", ".hg"),
    "an editor's tasks": ("os.makedirs('.vscode'); open('.vscode/tasks.json', 'w').write('{}')", ".vscode"),
    "make": ("open('GNUmakefile', 'w').write('all:; touch RAN')", "GNUmakefile"),
    "an option for a shell's pattern": ("open('--checkpoint-action=exec=x', 'w').close()", "--checkpoint-action=exec=x"),
    "sitecustomize": ("open('sitecustomize.py', 'w').write('x = 1')", "sitecustomize.py"),
    "a path file": ("open('x.pth', 'w').write('import os')", "x.pth"),
    "a module before the standard library": ("open('json.py', 'w').write('x = 1')", "json.py"),
    "a package": ("os.makedirs('numpy'); open('numpy/__init__.py', 'w').write('x = 1')", "numpy/__init__.py"),
    "a compiled module beside a source": ("open('helper.abi3.so', 'w').close()", "helper.abi3.so"),
    "bytecode": ("os.makedirs('__pycache__'); open('__pycache__/helper.pyc', 'w').close()", "__pycache__/helper.pyc"),
    "a long name": ("open('n' * 250, 'w').close()", "n" * 250),
    "a name of any bytes": ("open(b'\\xff\\xfe', 'w').close()", "\udcff\udcfe"),
    "a locked folder": ("os.makedirs('data/inner'); os.chmod('data/inner', 0); os.chmod('data', 0)", "data"),
    "a locked file": ("open('data', 'w').close(); os.chmod('data', 0)", "data"),
    "the locked project": ("os.chmod('.', 0)", "."),
    "a file that everybody may write": ("open('data', 'w').close(); os.chmod('data', 0o666)", "data"),
    "a path longer than the system allows": (
        "here = os.open('.', 0)\nfor i in range(20): os.mkdir('n' * 180); os.chdir('n' * 180)\nos.fchdir(here)", None,
    ),
    "folders deeper than a call stack": (
        "here = os.open('.', 0)\nfor i in range(3000): os.mkdir('d'); os.chdir('d')\nos.fchdir(here)", None,
    ),
    "a default access list": (
        "import struct; acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in "
        "((1, 0, 2**32 - 1), (4, 0, 2**32 - 1), (32, 0, 2**32 - 1)))\n"
        "try: os.setxattr('.', 'system.posix_acl_default', acl)\nexcept OSError: print('no access lists here')", None,
    ),
    "a sparse file": ("os.truncate(os.open('data', os.O_CREAT | os.O_RDWR), 400 << 20)", None),
}  # fmt: skip


async def run(sandbox: str, workspace: Path, program: str) -> ExecutionResult:
    session = (await open_sandbox(sandbox)).session(workspace)
    try:
        return await session.run(["python", "-c", SETUP + program], limits=ResourceLimits(disk_mb=600))
    finally:
        await session.close()


def called(folder: Path, *command: str) -> int:
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode


@pytest.mark.parametrize("sandbox", ["none", pytest.param("bubblewrap", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("program", "told"), LEFT.values(), ids=LEFT)
async def test_what_a_command_leaves_is_removed_told_and_stops_nothing(
    tmp_path: Path, sandbox: str, program: str, told: str | None
) -> None:
    try:
        await open_sandbox(sandbox)
    except UserError as error:
        pytest.skip(str(error))
    workspace = await Workspace.create(tmp_path / "idea", None)
    work = workspace.work
    (work / "helper.py").write_text("x = 1", encoding="utf-8")
    commit = await workspace.save("helper")
    left = await run(sandbox, work, program)
    assert left.ok, left.explanation
    assert told is None or told in [item.path for item in left.sanitized]
    await workspace.save("after the run")
    assert await asyncio.to_thread(called, work, "git", "status") == 0, (
        "git finds the workspace, not a repository in it"
    )
    assert not list(work.rglob("RAN"))
    again = await run(sandbox, work, "import json, numpy; print(open('helper.py').read())")
    assert again.ok and "x = 1" in again.output and not again.sanitized
    await workspace.restore(commit)
    assert [path.name for path in work.iterdir()] in (["helper.py"], ["data", "helper.py"], ["helper.py", "data"])


async def test_a_changed_module_is_tampering_and_files_from_before_stay(tmp_path: Path) -> None:
    for name in ("helper.py", "Makefile", ".envrc"):
        (tmp_path / name).write_text("x = 1", encoding="utf-8")
    assert (await run("none", tmp_path, "open('run.txt', 'w')")).sanitized == ()
    result = await run("none", tmp_path, "open('helper.py', 'a').write('2')")
    assert result.reason == "tampered" and "helper.py" in result.explanation
    assert {"Makefile", ".envrc"} <= {path.name for path in tmp_path.iterdir()}


async def test_a_killed_command_leaves_nothing_that_stops_a_restore(tmp_path: Path) -> None:
    workspace = await Workspace.create(tmp_path / "idea", None)
    commit = await workspace.save("start")
    for number, (program, _) in enumerate(LEFT.values()):
        (workspace.work / f"{number}").mkdir()
        folder = workspace.work / f"{number}"
        assert await asyncio.to_thread(called, folder, sys.executable, "-c", SETUP + program) == 0, program
    await workspace.restore(commit)
    assert list(workspace.work.iterdir()) == []


async def test_a_name_that_git_reads_as_a_pattern_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.experiments.workspace.VERSIONED_BYTES", 1000)
    workspace = await Workspace.create(tmp_path / "idea", None)
    names = ["*", "[a-z]*", "?", "!x", "#x", "end "]
    for name in names:
        (workspace.work / name).write_bytes(bytes(1001))
    commit = await workspace.save("large files")
    (workspace.work / "added.py").touch()
    await workspace.restore(commit)
    assert sorted(path.name for path in workspace.work.iterdir()) == sorted(names)


def make_deep(folder: Path, depth: int, name: str) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.mark.parametrize(("depth", "name"), [(20, "n" * 250), (5000, "d")])
def test_trees_of_any_depth_are_walked_measured_and_removed(tmp_path: Path, depth: int, name: str) -> None:
    make_deep(tmp_path, depth, name)
    assert len(list(walk(tmp_path, 64))) == min(depth + 1, 64)
    assert folder_bytes(tmp_path) >= 4096 * min(depth, 64)
    remove_path(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
