"""Check the text inside figures, and captions against what a figure shows, from the facts of its drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.evidence import Ledger
from tools.evidence.judgement import Verdict
from tools.figures import DrawingRecord, FigureDescription, file_digest, load_description
from tools.gate.report import FindingCode, GateFinding

_IMAGES = frozenset([".png", ".jpg", ".jpeg", ".pdf"])
_NUMBER = re.compile(
    r"(?<![\w.^{])[-+−]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?(?:\s?(?:\\?%|percent\b|(?:times|fold|[x×])\b))?"
)
_FREE = re.compile(
    r"\brun[ _\\]*\d+|\bseeds?\s+\d+(?:\s*(?:,|and|to|-|–)\s*\d+)*|\b(?:95|99|90|68)\s?\\?%|\bn\s*=\s*\d+|\d+\s?[dD]\b"
    r"|10\s*\^\s*\{?[-−]?\d+\}?|\b\d+\s+(?:seeds?|runs?|datasets?)\b|\(\s*[a-z]?\d?\s*\)",
    re.IGNORECASE,
)
"""Names of runs, seeds, levels of confidence, dimensions, scales of an axis."""
_SMALL = 10
_MAX_RELATIVE = 1e-9
_CONVENTION = re.compile(
    r"\b(?:lower|higher|smaller|larger)\s*(?:values?\s*)?(?:is|are|=|means?)?\s*better\b", re.IGNORECASE
)
_CLAIM = re.compile(
    r"\b(?:better|worse|best|worst|superior|inferior|improv\w+|outperform\w*|beats?|beaten|wins?|winner|surpass\w*"
    r"|degrad\w+|state[ -]of[ -]the[ -]art|sota|significant\w*|insignificant\w*|reduc(?:es|ed|tion)|lowers|lowered|raises"
    r"|increases|decreases|drops|halves|halved|doubles|doubled|gains?|consistently|monoton\w+|always|never)\b"
    r"|\b(?:is|are|was|much|far)\s+(?:lower|higher|smaller|larger|greater|faster|slower)\b",
    re.IGNORECASE,
)
_ADJECTIVE = r"\b(?:lower|higher|smaller|larger|greater|faster|slower|fewer)\b"
"""A claim beside a metric or before "than", but not in the name of a setting such as "lower learning rate"."""


def figure_facts(folder: Path, drawings: DrawingRecord | None = None) -> dict[str, FigureDescription]:
    """Return image, relative to the paper's folder -> its facts: those of the record, else those beside the image."""
    found = {}
    for path in sorted((folder / "figures").glob("*")):
        if path.suffix.lower() not in _IMAGES or not path.is_file():
            continue
        digest = file_digest(path)
        recorded = drawings.find(digest) if drawings else None
        facts = recorded.facts if recorded else load_description(path)
        if facts and facts.image_sha256 in ("", digest):
            found[f"figures/{path.name}"] = facts
    return found


def texts_of_facts(facts: FigureDescription) -> list[str]:
    """Return the different texts in a figure: titles, axis labels, legends, annotations."""
    texts = [facts.title, *facts.texts]
    for panel in facts.panels:
        texts += [panel.title, panel.xlabel, panel.ylabel, *panel.legend, *panel.texts]
    return [text for text in dict.fromkeys(texts) if text.strip()]


def check_figure_texts(facts: Mapping[str, FigureDescription], ledger: Ledger) -> Iterator[GateFinding]:
    """Find typed numbers and claims in the text inside figures.

    A number is free if the same axes plot it, if it is the value of a setting of a completed run, or if it is part of a
    name, a level of confidence or a small count.
    """
    settings = {float(v) for run in ledger.completed for v in run.settings.values() if isinstance(v, int | float)}
    for file, figure in facts.items():
        plotted = [value for panel in figure.panels for series in panel.series for value in series.y_values]
        for text in texts_of_facts(figure):
            for number in _typed(text, settings, plotted, ledger):
                yield GateFinding(
                    code=FindingCode.TYPED_FIGURE_NUMBER,
                    file=file,
                    excerpt=text,
                    reason=f"{number} is written into the figure, and the figure plots no such value",
                    verdict=Verdict.NO_EVIDENCE,
                    suggestion="remove the number from plot.py, and print it in the caption with \\result{...}",
                )
            if claim := claims_in(text, ledger):
                yield GateFinding(
                    code=FindingCode.FIGURE_CLAIM,
                    file=file,
                    excerpt=text,
                    reason=f'"{claim}" is a claim inside the figure, where no reference carries it',
                    verdict=Verdict.NO_EVIDENCE,
                    suggestion="remove the words from plot.py, and state the claim in the text with \\change{...}",
                )


def claims_in(text: str, ledger: Ledger) -> str:
    """Return the first comparative word in a text of a figure; empty if there is none."""
    plain = _CONVENTION.sub(" ", text)
    names = {word for run in ledger.completed for name in run.settings for word in _words(name)}
    metrics = {name for run in ledger.completed for cells in run.values.values() for name in cells}
    words = {
        word for name in metrics for label in (name, ledger.metric(name).printed) for word in _words(label)
    } - names
    beside = (
        rf"{_ADJECTIVE}(?=\s+(?:than\b|(?:\w+\s+){{0,2}}(?:{'|'.join(sorted(map(re.escape, words))) or '(?!)'})\b))"
    )
    labels = [label for name in metrics if _CLAIM.search(label := ledger.metric(name).printed)]
    unnamed = re.sub("|".join(map(re.escape, labels)) or "(?!)", " ", plain, flags=re.IGNORECASE)
    found = _CLAIM.search(unnamed) or re.search(beside, plain, re.IGNORECASE)
    return found[0] if found else ""


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.rpartition(".")[2].casefold()) if len(word) > 1]


def _typed(text: str, settings: set[float], plotted: list[float], ledger: Ledger) -> Iterator[str]:
    datasets = {dataset for run in ledger.completed for dataset in run.values}
    plain = _FREE.sub(lambda found: " " * len(found[0]), text)
    for name in sorted(datasets, key=len, reverse=True):
        plain = re.sub(re.escape(name), " ", plain, flags=re.IGNORECASE)
    for found in _NUMBER.finditer(plain):
        written = found[0].strip()
        digits = re.match(r"[-+−]?[\d.,]+(?:[eE][-+]?\d+)?", written)
        if digits is None:
            continue
        number = digits[0].rstrip(".,").replace(",", "").replace("−", "-")
        try:
            value = float(number)
        except ValueError:
            continue
        bare = len(written) == len(digits[0])
        if bare and "." not in number and abs(value) <= _SMALL:
            continue
        if any(_same(value, number, other) for other in ((*settings, *plotted) if bare else plotted)):
            continue
        yield written


def _same(value: float, written: str, other: float) -> bool:
    """Return True if a number is another one at its printed precision, which needs two significant digits."""
    if value == other:
        return True
    mantissa, _, exponent = written.lower().partition("e")
    digits = mantissa.lstrip("+-0.").replace(".", "")
    if len(digits) < 2:
        return False
    decimals = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(exponent or 0) - decimals)
    return abs(value - other) <= unit / 2 * (1 + _MAX_RELATIVE)
