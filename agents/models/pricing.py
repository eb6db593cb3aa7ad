"""What the calls of one model cost: what they did, what they would have without a cache, and what one may at most."""

from __future__ import annotations

from dataclasses import dataclass

from agents.autogen import RequestUsage
from agents.models.config import ModelSpec
from agents.models.providers import PROVIDERS
from agents.models.usage import cost


@dataclass(frozen=True)
class Pricing:
    """The prices of a models config's line, applied."""

    spec: ModelSpec

    def charge(self, usage: RequestUsage | None) -> dict[str, float | int]:
        """A call's cost as the journal keeps it: dollars, dollars without caching, tokens."""
        if usage is None:
            return {"dollars": 0.0, "uncached_dollars": 0.0, "tokens": 0}
        return {
            "dollars": cost(self.spec, usage),
            "uncached_dollars": cost(self.spec, usage, caching=False),
            "tokens": usage.prompt_tokens + usage.completion_tokens,
        }

    def worst_case(self, prompt: int) -> tuple[int, float]:
        """Tokens and dollars that a call with so many prompt tokens may take at most: the whole prompt uncached, and
        the longest answer. A model on this machine takes none."""
        if not PROVIDERS[self.spec.provider].remote:
            return 0, 0.0
        answer, price = self.spec.max_output_tokens, self.spec.price
        if not price:
            return prompt + answer, 0.0
        dearest = max(price.input, price.cache_write or 0.0)
        return prompt + answer, (prompt * dearest + answer * price.output) / 1e6
