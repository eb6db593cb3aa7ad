"""The gate's report on screen."""

from __future__ import annotations

from scenarios.views.gate import render_gate
from tools.gate import GateCheckResult, GateFinding, GateReport


def test_every_finding_is_shown_with_its_place_and_remedy() -> None:
    error = GateFinding(
        code="typed_number", file="sections/results.tex", line=3, page=2, excerpt="long " * 40, reason="typed " * 30,
        verdict="contradicted", expected="0.82", suggestion="\\result{run_1/dino/kl}",
    )  # fmt: skip
    note = GateFinding(kind="note", file="figures/a.png", reason="supplied", verdict="not checkable")
    report = GateReport(checks=[GateCheckResult(name="numbers", question="?", findings=[note, error])])
    lines = render_gate(report).splitlines()
    assert max(map(len, lines)) <= 80
    places = [
        next(i for i, line in enumerate(lines) if part in line) for part in ("contradicted", "results.tex", "a.png")
    ]
    assert places == sorted(places), "errors come before notes"
    text = "\n".join(lines)
    assert all(part in text for part in ("page 2", "0.82", "\\result{run_1/dino/kl}", "not checkable"))
    assert "a.png" not in render_gate(report, notes=False)
