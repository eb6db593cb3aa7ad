"""Generate results.tex: the values of all references, and the generated tables, as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tools.atomic import write_text
from tools.evidence.ledger import Ledger
from tools.evidence.references import compared_pairs, reference_values
from tools.evidence.tables import GeneratedTable, generated_tables
from tools.latex.escaping import to_latex

PACKAGE = Path(__file__).with_name("colloquium.sty")
"""The LaTeX package that defines the macros."""


def write_results_tex(ledger: Ledger, environment: Mapping[str, str], path: Path, tex: str = "") -> None:
    """Write results.tex, and the package that it loads beside it.

    The paper inputs it in the preamble after booktabs (and after graphicx and hyperref if it uses them).

    Args:
        tex: the paper's text. Of all pairs of runs, only those that it compares are written.
    """
    write_text(path.with_name(PACKAGE.name), PACKAGE.read_text(encoding="utf-8"))
    lines = [
        "% Generated from the ledger. Do not edit: the next compilation overwrites it.",
        r"\RequirePackage{colloquium}",
        r"\makeatletter",
    ]
    wanted = set(compared_pairs(tex))
    for macro, texts in reference_values(ledger, environment).items():
        if macro == "compare":
            texts = {pair: texts[pair] for pair in sorted(wanted & texts.keys())}
        lines += [_definition(macro, address, to_latex(text)) for address, text in texts.items()]
    for macro, tables in generated_tables(ledger).items():
        for address, blocks in tables.items():
            body = "\n\\par\\medskip\n".join(_table(block) for block in blocks)
            lines.append(_definition(macro, address, f"%\n{body}"))
    write_text(path, "\n".join([*lines, r"\makeatother", ""]))


def _definition(macro: str, address: str, latex: str) -> str:
    key = re.sub(r"([%#])", r"\\\1", address).replace("}{", " against ")
    return rf"\colloquium@define{{{macro}}}{{{key}}}{{{latex}}}%"


def _table(table: GeneratedTable) -> str:
    def line(cells: tuple[str, ...]) -> str:
        wide = [bool(width) for width in re.findall(r"[lr]|p(\{[^}]*\})", table.layout)]
        texts = [(r"\raggedright " if w else "") + _cell(cell) for cell, w in zip(cells, wide, strict=True)]
        return " & ".join(texts) + r" \tabularnewline"

    note = f"\\par\\smallskip{{\\footnotesize {to_latex(table.note)}\\par}}" if table.note else ""
    if not table.rows:
        return note
    lines = [r"\toprule", line(table.head), r"\midrule", *map(line, table.rows), r"\bottomrule"]
    return "\n".join([rf"\colloquium@fit{{\begin{{tabular}}{{{table.layout}}}", *lines, rf"\end{{tabular}}}}{note}"])


def _cell(text: str) -> str:
    """Set a cell. The star is outside the column, so that digits stay aligned."""
    return to_latex(text.removesuffix("*")) + r"\rlap{*}" * text.endswith("*")
