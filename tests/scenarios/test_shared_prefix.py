"""Reviewers on one model share one cached copy of the paper, whatever their roles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.observer import Observer
from scenarios.launch import launch
from scenarios.scenario import find_scenario, load_scenario
from tests.fakes.panellist import Panellist
from tests.fakes.served import KEY_VARIABLE, serve, write_models
from tools.run_dir import RunStatus

SEATS = ("methodology", "evidence", "clarity")


@pytest.mark.parametrize("provider", ["openai_compatible", "anthropic"])
async def test_the_paper_is_read_from_the_cache(provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k-0123456789")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    paper = tmp_path / "draft.md"
    paper.write_text("# On Seeds\n\n" + "We train with five seeds and say so at length.\n\n" * 300, encoding="utf-8")
    with serve(provider, Panellist({f"reviewer_{seat}": 5 for seat in SEATS})) as server:
        asked: dict[str, object] = {
            "paper": str(paper),
            "models": str(write_models(tmp_path / "m.yaml", provider, server)),
            "phases.panel.rounds": 0,
            "phases.panel.reflections": 0,
        }
        _, end = await launch(load_scenario(find_scenario("review_panel"), asked), tmp_path / "runs", Observer())
    assert end.status is RunStatus.FINISHED
    first = [
        usage
        for request, usage in zip(server.requests, server.usages, strict=True)
        if "assistant" not in json.dumps([message["role"] for message in request["messages"]])
    ][: len(SEATS)]
    assert first[0]["cached"] == 0 and all(usage["cached"] > 0.8 * usage["prompt"] for usage in first[1:])
