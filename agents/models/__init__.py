"""Model clients: configuration, provider clients, and a wrapper with limits and retries.

The package itself has what readers of a run need; `agents.models.build` makes the clients.
"""

from agents.models.config import ModelsConfig, ModelSpec, Price, known_configs, load_models_config
from agents.models.endpoint import endpoint_problems
from agents.models.errors import ModelError
from agents.models.limits import EndpointLimits
from agents.models.usage import Pricing, UsageDetail, usage_detail

__all__ = [
    "EndpointLimits",
    "ModelError",
    "ModelSpec",
    "ModelsConfig",
    "Price",
    "Pricing",
    "UsageDetail",
    "endpoint_problems",
    "known_configs",
    "load_models_config",
    "usage_detail",
]
