"""Exports are complete, and the programs that they are made for open them.

The programs are large and no part of this project: name a Python that has inspect_ai, mlflow, rocrate, opentelemetry-proto
and wandb in COLLOQUIUM_EXPORT_PYTHON, and the slow tests use it.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from agents.journal import read_journal
from scenarios.exports import EXPORTS, ExportFormat
from scenarios.viewer.library import FoundRun, OpenRun
from tests.scenarios.conftest import ROOT, Done
from tools.evidence import Ledger

DATA = Path(__file__).parents[1] / "data"
OTHER = os.environ.get("COLLOQUIUM_EXPORT_PYTHON", "")
needs_programs = pytest.mark.skipif(not OTHER, reason="COLLOQUIUM_EXPORT_PYTHON names no Python with the programs")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> OpenRun:
    folder = tmp_path_factory.mktemp("runs")
    with tarfile.open(DATA / "old_run_finished.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    opened = OpenRun(FoundRun("finished", folder / "finished"))
    opened.refresh()
    return opened


@pytest.fixture(scope="module")
def exported(run: OpenRun, tmp_path_factory: pytest.TempPathFactory) -> dict[ExportFormat, Path]:
    """The run in every format that needs no other package."""
    folder = tmp_path_factory.mktemp("exports")
    found = {}
    for format, (end, write) in EXPORTS.items():
        if format is not ExportFormat.WANDB_OFFLINE:
            found[format] = folder / f"run{end}"
            write(run, found[format])
    return found


def ledger_of(run: OpenRun) -> Ledger:
    return Ledger.load(run.files.ideas()[0].ledger_file, {})


def program(code: str, *arguments: object) -> str:
    done = subprocess.run(
        [OTHER, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_spans_hold_every_call_and_form_one_tree(run: OpenRun, exported: dict[ExportFormat, Path]) -> None:
    request = json.loads(exported[ExportFormat.OTEL].read_text(encoding="utf-8"))
    spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"]
    ids = {span["spanId"]: span for span in spans}
    assert len(ids) == len(spans) and sum("parentSpanId" not in span for span in spans) == 1
    assert all(span.get("parentSpanId", spans[0]["spanId"]) in ids for span in spans)
    assert all(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) for span in spans)
    kinds = Counter(record.type for record in read_journal(run.files.journal_file))
    names = Counter(span["name"].partition(" ")[0] for span in spans)
    assert names["execute_tool"] == kinds["tool"] and names["chat"] == kinds["model"] + kinds["fault"]
    assert names["invoke_agent"] == kinds["turn"]


def test_the_inspect_log_holds_turns_calls_and_scores(run: OpenRun, exported: dict[ExportFormat, Path]) -> None:
    log = json.loads(exported[ExportFormat.INSPECT].read_text(encoding="utf-8"))
    [sample] = log["samples"]
    kinds = Counter(record.type for record in read_journal(run.files.journal_file))
    events = Counter(event["event"] for event in sample["events"])
    assert (events["tool"], events["model"]) == (kinds["tool"], kinds["model"])
    assert sum(message["role"] == "assistant" for message in sample["messages"]) == kinds["turn"]
    assert log["status"] == "success" and sample["scores"]["panel"]["value"] > 0


def test_mlflow_runs_hold_means_and_seeds(run: OpenRun, exported: dict[ExportFormat, Path]) -> None:
    [experiment] = exported[ExportFormat.MLFLOW].iterdir()
    metas = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in experiment.glob("*/meta.yaml")]
    ledger = ledger_of(run)
    assert len(metas) == len(ledger.rows) + 1
    result = ledger.result(ledger.addresses()[-1])
    [home] = [experiment / meta["run_id"] for meta in metas if meta["run_name"].endswith(result.run)]
    lines = (home / "metrics" / "by_seed" / result.dataset / result.metric.name).read_text(encoding="utf-8").split("\n")
    assert [float(line.split()[1]) for line in lines if line] == list(result.values)


def test_the_crate_describes_every_file_in_it(exported: dict[ExportFormat, Path]) -> None:
    folder = exported[ExportFormat.RO_CRATE]
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    described = {entity["name"] for entity in graph if entity["@type"] == "File"}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert described == there - {"ro-crate-metadata.json"} and "journal.jsonl" in described
    ids = {entity["@id"] for entity in graph}
    assert all(part["@id"] in ids for entity in graph for part in entity.get("result", []) + entity.get("hasPart", []))


def test_an_unknown_format_and_a_folder_that_exists_are_one_line(
    run: OpenRun, exported: dict[ExportFormat, Path], command: Callable[..., Done]
) -> None:
    done = command("export", run.files.root, "--format", "otl")
    assert done.returncode == 2 and "otel" in done.stderr
    done = command("export", run.files.root, "--format", "mlflow", "--to", exported[ExportFormat.MLFLOW])
    assert done.returncode == 2 and "exists" in done.stderr


@needs_programs
@pytest.mark.slow
def test_the_programs_open_what_is_made_for_them(
    run: OpenRun, exported: dict[ExportFormat, Path], tmp_path: Path
) -> None:
    read = "import sys; from inspect_ai.log import read_eval_log; print(len(read_eval_log(sys.argv[1]).samples))"
    assert program(read, exported[ExportFormat.INSPECT]).strip() == "1"
    read = (
        "import sys, pathlib, mlflow\n"
        "client = mlflow.MlflowClient(tracking_uri=pathlib.Path(sys.argv[1]).as_uri())\n"
        "[found] = client.search_experiments()\n"
        "print(len(client.search_runs([found.experiment_id])))"
    )
    assert int(program(read, exported[ExportFormat.MLFLOW])) == len(ledger_of(run).rows) + 1
    read = "import sys; from rocrate.rocrate import ROCrate; print(len(ROCrate(sys.argv[1]).data_entities))"
    assert int(program(read, exported[ExportFormat.RO_CRATE])) > 10
    read = (
        "import base64, json, sys\n"
        "from google.protobuf import json_format\n"
        "from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest\n"
        "request = json.load(open(sys.argv[1]))\n"
        "spans = request['resourceSpans'][0]['scopeSpans'][0]['spans']\n"
        "for span in spans:\n"  # protobuf's own JSON has ids in base64, OTLP's in hex
        "    for key in {'traceId', 'spanId', 'parentSpanId'} & set(span):\n"
        "        span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()\n"
        "print(len(json_format.ParseDict(request, ExportTraceServiceRequest()).resource_spans[0].scope_spans[0].spans))"
    )
    assert int(program(read, exported[ExportFormat.OTEL])) > 100
    site = Path(yaml.__file__).parents[1]
    write = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}]; sys.path.append({str(site)!r})\n"
        "from pathlib import Path\n"
        "from scenarios.exports.wandb_offline import write_wandb_offline\n"
        "from scenarios.viewer.library import FoundRun, OpenRun\n"
        "run = OpenRun(FoundRun('finished', Path(sys.argv[1]))); run.refresh()\n"
        "write_wandb_offline(run, Path(sys.argv[2]))"
    )
    program(write, run.files.root, tmp_path / "wandb")
    assert len(list((tmp_path / "wandb" / "wandb").glob("offline-run-*"))) == len(ledger_of(run).rows)
