"""Models behind autogen's `ChatCompletionClient`: configuration, provider clients, and one wrapper over all."""

from agents.models.build import build_client, client_key, missing_keys
from agents.models.config import ModelsConfig, ModelSpec, Price, known_configs, load_models_config
from agents.models.errors import ModelError
from agents.models.limits import Limits
from agents.models.usage import UsageDetail, cost, usage_detail

__all__ = [
    "Limits",
    "ModelError",
    "ModelSpec",
    "ModelsConfig",
    "Price",
    "UsageDetail",
    "build_client",
    "client_key",
    "cost",
    "known_configs",
    "load_models_config",
    "missing_keys",
    "usage_detail",
]
