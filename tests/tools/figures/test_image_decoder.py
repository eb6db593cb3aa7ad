"""Images drawn by model-written code are decoded in a limited process, and only as PNG or JPEG."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tools.errors import ToolError
from tools.figures import decode_image


def encoded(name: str) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, format=name)
    return file.getvalue()


def bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


async def test_a_png_and_a_jpeg_are_decoded_and_encoded_again(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded("PNG") + b"%!PS appended")
    (tmp_path / "b.jpg").write_bytes(encoded("JPEG"))
    for name in ("a.png", "b.jpg"):
        image = await decode_image(tmp_path, name)
        assert (image.width, image.height) == (256, 256) and image.grey_levels > 100
        assert image.png.startswith(b"\x89PNG") and b"%!PS" not in image.png
        assert Image.open(io.BytesIO(image.png), formats=["PNG"]).size == (256, 256)


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 50 50\n%%EndComments\n{} loop\nshowpage\n"
REFUSED = {
    "PostScript": POSTSCRIPT,
    "PostScript behind a preview": struct.pack("<IIIIIIIH", 0xC6D3D0C5, 30, len(POSTSCRIPT), 0, 0, 0, 0, 0)
    + POSTSCRIPT,
    "PDF": b"%PDF-1.7\n",
    "a JPEG named .png": encoded("JPEG"),
    "TIFF": encoded("TIFF"),
    "WebP": encoded("WEBP"),
    "nothing": b"",
    "a broken PNG": encoded("PNG")[:60],
    "more pixels than memory": bomb(),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
async def test_any_other_content_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(ToolError):
        await decode_image(tmp_path, "x.png")


async def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded("PNG"))
    (tmp_path / "x.png").symlink_to("a.png")
    with pytest.raises(ToolError):
        await decode_image(tmp_path, "x.png")
