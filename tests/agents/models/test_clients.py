"""The provider clients, on the installed SDKs, against servers that speak the real protocols over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from agents.autogen import (
    AssistantAgent,
    AssistantMessage,
    CancellationToken,
    CreateResult,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    SystemMessage,
    TextMessage,
    ToolSchema,
    UserMessage,
)
from agents.models import ModelSpec, UsageDetail, usage_detail
from agents.models.base import BaseClient, model_info
from agents.models.build import build_client
from agents.models.config import Capabilities
from agents.models.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ContextTooLong,
    CutOff,
    Malformed,
    ModelError,
    OutOfCredit,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
    Unreachable,
)
from agents.models.limits import EndpointLimits
from agents.models.protocol_common import Request, join_thought, visible_thought, words_beside_calls
from agents.models.resilient_client import ResilientClient
from tests.fakes.answer import Answer, Brain
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.model_server import ModelServer
from tests.fakes.openai_server import OpenAIServer

KEY = "sk-planted-0123456789"
HELLO: list[LLMMessage] = [SystemMessage(content="Be brief."), UserMessage(content="Hello", source="lab")]
ADD = ToolSchema(
    name="add",
    description="Add two numbers.",
    parameters={"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a"]},
)
PROVIDERS = ["anthropic", "openai", "openai_compatible"]
both_ways = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "plain"])
every_provider = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A key; and no authorities to load for each client, since no server here speaks TLS."""
    monkeypatch.setenv("FAKE_KEY", KEY)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


def server(provider: str, brain: Brain, faults: Iterable[str | None] = ()) -> ModelServer:
    return (AnthropicServer if provider == "anthropic" else OpenAIServer)(brain, faults, key=KEY)


def client(provider: str, fake: Any, **spec: Any) -> ResilientClient:
    given = {
        "backoff_seconds": 0.01, "timeout_seconds": 10, "retries": 3, "base_url": fake.base_url, "key_env": "FAKE_KEY",
        "capabilities": Capabilities(vision=True), **spec,
    }  # fmt: skip
    return build_client(ModelSpec(provider=provider, model="fake-1", **given))


