"""The attacks, each a small program that prints SUCCEEDED when it got what it wanted.

Every one is bounded, so that even where nothing contains it, as in the control, it does no harm: a fork bomb stops at
150 processes, a memory hog at 768 MB, and so on, all far above the limits it runs under in a sandbox (`SMALL`).
A program finds its targets in the environment: see `targets.py`.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from tools.sandbox import ResourceLimits
from tools.sandbox.base import EndReason

SMALL = ResourceLimits(wall_seconds=8, memory_mb=256, processes=32, disk_mb=24, file_mb=16, open_files=128, output_kb=4)
SHORT = ResourceLimits(wall_seconds=0.8)


IMPORTS = """import ctypes, os, signal, socket, subprocess, sys, threading, time
WON = "SUCC" + "EEDED"  # in two, so that a traceback does not say it
"""


@dataclass(frozen=True)
class Attack:
    name: str
    program: str
    reasons: frozenset[EndReason] = frozenset({"finished", "failed"})
    """What a sandbox may report of it."""
    limits: ResourceLimits = field(default=SMALL)
    lingers: bool = False
    """Its success shows on the host after the run (see `targets.lingering`), not in its output."""
    reads: bool = False
    """Its success shows when its final_info.json is read: taken for a result, or more than the reader can bear."""
    needs: str = ""
    """What it needs to work without a sandbox: `root`, or a path that must exist."""


def attack(
    name: str,
    program: str,
    *reasons: EndReason,
    limits: ResourceLimits = SMALL,
    lingers: bool = False,
    reads: bool = False,
    needs: str = "",
) -> Attack:
    """An attack whose program starts with the usual imports and knows the word to say as WON."""
    source = IMPORTS + textwrap.dedent(program)
    return Attack(name, source, frozenset(reasons or ("finished", "failed")), limits, lingers, reads, needs)


RESOURCES = [
    attack(
        "fork bomb",
        """
        alive = [os.getpid()]
        for _ in range(150):
            pid = os.fork()
            if pid == 0:
                time.sleep(4)
                os._exit(0)
            alive.append(pid)
        print(WON, len(alive))
        """,
        "processes",
        "failed",
    ),
    attack(
        "self-relaunch",
        """
        generation = int(sys.argv[1]) if len(sys.argv) > 1 else 0
        if generation == 60:
            print(WON, flush=True)
        else:
            subprocess.Popen([sys.executable, "attack.py", str(generation + 1)], start_new_session=True)
            time.sleep(2)
        """,
        "processes",
        "finished",
        "failed",
        limits=SMALL,
    ),
    attack("thread bomb", "for _ in range(150): threading.Thread(target=time.sleep, args=(1,)).start()\n"
           "print(WON)", "processes", "failed"),
    attack("100 GB of memory", "kept = [b'x' * (16 << 20) for _ in range(48)]\nprint(WON)", "memory"),
    attack(
        "memory of many children",
        """
        children = [subprocess.Popen([sys.executable, "-c",
                    "import time; kept = b'x' * (64 << 20); print('held', flush=True); time.sleep(4)"],
                    stdout=subprocess.PIPE) for _ in range(8)]
        if all(child.stdout.readline() for child in children):
            time.sleep(1)
            print(WON)
        """,
        "memory",
        "failed",
    ),
    attack(
        "50 GB of checkpoints",
        """
        for number in range(10):
            with open(f"checkpoint_{number}", "wb") as file:
                file.write(bytes(8 << 20))
            time.sleep(0.1)
        print(WON)
        """,
        "disk",
    ),
    attack(
        "deleted files that are still open",
        """
        kept = []
        for number in range(10):
            kept.append(open("hidden", "wb"))
            os.unlink("hidden")
            kept[-1].write(bytes(8 << 20))
            kept[-1].flush()
            time.sleep(0.1)
        print(WON)
        """,
        "disk",
    ),
    attack(
        "files without end",
        """
        for number in range(20000):
            open(f"file_{number}", "w").close()
            if number % 2000 == 0: time.sleep(0.2)
        print(WON)
        """,
        "disk",
    ),
    attack(
        "sparse files",
        """
        for number in range(10):
            with open(f"sparse_{number}", "wb") as file: file.truncate(15 << 20)
            time.sleep(0.1)
        print(WON)
        """,
        "disk",
    ),
    attack("one huge file", "open('huge', 'wb').write(bytes(48 << 20)); print(WON)", "disk", "failed"),
    attack("a million descriptors", "kept = [os.open('.', 0) for _ in range(400)]; print(WON)", "failed"),
    attack("endless output", "for _ in range(200): os.write(1, b'y\\n' * 32768)\nos.write(1, WON.encode())", "output"),
    attack("sleep past the limit", "time.sleep(1.6); print(WON)", "time", limits=SHORT),
    attack("busy past the limit", "end = time.time() + 1.6\nwhile time.time() < end: pass\nprint(WON)",
           "time", limits=SHORT),
    attack(
        "ignoring signals",
        """
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        time.sleep(1.6)
        print(WON)
        """,
        "time",
        limits=SHORT,
    ),
    attack(
        "stopped processes",
        """
        if os.fork() == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(1.6)
        print(WON)
        """,
        "time",
        limits=SHORT,
    ),
    attack(
        "daemonised leftover",
        """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                for beat in range(40):
                    with open("beat", "a") as file: file.write(".")
                    time.sleep(0.1)
            os._exit(0)
        time.sleep(0.3)
        """,
        lingers=True,
    ),
]  # fmt: skip

REACH = [
    attack("TCP to the host", "socket.create_connection(('127.0.0.1', int(os.environ['TCP_PORT'])), 2)\n"
           "print(WON)"),
    attack("TCP to the host's own address", "socket.create_connection((os.environ['HOST_ADDRESS'], "
           "int(os.environ['TCP_PORT'])), 2)\nprint(WON)"),
    attack(
        "UDP, as DNS uses",
        """
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asking.settimeout(0.3)
        asking.sendto(b"?", ("127.0.0.1", int(os.environ["UDP_PORT"])))
        print(WON if asking.recv(16) else "")
        """,
    ),
    attack("a way to the outside", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))\n"
           "print(WON)", needs="route"),
    attack("a name from the host's DNS", "print(WON if socket.getaddrinfo(os.environ['HOST_NAME'], 80) else '')",
           needs="name"),
    attack("unix socket of the host", "socket.socket(socket.AF_UNIX).connect(os.environ['UNIX_SOCKET'])\n"
           "print(WON)"),
    attack("abstract unix socket", "socket.socket(socket.AF_UNIX).connect('\\0' + os.environ['ABSTRACT_SOCKET'])\n"
           "print(WON)"),
    attack("the Docker socket", "os.stat('/var/run/docker.sock'); print(WON)",
           needs="/var/run/docker.sock"),
    attack("reading a host file", "print(open(os.environ['SECRET_FILE']).read()); print(WON)"),
    attack("reading through a link", "os.symlink(os.environ['SECRET_FILE'], 'link'); print(open('link').read())\n"
           "print(WON)"),
    attack("hard link to a host file", "os.link(os.environ['SECRET_FILE'], 'hard'); print(WON)"),
    attack(
        "/proc of other processes",
        """
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if b"CANARY_KEY" in open(f"/proc/{pid}/environ", "rb").read():
                    print(WON)
            except OSError:
                pass
        """,
    ),
    attack("environment and keys", "print(WON if any('API_KEY' in name for name in os.environ) else '')"),
    attack("the harness's own files", "open(os.environ['HARNESS'], 'a'); print(WON)"),
    attack("packages of the interpreter", "import numpy; open(numpy.__file__, 'a'); print(WON)", needs="root"),
    attack("stopping the harness", "os.kill(int(os.environ['VICTIM']), signal.SIGSTOP); print(WON)"),
    attack("killing the harness", "os.kill(int(os.environ['VICTIM']), 0); print(WON)"),
    attack("writing by absolute path", "open(os.environ['OUTSIDE'] + '/a', 'w'); print(WON)"),
    attack("writing by ..", "open(os.path.relpath(os.environ['OUTSIDE'], os.getcwd()) + '/b', 'w')\n"
           "print(WON)"),
    attack("writing through a link", "os.symlink(os.environ['OUTSIDE'], 'way'); open('way/c', 'w')\n"
           "print(WON)"),
    attack(
        "tar with .. in a name",
        """
        import io, tarfile
        place = os.path.relpath(os.environ["OUTSIDE"], os.getcwd()) + "/d"
        with tarfile.open("evil.tar", "w") as tar:
            tar.addfile(tarfile.TarInfo(place), io.BytesIO())
        tarfile.open("evil.tar").extractall(".", filter="fully_trusted")
        print(WON if os.path.exists(os.environ["OUTSIDE"] + "/d") and
              os.path.exists(os.environ["OUTSIDE"] + "/is-the-host") else "")
        """,
    ),
    attack(
        "tar with a link on the way",
        """
        import io, tarfile
        link, file = tarfile.TarInfo("way"), tarfile.TarInfo("way/e")
        link.type, link.linkname = tarfile.SYMTYPE, os.environ["OUTSIDE"]
        with tarfile.open("evil.tar", "w") as tar:
            tar.addfile(link)
            tar.addfile(file, io.BytesIO())
        tarfile.open("evil.tar").extractall(".", filter="fully_trusted")
        print(WON)
        """,
    ),
    attack(
        "zip with .. in a name",
        """
        import zipfile
        place = os.path.relpath(os.environ["OUTSIDE"], os.getcwd()) + "/f"
        with zipfile.ZipFile("evil.zip", "w") as archive:
            archive.writestr(place, "")
        for name in zipfile.ZipFile("evil.zip").namelist():
            open(name, "wb").close()
        print(WON)
        """,
    ),
]  # fmt: skip

CALL = "libc = ctypes.CDLL(None, use_errno=True)\n"
NUMBER = {"add_key": 248, "io_uring_setup": 425, "init_module": 175, "bpf": 321, "userfaultfd": 323}
"""System calls by their number on x86_64; elsewhere these attacks are skipped."""

KERNEL = [
    attack("tracing", CALL + "print(WON if libc.ptrace(0, 0, 0, 0) == 0 else '')"),
    attack("kernel keys", CALL + f"key = libc.syscall({NUMBER['add_key']}, b'user', b'colloquium-test', b'x', 1, -2)\n"
           "print(WON if key > 0 else '')"),
    attack("io_uring", CALL + "parameters = (ctypes.c_char * 120)()\n"
           f"print(WON if libc.syscall({NUMBER['io_uring_setup']}, 1, parameters) >= 0 else '')"),
    attack("kernel module", CALL + f"libc.syscall({NUMBER['init_module']}, None, 0, None)\n"
           "print(WON if ctypes.get_errno() not in (1, 38) else '')", needs="/proc/modules"),
    attack("a new user namespace", CALL + "print(WON if libc.unshare(0x10000000) == 0 else '')", needs="root"),
    attack("mounting", CALL + "os.mkdir('m')\nif libc.mount(b'none', b'm', b'tmpfs', 0, None) == 0:\n"
           "    libc.umount2(b'm', 2)\n    print(WON)", needs="root"),
    attack("device node", "os.mknod('device', 0o20666, os.makedev(1, 3)); print(WON)", needs="root"),
    attack("chroot", "os.mkdir('r'); os.chroot('r'); print(WON)", needs="root"),
    attack("kernel settings", "open('/proc/sys/kernel/core_pattern', 'a'); print(WON)", needs="root"),
    attack("sysrq", "open('/proc/sysrq-trigger', 'a'); print(WON)", needs="/proc/sysrq-trigger"),
    attack("becoming root", "os.setuid(0); print(WON if os.getuid() == 0 else '')", needs="root"),
    attack("setting the clock", "time.clock_settime(time.CLOCK_REALTIME, time.time()); print(WON)", needs="root"),
    attack("a program that is setuid", CALL + "print(WON if libc.prctl(39, 0, 0, 0, 0) == 0 else '')"),
    attack("raising its own limits", "import resource\n"
           "resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096)); print(WON)", needs="root"),
]  # fmt: skip

HARNESS = [
    attack(
        "rewriting the evaluation",
        """
        def lies():
            try: return "lie" in open("evaluation/metric.py").read()
            except OSError: return False
        for way in (
            lambda: open("evaluation/metric.py", "w").write("lie"),
            lambda: os.unlink("evaluation/metric.py"),
            lambda: (open("x", "w").write("lie"), os.rename("x", "evaluation/metric.py")),
            lambda: (os.rename("evaluation", "away"), os.mkdir("evaluation"),
                     open("evaluation/metric.py", "w").write("lie")),
        ):
            try: way()
            except OSError: pass
        print(WON if lies() else "")
        """,
    ),
    attack("a git hook for the host", "os.makedirs('.git/hooks', exist_ok=True)\n"
           "open('.git/hooks/pre-commit', 'w').write('lie')", lingers=True),
    attack("a nested git repository", "os.makedirs('run_1/.git'); open('run_1/.git/config', 'w')", lingers=True),
    attack("result file as a link", "os.symlink('/etc/passwd', 'final_info.json')", lingers=True),
    attack("result file as a FIFO", "os.mkfifo('final_info.json')", lingers=True),
    attack("result file as a device", "os.mknod('final_info.json', 0o20666, os.makedev(1, 5))", lingers=True,
           needs="root"),
    attack("result with NaN", "open('final_info.json', 'w').write('{\"a\": NaN}')", reads=True),
    attack("result with a key twice", "open('final_info.json', 'w').write('{\"a\": 1, \"a\": 2}')", reads=True),
    attack("deep result", "open('final_info.json', 'w').write('[' * 100000)", reads=True),
    attack("huge result", "open('final_info.json', 'w').write('[' + '1,' * 4000000 + '1]')", reads=True),
    attack("result with a second name", "open('x', 'w').write('{}'); os.link('x', 'final_info.json')", reads=True),
    attack("log file as a FIFO", "os.mkfifo('log.txt')", lingers=True),
    attack("setuid file", "open('s', 'w'); os.chmod('s', 0o4755)", lingers=True),
    attack("folders without end", "for _ in range(300):\n    os.mkdir('d'); os.chdir('d')", lingers=True),
    attack("a locked folder", "os.mkdir('locked'); open('locked/x', 'w'); os.chmod('locked', 0)", lingers=True),
]  # fmt: skip

ATTACKS = RESOURCES + REACH + KERNEL + HARNESS
