"""The settings of a project as its files hold them: the experiment's source and its configuration."""

from __future__ import annotations

from collections.abc import Generator

from agents.offline.script import Call, CallResult, call, read_whole
from agents.offline.state import TemplateData
from agents.offline.tunables import effective_settings, find_tunables
from tools.experiments.configuration import number_settings
from tools.experiments.settings import SourceSetting
from tools.experiments.template import Profile
from tools.toolsets.data import ListedFiles

EXPERIMENT = "experiment.py"


def read_tunables(template: TemplateData, profile: Profile) -> Generator[Call, CallResult, list[SourceSetting]]:
    """Read the project and return the settings that can be varied, the most telling first."""
    source = yield from read_whole(EXPERIMENT)
    configured = yield from _read_configured()
    return find_tunables(source, profile.args, template.tunable, template.fixed, configured)


def read_names() -> Generator[Call, CallResult, set[str]]:
    """Read the project and return the names of all its settings."""
    source = yield from read_whole(EXPERIMENT)
    configured = yield from _read_configured()
    return {setting.name for setting in [*effective_settings(source), *configured]}


def settings_of(file: str, text: str) -> list[SourceSetting]:
    """Return the settings of one file of the project."""
    return effective_settings(text) if file.endswith(".py") else number_settings(file, text)


def _read_configured() -> Generator[Call, CallResult, list[SourceSetting]]:
    listed = yield from call("list_files")
    files = () if listed.failed else listed.read(ListedFiles).configuration
    found = []
    for file in files:
        found += number_settings(file, (yield from read_whole(file)))
    return found
