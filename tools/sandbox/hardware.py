"""The hardware of this machine, and the GPUs that this process may use."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

import psutil
import pynvml  # type: ignore[import-untyped]


@cache
def describe_hardware() -> str:
    """Return processor, memory and GPUs of this machine in one line."""
    memory = f"{psutil.virtual_memory().total / 2**30:.0f} GiB of memory"
    names = gpu_names()
    return f"{_processor()}, {memory}, {f'{len(names)} × {names[0]}' if names else 'no GPU'}"


def gpu_names() -> list[str]:
    """Return the product names of the NVIDIA GPUs; empty without GPUs or their driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return [pynvml.nvmlDeviceGetName(handle) for handle in handles]
    except pynvml.NVMLError:
        return []
    finally:
        pynvml.nvmlShutdown()


def gpu_ids() -> list[str]:
    """Return the GPUs of this process as CUDA_VISIBLE_DEVICES lists them; all of the machine if it is not set."""
    return _listed() or [str(number) for number in range(len(gpu_names()))]


def assigned_gpus(count: int) -> list[str]:
    """Return the identifiers of `count` GPUs: the first in CUDA_VISIBLE_DEVICES, else the first of the machine."""
    return (_listed() or [str(number) for number in range(count)])[:count]


def _listed() -> list[str]:
    return [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]


def _processor() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{cores} {'core' if cores == 1 else 'cores'} of {name or platform.processor() or platform.machine()}"
