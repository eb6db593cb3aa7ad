"""Write a run in the formats of other programs."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from scenarios.exports.inspect_log import write_inspect_log
from scenarios.exports.mlflow_store import write_mlflow_store
from scenarios.exports.otel import write_otel
from scenarios.exports.ro_crate import write_ro_crate
from scenarios.exports.wandb_offline import write_wandb_offline
from scenarios.viewer.library import OpenRun


class ExportFormat(StrEnum):
    """What a run can be exported to."""

    OTEL = "otel"
    """OpenTelemetry spans with GenAI attributes, as OTLP in JSON."""
    INSPECT = "inspect"
    """A log that `inspect view` opens."""
    MLFLOW = "mlflow"
    """A folder of MLflow runs with metrics, parameters and artifacts."""
    WANDB_OFFLINE = "wandb-offline"
    """Offline runs that `wandb sync` uploads; needs the package wandb."""
    RO_CRATE = "ro-crate"
    """A folder with all files of the run and their description, for archives."""


EXPORTS: dict[ExportFormat, tuple[str, Callable[[OpenRun, Path], None]]] = {
    ExportFormat.OTEL: (".otlp.json", write_otel),
    ExportFormat.INSPECT: (".eval.json", write_inspect_log),
    ExportFormat.MLFLOW: ("-mlruns", write_mlflow_store),
    ExportFormat.WANDB_OFFLINE: ("-wandb", write_wandb_offline),
    ExportFormat.RO_CRATE: ("-crate", write_ro_crate),
}
"""Format -> the end of the default name of what is written, and what writes it."""
