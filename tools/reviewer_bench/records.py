"""Reviews as JSON records, one per paper, as panels write them.

A record has a `paper_id` and the verdict in one of these shapes:

    {"paper_id": ..., "Overall": 6, "Decision": "Accept", ...}                               one filled form
    {"paper_id": ..., "form": "neurips", "review": {"Overall": 6, ...}}                      one reviewer's file
    {"paper_id": ..., "form": "neurips", "scores": {"Overall": 6, ...}, "decision": ...}     a meta-review
    {"paper_id": ..., "form": "neurips", "overall": 5.67, "decision": ..., ...}              a panel's review.json

A panel's overall score is the mean over its reviewers, not rounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.errors import UserError
from tools.review import (
    form_names,
    load_form,
)
from tools.reviewer_bench.cells import TableRow, read_file
from tools.run_dir import ReviewRoundDir

_REPORT_KEYS = ("form", "round", "decision", "overall", "rule", "reviews")


def read_records(path: Path) -> list[TableRow]:
    """Return the records of a `.jsonl` file, or of a `.json` file with one record, a list, or a mapping from identifier to
    record. Each becomes one flat row with `paper_id`, the form's fields, `Overall` and `Decision`.

    An incomplete last line, which a killed writer leaves, is an error, since otherwise a review would silently be missing.

    Raises:
        UserError: the file is not JSON, or has something else than records.
    """
    text = read_file(path)
    try:
        found = _lines(text) if path.suffix.lower() == ".jsonl" else _listed(json.loads(text))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}: not valid JSON: {error}") from None
    rows = []
    for number, record in enumerate(found, start=1):
        if not isinstance(record, Mapping):
            raise UserError(f"{path}: record {number} is not a mapping with a paper_id and a review")
        rows.append(_flat(record))
    if not rows:
        raise UserError(f"{path}: no records found")
    return rows


def panel_record(paper_id: str, round_folder: Path) -> dict[str, Any] | None:
    """Return the record of one paper's panel from the folder of its last round, for a line of a `.jsonl` file: the verdict,
    and each reviewer's form. None if the panel has not decided yet."""
    path = ReviewRoundDir(round_folder).report_file
    if not path.exists():
        return None
    report = json.loads(path.read_text(encoding="utf-8"))
    return {"paper_id": paper_id, **{key: report[key] for key in _REPORT_KEYS}}


def _lines(text: str) -> list[object]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _listed(data: object) -> list[object]:
    if isinstance(data, list):
        return data
    if isinstance(data, dict) and data and "paper_id" not in data and all(isinstance(v, dict) for v in data.values()):
        return [{"paper_id": key, **record} for key, record in data.items()]
    return [data]


def _flat(record: Mapping[str, Any]) -> TableRow:
    """Flatten a record; the score that stands for the form is stored under Overall."""
    row: TableRow = dict(record)
    for inner in ("review", "meta_review"):
        if isinstance(opened := row.get(inner), Mapping):
            row.update(opened)
    for name in ("overall", "decision"):
        if name in row:
            row.setdefault(name.capitalize(), row.pop(name))
    if isinstance(scores := row.get("scores"), Mapping):
        for name, score in scores.items():
            row.setdefault(name, score.get("mean") if isinstance(score, Mapping) else score)
    form = str(row.get("form", ""))
    if form in form_names():
        row.setdefault("Overall", row.get(load_form(form).overall))
        row.setdefault("Decision", None)  # a form may leave the decision to the chair
    return row
