"""Token usage of model calls, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from agents.autogen import CreateResult, RequestUsage
from agents.models.config import ModelSpec
from agents.models.providers import PROVIDERS


@dataclass
class UsageDetail(RequestUsage):
    """`prompt_tokens` counts the whole prompt, cached parts included; `completion_tokens` counts the whole answer,
    reasoning included. The other counts are parts of these two."""

    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    stop_reason: str = ""
    """Why the answer ended, as the provider reports it."""
    model: str = ""
    """The model that answered, as the provider names it."""
    estimated: bool = False
    """The provider sent no counts. They are estimated from the length of the text."""
    faults: list[str] = field(default_factory=list)
    """One line for each failed attempt before the answer."""
    slips: list[str] = field(default_factory=list)
    """One line for each departure from the protocol that did not cost the answer."""

    def plus(self, other: UsageDetail) -> UsageDetail:
        """Return the sum of two calls. `stop_reason` and `model` come from the later one."""
        return UsageDetail(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            stop_reason=other.stop_reason,
            model=other.model,
            estimated=self.estimated or other.estimated,
            faults=[*self.faults, *other.faults],
            slips=[*self.slips, *other.slips],
        )


def usage_detail(result: CreateResult | RequestUsage | Mapping[str, Any]) -> UsageDetail:
    """Return the usage of a result, of a plain usage, or of a result dumped to JSON with `serialize_as_any`. Fields that
    are absent count as zero."""
    usage: Any = result.usage if isinstance(result, CreateResult) else result
    if isinstance(usage, Mapping):
        known = {f.name for f in fields(UsageDetail)}
        return UsageDetail(**{name: value for name, value in usage["usage"].items() if name in known})
    return usage if isinstance(usage, UsageDetail) else UsageDetail(**asdict(usage))


@dataclass(frozen=True)
class Pricing:
    """The prices of one model, applied to its calls."""

    spec: ModelSpec

    def cost(self, usage: RequestUsage, *, caching: bool = True) -> float:
        """Return the price in dollars. With `caching=False`, return what the call would cost without a prompt cache."""
        if self.spec.price is None:
            return 0.0
        price, detail = self.spec.price, usage_detail(usage)
        cached, written = (detail.cached_tokens, detail.cache_write_tokens) if caching else (0, 0)
        cached_price = price.input if price.cached_input is None else price.cached_input
        write_price = price.input if price.cache_write is None else price.cache_write
        fresh = detail.prompt_tokens - cached - written
        dollars = fresh * price.input + cached * cached_price + written * write_price
        return (dollars + detail.completion_tokens * price.output) / 1e6

    def charge(self, usage: RequestUsage | None) -> dict[str, float | int]:
        """Return a call's cost as the journal stores it: dollars, dollars without caching, tokens."""
        if usage is None:
            return {"dollars": 0.0, "uncached_dollars": 0.0, "tokens": 0}
        return {
            "dollars": self.cost(usage),
            "uncached_dollars": self.cost(usage, caching=False),
            "tokens": usage.prompt_tokens + usage.completion_tokens,
        }

    def worst_case(self, prompt_tokens: int) -> tuple[int, float]:
        """Return the most tokens and dollars that a call can take: the prompt uncached and the longest answer. A local
        provider takes none."""
        if not PROVIDERS[self.spec.provider].remote:
            return 0, 0.0
        tokens, price = prompt_tokens + self.spec.max_output_tokens, self.spec.price
        if not price:
            return tokens, 0.0
        input_price = max(price.input, price.cache_write or 0.0)
        return tokens, (prompt_tokens * input_price + self.spec.max_output_tokens * price.output) / 1e6
