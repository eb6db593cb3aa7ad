"""Which graphics processors a command gets: those that this process was dealt, else the first ones of the machine."""

from __future__ import annotations

import os


def assigned_gpus(count: int) -> list[str]:
    """The identifiers of `count` graphics processors, as CUDA_VISIBLE_DEVICES of this process lists them, or by number."""
    listed = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return listed[:count] if listed else [str(number) for number in range(count)]
