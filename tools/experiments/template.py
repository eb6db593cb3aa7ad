"""A research template: a folder in The AI Scientist's format that the agents work on.

Only `experiment.py` is required. `template.yaml` (ours, optional) tells what a metric means, which profiles exist, and
which files are the harness's. Without it, metrics have no known goal, so no change in them is called better.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import UserError, nearest
from tools.evidence import Metric, Scalar
from tools.experiments.requirements import FILE, read_requirements
from tools.ideas.archive import Entry, read_archive
from tools.schema import first_problem, read_yaml, validated

GENERATED = ("run_*", "__pycache__", "*.pyc")
SKELETON = "_skeleton"
"""The template that new ones are made from."""


class Profile(BaseModel):
    """A scale to run at. Its arguments are appended to the command by the harness; agents cannot change them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    args: dict[str, Scalar] = {}
    """Options passed to experiment.py as --key=value."""
    time_limit: float = Field(7200, gt=0)
    """Seconds one run may take."""
    plot_time_limit: float = Field(600, gt=0)
    """Seconds plot.py may take."""
    gpus: int = Field(0, ge=0)
    """Graphics processors one run may see."""
    memory_mb: int = Field(4096, gt=0)
    """Memory one run may use, in units of 1024 * 1024 bytes."""


class TemplateFile(BaseModel):
    """The schema of template.yaml."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    """What the template studies, as a title."""
    field: str = ""
    """The research field, for the paper and the search."""
    description: str = ""
    """What the experiment is, in words a background section can build on."""
    metrics: dict[str, Metric] = {}
    """Measured quantities; the first is the primary one."""
    profiles: dict[str, Profile] = {}
    """Scales to run at."""
    default_profile: str = ""
    """The profile used when a scenario names none."""
    seed_argument: str = ""
    """The option of experiment.py that takes the seed; empty when it has none."""
    protected: list[str] = []
    """Files that agents may not change."""


class PromptFile(BaseModel):
    """The schema of prompt.json."""

    system: str = ""
    task_description: str = ""


class Template(BaseModel):
    """A template as loaded."""

    model_config = ConfigDict(frozen=True)

    name: str
    folder: Path
    title: str
    field: str
    description: str
    metrics: dict[str, Metric]
    profiles: dict[str, Profile]
    default_profile: str
    seed_argument: str
    protected: tuple[str, ...]
    system: str
    task_description: str
    seed_ideas: tuple[Entry, ...]
    requirements: tuple[str, ...] = ()
    """Packages beside those of every sandbox, a line each as in requirements.txt."""

    def profile(self, name: str) -> Profile:
        """The profile of that name; the default one for an empty name.

        Raises:
            UserError: there is no such profile.
        """
        if not name:
            return self.profiles.get(self.default_profile) or Profile.model_validate({})
        if name not in self.profiles:
            known = nearest(name, self.profiles) if self.profiles else "it has no profiles, so leave --profile out"
            raise UserError(f"template {self.name}: no profile {name!r}; {known}")
        return self.profiles[name]

    @property
    def primary_metric(self) -> str:
        return next(iter(self.metrics), "")

    def files(self) -> list[Path]:
        """The template's own files, relative to its folder, without anything that runs generate."""
        return sorted(
            path.relative_to(self.folder)
            for path in self.folder.rglob("*")
            if path.is_file()
            and not any(part.match(g) for part in map(Path, path.relative_to(self.folder).parts) for g in GENERATED)
        )


def load_template(name: str, templates: Path) -> Template:
    """Load a template by its name under `templates` or by the path of its folder.

    Raises:
        UserError: it does not exist, has no experiment.py, or one of its files is broken.
    """
    folder = templates / name if name in template_names(templates) else Path(name).expanduser()
    if not folder.is_dir():
        known = template_names(templates)
        raise UserError(f"template {name!r}: no such folder, and no template of that name; {nearest(name, known)}")
    folder = folder.resolve()
    if not (folder / "experiment.py").is_file():
        raise UserError(
            f"template {folder}: experiment.py is missing; it must accept --out_dir=run_i "
            "and write run_i/final_info.json"
        )
    own = _load_own(folder / "template.yaml")
    prompt = _load_prompt(folder / "prompt.json")
    title = own.title or folder.name.replace("_", " ").replace("-", " ").capitalize()
    return Template(
        name=folder.name,
        folder=folder,
        title=title,
        field=own.field or title,
        description=own.description,
        metrics={key: metric.model_copy(update={"name": key}) for key, metric in own.metrics.items()},
        profiles=own.profiles,
        default_profile=own.default_profile or next(iter(own.profiles), ""),
        seed_argument=own.seed_argument,
        protected=tuple(own.protected),
        system=prompt.system,
        task_description=prompt.task_description,
        seed_ideas=tuple(read_archive(folder / "seed_ideas.json")),
        requirements=read_requirements(folder / FILE),
    )


def no_template(folder: Path) -> Template:
    """What lies on the desk where nothing is experimented with."""
    return Template(
        name="none",
        folder=folder,
        title="",
        field="",
        description="",
        metrics={},
        profiles={},
        default_profile="",
        seed_argument="",
        protected=(),
        system="",
        task_description="",
        seed_ideas=(),
    )


def template_names(templates: Path) -> list[str]:
    """The templates under a folder, by name."""
    found = (path.parent.name for path in templates.glob("*/experiment.py"))
    return sorted(name for name in found if name != SKELETON)


def write_new_template(folder: Path, templates: Path) -> list[Path]:
    """Write a template to start from, small and whole; answers its files.

    Raises:
        UserError: the name is not usable, or the folder is there already.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", folder.name):
        raise UserError(f"template name {folder.name!r}: use letters, digits, underscores and dashes, a letter first")
    if folder.name in template_names(templates):
        raise UserError(f"{folder.name}: a template of this name comes with Colloquium; choose another name")
    if folder.exists():
        raise UserError(f"{folder} is there already; choose another name, or check it: run.py templates check {folder}")
    try:
        shutil.copytree(templates / SKELETON, folder, ignore=shutil.ignore_patterns(*GENERATED))
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}") from None
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _load_own(path: Path) -> TemplateFile:
    if not path.exists():
        return TemplateFile()
    loaded = validated(TemplateFile, read_yaml(path) or {}, path)
    if loaded.default_profile and loaded.default_profile not in loaded.profiles:
        hint = nearest(loaded.default_profile, loaded.profiles)
        raise UserError(f"{path}: default_profile: no profile {loaded.default_profile!r}; {hint}")
    for name in loaded.protected:
        if not (path.parent / name).is_file():
            raise UserError(f"{path}: protected: no file {name!r} in the template; name files, not folders")
    return loaded


def _load_prompt(path: Path) -> PromptFile:
    if not path.exists():
        return PromptFile()
    try:
        return PromptFile.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(first_problem(path, error, PromptFile)) from None
