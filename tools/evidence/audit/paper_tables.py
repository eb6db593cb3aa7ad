"""Take a paper's own tables as results, to check its abstract and text against them."""

from __future__ import annotations

import re

from tools.evidence.audit.manuscript import Manuscript
from tools.evidence.audit.printed_numbers import printed_numbers
from tools.evidence.audit.values import MeasuredResults, MeasuredValue


def results_of_tables(paper: Manuscript) -> MeasuredResults:
    """Return the values of the tables, with row labels as runs and column labels as metrics.

    An address that two tables print with different values is left out: they measure different things.
    """
    found: dict[tuple[str, str, str], set[float]] = {}
    for table in paper.tables:
        for row in range(table.header_rows, len(table.rows)):
            labels = table.row_labels(row)
            for cell in table.rows[row]:
                numbers = list(printed_numbers(paper.text, cell.start, cell.end))
                column = re.sub(r"\([^)]*\)|[↑↓%]", " ", table.column_label(cell.column)).strip()
                if len(numbers) == 1 and labels and column and not re.search(r"[A-Za-z]{3}", cell.text):
                    place = (labels[0], labels[1] if len(labels) > 1 else "", " ".join(column.split()))
                    found.setdefault(place, set()).add(numbers[0].value)
    values = [MeasuredValue(*place, next(iter(given))) for place, given in found.items() if len(given) == 1]
    return MeasuredResults(values)
