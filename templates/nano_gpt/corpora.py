"""The corpora and their splits. Protected: every run of a study reads the same text.

A character is a byte. The alphabet of a corpus has every byte of its training text, and one symbol for all others.
`python_stdlib` is built from the source of the Python that runs the experiment, so it needs no download; `prepare.py`
downloads the others into `data/`.
"""

from __future__ import annotations

import hashlib
import json
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
STDLIB = "python_stdlib"
LEFT_OUT = {  # omitted or changed by distributions, generated on the machine, or tables of codes
    "site-packages", "dist-packages", "__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3",
    "ensurepip", "encodings", "pydoc_data",
}  # fmt: skip
GENERATED = ("_sysconfigdata", "sitecustomize", "usercustomize", "config-")
SMALLEST = 1_000_000  # bytes; a smaller standard library is taken to lack its source


@dataclass(frozen=True)
class Corpus:
    """A text as symbols: train (n,) and val (m,), uint8. `alphabet` holds the bytes of all symbols but the last, which stands
    for any other byte. `digest` is the beginning of the text's SHA-256, for comparing machines."""

    name: str
    train: np.ndarray
    val: np.ndarray
    alphabet: bytes
    digest: str

    @property
    def symbols(self) -> int:
        return len(self.alphabet) + 1

    def text(self, symbols: list[int]) -> str:
        """Return symbols as text, with U+FFFD for bytes outside the alphabet."""
        known = bytes(self.alphabet[s] if s < len(self.alphabet) else 255 for s in symbols)
        return known.decode("utf-8", errors="replace")


def load(name: str) -> Corpus:
    """Load the corpus of that name.

    Raises:
        SystemExit: it does not exist, has not been downloaded, or does not match its checksum.
    """
    train, val = stdlib_text() if name == STDLIB else downloaded_text(name)
    alphabet = bytes(sorted(set(train)))
    symbol = np.full(256, len(alphabet), dtype=np.uint8)
    symbol[list(alphabet)] = np.arange(len(alphabet))
    sides = [symbol[np.frombuffer(side, dtype=np.uint8)] for side in (train, val)]
    return Corpus(name, *sides, alphabet, hashlib.sha256(train + val).hexdigest()[:12])


def known() -> dict[str, dict]:
    """Return the corpora that can be downloaded: name -> file, addresses, bytes, sha256, and lengths of the split."""
    return json.loads((HERE / "corpora.json").read_text(encoding="utf-8"))


def downloaded_text(name: str) -> tuple[bytes, bytes]:
    """Return training and validation text: the first bytes of the file and those that follow."""
    if name not in known():
        raise SystemExit(f"no corpus {name!r}; there are: {', '.join([STDLIB, *known()])}")
    entry = known()[name]
    path = HERE / "data" / entry["file"]
    if not path.exists():
        raise SystemExit(f"{name}: {path} is missing; run `python prepare.py {name}` in the template's folder first")
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != entry["sha256"]:
        raise SystemExit(f"{name}: {path} has the SHA-256 {found}, not {entry['sha256']}; remove it and prepare again")
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            content = archive.read(name)
    end = entry["train"] + entry["val"]
    return content[: entry["train"]], content[entry["train"] : end]


def stdlib_files() -> tuple[list[Path], list[Path]]:
    """Return the source files of Python's standard library for training and for validation, sorted by path.

    About one file in ten is for validation, chosen by a digest of its path, so no file is in both parts and the same
    version of Python gives the same split.
    """
    root = Path(sysconfig.get_paths()["stdlib"])
    sides: tuple[list[Path], list[Path]] = ([], [])
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        inside = path.relative_to(root)
        if not LEFT_OUT.intersection(inside.parts) and not any(p.startswith(GENERATED) for p in inside.parts):
            held_out = hashlib.sha256(inside.as_posix().encode()).digest()[0] < 26
            sides[held_out].append(path)
    return sides


def stdlib_text() -> tuple[bytes, bytes]:
    """Return the source of Python's standard library for training and for validation."""
    train, val = (b"\n".join(path.read_bytes() for path in side) for side in stdlib_files())
    if len(train) < SMALLEST:
        root = sysconfig.get_paths()["stdlib"]
        raise SystemExit(f"{STDLIB}: {root} holds {len(train)} bytes of source only; use a Python that has its source")
    return train, val
