"""PDFs for tests, written object by object so that each trick of the format can be had on purpose."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib
from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

WIDTH, HEIGHT = 612, 792

FILLER = (
    "We study how the width of a small network changes its error on held out data.",
    "Each setting is trained with five seeds and we report the mean and its error.",
    "Wider networks reach a lower error until the data no longer constrain them.",
    "The effect is small compared with the difference between two seeds of one run.",
    "We therefore claim no improvement and describe what was measured and how.",
)


def text_at(x: float, y: float, text: str, *, size: float = 10, font: str = "F1", before: str = "") -> str:
    """Content operators that show a text; `before` sets what should hold for it alone."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q {before} BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET Q\n"


def paragraphs(lines: Sequence[str], *, x: float = 72, y: float = 600, size: float = 10, leading: float = 12) -> str:
    return "".join(text_at(x, y - i * leading, line, size=size) for i, line in enumerate(lines))


def plain_page(*, heading: str = "1 Introduction") -> str:
    """An ordinary page: a title, a heading in bold, a paragraph."""
    return (
        text_at(72, 720, "The Width of Small Networks", size=17, font="F2")
        + text_at(72, 640, heading, size=12, font="F2")
        + paragraphs(FILLER, y=615)
    )


def write_pdf(
    path: Path,
    contents: Sequence[str],
    *,
    crop: Sequence[float] | None = None,
    shown: str = "",
    claimed: Sequence[str] = "",
    password: str = "",
    title: str = "",
) -> Path:
    """Write a PDF with one content stream a page. At hand in it: F1 Helvetica, F2 Helvetica-Bold, G0 a state of no
    opacity, Im1 a grey image, OC1 a layer that is switched off, LIE a font that draws `shown` and says `claimed`
    (show it with `lying_text`), SWAP a font whose letters are exchanged by `exchanged`."""
    writer = PdfWriter()
    resources = _resources(writer, shown, claimed, swap=any("/SWAP" in content for content in contents))
    for content in contents:
        page = writer.add_blank_page(WIDTH, HEIGHT)
        page[NameObject("/Resources")] = resources
        stream = DecodedStreamObject()
        stream.set_data(content.encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
        if crop:
            page[NameObject("/CropBox")] = ArrayObject([FloatObject(v) for v in crop])
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(path)
    return path


def lying_text(x: float, y: float, length: int, *, size: float = 10) -> str:
    """Shows the first characters of the font LIE."""
    codes = "".join(f"{i + 1:04x}" for i in range(length))
    return f"BT /LIE {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET\n"


def exchanged(text: str) -> str:
    """What to write in the font SWAP so that `text` is seen."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return text.translate(str.maketrans(letters, letters[7:] + letters[:7]))


def _resources(writer: PdfWriter, shown: str, claimed: Sequence[str], *, swap: bool) -> DictionaryObject:
    fonts = DictionaryObject()
    for name, base in (("/F1", "/Helvetica"), ("/F2", "/Helvetica-Bold")):
        fonts[NameObject(name)] = _named(Type="/Font", Subtype="/Type1", BaseFont=base, Encoding="/WinAnsiEncoding")
    if swap:
        fonts[NameObject("/SWAP")] = _swapped_font(writer)
    if shown:
        fonts[NameObject("/LIE")] = _lying_font(writer, shown, claimed)
    image = DecodedStreamObject()
    image.set_data(bytes([150] * 16))
    image.update(_named(Type="/XObject", Subtype="/Image", ColorSpace="/DeviceGray"))
    image.update(
        {NameObject(f"/{k}"): NumberObject(v) for k, v in (("Width", 4), ("Height", 4), ("BitsPerComponent", 8))}
    )
    clear = DictionaryObject({NameObject("/ca"): FloatObject(0), NameObject("/CA"): FloatObject(0)})
    layer = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG"),
                                                 NameObject("/Name"): TextStringObject("hidden layer")}))  # fmt: skip
    off = DictionaryObject({NameObject("/OFF"): ArrayObject([layer]), NameObject("/Order"): ArrayObject([layer])})
    writer._root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): off}
    )
    return DictionaryObject(
        {
            NameObject("/Font"): fonts,
            NameObject("/XObject"): DictionaryObject({NameObject("/Im1"): writer._add_object(image)}),
            NameObject("/ExtGState"): DictionaryObject({NameObject("/G0"): clear}),
            NameObject("/Properties"): DictionaryObject({NameObject("/OC1"): layer}),
        }
    )


def _named(**entries: str) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): NameObject(value) for key, value in entries.items()})


def _truetype(letters: str) -> TTFont:
    font = TTFont(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
    subsetter = Subsetter(Options(notdef_outline=True, layout_features=[]))
    subsetter.populate(text=letters)
    subsetter.subset(font)
    return font


def _embedded(writer: PdfWriter, font: TTFont, name: str) -> DictionaryObject:
    """The font descriptor with the font's file in it."""
    data = io.BytesIO()
    font.save(data)
    file = DecodedStreamObject()
    file.set_data(data.getvalue())
    file[NameObject("/Length1")] = NumberObject(len(data.getvalue()))
    descriptor = _named(Type="/FontDescriptor", FontName=f"/{name}")
    for key, value in (("Flags", 32), ("ItalicAngle", 0), ("Ascent", 928), ("Descent", -236), ("CapHeight", 729),
                       ("StemV", 80)):  # fmt: skip
        descriptor[NameObject(f"/{key}")] = NumberObject(value)
    descriptor[NameObject("/FontBBox")] = ArrayObject([NumberObject(v) for v in (-200, -240, 1200, 930)])
    descriptor[NameObject("/FontFile2")] = writer._add_object(file)
    return descriptor


def _width(font: TTFont, letter: str) -> int:
    return int(1000 * font["hmtx"][font.getBestCmap()[ord(letter)]][0] / font["head"].unitsPerEm)


def _lying_font(writer: PdfWriter, shown: str, claimed: Sequence[str]) -> DictionaryObject:
    """Code i draws character i of `shown` and maps to character i of `claimed`."""
    font = _truetype(shown)
    order, cmap = font.getReverseGlyphMap(), font.getBestCmap()
    glyph_ids = DecodedStreamObject()
    glyph_ids.set_data(b"\0\0" + b"".join(order[cmap[ord(c)]].to_bytes(2, "big") for c in shown))
    pairs = "\n".join(f"<{i + 1:04x}> <{c.encode('utf-16-be').hex()}>" for i, c in enumerate(claimed[: len(shown)]))
    to_unicode = DecodedStreamObject()
    to_unicode.set_data(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Lie def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{min(len(shown), len(claimed))} beginbfchar\n{pairs}\nendbfchar endcmap end end".encode()
    )
    inner = _named(Type="/Font", Subtype="/CIDFontType2", BaseFont="/AAAAAA+Lie")
    inner[NameObject("/CIDSystemInfo")] = DictionaryObject(
        {NameObject("/Registry"): TextStringObject("Adobe"), NameObject("/Ordering"): TextStringObject("Identity"),
         NameObject("/Supplement"): NumberObject(0)}
    )  # fmt: skip
    inner[NameObject("/FontDescriptor")] = writer._add_object(_embedded(writer, font, "AAAAAA+Lie"))
    inner[NameObject("/CIDToGIDMap")] = writer._add_object(glyph_ids)
    widths = ArrayObject([NumberObject(_width(font, c)) for c in shown])
    inner[NameObject("/W")] = ArrayObject([NumberObject(1), widths])
    outer = _named(Type="/Font", Subtype="/Type0", BaseFont="/AAAAAA+Lie", Encoding="/Identity-H")
    outer[NameObject("/DescendantFonts")] = ArrayObject([writer._add_object(inner)])
    outer[NameObject("/ToUnicode")] = writer._add_object(to_unicode)
    return outer


def _swapped_font(writer: PdfWriter) -> DictionaryObject:
    """A font whose letters stand under other letters' names, without any map that would tell."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    font = _truetype(letters + " .")
    for table in font["cmap"].tables:
        original = dict(table.cmap)
        for letter in letters:
            if ord(exchanged(letter)) in original:
                table.cmap[ord(exchanged(letter))] = original[ord(letter)]
    simple = _named(Type="/Font", Subtype="/TrueType", BaseFont="/BBBBBB+Swap", Encoding="/WinAnsiEncoding")
    simple[NameObject("/FirstChar")], simple[NameObject("/LastChar")] = NumberObject(32), NumberObject(122)
    known = font.getBestCmap()
    simple[NameObject("/Widths")] = ArrayObject(
        [NumberObject(_width(font, chr(code)) if code in known else 600) for code in range(32, 123)]
    )
    simple[NameObject("/FontDescriptor")] = writer._add_object(_embedded(writer, font, "BBBBBB+Swap"))
    return simple
