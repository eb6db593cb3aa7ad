"""An RO-Crate: all files of a run with a description of what they are, for archives (w3id.org/ro/crate/1.1)."""

from __future__ import annotations

import hashlib
import mimetypes
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scenarios.exports.steps import step_spans, summary_of
from scenarios.exports.studies import tracked_runs
from scenarios.viewer.library import OpenRun
from tools.atomic import write_json
from tools.errors import UserError

METADATA = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_LEFT_OUT = frozenset((".git", "steering", "__pycache__"))
_SOFTWARE = "#colloquium"


def write_ro_crate(run: OpenRun, target: Path) -> None:
    """Copy the run's files, without the repositories of its ideas, and describe them in `ro-crate-metadata.json`.

    Raises:
        UserError: the folder exists.
    """
    if target.exists():
        raise UserError(f"{target}: exists already; name another folder with --to")
    files = list(_copied(run.files.root.resolve(), target))
    actions = list(_actions(run, {entity["@id"] for entity in files}))
    summary, spans = summary_of(run), list(step_spans(run))
    ended = max((span.end for span in spans), default=None)
    about = f"Scenario {summary.scenario}, {summary.status}" if summary else "A run that has not ended"
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Colloquium run {run.id}",
        "description": f"{about}. Agents proposed ideas, ran experiments, wrote and reviewed papers.",
        "datePublished": (ended.date() if ended else "1970-01-01").__str__(),
        "license": {"@id": "#license"},
        "hasPart": [{"@id": entity["@id"]} for entity in files],
        "mentions": [{"@id": entity["@id"]} for entity in actions],
    }
    graph: list[dict[str, Any]] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        root,
        {"@id": "#license", "@type": "CreativeWork", "name": "Not stated", "description": "Ask whoever made the run."},
        {"@id": _SOFTWARE, "@type": "SoftwareApplication", "name": "Colloquium", "description": "Research by agents."},
        *files,
        *actions,
    ]
    write_json(target / METADATA, {"@context": _CONTEXT, "@graph": graph})


def _copied(root: Path, target: Path) -> Iterator[dict[str, Any]]:
    """Copy every file and yield its description."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_symlink() or not path.is_file() or _LEFT_OUT & set(name.parts) or name.as_posix() == METADATA:
            continue
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        kind = mimetypes.guess_type(path.name)[0] or "text/plain"
        yield {
            "@id": quote(name.as_posix()),
            "@type": "File",
            "name": name.as_posix(),
            "encodingFormat": kind,
            "contentSize": str(copy.stat().st_size),
            "sha256": hashlib.sha256(copy.read_bytes()).hexdigest(),
        }


def _actions(run: OpenRun, known: set[str]) -> Iterator[dict[str, Any]]:
    """Yield an action for each experiment run: what ran, what came of it."""
    for number, tracked in enumerate(tracked_runs(run), start=1):
        record, root = tracked.record, run.files.root.resolve()
        results = [quote(path.resolve().relative_to(root).as_posix()) for path in tracked.files]
        status = "Completed" if record.status == "completed" else "Failed"
        yield {
            "@id": f"#experiment-{number}",
            "@type": "CreateAction",
            "name": f"{tracked.idea} {record.name}, attempt {record.attempt}",
            "description": " ".join(filter(None, [record.note, " ".join(record.command), f"commit {record.commit}"])),
            "instrument": {"@id": _SOFTWARE},
            "actionStatus": f"http://schema.org/{status}ActionStatus",
            "result": [{"@id": result} for result in results if result in known],
        }
