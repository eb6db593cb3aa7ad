"""Decode images that model-written code drew: only PNG and JPEG, known by their first bytes, in a limited process.

Other formats are never tried. Pillow hands some of them to other programs, as PostScript to Ghostscript.
"""

from __future__ import annotations

import io
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError, UserError
from tools.limited_process import DecoderCrashError, run_limited, serve
from tools.sandbox.workspace_sanitizer import read_file

_MAX_BYTES = 20 << 20
_MAX_PIXELS = 50_000_000
_FORMATS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
_HEADER = struct.Struct("!IIH")
_SECONDS = 60


@dataclass(frozen=True)
class DecodedImage:
    """An image that was decoded and encoded again."""

    width: int
    """In pixels."""
    height: int
    grey_levels: int
    """Different levels of grey, counted up to 256."""
    png: bytes


async def decode_image(folder: Path, name: str) -> DecodedImage:
    """Decode the image `name` in `folder`.

    Raises:
        ToolError: it is no regular file, too large, of another format, or broken.
    """
    try:
        output = await run_limited("tools.figures.image_decoder", str((folder / name).absolute()), seconds=_SECONDS)
    except (UserError, DecoderCrashError) as error:
        raise ToolError(f"{name} is not a readable image: {error}") from None
    width, height, levels = _HEADER.unpack_from(output)
    return DecodedImage(width, height, levels, output[_HEADER.size :])


def image_format(content: bytes) -> str:
    """Return PNG or JPEG by the first bytes; empty for any other format."""
    return next((name for magic, name in _FORMATS.items() if content.startswith(magic)), "")


def _decode(arguments: list[str]) -> bytes:
    from PIL import Image

    path = Path(arguments[0])
    try:
        content = read_file(path.parent, path.name, max_bytes=_MAX_BYTES)
    except ToolError as error:
        raise UserError(str(error)) from None
    found = image_format(content)
    wanted = "JPEG" if path.suffix.lower() in (".jpg", ".jpeg") else "PNG"
    if found != wanted:
        raise UserError(f"its content is {found or 'neither PNG nor JPEG'}, not {wanted}")
    try:
        with Image.open(io.BytesIO(content), formats=[found]) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise UserError(f"it has {image.width}x{image.height} pixels; at most {_MAX_PIXELS} are decoded")
            drawn = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as error:
        raise UserError(str(error)) from None
    levels = len(drawn.convert("L").getcolors(256) or ())
    file = io.BytesIO()
    drawn.save(file, format="PNG")
    return _HEADER.pack(*drawn.size, levels) + file.getvalue()


if __name__ == "__main__":
    sys.exit(serve(_decode))
