"""A system-call filter: as a classic BPF program for bubblewrap's `--seccomp`, and as JSON for Docker.

It denies calls that experiments do not need and that sandbox escapes have used: kernel keys, tracing, io_uring, mounts,
modules, namespaces. For the layout of the program and of `struct seccomp_data` see seccomp(2), linux/seccomp.h and
linux/filter.h. The numbers come from the kernel's tables for x86_64 and from the generic table that aarch64 uses.
"""

from __future__ import annotations

import errno
import json
import platform
import struct

DENIED = {
    "x86_64": {
        "ptrace": 101, "syslog": 103, "uselib": 134, "ustat": 136, "vhangup": 153, "pivot_root": 155, "chroot": 161,
        "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169,
        "iopl": 172, "ioperm": 173, "init_module": 175, "delete_module": 176, "quotactl": 179, "lookup_dcookie": 212,
        "clock_settime": 227, "mbind": 237, "set_mempolicy": 238, "kexec_load": 246, "add_key": 248,
        "request_key": 249, "keyctl": 250, "migrate_pages": 256, "unshare": 272, "move_pages": 279,
        "vmsplice": 278, "perf_event_open": 298, "fanotify_init": 300, "name_to_handle_at": 303,
        "open_by_handle_at": 304, "clock_adjtime": 305, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "kexec_file_load": 320, "bpf": 321,
        "userfaultfd": 323,
    },
    "aarch64": {
        "lookup_dcookie": 18, "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "vhangup": 58,
        "quotactl": 60, "vmsplice": 75, "acct": 89, "unshare": 97, "kexec_load": 104, "init_module": 105,
        "delete_module": 106, "clock_settime": 112, "syslog": 116, "ptrace": 117, "reboot": 142,
        "settimeofday": 170, "add_key": 217, "request_key": 218, "keyctl": 219, "swapon": 224, "swapoff": 225,
        "mbind": 235, "set_mempolicy": 237, "migrate_pages": 238, "move_pages": 239, "perf_event_open": 241,
        "fanotify_init": 262, "name_to_handle_at": 264, "open_by_handle_at": 265, "clock_adjtime": 266,
        "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "finit_module": 273,
        "bpf": 280, "userfaultfd": 282, "kexec_file_load": 294,
    },
}  # fmt: skip
DENIED_EVERYWHERE = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_getfd": 438, "mount_setattr": 442,
    "quotactl_fd": 443,
}  # fmt: skip
CLONE3 = 435
CLONE = {"x86_64": 56, "aarch64": 220}
SOCKET = {"x86_64": 41, "aarch64": 198}
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x4000_0000
CLONE_NEWUSER = 0x1000_0000
LAST_FAMILY = 16  # netlink; families above it (vsock, alg, bluetooth, ...) reach outside a network namespace

LOAD, JUMP_EQUAL, JUMP_GREATER, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
NUMBER_AT, ARCH_AT, ARGUMENT_AT = 0, 4, 16
ALLOW, KILL, FAIL = 0x7FFF_0000, 0x8000_0000, 0x0005_0000


def program(machine: str = platform.machine()) -> bytes | None:
    """Return the filter for `machine`, or None for an architecture without a table here."""
    if machine not in AUDIT_ARCH:
        return None
    code = [
        _step(LOAD, ARCH_AT),
        _step(JUMP_EQUAL, AUDIT_ARCH[machine], 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER_AT),
        *([_step(JUMP_GREATER_EQUAL, X32, 0, 1), _step(RETURN, KILL)] if machine == "x86_64" else []),
    ]
    for number in sorted((DENIED[machine] | DENIED_EVERYWHERE).values()):
        code += [_step(JUMP_EQUAL, number, 0, 1), _step(RETURN, FAIL | errno.EPERM)]
    code += [
        _step(JUMP_EQUAL, CLONE3, 0, 1),
        _step(RETURN, FAIL | errno.ENOSYS),  # a filter cannot read its flags; the C library falls back to clone
        _step(JUMP_EQUAL, SOCKET[machine], 0, 3),
        _step(LOAD, ARGUMENT_AT),
        _step(JUMP_GREATER, LAST_FAMILY, 0, 5),
        _step(RETURN, FAIL | errno.EAFNOSUPPORT),
        _step(JUMP_EQUAL, CLONE[machine], 0, 3),
        _step(LOAD, ARGUMENT_AT),
        _step(JUMP_SET, CLONE_NEWUSER, 0, 1),
        _step(RETURN, FAIL | errno.EPERM),
        _step(RETURN, ALLOW),
    ]
    return b"".join(code)


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, if_true, if_false, value)


def docker_profile() -> str:
    """Return the same rules as JSON for a Docker daemon, which knows system calls by name."""
    denied = sorted({name for table in (*DENIED.values(), DENIED_EVERYWHERE) for name in table})
    rules: list[dict[str, object]] = [
        {"names": denied, "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS},
        {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EAFNOSUPPORT,
         "args": [{"index": 0, "value": LAST_FAMILY, "op": "SCMP_CMP_GT"}]},
        {"names": ["clone"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM,
         "args": [{"index": 0, "value": CLONE_NEWUSER, "valueTwo": CLONE_NEWUSER, "op": "SCMP_CMP_MASKED_EQ"}]},
    ]  # fmt: skip
    architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"]
    return json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "architectures": architectures, "syscalls": rules})
