"""Build a model client from an entry of the models config."""

from __future__ import annotations

import pkgutil

from agents.mailbox import Mailbox
from agents.models.base import BaseClient
from agents.models.config import ModelSpec
from agents.models.human import HumanClient
from agents.models.limits import EndpointLimits
from agents.models.providers import PROVIDERS
from agents.models.resilient_client import ResilientClient


def build_client(
    spec: ModelSpec,
    *,
    seed: int = 0,
    role: str = "",
    limits: EndpointLimits | None = None,
    mailbox: Mailbox | None = None,
) -> ResilientClient:
    """Return a client for the model. Clients built with the same `limits` share the limits of their endpoints.

    Args:
        mailbox: where people may answer at a page of the viewer.

    Raises:
        UserError: the environment variable of the key is not set, or a journal to replay cannot be read.
    """
    client_class: type[BaseClient] = pkgutil.resolve_name(PROVIDERS[spec.provider].client)
    client = client_class.from_spec(spec, seed=seed, role=role)
    if isinstance(client, HumanClient):
        client.mailbox = mailbox
    return ResilientClient(client, spec, (limits or EndpointLimits()).limiter(spec))


def client_key(spec: ModelSpec, role: str) -> str:
    """Return a key that is equal for roles that can share one client."""
    return f"{role if PROVIDERS[spec.provider].one_role else ''}:{spec.model_dump_json()}"
