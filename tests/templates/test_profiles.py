"""The templates that ship have the same three scales, and the largest may see a graphics card."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.experiments.template import load_template, template_names

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize("name", template_names(TEMPLATES))
def test_a_shipped_template_has_three_scales_and_fixes_its_evaluation(name: str) -> None:
    template = load_template(name, TEMPLATES)
    assert list(template.profiles) == ["smoke", "cpu", "gpu"] and template.default_profile == "cpu"
    assert [profile.gpus for profile in template.profiles.values()] == [0, 0, 1]
    assert template.seed_argument == "seed" and "evaluation.py" in template.protected
    assert template.system and template.task_description and len(template.seed_ideas) >= 3
    assert all(metric.description for metric in template.metrics.values())
