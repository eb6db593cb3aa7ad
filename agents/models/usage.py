"""What a model call used, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from agents.autogen import CreateResult, RequestUsage
from agents.models.config import ModelSpec


@dataclass
class UsageDetail(RequestUsage):
    """`prompt_tokens` is the whole prompt, cached parts included; `completion_tokens` the whole answer, reasoning
    included. The other counts are parts of these two."""

    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    stop_reason: str = ""
    """Why the answer ended, in the provider's own word."""
    model: str = ""
    """The model that answered, as the provider names it."""
    estimated: bool = False
    """The provider sent no counts; these are guessed from the length of the text."""
    faults: list[str] = field(default_factory=list)
    """What went wrong before the answer came, one line for each attempt that failed."""

    def plus(self, other: UsageDetail) -> UsageDetail:
        """Both calls together; the later one says how it ended."""
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
        )


def usage_detail(result: CreateResult | RequestUsage | Mapping[str, Any]) -> UsageDetail:
    """The detail of a result, of its usage, or of a result dumped to JSON with `serialize_as_any`. Where there is no
    detail, nothing was cached."""
    usage: Any = result.usage if isinstance(result, CreateResult) else result
    if isinstance(usage, Mapping):
        known = {f.name for f in fields(UsageDetail)}
        return UsageDetail(**{name: value for name, value in usage["usage"].items() if name in known})
    return usage if isinstance(usage, UsageDetail) else UsageDetail(**asdict(usage))


def cost(spec: ModelSpec, usage: RequestUsage, *, caching: bool = True) -> float:
    """Dollars for that usage at the spec's prices; without `caching`, what it had cost with no cache at all."""
    if spec.price is None:
        return 0.0
    price, detail = spec.price, usage_detail(usage)
    cached, written = (detail.cached_tokens, detail.cache_write_tokens) if caching else (0, 0)
    cached_price = price.input if price.cached_input is None else price.cached_input
    write_price = price.input if price.cache_write is None else price.cache_write
    fresh = detail.prompt_tokens - cached - written
    dollars = fresh * price.input + cached * cached_price + written * write_price
    return (dollars + detail.completion_tokens * price.output) / 1e6
