"""The models config: which model plays which role, and how it is called. Model names are data, never code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from agents.models.providers import PROVIDERS
from tools.errors import UserError, nearest
from tools.project import CONFIGS
from tools.schema import read_mapping, validated

FOLDER = CONFIGS / "models"


class Price(BaseModel):
    """Dollars per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    """Prompt tokens."""
    output: float = Field(ge=0)
    """Answer tokens, reasoning included."""
    cached_input: float | None = Field(default=None, ge=0)
    """Prompt tokens read from the provider's cache; as `input` when not given."""
    cache_write: float | None = Field(default=None, ge=0)
    """Prompt tokens written to the provider's cache; as `input` when not given."""


class Capabilities(BaseModel):
    """What the model can do. Stated here, since a name tells nothing of a model that is new."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vision: bool = False
    """It reads images."""
    function_calling: bool = True
    """It calls tools. Roles with tools need it."""
    structured_output: bool = False
    """The provider holds its answer to a JSON schema; otherwise it is asked in words, and checked."""


class ModelSpec(BaseModel):
    """One model, and how it is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: str
    """`offline`, `openai`, `anthropic`, `openai_compatible`, `replay` or `human`."""
    model: str = ""
    """The provider's name for the model."""
    base_url: str | None = None
    """Address of the server; the provider's own when not given."""
    key_env: str | None = None
    """Name of the environment variable that holds the key; the provider's usual one when not given."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Sampling temperature; not sent when not given, since many models of today refuse it."""
    max_output_tokens: int = Field(default=16_000, gt=0)
    """Longest answer, reasoning included. A longer one fails as cut off."""
    context_tokens: int = Field(default=128_000, gt=0)
    """Longest prompt and answer together."""
    reasoning_effort: str | None = None
    """How much the model thinks, in the provider's own words (low, medium, high, …)."""
    stream: bool = True
    """Receive the answer as it is written, so that a long one is told from a dead connection."""
    retries: int = Field(default=6, ge=0)
    """How often a call is made again after a fault that may pass."""
    backoff_seconds: float = Field(default=1.0, gt=0)
    """First wait before trying again; doubles each time, up to a minute. A server's `retry-after` goes before it."""
    timeout_seconds: float = Field(default=300.0, gt=0)
    """Longest silence of the server."""
    total_timeout_seconds: float = Field(default=1800.0, gt=0)
    """Longest time for one answer, all retries and waits included."""
    output_repairs: int = Field(default=2, ge=0)
    """How often an answer that does not fit its schema goes back to the model with what is wrong."""
    concurrency: int = Field(default=8, gt=0)
    """Calls at once. Models of one endpoint with equal limits share them."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Calls a minute, evenly spaced; no limit when not given."""
    price: Price | None = None
    """What tokens cost; nothing when not given."""
    capabilities: Capabilities = Capabilities()
    """What the model can do."""
    options: dict[str, Any] = Field(default_factory=dict)
    """More fields of the request, sent as they are. For `replay`: `journal`, the path of the journal to play."""

    @property
    def key_variable(self) -> str:
        """Name of the environment variable that the key is read from; empty when the model needs none."""
        return PROVIDERS[self.provider].key_env if self.key_env is None else self.key_env

    @property
    def label(self) -> str:
        """The model as messages name it."""
        return f"{self.provider} {self.model}".strip()


class ModelsConfig(BaseModel):
    """A models config as loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    """How the config is called; the file's name."""
    description: str = ""
    """One sentence for the list of configs."""
    models: dict[str, ModelSpec] = Field(min_length=1)
    """The models, by a name of your choice. `human` is always there: a person at the terminal."""
    default: str
    """The model of every role that `roles` does not name."""
    roles: dict[str, str] = Field(default_factory=dict)
    """The model of a role."""

    def spec_for(self, role: str, card_model: str = "") -> ModelSpec:
        """The model of a role: as `roles` says; else as the role's card says, by a model's name or that of another
        role; else the default."""
        for name in (role, card_model):
            if name in self.roles:
                return self.models[self.roles[name]]
        return self.models.get(card_model, self.models[self.default])

    def played_by_people(self, roles: Sequence[str]) -> ModelsConfig:
        """The same config with these roles played at the terminal."""
        return self.model_copy(update={"roles": {**self.roles, **dict.fromkeys(roles, "human")}})


def known_configs() -> list[str]:
    """Names of the configs that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_models_config(name_or_path: str | Path, overrides: Sequence[str] = ()) -> ModelsConfig:
    """Load a config by its name in `configs/models/`, or by the path of a YAML file. Each override is `key=value`
    with a dotted key, like `models.strong.temperature=0.2`.

    Raises:
        UserError: there is no such config, or something in it is wrong.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        path = FOLDER / f"{name_or_path}.yaml"
        if not path.is_file():
            raise UserError(f"models config {str(name_or_path)!r}: {nearest(str(name_or_path), known_configs())}")
    if not path.is_file():
        raise UserError(
            f"{path}: there is no such file; a models config is a YAML file, or one of: " + ", ".join(known_configs())
        )
    given = read_mapping(path, "must hold `models` and `default`")
    for override in overrides:
        _override(given, override)
    models = {"human": {"provider": "human"}, **(given.get("models") or {})}
    config = validated(ModelsConfig, {**given, "models": models, "name": path.stem}, path)
    _check(path, config)
    return config


def _override(given: dict[str, Any], override: str) -> None:
    key, equals, value = override.partition("=")
    if not equals:
        raise UserError(f"override {override!r}: must be key=value, like models.strong.temperature=0.2")
    *parents, last = key.strip().split(".")
    place = given
    for parent in parents:
        if not isinstance(place.get(parent), dict):
            raise UserError(f"override {override!r}: {parent}: there is no such part; {nearest(parent, place)}")
        place = place[parent]
    place[last] = yaml.safe_load(value)


def _check(path: Path, config: ModelsConfig) -> None:
    """What the schema cannot say: names that must be known, and what a provider needs."""
    for key, spec in config.models.items():
        if spec.provider not in PROVIDERS:
            hint = nearest(spec.provider, PROVIDERS)
            raise UserError(f"{path}: models.{key}.provider: no provider {spec.provider!r}; {hint}")
        provider = PROVIDERS[spec.provider]
        if provider.remote and not spec.model:
            raise UserError(f"{path}: models.{key}.model: give the provider's name of the model")
        if provider.needs_base_url and not spec.base_url:
            raise UserError(f"{path}: models.{key}.base_url: give the server's address, like http://localhost:8000/v1")
        if spec.provider == "replay" and not spec.options.get("journal"):
            raise UserError(f"{path}: models.{key}.options.journal: give the path of the journal.jsonl to play")
    for place, name in [("default", config.default), *((f"roles.{r}", m) for r, m in config.roles.items())]:
        if name not in config.models:
            raise UserError(f"{path}: {place}: no model {name!r} under `models`; {nearest(name, config.models)}")
