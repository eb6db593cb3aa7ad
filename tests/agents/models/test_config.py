"""Models configs: those that come with the project, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.autogen import RequestUsage
from agents.models import (
    ModelsConfig,
    ModelSpec,
    Price,
    Pricing,
    UsageDetail,
    endpoint_problems,
    known_configs,
    load_models_config,
)
from agents.models.build import build_client, client_key
from tools.errors import UserError

GOOD = """
default: strong
models:
  strong: {provider: anthropic, model: some-model, temperature: 0.5}
  cheap: {provider: openai_compatible, model: other, base_url: "http://localhost:1/v1"}
roles:
  reviewer: cheap
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", known_configs())
def test_the_configs_that_come_along_are_good(name: str) -> None:
    config = load_models_config(name)
    assert config.name == name and config.description
    for spec in config.models.values():
        remote = spec.provider in ("anthropic", "openai")
        assert (spec.price is not None) >= remote, "a paid model without a price cannot be budgeted"


def test_those_asked_for_come_along() -> None:
    wanted = {"offline", "openai", "anthropic", "mixed", "ollama", "vllm", "deepseek", "openrouter"}
    assert wanted <= set(known_configs())


def test_the_model_of_a_role(tmp_path: Path) -> None:
    config = load_models_config(write(tmp_path, GOOD))
    assert config.spec_for("reviewer").model == "other"
    assert config.spec_for("reviewer_clarity", "reviewer").model == "other", "the card names another role"
    assert config.spec_for("coder", "cheap").model == "other", "the card names a model"
    assert config.spec_for("coder", "fast").model == "some-model", "a key that this config does not know"
    assert config.spec_for("reviewer", "strong").model == "other", "the config goes before the card"


def test_keys_of_earlier_versions_without_effect_still_load(tmp_path: Path) -> None:
    old = "temperature: 0.5, output_repairs: 2, capabilities: {vision: true, structured_output: true}"
    config = load_models_config(write(tmp_path, GOOD.replace("temperature: 0.5", old)))
    assert config.models["strong"].capabilities.vision


MISTAKES = [
    ("temperature: 0.5", "temprature: 0.5", "models.strong.temprature: unknown key; did you mean 'temperature'?"),
    ("temperature: 0.5", "temperature: hot", "models.strong.temperature: input should be a valid number"),
    ("temperature: 0.5", "api_key: sk-1", "models.strong.api_key: unknown key"),
    ("provider: anthropic", "provider: antropic", "unknown provider 'antropic'; did you mean 'anthropic'?"),
    ("model: some-model, ", "", "models.strong.model: missing"),
    (', base_url: "http://localhost:1/v1"', "", "models.cheap.base_url: missing"),
    ("default: strong", "default: stron", "default: unknown model 'stron'; did you mean 'strong'?"),
    ("reviewer: cheap", "reviewer: chaep", "roles.reviewer: unknown model 'chaep'; did you mean 'cheap'?"),
    ("default: strong", "default: [", "not valid YAML"),
]


@pytest.mark.parametrize(("good", "bad", "told"), MISTAKES, ids=[bad or good for good, bad, _ in MISTAKES])
def test_a_mistake_is_one_line_with_file_key_and_nearest_name(tmp_path: Path, good: str, bad: str, told: str) -> None:
    path = write(tmp_path, GOOD.replace(good, bad))
    with pytest.raises(UserError) as caught:
        load_models_config(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and told in message and "\n" not in message
    assert "sk-1" not in message


def test_an_unknown_config() -> None:
    with pytest.raises(UserError, match="'antropic': did you mean 'anthropic'"):
        load_models_config("antropic")
    with pytest.raises(UserError, match=r"nowhere/x\.yaml"):
        load_models_config("nowhere/x.yaml")


def test_endpoint_problems_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_models_config(write(tmp_path, GOOD))
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    (problem,) = endpoint_problems(config)
    assert "ANTHROPIC_API_KEY" in problem
    with pytest.raises(UserError, match="set the environment variable ANTHROPIC_API_KEY"):
        build_client(config.models["strong"])
    monkeypatch.setenv("ANTHROPIC_API_KEY", "planted")
    assert endpoint_problems(config) == []


def test_roles_share_a_client_unless_each_is_played_alone() -> None:
    model, person = ModelSpec(provider="openai", model="m"), ModelSpec(provider="human")
    hotter = ModelSpec(provider="openai", model="m", temperature=1)
    assert client_key(model, "writer") == client_key(model, "coder") != client_key(hotter, "coder")
    assert client_key(person, "writer") != client_key(person, "coder")


def test_cost() -> None:
    price = Price(input=2, output=10, cached_input=0.5, cache_write=4)
    spec = ModelSpec(provider="openai", model="m", price=price)
    usage = UsageDetail(1_000_000, 100_000, cached_tokens=400_000, cache_write_tokens=100_000)
    assert Pricing(spec).cost(usage) == pytest.approx(0.5 * 2 + 0.4 * 0.5 + 0.1 * 4 + 0.1 * 10)
    assert Pricing(spec).cost(usage, caching=False) == pytest.approx(2 + 1)
    assert Pricing(spec).cost(RequestUsage(1_000_000, 0)) == pytest.approx(2)
    plain = spec.model_copy(update={"price": Price(input=2, output=10)})
    assert Pricing(plain).cost(usage) == pytest.approx(3), (
        "without a price of its own, what is cached costs what input costs"
    )
    assert Pricing(spec.model_copy(update={"price": None})).cost(usage) == 0


def test_a_config_needs_a_model() -> None:
    with pytest.raises(ValueError, match="at least 1 item"):
        ModelsConfig(models={}, default="x")
