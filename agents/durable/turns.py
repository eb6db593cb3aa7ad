"""Durable turns: an agent whose finished turns come from the journal."""

from __future__ import annotations

import time
import traceback
from collections.abc import AsyncGenerator, Collection, Sequence
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
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallSummaryMessage,
)
from agents.conversation.conversation import Conversation
from agents.conversation.policies import Turn
from agents.durable.turn_state import TurnState
from agents.image_store import HARNESS
from agents.models.errors import ModelError
from agents.models.protocol_common import words_beside_calls
from agents.prompts import render
from agents.run_context import RunContext, Stopped
from tools.review import INDEPENDENT_STAGES

_MESSAGE: TypeAdapter[LLMMessage] = TypeAdapter(LLMMessage)


class DurableAgent(BaseChatAgent):
    """One participant of a chat. It takes a finished turn from the journal; an unfinished one resumes.

    Args:
        is_dispensable: the run goes on without the participant if its model fails for good.
        submit_tools: names of its tools that submit something.
        role: its role, if its prompts begin like those of others; it reads it after the task.

    A turn ends as soon as the conversation's deliverable is submitted, because what was said beside the call is heard and
    who must accept it is shown all of it, or returned, because the reasons say it all; while reviewers work alone, with any
    submission. It does not end if a call beside it failed or a submit tool was not used yet.
    """

    def __init__(
        self,
        inner: AssistantAgent,
        turn_state: TurnState,
        phase_key: str,
        run_context: RunContext,
        conversation: Conversation,
        *,
        is_dispensable: bool = False,
        submit_tools: Collection[str] = (),
        role: str = "",
    ) -> None:
        super().__init__(inner.name, inner.description)
        self._inner, self._turn_state, self._run_context = inner, turn_state, run_context
        self._conversation, self._phase_key = conversation, phase_key
        self._is_dispensable, self._submit_tools = is_dispensable, frozenset(submit_tools)
        self._turns, self._role = 0, role
        self._received: set[Turn] = set()
        self._missed = ""
        """Why the last turn had no answer; empty if it had one."""

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        await self._inner.on_reset(cancellation_token)
        self._turns, self._missed = 0, ""
        self._received.clear()

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        async for item in self.on_messages_stream(messages, cancellation_token):
            if isinstance(item, Response):
                return item
        raise AssertionError("a turn always ends with a response")

    async def on_messages_stream(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> AsyncGenerator[BaseAgentEvent | BaseChatMessage | Response, None]:
        self._turns += 1
        key = f"{self._phase_key}/{self.name}/{self._turns}"
        incoming = self._incoming(messages)
        if record := self._run_context.journal.get(key):
            data = record.data
            for message in data["context"]:
                await self._inner.model_context.add_message(_MESSAGE.validate_python(message))
            self._run_context.observer.turn_ended(self.name, data["text"], replayed=True)
        else:
            data = await self._take_turn(key, incoming, cancellation_token)
        self._missed = data.get("missed", "")
        self._conversation.add(
            Turn(
                speaker=self.name,
                text=data["text"],
                submitted=frozenset(data["submitted"]),
                accepted=frozenset(data["accepted"]),
                returned=frozenset(data.get("returned", [])),
                answered=not self._missed,
            )
        )
        yield Response(chat_message=TextMessage(content=data["text"], source=self.name))

    async def _take_turn(
        self, key: str, incoming: list[BaseChatMessage], cancellation_token: CancellationToken
    ) -> dict[str, Any]:
        run_context, turn_state, model_context = self._run_context, self._turn_state, self._inner.model_context
        turn_state.begin(key)
        run_context.observer.turn_started(self.name)
        began = time.monotonic()
        before = len(await model_context.get_messages())
        if self._missed:
            reason = self._missed.partition(";")[0]  # what follows is advice for the person who runs the study
            incoming.append(TextMessage(content=render("unanswered", reason=reason), source=HARNESS))
            self._missed = ""
        text = await self._speak(incoming, cancellation_token)
        # Others hear words, not the arguments of calls.
        text = "\n\n".join([*(message for message in turn_state.messages if message not in text), text])
        data = {
            "speaker": self.name,
            "text": text,
            "submitted": turn_state.statuses("submitted", "accepted"),
            "accepted": turn_state.statuses("accepted"),
            "returned": turn_state.statuses("returned"),
            "missed": self._missed,
            "context": [
                message.model_dump(mode="json", serialize_as_any=True)
                for message in (await model_context.get_messages())[before:]
            ],
        }
        if not run_context.stopping and self._record(key, data, time.monotonic() - began):
            run_context.observer.turn_ended(self.name, text, replayed=False)
        return data

    def _incoming(self, messages: Sequence[BaseChatMessage]) -> list[BaseChatMessage]:
        """Return the task (once), the audible turns not received yet, and the turn's instructions."""
        context = self._conversation.turn_context(self.name)
        incoming = list(messages[:1]) if self._turns == 1 else []
        if incoming and self._role:
            incoming.append(TextMessage(content=self._role, source=HARNESS))
        new = [turn for turn in context.audible if turn not in self._received]
        self._received.update(new)
        incoming += [TextMessage(content=turn.text, source=turn.speaker) for turn in new]
        if context.prompt:
            incoming.append(TextMessage(content=context.prompt, source=HARNESS))
        return incoming

    def _record(self, key: str, data: dict[str, Any], seconds: float) -> bool:
        try:
            self._run_context.journal.put(key, "turn", data, seconds)
        except OSError as error:
            self._run_context.stop(f"the journal cannot be written: {error}")
            return False
        return True

    async def _speak(self, messages: Sequence[BaseChatMessage], token: CancellationToken) -> str:
        """Return the text of the turn. In case of a stop or a failed model it is the reason, never made-up content."""
        try:
            words = ""
            async with aclosing(self._inner.on_messages_stream(messages, token)) as stream:
                async for item in stream:
                    if isinstance(item, ThoughtEvent):
                        words = words_beside_calls(item.content)
                    if isinstance(item, ToolCallExecutionEvent):
                        if self._is_finished(item):
                            return "\n\n".join(filter(None, [words, self._turn_state.submission_text]))
                        if self._turn_state.stuck:
                            return self._turn_state.stuck
                        words = ""
                    if isinstance(item, Response):
                        if isinstance(item.chat_message, ToolCallSummaryMessage):
                            return self._text_after_last_call()
                        return item.chat_message.to_text().strip() or "(no words)"
        except Stopped as stopped:
            return f"({stopped})"
        except OSError as error:
            self._run_context.stop(f"the journal cannot be written: {error}")
            return f"({self._run_context.stop_reason})"
        except ModelError as error:
            if error.permanent and not self._is_dispensable:
                self._run_context.stop(f"{self.name}: {error}")
            self._missed = str(error)
            return f"(no answer: {error})"
        except Exception as error:  # autogen waits forever for a parallel turn that raised
            self._run_context.observer.note(traceback.format_exc())
            self._run_context.stop(f"{self.name}: {type(error).__name__}: {error}")
            return f"({self._run_context.stop_reason})"
        raise AssertionError("the agent ended its turn without a response")

    def _is_finished(self, done: ToolCallExecutionEvent) -> bool:
        """True if these calls leave nothing to do in this turn."""
        if any(result.is_error for result in done.content):
            return False
        deliverable, submitted = self._conversation.deliverable, self._turn_state.statuses("submitted", "accepted")
        if deliverable in self._turn_state.statuses("returned"):
            return True
        works_alone = self._conversation.stage in INDEPENDENT_STAGES
        return (deliverable in submitted or (works_alone and bool(submitted))) and (
            self._submit_tools <= self._turn_state.tools_used
        )

    def _text_after_last_call(self) -> str:
        """Return the text of a turn that ended with its last tool call."""
        if self._turn_state.statuses("submitted", "accepted"):
            return self._turn_state.submission_text
        return "(I used all the tool calls of one turn; I go on in my next turn.)"
