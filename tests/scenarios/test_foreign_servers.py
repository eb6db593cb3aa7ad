"""Servers that nobody here wrote, over each protocol, plain and streamed: single calls, panels and a whole quickstart through
LiteLLM's proxy and npm's aimock. Opt-in: see `tests/fakes/foreign_servers.py`. `make bench ARGS="--only foreign"` plays the
quickstart over every protocol."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.autogen import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    ToolSchema,
    UserMessage,
)
from agents.models import load_models_config
from agents.models.build import build_client
from tests.fakes.answer import Answer
from tests.fakes.foreign_servers import KEY, SERVERS, ForeignServer, executable, foreign_server
from tests.fakes.panellist import Panellist
from tests.fakes.recorded_researcher import RecordedResearcher, Recording
from tests.fakes.served import KEY_VARIABLE, PROVIDERS
from tests.scenarios.conftest import Done, play
from tests.scenarios.deliverables import differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ADD = ToolSchema(
    name="add",
    description="Add two numbers.",
    parameters={"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
)
ASKED: list[LLMMessage] = [
    SystemMessage(content="You add numbers."),
    UserMessage(content="What is the sum?", source="lab"),
]
OVERALL = {"reviewer_methodology": 5, "reviewer_evidence": 5, "reviewer_clarity": 4}


def adder(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
    if isinstance(messages[-1], FunctionExecutionResultMessage):
        return Answer(text="The sum is three.")
    return Answer(text="I will add.", calls=(FunctionCall("call_1", '{"a": 1}', "add"),))


@pytest.fixture(scope="module", params=SERVERS)
def foreign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignServer]:
    if not executable(request.param):
        pytest.skip(f"COLLOQUIUM_{request.param.upper()} names no executable of this server")
    with (
        foreign_server(request.param, tmp_path_factory.mktemp("foreign")) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv(KEY_VARIABLE, KEY)
        yield server


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_call_and_its_result(foreign: ForeignServer, provider: str, stream: bool, tmp_path: Path) -> None:
    foreign.upstream.brain = adder
    config = load_models_config(foreign.models(tmp_path / "m.yaml", provider, stream))
    model = build_client(config.models["fake"])
    called = await model.create(ASKED, tools=[ADD])
    assert isinstance(called.content, list)
    [call] = called.content
    assert (call.name, json.loads(call.arguments)) == ("add", {"a": 1}) and called.usage.prompt_tokens > 0
    assert called.thought == "I will add."
    result = FunctionExecutionResult(content="3", name="add", call_id=call.id, is_error=False)
    answer = await model.create(
        [
            *ASKED,
            AssistantMessage(content=called.content, thought=called.thought, source="me"),
            FunctionExecutionResultMessage(content=[result]),
        ],
        tools=[ADD],
    )
    assert answer.content == "The sum is three." and answer.finish_reason == "stop"
    await model.close()


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_panel(
    foreign: ForeignServer, provider: str, stream: bool, command: Callable[..., Done], tmp_path: Path
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("# On Seeds\n\nWe train with five seeds and say so.\n", encoding="utf-8")
    foreign.upstream.brain = Panellist(OVERALL)
    models = foreign.models(tmp_path / "m.yaml", provider, stream)
    done = command("review", draft, "--models", models, "--reflections", 1, "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(next((tmp_path / "runs").glob("*/ideas/*/reviews/*/review.json")).read_text())
    assert {review["reviewer"]: review["review"]["Overall"] for review in report["reviews"]} == OVERALL
    assert report["decision"] == "Reject" and report["meta_review"]["by"] == "area_chair" and report["talk"]


@pytest.mark.parametrize("provider, stream", [("anthropic", True)], ids=["anthropic, streamed"])
def test_a_quickstart(
    foreign: ForeignServer, provider: str, stream: bool, template: Path, undisturbed: Path, tmp_path: Path
) -> None:
    researcher = RecordedResearcher(Recording(undisturbed))
    foreign.upstream.brain = researcher
    models = foreign.models(tmp_path / "m.yaml", provider, stream)
    run = play(template, tmp_path / "runs", "--models", models)
    assert researcher.missing == [] and not differences(undisturbed, run)
