"""Imports results measured elsewhere: a folder with run_0, run_1, ... enters the ledger, marked as external.

Such a run has no usage, hardware or commit, and the paper says that it was not measured here.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.errors import ToolError, UserError
from tools.evidence import BASELINE, Ledger, RunRecord
from tools.evidence.implausible import implausible_results
from tools.experiments.final_info import parse_final_info
from tools.experiments.integrity import RESULT_BYTES
from tools.experiments.settings import settings_of_run
from tools.experiments.template import Template
from tools.sandbox.workspace_sanitizer import read_json

EXTERNAL = "external result, not measured here"
_NOTE = re.compile(r"^\W*(?:Run|run)[ _](\d+)\W+\s*(.*)$")


def read_external_runs(folder: Path, template: Template) -> list[RunRecord]:
    """Return the runs of a folder in The AI Scientist's format as records of a ledger.

    Settings are read from `run_i.py` or `run_i/experiment.py`, notes from `notes.txt`, if they exist.

    Raises:
        UserError: there is no run_0/final_info.json, or a final_info.json is not valid.
    """
    found = sorted(folder.glob("run_*/final_info.json"), key=_number)
    if not found or found[0].parent.name != BASELINE:
        raise UserError(f"{folder}: {BASELINE}/final_info.json is missing, so there is no baseline to compare with")
    notes = _notes(folder / "notes.txt")
    try:
        return [_record(path.parent, notes.get(path.parent.name, ""), template) for path in found]
    except ToolError as error:
        raise UserError(f"{folder}: {error}") from None


def install_runs(folder: Path, runs: list[RunRecord], work: Path, ledger: Ledger) -> None:
    """Record the runs and copy their folders into `work`, where plot.py reads them."""
    for run in runs:
        ledger.record(run)
        shutil.copytree(folder / run.name, work / run.name, dirs_exist_ok=True, symlinks=True)


def _record(folder: Path, note: str, template: Template) -> RunRecord:
    try:
        data = read_json(folder.parent, f"{folder.name}/final_info.json", max_bytes=RESULT_BYTES)
        info = parse_final_info(data, template.metrics)
    except ToolError as error:
        raise ToolError(f"{folder.name}: {error}") from None
    source = next((p for p in (folder.parent / f"{folder.name}.py", folder / "experiment.py") if p.is_file()), None)
    plain = "Baseline" if folder.name == BASELINE else "A run"
    record = RunRecord(
        name=folder.name,
        status="completed",
        note=f"{note or plain} ({EXTERNAL})",
        settings=settings_of_run(source.read_text(encoding="utf-8"), "experiment", {}) if source else {},
        environment={"origin": EXTERNAL},
        values=info.values,
        censored=info.censored,
        left_out=info.left_out,
        reported_stderrs=info.stderrs,
    )
    return record.model_copy(update={"implausible": implausible_results(record, template.metrics)})


def _notes(path: Path) -> dict[str, str]:
    """Return the note of each run in notes.txt: the rest of a line like `## Run 2: a wider network`."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    matches = [match for match in map(_NOTE.match, lines) if match]
    return {f"run_{match[1]}": match[2].strip() for match in reversed(matches)}


def _number(path: Path) -> int:
    digits = path.parent.name.removeprefix("run_")
    return int(digits) if digits.isdecimal() else 1_000_000
