"""The figures of a paper, descriptions recorded while plot.py draws them, and the record of what it drew."""

from tools.figures.description import (
    RECORDER,
    FigureDescription,
    PaperFigure,
    PlottedAxes,
    PlottedSeries,
    description_file,
    load_description,
    load_figures,
)
from tools.figures.drawings import (
    DrawingRecord,
    ImageOrigin,
    RecordedImage,
    file_digest,
    load_drawings,
    record_drawn,
    record_supplied,
    results_digests,
)
from tools.figures.image_decoder import DecodedImage, decode_image

__all__ = [
    "RECORDER",
    "DecodedImage",
    "DrawingRecord",
    "FigureDescription",
    "ImageOrigin",
    "PaperFigure",
    "PlottedAxes",
    "PlottedSeries",
    "RecordedImage",
    "decode_image",
    "description_file",
    "file_digest",
    "load_description",
    "load_drawings",
    "load_figures",
    "record_drawn",
    "record_supplied",
    "results_digests",
]
