"""Files that people write: what is refused, and how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.models.config import ModelsConfig
from scenarios.scenario import Scenario
from tools.errors import UserError
from tools.experiments.template import TemplateFile
from tools.review.forms import FormField
from tools.schema import parse_yaml, validated

PHASES = "phases: [ideation]\n"


@pytest.mark.parametrize(
    ("schema", "text", "key"),
    [
        (Scenario, PHASES + "ideas: yes", "ideas"),
        (Scenario, PHASES + "seed: off", "seed"),
        (Scenario, PHASES + "budget: {dollars: true}", "budget.dollars"),
        (Scenario, PHASES + "budget: {idea: {minutes: on}}", "budget.idea.minutes"),
        (Scenario, PHASES + "run_quota: {runs: yes}", "run_quota.runs"),
        (Scenario, "phases: [ideation, {phase: panel, rounds: yes}]", "phases.1.rounds"),
        (Scenario, "phases: [{phase: panel, reviewers: yes}]", "phases.0.reviewers"),
        (
            ModelsConfig,
            "{default: a, models: {a: {provider: openai, price: {input: no, output: 1}}}}",
            "models.a.price.input",
        ),
        (TemplateFile, "profiles: {cpu: {gpus: yes}}", "profiles.cpu.gpus"),
        (TemplateFile, "metrics: {loss: {range: [no, 1]}}", "metrics.loss.range.0"),
        (FormField, "{name: A, kind: choice, description: d, choices: [yes, no]}", "choices.0"),
    ],
)
def test_a_boolean_where_a_number_is_wanted_is_refused(schema: type, text: str, key: str) -> None:
    with pytest.raises(UserError) as refused:
        validated(schema, parse_yaml(text, "mine.yaml"), Path("mine.yaml"))
    assert str(refused.value).startswith(f"mine.yaml: {key}: must be a number")


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (Scenario, PHASES + "confirm: no\nrequire_novelty: off\nreading: {strip: yes}\nideas: 2"),
        (TemplateFile, "profiles: {cpu: {args: {compile: yes, steps: 3}}}"),
        (TemplateFile, "metrics: {seconds: {cost: yes, range: [null, 1]}}"),
    ],
)
def test_booleans_and_numbers_in_their_places_are_read(schema: type, text: str) -> None:
    assert validated(schema, parse_yaml(text, "mine.yaml"), "mine.yaml")
