"""Build a model client from an entry of the models config."""

from __future__ import annotations

import os
import pkgutil

from agents.models.base import BaseClient
from agents.models.config import ModelsConfig, ModelSpec
from agents.models.limits import EndpointLimits
from agents.models.providers import PROVIDERS
from agents.models.resilient_client import ResilientClient


def build_client(
    spec: ModelSpec, *, seed: int = 0, role: str = "", limits: EndpointLimits | None = None
) -> ResilientClient:
    """Return a client for the model. Clients built with the same `limits` share the limits of their endpoints.

    Raises:
        UserError: the environment variable of the key is not set, or a journal to replay cannot be read.
    """
    client_class: type[BaseClient] = pkgutil.resolve_name(PROVIDERS[spec.provider].client)
    return ResilientClient(
        client_class.from_spec(spec, seed=seed, role=role), spec, (limits or EndpointLimits()).limiter(spec)
    )


def client_key(spec: ModelSpec, role: str) -> str:
    """Return a key that is equal for roles that can share one client."""
    return f"{role if PROVIDERS[spec.provider].one_role else ''}:{spec.model_dump_json()}"


def missing_keys(config: ModelsConfig) -> list[str]:
    """Return the environment variables that the config's models need and that are not set."""
    names = {spec.key_variable for spec in config.models.values()}
    return sorted(name for name in names if name and not os.environ.get(name))
