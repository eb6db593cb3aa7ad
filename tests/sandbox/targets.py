"""What the attacks aim at: a small host with servers, a secret, a process with a key, and a folder outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError


@dataclass
class Host:
    outside: Path
    environment: dict[str, str]
    """Where the targets are, for the attacks."""
    victim: subprocess.Popen[bytes]

    def unharmed(self) -> bool:
        """Whether nothing was added outside and the process with the key is alive and runs."""
        added = sorted(p.name for p in self.outside.iterdir()) != ["is-the-host"]
        state = Path(f"/proc/{self.victim.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return not added and state in "RS"

    def restore(self) -> None:
        self.victim.send_signal(signal.SIGCONT)
        for path in self.outside.iterdir():
            if path.name != "is-the-host":
                path.unlink()


@contextlib.contextmanager
def host(folder: Path) -> Iterator[Host]:
    outside = folder / "outside"
    outside.mkdir()
    (outside / "is-the-host").touch()
    secret = folder / "secret"
    secret.write_text("a secret")
    secret.chmod(0o644)
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("0.0.0.0", 0), backlog=64))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        threading.Thread(target=_answer, args=(udp,), daemon=True).start()
        unix, abstract = folder / "socket", f"colloquium-{os.getpid()}"
        for address in (str(unix), f"\0{abstract}"):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen(64)
        victim = subprocess.Popen(["sleep", "600"], env={"CANARY_KEY": "sk-canary"})
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        yield Host(
            outside=outside,
            victim=victim,
            environment={
                "TCP_PORT": str(tcp.getsockname()[1]),
                "UDP_PORT": str(udp.getsockname()[1]),
                "HOST_ADDRESS": _own_address(),
                "UNIX_SOCKET": str(unix),
                "ABSTRACT_SOCKET": abstract,
                "SECRET_FILE": str(secret),
                "OUTSIDE": str(outside),
                "VICTIM": str(victim.pid),
                "HARNESS": str(Path(__file__).parents[2] / "tools" / "sandbox" / "base.py"),
                "HOST_NAME": socket.gethostname(),
            },
        )


def prepare(workspace: Path, program: str) -> None:
    (workspace / "evaluation").mkdir()
    (workspace / "evaluation" / "metric.py").write_text("truth")
    (workspace / "attack.py").write_text(program)


def lingering(workspace: Path) -> str:
    """What an attack left that would act on the host afterwards; empty when nothing."""
    beat = workspace / "beat"
    if beat.exists():
        before = beat.stat().st_size
        time.sleep(0.4)
        if beat.stat().st_size > before:
            return "a process lives on"
    depth = 0
    for folder, folders, files in os.walk(workspace):
        depth = max(depth, len(Path(folder).relative_to(workspace).parts))
        for path in (Path(folder, name) for name in [*folders, *files]):
            mode = path.lstat().st_mode
            special = stat.S_ISLNK(mode) or stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)
            if special or mode & stat.S_ISUID or path.name == ".git":
                return f"{path.name} is still there"
            if stat.S_ISDIR(mode) and not mode & stat.S_IRUSR:
                return f"{path.name} is locked"
    return "folders without end" if depth > 200 else ""


def believed(read: Callable[[], object]) -> str:
    """What became of a result file that was read; empty when the reader refused it."""
    try:
        return f"taken for {str(read())[:40]}"
    except (ToolError, FileNotFoundError):
        return ""
    except RecursionError:
        return "more than the reader can bear"


def uncontained(workspace: Path, environment: dict[str, str], seconds: float = 12) -> str:
    """The control: run the workspace's attack with no sandbox but its own bounds. Returns its output."""
    process = subprocess.Popen(
        [sys.executable, "attack.py"],
        cwd=workspace,
        env=os.environ | environment | {"SOME_API_KEY": "sk-canary"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    output = b""
    deadline = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    deadline.start()
    with process.stdout as pipe:
        while b"SUCCEEDED" not in output and (piece := os.read(pipe.fileno(), 1 << 16)):
            output = output[-64:] + piece
    deadline.cancel()
    with contextlib.suppress(ProcessLookupError):
        if b"SUCCEEDED" in output:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return output.decode("utf-8", "replace")


def _answer(udp: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            _, sender = udp.recvfrom(16)
            udp.sendto(b"!", sender)


def _own_address() -> str:
    """An address of this machine that is not its loopback, where it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, contextlib.suppress(OSError):
        asking.connect(("192.0.2.1", 9))  # sends nothing
        return str(asking.getsockname()[0])
    return "127.0.0.1"