def echo(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
    return Answer(text=f"You said: {messages[-1].content}")


async def after_faults(provider: str, faults: Iterable[str | None], **spec: Any) -> CreateResult:
    with server(provider, echo, faults) as fake:
        return await client(provider, fake, **spec).create(HELLO)


# --- what goes over the wire ------------------------------------------------------------------------------------------


@pytest.mark.slow
@every_provider
@both_ways
async def test_text_usage_and_stop_reason(provider: str, stream: bool) -> None:
    with server(provider, echo) as fake:
        result = await client(provider, fake, stream=stream).create(HELLO)
    detail = usage_detail(result)
    assert (result.content, result.finish_reason, result.thought) == ("You said: Hello", "stop", None)
    assert detail.prompt_tokens == fake.usages[0]["prompt"] > 0
    assert detail.completion_tokens == fake.usages[0]["answer"] > 0
    assert detail.stop_reason in ("end_turn", "stop", "completed")
    assert detail.model.endswith("-fake") and not detail.faults and not detail.estimated


@every_provider
async def test_usage_detail_survives_the_journal(provider: str) -> None:
    result = await after_faults(provider, ["500"])
    dumped = json.loads(json.dumps(result.model_dump(mode="json", serialize_as_any=True)))
    assert usage_detail(dumped) == usage_detail(result)
    assert len(usage_detail(dumped).faults) == 1 and "overloaded" in usage_detail(dumped).faults[0]
    assert CreateResult.model_validate(dumped).usage.prompt_tokens == result.usage.prompt_tokens


@every_provider
async def test_each_speaker_is_named(provider: str) -> None:
    heard: list[list[tuple[str, Any]]] = []

    def brain(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        heard.append([(m.source, m.content) for m in messages if isinstance(m, UserMessage)])
        return Answer(text="Good.")

    said: list[LLMMessage] = [
        SystemMessage(content="You are the writer."),
        UserMessage(content="Write.", source="lab"),
        UserMessage(content="I disagree.", source="advisor"),
        AssistantMessage(content="So do I.", source="writer"),
        UserMessage(content="Shorter.", source="reviewer"),
    ]
    with server(provider, brain) as fake:
        await client(provider, fake).create(said)
    assert heard == [[("lab", "Write."), ("advisor", "I disagree."), ("reviewer", "Shorter.")]]


@every_provider
async def test_one_who_speaks_twice_in_a_row_is_asked_to_go_on(provider: str) -> None:
    turns: list[LLMMessage] = [*HELLO, AssistantMessage(content="One.", source="me")]
    with server(provider, echo) as fake:
        model = client(provider, fake)
        first = await model.create(turns)
        await model.create([*turns, AssistantMessage(content=str(first.content), source="me")])
    before, after = (json.dumps(body.get("messages", body.get("input"))) for body in fake.requests)
    assert first.content == "You said: It is your turn again."
    assert after.count("It is your turn again.") == before.count("It is your turn again.") + 2  # one is in the answer


@every_provider
@both_ways
async def test_two_calls_at_once_and_their_results_a_failed_one_among_them(provider: str, stream: bool) -> None:
    def brain(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        if isinstance(messages[-1], FunctionExecutionResultMessage):
            results = [(r.name, r.content, bool(r.is_error)) for r in messages[-1].content]
            return Answer(text=json.dumps(results))
        assert [tool["name"] for tool in tools] == ["add"]
        calls = (FunctionCall("c1", '{"a": 1, "b": 2}', "add"), FunctionCall("c2", '{"a": "one"}', "add"))
        return Answer(text="I add.", calls=calls)

    with server(provider, brain) as fake:
        model = client(provider, fake, stream=stream)
        called = await model.create(HELLO, tools=[ADD])
        assert called.finish_reason == "function_calls"
        assert called.thought == "I add."
        assert isinstance(called.content, list)
        assert [json.loads(call.arguments) for call in called.content] == [{"a": 1, "b": 2}, {"a": "one"}]
        results = [
            FunctionExecutionResult(call_id=called.content[0].id, name="add", content="3", is_error=False),
            FunctionExecutionResult(call_id=called.content[1].id, name="add", content="a: no number", is_error=True),
        ]
        whole: list[LLMMessage] = [
            *HELLO,
            AssistantMessage(content=called.content, thought=called.thought, source="me"),
            FunctionExecutionResultMessage(content=results),
        ]
        answered = await model.create(whole, tools=[ADD])
    assert json.loads(str(answered.content)) == [["add", "3", False], ["add", "a: no number", True]]


@every_provider
@both_ways
async def test_reasoning_goes_back_as_it_came(provider: str, stream: bool) -> None:
    def brain(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        if isinstance(messages[-1], FunctionExecutionResultMessage):
            return Answer(text="Three.")
        return Answer(text="I add.", thinking="One and two.", calls=(FunctionCall("c1", '{"a": 1, "b": 2}', "add"),))

    with server(provider, brain) as fake:
        model = client(provider, fake, stream=stream, reasoning_effort="low")
        called = await model.create(HELLO, tools=[ADD])
        assert visible_thought(called.thought) == "One and two.\n\nI add."
        assert words_beside_calls(called.thought) == "I add."
        stored = AssistantMessage(content=called.content, thought=called.thought, source="me").model_dump_json()
        result = FunctionExecutionResult(call_id="c1", name="add", content="3", is_error=False)
        await model.create(
            [*HELLO, AssistantMessage.model_validate_json(stored), FunctionExecutionResultMessage(content=[result])],
            tools=[ADD],
        )
    sent = json.dumps(fake.requests[1])
    mark = {"anthropic": "signed:One and two.", "openai": "encrypted:One and two.", "openai_compatible": "One and two."}
    assert mark[provider] in sent
    assert "kept for the provider" not in sent


async def test_thinking_that_the_server_takes_back_no_more_is_left_out() -> None:
    thought = AssistantMessage(
        content="So be it.",
        thought=join_thought(
            "x", "anthropic", [{"type": "thinking", "thinking": "x", "signature": "of another conversation"}]
        ),
        source="me",
    )
    with server("anthropic", echo) as fake:
        result = await client("anthropic", fake).create([*HELLO, thought, UserMessage(content="And?", source="lab")])
    assert result.content == "You said: And?"
    assert ["thinking" in json.dumps(body) for body in fake.requests] == [True, False]


@every_provider
async def test_images_are_sent(provider: str) -> None:
    image = Image.from_pil(Picture.new("RGB", (4, 4), "red"))
    with server(provider, echo) as fake:
        await client(provider, fake).create([UserMessage(content=["Look:", image], source="lab")])
    assert image.to_base64() in json.dumps(fake.requests[0])


async def test_anthropic_reads_from_the_cache_what_the_call_before_has_written() -> None:
    long: list[LLMMessage] = [SystemMessage(content="Rules. " * 300), UserMessage(content="Begin.", source="lab")]
    with server("anthropic", echo) as fake:
        model = client("anthropic", fake)
        details = []
        for _ in range(3):
            result = await model.create(long, tools=[ADD])
            details.append(usage_detail(result))
            long += [
                AssistantMessage(content=str(result.content), source="me"),
                UserMessage(content="On.", source="lab"),
            ]
    assert details[0].cached_tokens == 0 and details[0].cache_write_tokens > 400
    assert details[1].cached_tokens == details[0].cache_write_tokens
    assert details[2].cached_tokens > details[1].cached_tokens
    assert details[2].prompt_tokens > details[2].cached_tokens + details[2].cache_write_tokens - 1


async def test_a_server_that_counts_nothing_is_estimated_and_says_so() -> None:
    class Silent(OpenAIServer):
        def whole(self, *given: Any) -> Any:
            return super().whole(*given) | {"usage": None}

    with Silent(echo, key=KEY) as fake:
        detail = usage_detail(await client("openai_compatible", fake, stream=False).create(HELLO))
    assert detail.estimated and detail.prompt_tokens > 0 and detail.completion_tokens > 0


@every_provider
async def test_arguments_and_names_that_a_model_made_up_can_be_sent_back(provider: str) -> None:
    made_up = FunctionCall("c1", "{not json", "run the experiment!")
    result = FunctionExecutionResult(call_id="c1", name=made_up.name, content="no such tool", is_error=True)
    whole: list[LLMMessage] = [
        *HELLO, AssistantMessage(content=[made_up], source="me"), FunctionExecutionResultMessage(content=[result]),
    ]  # fmt: skip
    with server(provider, lambda messages, tools: Answer(text="I see.")) as fake:
        assert (await client(provider, fake).create(whole, tools=[ADD])).content == "I see."


async def test_calls_without_an_id_get_one_each() -> None:
    calls = (FunctionCall("", "{}", "add"), FunctionCall("", "{}", "add"))
    with server("openai_compatible", lambda messages, tools: Answer(calls=calls)) as fake:
        result = await client("openai_compatible", fake).create(HELLO, tools=[ADD])
    assert isinstance(result.content, list)
    assert len({call.id for call in result.content} - {""}) == 2


# --- faults -----------------------------------------------------------------------------------------------------------

PASSING = ["429", "429 retry-after", "500", "529", "html", "malformed", "early end", "reset", "silence", "empty",
           "wrong types", "error in stream"]  # fmt: skip


@pytest.mark.slow
@every_provider
@both_ways
async def test_a_passing_fault_costs_nothing_but_time(provider: str, stream: bool) -> None:
    faults = [fault for fault in PASSING if stream or provider == "openai" or fault != "error in stream"]
    with server(provider, echo, [part for fault in faults for part in (fault, None)]) as fake:
        model = client(provider, fake, stream=stream, timeout_seconds=1.0)
        results = {fault: await model.create(HELLO) for fault in faults}
    said = {fault: str(result.content) for fault, result in results.items()}
    told_of_it = {fault for fault, text in said.items() if text != "You said: Hello"}
    assert told_of_it <= {fault for fault in faults if "empty" in fault}, said  # an empty answer is told to the model
    told = {fault: usage_detail(result).faults for fault, result in results.items()}
    late = {
        fault: [line for line in lines if "timed out" in line] for fault, lines in told.items() if fault != "silence"
    }
    assert {fault: len(lines) - len(late.get(fault, [])) for fault, lines in told.items()} == dict.fromkeys(
        faults, 1
    ), told


LASTING: dict[str, tuple[type[ModelError], bool]] = {
    "401": (AuthenticationFailed, True),
    "404": (Rejected, True),
    "400": (Rejected, True),
    "400 too long": (ContextTooLong, True),
    "429 no credit": (OutOfCredit, True),
    "refusal": (Refused, False),
    "cut": (CutOff, False),
}


@every_provider
@both_ways
async def test_a_lasting_fault_is_told_at_once_and_pauses_the_run_where_the_next_call_would_fail_too(
    provider: str, stream: bool
) -> None:
    told: dict[str, tuple[type[ModelError], bool]] = {}
    with server(provider, echo, LASTING) as fake:
        model = client(provider, fake, stream=stream)
        for fault in LASTING:
            with pytest.raises(ModelError) as caught:
                await model.create(HELLO)
            told[fault] = (type(caught.value), caught.value.permanent)
            assert "fake-1" in str(caught.value) and "\n" not in str(caught.value)
    assert told == LASTING
    assert len(fake.requests) == len(LASTING)


@pytest.mark.parametrize("provider", ["openai", "openai_compatible"])
@both_ways
async def test_filtered(provider: str, stream: bool) -> None:
    with pytest.raises(ContentFiltered):
        await after_faults(provider, ["filter"], stream=stream)


@every_provider
@both_ways
async def test_a_call_cut_at_the_length_limit_is_not_made(provider: str, stream: bool) -> None:
    calling = Answer(calls=(FunctionCall("c1", '{"a": 1, "b": 2}', "add"),))
    with server(provider, lambda messages, tools: calling, ["cut"]) as fake, pytest.raises(CutOff) as caught:
        await client(provider, fake, stream=stream, max_output_tokens=77).create(HELLO, tools=[ADD])
    assert "max_output_tokens (77)" in str(caught.value)
    assert caught.value.usage and caught.value.usage.prompt_tokens > 0


@every_provider
@pytest.mark.parametrize(("fault", "kind"), [("429", RateLimited), ("reset", Unreachable), ("html", Malformed)])
async def test_a_fault_that_stays_pauses_the_run(provider: str, fault: str, kind: type[ModelError]) -> None:
    with server(provider, echo, [fault] * 3) as fake, pytest.raises(kind) as caught:
        await client(provider, fake, retries=2).create(HELLO)
    assert len(fake.requests) == 3
    assert caught.value.permanent
    assert "after 3 attempts" in str(caught.value) and "resume" in str(caught.value)


async def test_a_failure_tells_what_had_failed_before_it() -> None:
    with pytest.raises(Refused) as caught:
        await after_faults("openai", ["500", "429", "refusal"])
    assert caught.value.usage and caught.value.usage.prompt_tokens > 0
    overloaded, limited = usage_detail(caught.value.usage).faults
    assert "overloaded" in overloaded and "rate limited" in limited


async def test_nobody_at_the_address() -> None:
    with server("openai", echo) as fake:
        model = client("openai", fake, retries=1)
    with pytest.raises(Unreachable) as caught:
        await model.create(HELLO)
    assert caught.value.permanent


async def test_a_wait_longer_than_the_total_time_is_not_waited_for() -> None:
    with server("anthropic", echo, ["429 retry-after"]) as fake:
        fake.retry_after = "3600"
        with pytest.raises(RateLimited) as caught:
            await client("anthropic", fake, total_timeout_seconds=2).create(HELLO)
    assert caught.value.permanent and caught.value.retry_after == 3600


async def test_no_answer_within_the_total_time() -> None:
    with server("anthropic", echo, ["silence"] * 9) as fake, pytest.raises(TimedOut) as caught:
        await client("anthropic", fake, timeout_seconds=0.15, total_timeout_seconds=0.5, retries=9).create(HELLO)
    assert caught.value.permanent


async def test_a_token_that_is_cancelled_ends_the_call() -> None:
    with server("openai", echo, ["silence"]) as fake:
        token = CancellationToken()
        call = asyncio.ensure_future(client("openai", fake, timeout_seconds=10).create(HELLO, cancellation_token=token))
        await asyncio.to_thread(fake.asked.wait, 5)
        token.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(call, 2)


# --- limits -----------------------------------------------------------------------------------------------------------


class FakeClock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += max(0.0, seconds)
        await asyncio.sleep(0)


class Endpoint(BaseClient):
    """Records when calls arrive and how many run at once. The first calls fail with the given errors."""

    def __init__(self, clock: FakeClock, *errors: ModelError) -> None:
        super().__init__(model_info())
        self.clock, self.errors = clock, list(errors)
        self.arrivals: list[float] = []
        self.running = self.most = 0

    async def answer(self, request: Request) -> CreateResult:
        self.arrivals.append(self.clock.now)
        if self.errors:
            raise self.errors.pop(0)
        self.running += 1
        self.most = max(self.most, self.running)
        for _ in range(5):  # Lets every other task run.
            await asyncio.sleep(0)
        self.running -= 1
        return CreateResult(finish_reason="stop", content="Yes.", usage=UsageDetail(1, 1), cached=False)

    def clients(self, **spec: Any) -> list[ResilientClient]:
        """Two models of the endpoint, sharing its limits."""
        limits = EndpointLimits(lambda: self.clock.now, self.clock.sleep)
        given = {"provider": "openai_compatible", "base_url": "http://one", "backoff_seconds": 0.001, **spec}
        specs = [ModelSpec(model=name, **given) for name in ("one", "two")]
        return [ResilientClient(self, spec, limits.limiter(spec)) for spec in specs]


async def test_concurrency_holds_across_models_of_one_endpoint() -> None:
    endpoint = Endpoint(FakeClock())
    clients = endpoint.clients(concurrency=2)
    await asyncio.gather(*(clients[i % 2].create(HELLO) for i in range(6)))
    assert endpoint.most == 2 and len(endpoint.arrivals) == 6


async def test_request_rate_holds_across_models_of_one_endpoint() -> None:
    endpoint = Endpoint(FakeClock())
    clients = endpoint.clients(concurrency=9, requests_per_minute=120)
    for number in range(6):
        await clients[number % 2].create(HELLO)
    assert endpoint.arrivals == [1000 + 0.5 * number for number in range(6)]


async def test_retry_after_holds_back_every_call_to_the_endpoint() -> None:
    endpoint = Endpoint(FakeClock(), RateLimited("slow down", retry_after=30))
    one, two = endpoint.clients(retries=0)
    with pytest.raises(RateLimited):
        await one.create(HELLO)
    await two.create(HELLO)
    assert endpoint.arrivals == [1000, 1030]


async def test_another_endpoint_is_not_held_back() -> None:
    clock = FakeClock()
    endpoint = Endpoint(clock)
    limits = EndpointLimits(lambda: clock.now, clock.sleep)
    specs = [ModelSpec(provider="openai_compatible", model="m", base_url=f"http://{host}") for host in ("one", "two")]
    limits.limiter(specs[0]).hold(30)
    await ResilientClient(endpoint, specs[1], limits.limiter(specs[1])).create(HELLO)
    assert endpoint.arrivals == [1000]


# --- keys -------------------------------------------------------------------------------------------------------------


@every_provider
async def test_the_key_appears_in_no_error_and_no_repr(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Telling(AnthropicServer if provider == "anthropic" else OpenAIServer):  # type: ignore[misc]
        def error(self, fault: str, text: str) -> Any:
            return super().error(fault, f"Incorrect API key provided: {KEY}, Bearer {KEY}")

    with Telling(echo, ["401"], key=KEY) as fake:
        model = client(provider, fake)
        with pytest.raises(AuthenticationFailed) as caught:
            await model.create(HELLO)
    told = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {model!r} {model.inner!r} {model.spec!r}"
    assert KEY not in told and "FAKE_KEY" in told


# --- in autogen's own agent -------------------------------------------------------------------------------------------


@every_provider
async def test_an_assistant_agent_works_through_its_tools_with_its_reasoning_kept(provider: str) -> None:
    def brain(messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        results = [r for m in messages if isinstance(m, FunctionExecutionResultMessage) for r in m.content]
        if len(results) < 3:
            call = FunctionCall(f"c{len(results)}", json.dumps({"a": len(results), "b": 1}), "add")
            unknown = FunctionCall("c9", "{}", "divide")
            return Answer(thinking=f"Step {len(results)}.", calls=(call,) if results else (call, unknown))
        return Answer(text=" ".join(result.content for result in results))

    async def add(a: int, b: int) -> str:
        """Add two numbers."""
        return str(a + b)

    with server(provider, brain) as fake:
        model = client(provider, fake, reasoning_effort="low")
        agent = AssistantAgent("adder", model, tools=[add], max_tool_iterations=9)
        reply = await agent.run(task="Add.")
    assert isinstance(reply.messages[-1], TextMessage)
    assert reply.messages[-1].content == "1 Error: tool 'divide' not found in any workbench 3"
    marks = {"anthropic": "signed:Step 0", "openai": "encrypted:Step 0", "openai_compatible": "Step 0"}
    assert [marks[provider] in json.dumps(body) for body in fake.requests] == [False, True, True]
