"""The seam of turns."""

from __future__ import annotations

import time
import traceback
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from typing import Any

from pydantic import TypeAdapter

from agents.autogen import (
    AssistantAgent,
    BaseAgentEvent,
    BaseChatAgent,
    BaseChatMessage,
    CancellationToken,
    LLMMessage,
    Response,
    TextMessage,
    ToolCallExecutionEvent,
    ToolCallSummaryMessage,
)
from agents.conversation.conversation import TurnPrompt
from agents.durable.turn_state import TurnState
from agents.models.errors import ModelError
from agents.prompts import render
from agents.run_context import RunContext, Stopped

_MESSAGE: TypeAdapter[LLMMessage] = TypeAdapter(LLMMessage)


class DurableAgent(BaseChatAgent):
    """One seat of a chat. A finished turn is taken from the journal; an unfinished one runs on. `cue` is asked before each
    turn. Where a dispensable seat's model fails for good, the others go on without it. A turn in which the `deliverable` was
    accepted ends there: the phase is over with it, and nobody would hear more words. Not so where a call failed beside it,
    or one of the seat's `submits`, the tools that hand something in, was not used yet."""

    def __init__(
        self,
        inner: AssistantAgent,
        scope: TurnState,
        phase_key: str,
        run_context: RunContext,
        round_of: Callable[[], int],
        turn_prompt: Callable[[], TurnPrompt] = TurnPrompt,
        dispensable: bool = False,
        deliverable: str = "",
        submits: Collection[str] = (),
    ) -> None:
        super().__init__(inner.name, inner.description)
        self._inner, self._scope, self._run_context, self._round_of = inner, scope, run_context, round_of
        self._phase_key, self._turns = phase_key, 0
        self._turn_prompt, self._dispensable = turn_prompt, dispensable
        self._deliverable, self._submits = deliverable, frozenset(submits)
        self._withheld: list[BaseChatMessage] = []
        """What others said while the seat was to work alone."""
        self._missed = ""
        """Why the last turn had no answer; empty when it had one."""

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        await self._inner.on_reset(cancellation_token)
        self._turns, self._missed = 0, ""

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        async for item in self.on_messages_stream(messages, cancellation_token):
            if isinstance(item, Response):
                return item
        raise AssertionError("a turn always ends with a response")

    async def on_messages_stream(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> AsyncGenerator[BaseAgentEvent | BaseChatMessage | Response, None]:
        run_context, scope = self._run_context, self._scope
        self._turns += 1
        key = f"{self._phase_key}/{self.name}/{self._turns}"
        round_number = self._round_of()
        heard = self._hear(messages)
        if record := run_context.journal.get(key):
            for message in record.data["context"]:
                await self._inner.model_context.add_message(_MESSAGE.validate_python(message))
            run_context.observer.turn_ended(self.name, record.data["text"], replayed=True)
            self._missed = record.data.get("missed", "")
            yield self._response(record.data, round_number)
            return
        scope.begin(key)
        run_context.observer.turn_started(self.name)
        began = time.monotonic()
        before = len(await self._inner.model_context.get_messages())
        if self._missed:
            heard.append(TextMessage(content=render("unanswered", reason=self._missed), source="lab"))
            self._missed = ""
        text = await self._speak(heard, cancellation_token)
        seconds = time.monotonic() - began
        context = (await self._inner.model_context.get_messages())[before:]
        data = {
            "speaker": self.name,
            "text": text,
            "submitted": scope.statuses("submitted", "accepted"),
            "accepted": scope.statuses("accepted"),
            "missed": self._missed,
            "context": [message.model_dump(mode="json", serialize_as_any=True) for message in context],
        }
        if not run_context.stopping and self._record(key, data, seconds):
            run_context.observer.turn_ended(self.name, text, replayed=False)
        yield self._response(data, round_number)

    def _hear(self, messages: Sequence[BaseChatMessage]) -> list[BaseChatMessage]:
        """What the seat is told now: what the others said, unless it works alone, and its cue."""
        turn_prompt = self._turn_prompt()
        said = [message for message in messages if message.metadata]
        opening = [message for message in messages if not message.metadata]
        if turn_prompt.alone:
            self._withheld += said
            said = []
        else:
            said, self._withheld = [*self._withheld, *said], []
        heard = _in_round_order([*opening, *said])
        return [*heard, TextMessage(content=turn_prompt.text, source="lab")] if turn_prompt.text else heard

    def _record(self, key: str, data: dict[str, Any], seconds: float) -> bool:
        try:
            self._run_context.journal.put(key, "turn", data, seconds)
        except OSError as error:
            self._run_context.stop(f"the journal cannot be written: {error}")
            return False
        return True

    async def _speak(self, messages: Sequence[BaseChatMessage], token: CancellationToken) -> str:
        """What the seat says. A stop or a failure of its model is said in its place, never made up for."""
        try:
            async with aclosing(self._inner.on_messages_stream(messages, token)) as stream:
                async for item in stream:
                    if isinstance(item, ToolCallExecutionEvent) and self._is_through(item):
                        return self._scope.handed_in
                    if isinstance(item, Response):
                        if isinstance(item.chat_message, ToolCallSummaryMessage):
                            return self._without_words()
                        return item.chat_message.to_text().strip() or "(no words)"
        except Stopped as stopped:
            return f"({stopped})"
        except OSError as error:
            self._run_context.stop(f"the journal cannot be written: {error}")
            return f"({self._run_context.stop_reason})"
        except ModelError as error:
            if error.permanent and not self._dispensable:
                self._run_context.stop(f"{self.name}: {error}")
            self._missed = str(error)
            return f"(no answer: {error})"
        except Exception as error:  # autogen would wait for ever for a parallel turn that raised
            self._run_context.observer.note(traceback.format_exc())
            self._run_context.stop(f"{self.name}: {type(error).__name__}: {error}")
            return f"({self._run_context.stop_reason})"
        raise AssertionError("the agent ended its turn without a response")

    def _is_through(self, done: ToolCallExecutionEvent) -> bool:
        """Whether nothing is left to be done in this turn after these calls."""
        accepted = self._deliverable in self._scope.statuses("accepted")
        used = {call.partition(":")[0] for call in self._scope.tool_calls}
        return accepted and self._submits <= used and not any(result.is_error for result in done.content)

    def _without_words(self) -> str:
        """What a turn says that ended with its last tool call."""
        if self._scope.statuses("submitted", "accepted"):
            return self._scope.handed_in
        return "(I used all the tool calls of one turn; I go on in my next turn.)"

    def _response(self, data: dict[str, Any], round_number: int) -> Response:
        metadata = {
            "round": str(round_number),
            "submitted": ",".join(data["submitted"]),
            "accepted": ",".join(data["accepted"]),
            "answered": "no" if data.get("missed") else "yes",
        }
        return Response(chat_message=TextMessage(content=data["text"], source=self.name, metadata=metadata))


def _in_round_order(messages: Sequence[BaseChatMessage]) -> list[BaseChatMessage]:
    """Those who spoke in parallel are heard in the order of their names, whoever was done first."""
    return sorted(messages, key=lambda m: (int(m.metadata.get("round", -1)), m.source if m.metadata else ""))
