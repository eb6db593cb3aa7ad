"""`make bench`: the viewer over a journal of 100,000 records, in a process of its own that is started for it.

Measured: the seconds from the start of the server to the first page of the list, to that of a phase (which needs the whole
index), of searches for a rare and for a frequent word, and the largest memory of the process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).parents[1]
_DATA = Path(__file__).parent / "data" / "old_run_finished.tar.gz"
RECORDS = 100_000


async def viewer(folder: Path) -> str:
    """Return what the viewer takes."""
    return "\n".join(await asyncio.to_thread(lambda: list(_measured(folder))))


def _measured(folder: Path) -> Iterator[str]:
    with tarfile.open(_DATA) as archive:
        archive.extractall(folder, filter="data")
    journal = folder / "finished" / "journal.jsonl"
    lines = list(itertools.islice(_records(journal), RECORDS))
    journal.write_text("".join(lines), encoding="utf-8")
    size = journal.stat().st_size / 1e6
    yield f"viewer, {RECORDS:,} records, {size:.0f} MB"
    command = [sys.executable, str(ROOT / "run.py"), "view", "--no-browser", "--out", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            address = next(found for line in server.stdout if (found := re.search(r"(http://\S+/)\?token=(\S+)", line)))
            with httpx.Client(base_url=address[1], follow_redirects=True, timeout=60) as client:
                client.get("/", params={"token": address[2]})
                pages = {
                    "list of runs": "/",
                    "page of a run, index included": "/run/finished",
                    "page of a phase": "/run/finished/talk/idea_1/experiments",
                    "page of a phase, again": "/run/finished/talk/idea_1/experiments",
                    "search for a word that is nowhere": "/run/finished/search?q=nowhere-in-it",
                    "search for a frequent word": "/run/finished/search?q=step_size",
                    "search for failed calls of one tool": "/run/finished/search?tool=edit_file&failed=1",
                }
                for name, path in pages.items():
                    began = time.monotonic()
                    client.get(path).raise_for_status()
                    yield f"  {name:<40} {time.monotonic() - began:6.2f} s"
            memory = psutil.Process(server.pid).memory_info().rss / 1e6
            yield f"  {'memory':<40} {memory:6.0f} MB"
        finally:
            server.terminate()


def _records(journal: Path) -> Iterator[str]:
    """Yield the records of a journal again and again, each time as another idea."""
    known = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    steps = [record for record in known if not record["key"].startswith("run/")]
    for number in itertools.count(1):
        for record in steps:
            key = record["key"].replace("idea_1", f"idea_{number}", 1)
            yield json.dumps({**record, "key": key}, ensure_ascii=False) + "\n"
