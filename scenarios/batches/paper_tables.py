"""The results of a batch as files: a table as CSV and JSON, and the reviews as JSON Lines for the reviewer benchmark."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from scenarios.batches.papers import Row
from tools.atomic import write_json, write_text
from tools.review import REPORT_FILE
from tools.reviewer_bench.records import panel_record

FILES = ("reviews.csv", "reviews.json", "reviews.jsonl")


def write_tables(rows: Sequence[Row], folder: Path) -> None:
    """Write `FILES`; a paper without a review is in the tables only."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    table, data, records = (folder / name for name in FILES)
    write_text(table, text.getvalue())
    write_json(data, [asdict(row) for row in rows])
    lines = (_line(row) for row in rows if row.folder and (Path(row.folder) / REPORT_FILE).exists())
    write_text(records, "".join(lines))


def _line(row: Row) -> str:
    return json.dumps(panel_record(row.paper, Path(row.folder)), ensure_ascii=False) + "\n"
