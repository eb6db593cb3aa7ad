"""Download the corpora that experiment.py trains on: `python prepare.py [name ...]`.

Addresses, sizes and checksums are in corpora.json. An interrupted download continues where it stopped if the server
supports it. A file gets its final name only after its checksum matches, and is not downloaded again.
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
    """A download ended early or does not match its checksum."""


def prepare(name: str, entry: dict, folder: Path) -> Path:
    """Return the file of a corpus in `folder`, after downloading it if necessary.

    Raises:
        SystemExit: no address provided the right file.
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
    """Download the missing end of `part`."""
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        resumes = answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")
        with part.open("ab" if resumes else "wb") as file:  # a server without range support sends the whole file
            while piece := answer.read(PIECE):
                file.write(piece)
                if file.tell() > size:
                    break


def check(part: Path, entry: dict) -> None:
    """Check that the file is complete and correct. A wrong file is removed; an incomplete one is kept for the next try.

    Raises:
        BrokenOff: it is incomplete or wrong.
    """
    have = part.stat().st_size
    if have < entry["bytes"]:
        raise BrokenOff(f"ended after {have:,} of {entry['bytes']:,} bytes")
    found = digest(part)
    if have > entry["bytes"] or found != entry["sha256"]:
        part.unlink()
        raise BrokenOff(f"sent {have:,} bytes with the SHA-256 {found[:12]}…, not {entry['sha256'][:12]}…")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
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
