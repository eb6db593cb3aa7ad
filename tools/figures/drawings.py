"""Which images the harness saw plot.py draw, and from which results.

The record lies beside the workspace, where agents cannot write, so an image that was put in place of another is found by its
digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.atomic import write_json
from tools.errors import UserError
from tools.evidence import Ledger
from tools.figures.description import FigureDescription, load_description
from tools.schema import first_problem


class ImageOrigin(StrEnum):
    """How an image came to the paper."""

    DRAWN = "drawn"
    """plot.py drew it here, in the sandbox."""
    SUPPLIED = "supplied"
    """It came with a draft of the user's."""


class RecordedImage(BaseModel):
    """One image at the time it was drawn or supplied."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    file: str
    sha256: str
    origin: ImageOrigin
    plot_sha256: str = ""
    """SHA-256 of the plot.py that drew it."""
    results: dict[str, str] = {}
    """Completed run -> SHA-256 of its values when the image was drawn."""
    facts: FigureDescription | None = None
    """What it shows; None if matplotlib did not draw it."""


class DrawingRecord(BaseModel):
    """Every image that was drawn or supplied, oldest first."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    images: tuple[RecordedImage, ...] = ()

    def find(self, sha256: str) -> RecordedImage | None:
        """Return the latest record of an image with this content, a drawn one before a supplied one."""
        found = [image for image in self.images if image.sha256 == sha256]
        drawn = [image for image in found if image.origin is ImageOrigin.DRAWN]
        return next(reversed(drawn or found), None)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def results_digests(ledger: Ledger) -> dict[str, str]:
    """Return completed run -> SHA-256 of its values."""
    return {
        run.name: hashlib.sha256(json.dumps(run.values, sort_keys=True).encode()).hexdigest()
        for run in ledger.completed
    }


def load_drawings(path: Path) -> DrawingRecord | None:
    """Return the record of a workspace; None if nothing was ever recorded.

    Raises:
        UserError: the file is not such a record.
    """
    if not path.exists():
        return None
    try:
        return DrawingRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, DrawingRecord)) from None


def record_drawn(path: Path, images: Iterable[Path], plot_sha256: str, ledger: Ledger) -> None:
    """Add images that the plot.py with this digest has just drawn from the results of the ledger."""
    results = results_digests(ledger)
    _add(
        path,
        [
            RecordedImage(
                file=image.name,
                sha256=(digest := file_digest(image)),
                origin=ImageOrigin.DRAWN,
                plot_sha256=plot_sha256,
                results=results,
                facts=_facts(image, digest),
            )
            for image in images
        ],
    )


def record_supplied(path: Path, images: Iterable[Path]) -> None:
    """Add images that came with a draft."""
    _add(
        path,
        [
            RecordedImage(file=image.name, sha256=file_digest(image), origin=ImageOrigin.SUPPLIED)
            for image in images
            if image.is_file()
        ],
    )


def _facts(image: Path, digest: str) -> FigureDescription | None:
    """Return the facts that were written when this very image was saved, not those of one that it has replaced."""
    facts = load_description(image)
    return facts if facts and facts.image_sha256 in ("", digest) else None


def _add(path: Path, images: list[RecordedImage]) -> None:
    known = load_drawings(path) or DrawingRecord()
    write_json(path, DrawingRecord(images=(*known.images, *images)).model_dump(mode="json"))
