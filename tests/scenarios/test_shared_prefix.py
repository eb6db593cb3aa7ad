"""Reviewers on one model share one cached copy of the paper, whatever their roles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.autogen import AssistantMessage, FunctionCall, LLMMessage, ToolSchema
from agents.observer import Observer
from scenarios.launch import launch
from scenarios.scenario import find_scenario, load_scenario
from tests.fakes.answer import Answer
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
    ]
    assert len(first) == len(SEATS) + 1 and first[0]["cached"] == 0
    assert all(usage["cached"] > 0.8 * usage["prompt"] for usage in first[1:]), "of the other reviewers and the chair"


async def test_nobody_submits_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is shown the tools of all, because tools stand before the paper in a provider's cache."""
    monkeypatch.setenv(KEY_VARIABLE, "k-0123456789")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    paper = tmp_path / "draft.md"
    paper.write_text("# On Seeds\n\nWe train with five seeds.\n", encoding="utf-8")
    panel, tried = Panellist({f"reviewer_{seat}": 5 for seat in SEATS}), list[str]()

    def overeager(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        """Submits as another before it does its own work."""
        answer = panel(messages, tools)
        own = [call.name for call in answer.calls]
        if own and not any(isinstance(message, AssistantMessage) for message in messages):
            [call] = answer.calls
            other = {"submit_review": "submit_meta_review", "submit_meta_review": "submit_review"}[call.name]
            tried.append(other)
            return Answer(calls=(FunctionCall(f"{call.id}_other", call.arguments, other), call))
        return answer

    with serve("openai_compatible", overeager) as server:
        asked: dict[str, object] = {
            "paper": str(paper),
            "models": str(write_models(tmp_path / "m.yaml", "openai_compatible", server)),
        }
        _, end = await launch(load_scenario(find_scenario("review_panel"), asked), tmp_path / "runs", Observer())
    assert end.status is RunStatus.FINISHED and sorted(tried) == ["submit_meta_review"] * 3 + ["submit_review"]
    report = json.loads(next((tmp_path / "runs").glob("*/ideas/*/reviews/*/review.json")).read_text())
    assert sorted(review["reviewer"] for review in report["reviews"]) == sorted(f"reviewer_{seat}" for seat in SEATS)
