"""From a line of the models config to a client that can be called."""

from __future__ import annotations

import os

from agents.models.config import ModelsConfig, ModelSpec
from agents.models.limits import Limits
from agents.models.normalised import NormalisedClient
from agents.models.providers import PROVIDERS, Seat


def build_client(spec: ModelSpec, *, seed: int = 0, role: str = "", limits: Limits | None = None) -> NormalisedClient:
    """A client for the model. Clients built with the same `limits` share the limits of their endpoints.

    Raises:
        UserError: the key's environment variable is not set, or a journal to replay cannot be read.
    """
    provider = PROVIDERS[spec.provider]
    inner = provider.client(spec, Seat(seed, role))
    return NormalisedClient(inner, spec, (limits or Limits()).of(spec))


def client_key(spec: ModelSpec, role: str) -> str:
    """Roles with equal keys can share one client."""
    whom = role if PROVIDERS[spec.provider].one_role else ""
    return f"{whom}:{spec.model_dump_json()}"


def missing_keys(config: ModelsConfig) -> list[str]:
    """Names of the environment variables that the config's models need and that are not set."""
    names = {spec.key_variable for spec in config.models.values()}
    return sorted(name for name in names if name and not os.environ.get(name))
