"""Download the corpora that experiment.py trains on, where they cannot be made: `python prepare.py [name ...]`.

Addresses, sizes and checksums are in corpora.json. A download that was broken off goes on where it ended, if the server
can; nothing is kept under its name before its checksum is right. What is there already is not fetched again.
"""

from __future__ import annotations

import argparse
import hashlib
import time
import urllib.error
import urllib.request
from pathlib import Path

from corpora import HERE, known

PIECE = 1 << 20
TIMEOUT = 60  # seconds without a byte
TRIES = 4


class BrokenOff(Exception):
    """A download ended early or came out wrong; the words say how."""


def prepare(name: str, entry: dict, folder: Path) -> Path:
    """The file of a corpus in `folder`, downloaded if need be.

    Raises:
        SystemExit: no address gave the right file.
    """
    target = folder / entry["file"]
    if target.exists() and digest(target) == entry["sha256"]:
        print(f"{name}: {target} is there")
        return target
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    problems = []
    for turn in range(TRIES):
        address = entry["addresses"][turn % len(entry["addresses"])]
        try:
            fetch(address, part, entry["bytes"])
            check(part, entry)
            part.replace(target)
            print(f"{name}: {target}, {entry['bytes']:,} bytes, SHA-256 {entry['sha256'][:12]}…")
            return target
        except (BrokenOff, OSError) as error:  # urllib's errors are OSErrors
            problems.append(f"{address}: {error}")
            print(f"{name}: {problems[-1]}", flush=True)
            time.sleep(min(turn, 1))
    raise SystemExit(f"{name} could not be downloaded:\n  " + "\n  ".join(problems))


def fetch(address: str, part: Path, size: int) -> None:
    """Bring `part` to its full size, from where it ends."""
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        goes_on = answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")
        with part.open("ab" if goes_on else "wb") as file:  # a server that cannot go on sends all of it again
            while piece := answer.read(PIECE):
                file.write(piece)
                if file.tell() > size:
                    break


def check(part: Path, entry: dict) -> None:
    """Whether the whole file is there and right; a wrong one is removed, one that is too short is kept to go on with.

    Raises:
        BrokenOff: it is not.
    """
    have = part.stat().st_size
    if have < entry["bytes"]:
        raise BrokenOff(f"ended after {have:,} of {entry['bytes']:,} bytes")
    found = digest(part)
    if have > entry["bytes"] or found != entry["sha256"]:
        part.unlink()
        raise BrokenOff(f"sent {have:,} bytes with the SHA-256 {found[:12]}…, not {entry['sha256'][:12]}…")


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    corpora = known()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(corpora)}; all when none is given")
    parser.add_argument("--folder", type=Path, default=HERE / "data", help="where the files go")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in corpora]:
        parser.error(f"no corpus {unknown[0]!r}; there are: {', '.join(corpora)}")
    for name in args.names or corpora:
        prepare(name, corpora[name], args.folder)


if __name__ == "__main__":
    main()
