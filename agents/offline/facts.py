"""What a paper is written from, with the questions that the writer and the reviser ask of it."""

from __future__ import annotations

from collections.abc import Sequence

from agents.offline.messages import RunNote, changed_setting
from agents.offline.state import PaperVariables
from tools.evidence import BASELINE, Metric, RunRecord
from tools.evidence.names import is_of_metric, split_address


class Facts:
    """The variables of the write-up or the revision."""

    def __init__(self, variables: PaperVariables) -> None:
        self.variables = variables
        self.title = variables.idea.title
        self.template = f"{variables.template.title}. {variables.template.description}".strip()
        self.addresses = variables.addresses
        self.plan = variables.plan
        self.confirmation = variables.confirmation
        self.settings = variables.settings
        self.environment = variables.environment
        self.figures = variables.figures
        self.runs = variables.runs
        self.completed = [run for run in variables.runs if run.status == "completed"]
        self.tunable = setting_of(self.completed) or changed_setting(variables.idea.experiment) or "the setting"

    @property
    def tunable_address(self) -> str:
        """Return the varied setting's address in the ledger; empty if the ledger does not record it, as a local one."""
        found = [address for address in self.settings if address.rpartition(".")[2] == self.tunable]
        return min(found, key=lambda address: not address.startswith("experiment."), default="")

    @property
    def in_configuration(self) -> bool:
        """Return whether the varied setting stands in a configuration file."""
        return bool(self.tunable_address) and not self.tunable_address.startswith("experiment.")

    @property
    def varied(self) -> list[str]:
        """Return the names of the completed runs beside the baseline."""
        return [run.name for run in self.completed if run.name != BASELINE]

    def confirmed(self, metric: str) -> dict[str, str]:
        """Return dataset -> address of the confirmed value of the best run; empty without a confirmation."""
        run = self.confirmation
        own = [a for a in self.addresses if a.startswith(f"{run.run}/") and is_of_metric(a, metric)]
        return {} if run.missing else {split_address(a)[1]: a.replace(run.run, run.name, 1) for a in own}

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(split_address(address)[1] for address in self.addresses))

    @property
    def measured(self) -> list[str]:
        """Return the metrics that the baseline has a result of."""
        return list(dict.fromkeys(split_address(a)[2] for a in self.addresses if a.startswith(f"{BASELINE}/")))

    @property
    def repeated(self) -> bool:
        """Return whether some result has several values, so that differences can be tested."""
        return any(
            len(values) > 1 for run in self.completed for named in run.values.values() for values in named.values()
        )

    @property
    def same_seeds(self) -> bool:
        """Return whether the harness gave every run the same seed. What an experiment draws by itself is not known."""
        seeds = {run.seed for run in self.completed if run.kind == "run"}
        return len(seeds) == 1 and None not in seeds

    @property
    def main_metric(self) -> Metric:
        """Return the metric of the confirmatory comparisons, or the first one."""
        return self.metric(self.plan.primary_metric if self.plan else next(iter(self.measured), ""))

    @property
    def external(self) -> bool:
        """Return whether the baseline was measured elsewhere and its results were supplied."""
        return "origin" in self.environment

    def metric(self, name: str) -> Metric:
        return self.variables.template.metric(name)

    def label(self, name: str) -> str:
        return self.metric(name).printed


def setting_of(runs: Sequence[RunRecord]) -> str:
    """Return the setting that the runs' notes name, or an empty string."""
    return next((note.setting for run in runs if (note := RunNote.of(run.note))), "")
