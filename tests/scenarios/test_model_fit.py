"""A launch refuses models that cannot do what the scenario asks of them, before any work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scenarios.resolved_scenario import resolve_scenario
from scenarios.scenario import find_scenario, load_scenario
from tools.errors import UserError

PRICE = {"input": 0, "output": 0}


def resolve(folder: Path, model: dict[str, Any], **overrides: Any) -> None:
    given = {"provider": "openai_compatible", "model": "m", "base_url": "http://127.0.0.1:9/v1", **model}
    path = folder / "models.yaml"
    path.write_text(json.dumps({"default": "m", "models": {"m": given}}), encoding="utf-8")
    resolve_scenario(load_scenario(find_scenario("ideation"), {"models": str(path), **overrides}))


@pytest.mark.parametrize("key", ["budget.dollars", "budget.idea.dollars", "phases.ideation.dollars"])
def test_a_budget_in_dollars_needs_a_price(key: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=key.replace(".", r"\.")):
        resolve(tmp_path, {}, **{key: 3})
    resolve(tmp_path, {"price": PRICE}, **{key: 3})
    resolve(tmp_path, {}, **{"budget.tokens": 5, "budget.dollars": None})


def test_tools_need_a_model_that_calls_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="function_calling"):
        resolve(tmp_path, {"capabilities": {"function_calling": False}})
