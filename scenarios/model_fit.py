"""Check before a launch that the models of a scenario can do what it asks of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agents.models.config import ModelSpec
from agents.models.providers import PROVIDERS
from agents.role_card import RoleCard
from scenarios.scenario import Scenario
from tools.errors import UserError


def check_models(
    place: str, scenario: Scenario, models: Mapping[str, ModelSpec], cards: Mapping[str, RoleCard]
) -> None:
    """Check the model of each participant, given by the participant's name.

    Raises:
        UserError: a model cannot call the tools of its role, or a budget in dollars would never bind because a model has
            no price.
    """
    for name, spec in models.items():
        if not PROVIDERS[spec.provider].remote:
            continue
        if cards[name].tools and not spec.capabilities.function_calling:
            raise UserError(
                f"{place}: {name} works with tools, and {spec.label} has `function_calling: false` in the models config; "
                "choose another model for this role"
            )
        limited = next(_dollar_limits(scenario), None)
        if limited and spec.price is None:
            raise UserError(
                f"{place}: {limited} limits dollars, and {spec.label} has no price in the models config; add "
                "`price: {input: ..., output: ...}` (0 if it is free), or set a limit in tokens: --set budget.dollars=null "
                "--set budget.tokens=2000000"
            )


def _dollar_limits(scenario: Scenario) -> Iterator[str]:
    """Yield the keys of the scenario that limit dollars."""
    limits = {"budget.dollars": scenario.budget.dollars, "budget.idea.dollars": scenario.budget.idea.dollars}
    limits |= {f"phases.{spec.phase}.dollars": spec.dollars for spec in scenario.phases}
    yield from (key for key, value in limits.items() if value is not None)
