"""PDFs as people have them: turned pages, broken pages, fonts with units of their own, stretched and short lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfWriter, Transformation
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, NumberObject

from tests.fakes.pdfs import FILLER, paragraphs, plain_page, text_at, write_pdf
from tools.documents.document import parse_document
from tools.documents.visible_text import parse_visible_text


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_reads_as_it_looks(tmp_path: Path, angle: int) -> None:
    path = write_pdf(tmp_path / "paper.pdf", [plain_page(), plain_page(heading="2 Methods")])
    writer = PdfWriter(clone_from=path)
    for page in writer.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        shift = {90: (height, 0), 180: (width, height), 270: (0, width)}[angle]
        page.add_transformation(Transformation().rotate(angle).translate(*shift))
        page.mediabox.upper_right = page.cropbox.upper_right = (width, height) if angle == 180 else (height, width)
        page[NameObject("/Rotate")] = NumberObject(angle)
    writer.write(tmp_path / "turned.pdf")
    plain, turned = parse_document(path), parse_document(tmp_path / "turned.pdf")
    assert (turned.text, turned.title, turned.hidden) == (plain.text, plain.title, ())


def test_one_broken_page_does_not_lose_the_paper(tmp_path: Path) -> None:
    path = write_pdf(
        tmp_path / "paper.pdf", [plain_page(), plain_page(heading="2 Lost"), plain_page(heading="3 Results")]
    )
    writer = PdfWriter(clone_from=path)
    writer.pages[1].get_object()[NameObject("/Type")] = NameObject("/Font")
    kids = writer._root_object["/Pages"]["/Kids"]  # type: ignore[index]
    kids[1] = NumberObject(7)
    writer.write(tmp_path / "broken.pdf")
    document = parse_document(tmp_path / "broken.pdf")
    assert "1 Introduction" in document.text and "3 Results" in document.text and "2 Lost" not in document.text
    assert any("page 2" in note for note in document.notes)


def test_a_page_without_a_size_is_read_at_the_default_size(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=write_pdf(tmp_path / "paper.pdf", [plain_page()]))
    writer.pages[0][NameObject("/MediaBox")] = ArrayObject([FloatObject(0)] * 4)
    writer.write(tmp_path / "empty.pdf")
    assert "held out data" in parse_document(tmp_path / "empty.pdf").text
    assert "held out data" in parse_visible_text(tmp_path / "empty.pdf").pages[0].text


@pytest.mark.parametrize("first", ["A", "1"])
def test_a_paragraph_may_begin_with_a_line_of_one_character(tmp_path: Path, first: str) -> None:
    content = text_at(72, 612, first) + paragraphs(FILLER, y=600)
    assert "held out data" in parse_document(write_pdf(tmp_path / "paper.pdf", [content])).text


def type3_page(writer: PdfWriter, scale: float) -> None:
    """Add a page of a Type3 font whose glyphs are as large as other fonts' at a font size of `scale`."""
    glyph = DecodedStreamObject()
    glyph.set_data(b"60 0 0 0 50 70 d1 0 0 50 70 re f")
    bars = [NameObject("/bar")]
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type3"),
        NameObject("/FontBBox"): ArrayObject(map(NumberObject, (0, 0, 50, 70))),
        NameObject("/FontMatrix"): ArrayObject(map(FloatObject, (1, 0, 0, 1, 0, 0))),
        NameObject("/FirstChar"): NumberObject(120), NameObject("/LastChar"): NumberObject(120),
        NameObject("/Widths"): ArrayObject([NumberObject(60)]),
        NameObject("/CharProcs"): DictionaryObject({bars[0]: writer._add_object(glyph)}),
        NameObject("/Encoding"): DictionaryObject({
            NameObject("/Type"): NameObject("/Encoding"),
            NameObject("/Differences"): ArrayObject([NumberObject(120), NameObject("/x")]),
        }),
    })  # fmt: skip
    font["/CharProcs"][NameObject("/x")] = font["/CharProcs"].raw_get("/bar")  # type: ignore[index]
    page = writer.pages[0]
    page["/Resources"]["/Font"][NameObject("/T3")] = writer._add_object(font)  # type: ignore[index]
    stream = DecodedStreamObject()
    stream.set_data(plain_page().encode() + f"BT /T3 {scale} Tf 1 0 0 1 72 400 Tm (xxxxxxxxxxxx) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)


@pytest.mark.parametrize(("scale", "seen"), [(0.15, True), (0.005, False)])
def test_the_size_of_a_font_is_what_it_draws(tmp_path: Path, scale: float, seen: bool) -> None:
    writer = PdfWriter(clone_from=write_pdf(tmp_path / "paper.pdf", [plain_page()]))
    type3_page(writer, scale)
    writer.write(tmp_path / "type3.pdf")
    kinds = [finding.kind for finding in parse_document(tmp_path / "type3.pdf").hidden]
    assert ("too small to read" in kinds) != seen


def test_a_stretched_line_is_no_table_over_both_columns(tmp_path: Path) -> None:
    left = [f"left {'words of the column ' * 2}{k}" for k in range(12)]
    right = [f"right {'words of the column ' * 2}{k}" for k in range(12)]
    left[5], right[5] = "", "right end"
    stretched = "".join(
        text_at(72 + 55 * k, 600 - 5 * 12, word) for k, word in enumerate(("one", "two", "three", "four"))
    )
    content = paragraphs(left, x=72) + paragraphs(right, x=330) + stretched
    text = parse_document(write_pdf(tmp_path / "paper.pdf", [content])).text
    assert text.index("four") < text.index("left words of the column words of the column 6") < text.index("right end")
