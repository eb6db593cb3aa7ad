"""The figures of a paper, and descriptions recorded while plot.py draws them."""

from tools.figures.description import RECORDER, FigureDescription, PaperFigure, load_description, load_figures

__all__ = ["RECORDER", "FigureDescription", "PaperFigure", "load_description", "load_figures"]
