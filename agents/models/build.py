"""From a line of the models config to a client that can be called."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from agents.autogen import ChatCompletionClient
from agents.models.config import ModelsConfig, ModelSpec
from agents.models.limits import Limits
from agents.models.providers import PROVIDERS
from agents.models.resilient_client import ResilientClient


@dataclass(frozen=True)
class Seat:
    """What a client may know of whom it plays: the run's seed, and the role where one client plays one role."""

    seed: int = 0
    role: str = ""


def _anthropic(spec: ModelSpec, participant: Seat) -> ChatCompletionClient:
    from agents.models.anthropic_messages import AnthropicClient

    return AnthropicClient(spec)


def _openai(spec: ModelSpec, participant: Seat) -> ChatCompletionClient:
    from agents.models.openai_responses import OpenAIResponsesClient

    return OpenAIResponsesClient(spec)


def _openai_compatible(spec: ModelSpec, participant: Seat) -> ChatCompletionClient:
    from agents.models.openai_chat import OpenAIChatClient

    return OpenAIChatClient(spec)


def _offline(spec: ModelSpec, participant: Seat) -> ChatCompletionClient:
    from agents.offline import OfflineClient

    return OfflineClient(seed=participant.seed)


def _replay(spec: ModelSpec, participant: Seat) -> ChatCompletionClient:
    from agents.models.replay import ReplayClient

    return ReplayClient(spec, participant.role)


def _human(spec: ModelSpec, participant: Seat) -> ChatCompletionClient:
    from agents.models.human import HumanClient

    return HumanClient(participant.role)


CLIENTS: dict[str, Callable[[ModelSpec, Seat], ChatCompletionClient]] = {
    "offline": _offline,
    "openai": _openai,
    "anthropic": _anthropic,
    "openai_compatible": _openai_compatible,
    "replay": _replay,
    "human": _human,
}
"""Each imports its client when it is asked for one: an SDK takes a second to import, and most runs need none or one."""


def build_client(spec: ModelSpec, *, seed: int = 0, role: str = "", limits: Limits | None = None) -> ResilientClient:
    """A client for the model. Clients built with the same `limits` share the limits of their endpoints.

    Raises:
        UserError: the key's environment variable is not set, or a journal to replay cannot be read.
    """
    inner = CLIENTS[spec.provider](spec, Seat(seed, role))
    return ResilientClient(inner, spec, (limits or Limits()).of(spec))


def client_key(spec: ModelSpec, role: str) -> str:
    """Roles with equal keys can share one client."""
    whom = role if PROVIDERS[spec.provider].one_role else ""
    return f"{whom}:{spec.model_dump_json()}"


def missing_keys(config: ModelsConfig) -> list[str]:
    """Names of the environment variables that the config's models need and that are not set."""
    names = {spec.key_variable for spec in config.models.values()}
    return sorted(name for name in names if name and not os.environ.get(name))
