"""The models config: which model plays which role, and how it is called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agents.models.providers import PROVIDERS
from tools.errors import UserError, nearest
from tools.project import CONFIGS
from tools.schema import read_mapping, validated

FOLDER = CONFIGS / "models"


class Price(BaseModel):
    """Prices in dollars per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    """Prompt tokens."""
    output: float = Field(ge=0)
    """Answer tokens, reasoning included."""
    cached_input: float | None = Field(default=None, ge=0)
    """Prompt tokens read from the provider's cache. Defaults to `input`."""
    cache_write: float | None = Field(default=None, ge=0)
    """Prompt tokens written to the provider's cache. Defaults to `input`."""


class Capabilities(BaseModel):
    """Capabilities of the model. They are configured, because new models cannot be known by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vision: bool = False
    """The model accepts images."""
    function_calling: bool = True
    """The model can call tools. Roles with tools require it."""


class ModelSpec(BaseModel):
    """One model and its call settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: str
    """Name of the provider: a key of `agents.models.providers.PROVIDERS`."""
    model: str = ""
    """The model's name at the provider."""
    base_url: str | None = None
    """Address of the server. Defaults to the provider's own."""
    key_env: str | None = None
    """Environment variable that holds the API key. Defaults to the provider's usual one."""
    key_command: str = ""
    """Command that prints the key, for short-lived tokens. Run at the start and again when the server refuses the key."""
    key_header: str = ""
    """Header that carries the key, such as `api-key`. Defaults to the provider's own."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Additional request headers. `${NAME}` stands for an environment variable."""
    query: dict[str, str] = Field(default_factory=dict)
    """Additional query parameters, such as `api-version`. `${NAME}` stands for an environment variable."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """Sampling temperature. Not sent by default, because many models reject it."""
    max_output_tokens: int = Field(default=16_000, gt=0)
    """Longest answer in tokens, reasoning included. A longer one fails as cut off."""
    context_tokens: int = Field(default=128_000, gt=0)
    """Longest prompt plus answer in tokens."""
    reasoning_effort: str | None = None
    """Reasoning effort in the provider's own terms (low, medium, high, ...)."""
    stream: bool = True
    """Stream the answer, so that a long answer can be told from a dead connection."""
    retries: int = Field(default=6, ge=0)
    """Retries after a transient fault."""
    backoff_seconds: float = Field(default=1.0, gt=0)
    """First wait before a retry. Doubles each time, up to a minute. A server's `retry-after` takes precedence."""
    timeout_seconds: float = Field(default=300.0, gt=0)
    """Longest silence of the server before a call times out."""
    total_timeout_seconds: float = Field(default=1800.0, gt=0)
    """Longest time for one answer, retries and waits included."""
    concurrency: int = Field(default=8, gt=0)
    """Concurrent calls. Models of one endpoint with equal limits share them."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Calls per minute, evenly spaced. No limit by default."""
    price: Price | None = None
    """Price of tokens. A budget in dollars requires it; a free model has the price 0."""
    capabilities: Capabilities = Capabilities()
    """Capabilities of the model."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Additional request fields; null removes one that is sent otherwise. For `replay`: `journal`, the path of a journal."""

    @property
    def key_variable(self) -> str:
        """Environment variable of the API key, or an empty string if the model needs none."""
        return PROVIDERS[self.provider].key_env if self.key_env is None else self.key_env

    @property
    def label(self) -> str:
        """Name of the model in messages."""
        return f"{self.provider} {self.model}".strip()


class ModelsConfig(BaseModel):
    """A loaded models config."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    """Name of the config: the file name without its suffix."""
    description: str = ""
    """One sentence for listings."""
    models: dict[str, ModelSpec] = Field(min_length=1)
    """Models by a name of your choice. `human`, a person at the terminal, is always available."""
    default: str
    """Model of every role that `roles` does not name."""
    roles: dict[str, str] = Field(default_factory=dict)
    """Model per role."""

    def spec_for(self, role: str, card_model: str = "") -> ModelSpec:
        """Return the model of a role: from `roles`, else from the role's card (the name of a model or of another role),
        else the default."""
        for name in (role, card_model):
            if name in self.roles:
                return self.models[self.roles[name]]
        return self.models.get(card_model, self.models[self.default])

    def played_by_people(self, roles: Sequence[str]) -> ModelsConfig:
        """Return a copy in which people play these roles at the terminal."""
        return self.model_copy(update={"roles": {**self.roles, **dict.fromkeys(roles, "human")}})


def known_configs() -> list[str]:
    """Return the names of the bundled configs."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_models_config(name_or_path: str | Path) -> ModelsConfig:
    """Load a config by its name in `configs/models/` or by the path of a YAML file.

    Raises:
        UserError: the config does not exist or is invalid.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        path = FOLDER / f"{name_or_path}.yaml"
        if not path.is_file():
            raise UserError(f"models config {str(name_or_path)!r}: {nearest(str(name_or_path), known_configs())}")
    if not path.is_file():
        raise UserError(f"{path}: no such file; give the path of a YAML file, or one of: {', '.join(known_configs())}")
    given = read_mapping(path, "must contain `models` and `default`")
    models = {"human": {"provider": "human"}, **(given.get("models") or {})}
    _drop_retired_keys(models)
    config = validated(ModelsConfig, {**given, "models": models, "name": path.stem}, path)
    _check(path, config)
    return config


def _drop_retired_keys(models: dict[str, Any]) -> None:
    """Remove keys of earlier versions that have no effect, so that configs of older runs still load."""
    for spec in models.values():
        if isinstance(spec, dict):
            spec.pop("output_repairs", None)
            if isinstance(capabilities := spec.get("capabilities"), dict):
                capabilities.pop("structured_output", None)


def _check(path: Path, config: ModelsConfig) -> None:
    """Check names against each other, and what each provider requires."""
    for key, spec in config.models.items():
        if spec.provider not in PROVIDERS:
            hint = nearest(spec.provider, PROVIDERS)
            raise UserError(f"{path}: models.{key}.provider: unknown provider {spec.provider!r}; {hint}")
        provider = PROVIDERS[spec.provider]
        if provider.remote and not spec.model:
            raise UserError(f"{path}: models.{key}.model: missing; give the model's name at the provider")
        if provider.needs_base_url and not spec.base_url:
            raise UserError(
                f"{path}: models.{key}.base_url: missing; give the server's address, such as http://localhost:8000/v1"
            )
        for option in provider.required_options:
            if not spec.options.get(option):
                raise UserError(
                    f"{path}: models.{key}.options.{option}: missing; the provider {spec.provider} needs it"
                )
    for place, name in [("default", config.default), *((f"roles.{r}", m) for r, m in config.roles.items())]:
        if name not in config.models:
            raise UserError(f"{path}: {place}: unknown model {name!r}; {nearest(name, config.models)}")
