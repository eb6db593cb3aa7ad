"""A card that names a tool which none of the role's phases offers is reported at launch."""

from __future__ import annotations

from pathlib import Path

from scenarios.resolved_scenario import resolve_scenario
from scenarios.runner import unoffered_tools
from scenarios.scenario import PhaseSpec, Scenario

CARD = "---\nname: auditor\ndescription: Audits.\ntools: [read_results, write_file]\n---\nYou audit.\n"


def test_only_tools_that_the_role_can_never_use_are_reported(tmp_path: Path) -> None:
    (tmp_path / "auditor.md").write_text(CARD, encoding="utf-8")
    (tmp_path / "paper.txt").write_text("A paper\n", encoding="utf-8")
    panel = PhaseSpec(phase="panel", participants=["auditor", "reviewer_clarity", "area_chair"])
    scenario = Scenario(name="audit", paper=str(tmp_path / "paper.txt"), roles=[str(tmp_path)], phases=[panel])
    assert unoffered_tools(resolve_scenario(scenario)) == [("auditor", "write_file")]
