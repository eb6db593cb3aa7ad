"""History compaction: what a model is sent of a long conversation.

The beginning of a prompt stays unchanged for as long as possible, because providers cache unchanged prefixes. So old tool
output is not shortened a little with every call but in large steps. A result that is requested again soon after leaves at
once, because little has to be sent again for it.

What is kept elsewhere leaves sooner, at the end of the turn if not before: the text of a section or file that a call wrote,
and results with a short form. Sections leave at once when all that were read or written together have been written anew,
searches when their records have been cited. The arguments of a refused call stay, because they are what has to be mended.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Annotated, Any

from pydantic import Field

from agents.autogen import (
    AssistantMessage,
    ChatCompletionContext,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    UserMessage,
)
from agents.models.arguments import read_arguments
from tools.errors import ToolError
from tools.tokens import CHARACTERS_PER_TOKEN
from tools.toolsets.tool import Tool

READ_AGAIN = "read_again"
_STORED = {
    "write_section": (("latex",), "read_section"),
    "edit_section": (("old", "new"), "read_section"),
    "write_file": (("content",), "read_file"),
    "edit_file": (("search", "replace", "old", "new"), "read_file"),
}
"""Tool -> the arguments that it stores, and the tool that shows them as they are now."""
_STORED_FROM = 150
"""Characters from which a stored argument is left out."""
_KEPT_ELSEWHERE = "[{:,} characters, stored; {} shows the present text]"
_WRITERS = ("write_section", "edit_section")
_CITE = "add_citation"
_SEARCH = "search_literature"
_MADE_AGAIN = "[{:,} characters omitted: the same call was repeated later]"
_CUT = "[{:,} more characters omitted]"
_CUT_RESULT = f"[{{:,}} more characters omitted; {READ_AGAIN}(result={{}}) shows all of it]"
_PLACEHOLDER = re.compile(
    r"\[[\d,]+ characters, stored; \w+ shows the present text\]"
    r"|\[(?:and )?[\d,]+ (?:more )?characters omitted(?:\]|[:;][^\]]*\])"
)


def placeholder_in(text: str) -> str:
    """Return a note of this module that a text contains, because a model took it for a text; empty if there is none."""
    found = _PLACEHOLDER.search(text)
    return found[0] if found else ""


@dataclass(frozen=True)
class HistoryCompaction:
    """How much of the tool output is sent, in characters and in calls.

    The newest `whole` characters, and up to `step` more, are sent in full. Of older results only the first `head` characters
    are sent, and before the newest `headed` calls (up to twice as many) only a count. Of what is kept elsewhere, the newest
    `recent` characters of the current turn are sent in full, and up to `recent` more: less is not worth a new beginning.
    """

    whole: int = 16_000
    step: int = 8_000
    head: int = 300
    headed: int = 10
    recent: int = 12_000
    free: int = 20_000
    """While all calls and results are no longer than this, what is kept elsewhere is sent too."""

    @classmethod
    def of(cls, context_tokens: int) -> HistoryCompaction:
        """Return the settings for a context window: old tool output takes a third of it at most."""
        most = int(context_tokens * CHARACTERS_PER_TOKEN / 3)
        whole = min(cls.whole, most * 2 // 3)
        return cls(whole=whole, step=whole // 2, recent=min(cls.recent, whole // 2))

    def shorten(self, messages: Sequence[LLMMessage], briefs: Mapping[str, str] = {}) -> list[LLMMessage]:
        """Return the conversation as it is sent. Calls and their results are shortened or removed only together.

        Args:
            briefs: call id -> the short form of its result.
        """
        complete = _rounds(messages)
        short = [self._without_stored(item, briefs) for item in complete]
        old = _passed([item.characters for item in short], self.whole, self.step)
        used = _used(complete)
        saved = [item.characters - brief.characters for item, brief in zip(complete, short, strict=True)]
        recent = max(_passed(saved, self.recent, self.recent), _earlier_turns(messages, complete))
        if sum(item.characters for item in complete) <= self.free:
            recent, used = 0, set()
        rounds = [
            whole if number >= recent and number not in used else brief
            for number, (whole, brief) in enumerate(zip(complete, short, strict=True))
        ]
        dropped = max(0, old - self.headed) // self.headed * self.headed
        repeated = _made_again(rounds[:old])
        sent = list[LLMMessage | None](messages)
        for item in rounds:
            sent[item.at : item.at + 2] = item.calls, item.results
        for item in rounds[:old]:
            sent[item.at] = self._shortened_calls(item.calls)
            sent[item.at + 1] = self._shortened_results(item.results, item.first, repeated)
        superseded = self._superseded(rounds)
        for item in rounds[old:]:
            if not superseded.isdisjoint(result.call_id for result in item.results.content):
                sent[item.at + 1] = _without(item.results, superseded)
        for item in rounds[:dropped]:
            sent[item.at] = sent[item.at + 1] = None
        if dropped:
            sent[rounds[0].at] = _left_out(rounds[:dropped])
        if old < len(rounds) and recent < len(rounds):
            newest = complete[-1]
            sent[newest.at : newest.at + 2] = newest.calls, newest.results
        return [message for message in sent if message is not None]

    def _without_stored(self, item: _Round, briefs: Mapping[str, str]) -> _Round:
        """Return the round without what is kept elsewhere."""
        failed = {result.call_id for result in item.results.content if result.is_error}
        calls = [call if call.id in failed else self._without_stored_arguments(call) for call in item.made]
        results = [
            self._brief(result, number, briefs.get(result.call_id, ""))
            for number, result in enumerate(item.results.content, start=item.first)
        ]
        return replace(
            item,
            calls=item.calls.model_copy(update={"content": calls}),
            results=item.results.model_copy(update={"content": results}),
        )

    def _brief(self, result: FunctionExecutionResult, number: int, brief: str) -> FunctionExecutionResult:
        tells_more = brief.endswith("]")  # a note that names the tool which shows the present state
        short = brief if tells_more else f"{brief}\n[{READ_AGAIN}(result={number}) shows all of it]"
        return result.model_copy(update={"content": short}) if brief and len(short) < len(result.content) else result

    def _without_stored_arguments(self, call: FunctionCall) -> FunctionCall:
        arguments, reader = _STORED.get(call.name, ((), ""))
        try:
            given = read_arguments(call.arguments) if arguments else {}
        except ValueError:
            return call
        stored = {
            name: _KEPT_ELSEWHERE.format(len(given[name]), reader)
            for name in arguments
            if isinstance(given.get(name), str) and len(given[name]) >= _STORED_FROM
        }
        return replace(call, arguments=json.dumps(given | stored, ensure_ascii=False)) if stored else call

    def _superseded(self, rounds: Sequence[_Round]) -> set[str]:
        """Return the ids of calls whose long results are removed at once because the same call was repeated soon after.

        If more has followed than the result is long, removing it would cost more cached tokens than it saves.
        """
        found: set[str] = set()
        before: dict[tuple[str, str], tuple[FunctionExecutionResult, int]] = {}
        seen = 0
        for item in rounds:
            began, seen = seen, seen + item.characters
            results = {result.call_id: result for result in item.results.content}
            for call in item.made:
                earlier, ended = before.get((call.name, call.arguments), (None, 0))
                if (later := results.get(call.id)) is None:
                    continue
                if earlier and _says_again(later, earlier):
                    size = len(earlier.content)
                    if size > 3 * self.head and began - ended <= size:
                        found.add(earlier.call_id)
                before[call.name, call.arguments] = (later, seen)
        return found

    def _shortened_results(
        self, message: FunctionExecutionResultMessage, first: int, repeated: set[str]
    ) -> FunctionExecutionResultMessage:
        results = []
        for number, result in enumerate(message.content, start=first):
            text = result.content
            if result.call_id in repeated and len(text) > self.head // 3:
                text = _MADE_AGAIN.format(len(text))
            elif len(text) > 2 * self.head:
                text = f"{text[: self.head]}\n{_CUT_RESULT.format(len(text) - self.head, number)}"
            results.append(result.model_copy(update={"content": text}))
        return message.model_copy(update={"content": results})

    def _shortened_calls(self, message: AssistantMessage) -> AssistantMessage:
        calls = [self._shortened_call(call) for call in message.content if isinstance(call, FunctionCall)]
        return message.model_copy(update={"content": calls})

    def _shortened_call(self, call: FunctionCall) -> FunctionCall:
        if len(call.arguments) <= 4 * self.head:
            return call
        try:
            given = read_arguments(call.arguments)
        except ValueError:
            return call
        short = {name: self._shortened_argument(value) for name, value in given.items()}
        return replace(call, arguments=json.dumps(short, ensure_ascii=False))

    def _shortened_argument(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > 2 * self.head:
            return f"{value[: self.head]} {_CUT.format(len(value) - self.head)}"
        return value


class ResultRecall:
    """The tool with which a model reads again what its prompt no longer shows."""

    def __init__(self, context: ChatCompletionContext) -> None:
        self._context = context

    def tool(self) -> Tool:
        return Tool.of(self.read_again)

    async def read_again(
        self, result: Annotated[int, Field(ge=1, description="the number in the note that replaced the result")]
    ) -> str:
        """Show the whole of an earlier tool result that was shortened in this conversation."""
        results = [
            item
            for message in await self._context.get_messages()
            if isinstance(message, FunctionExecutionResultMessage)
            for item in message.content
        ]
        if result > len(results):
            raise ToolError(f"no result {result}; there were {len(results)} results before this call")
        return str(results[result - 1].content)


@dataclass(frozen=True)
class _Round:
    """A message with tool calls at index `at`, and the next message with their results.

    `first` is the number of the first result among all results of the conversation.
    """

    at: int
    first: int
    calls: AssistantMessage
    results: FunctionExecutionResultMessage

    @property
    def characters(self) -> int:
        return len(str(self.calls.content)) + sum(len(result.content) for result in self.results.content)

    @property
    def made(self) -> list[FunctionCall]:
        return [call for call in self.calls.content if isinstance(call, FunctionCall)]

    def texts(self, tools: Mapping[str, str | None]) -> set[str]:
        """Return what successful calls of these tools worked on: the tool's own text, or a section if it has none."""
        failed = {result.call_id for result in self.results.content if result.is_error}
        found = set[str]()
        for call in self.made:
            if call.name in tools and call.id not in failed:
                with suppress(ValueError):
                    found.add(tools[call.name] or str(read_arguments(call.arguments).get("section", "")))
        return found


def _rounds(messages: Sequence[LLMMessage]) -> list[_Round]:
    found, first = [], 1
    for at, (calls, results) in enumerate(pairwise(messages)):
        if isinstance(calls, AssistantMessage) and isinstance(results, FunctionExecutionResultMessage):
            found.append(_Round(at, first, calls, results))
            first += len(results.content)
    return found


def _passed(characters: Sequence[int], whole: int, step: int) -> int:
    """Return how many rounds, from the first, came before the newest `whole` characters, counted in steps."""
    seen = list(accumulate(characters))
    total = seen[-1] if seen else 0
    return bisect_right(seen, max(0, total - whole) // step * step)


def _earlier_turns(messages: Sequence[LLMMessage], rounds: Sequence[_Round]) -> int:
    """Return how many rounds belong to earlier turns: after them, somebody spoke."""
    ends = {item.at + 2 for item in rounds}
    spoken = [at for at, message in enumerate(messages) if at in ends and not _makes_calls(message)]
    return sum(item.at < spoken[-1] for item in rounds) if spoken else 0


def _makes_calls(message: LLMMessage) -> bool:
    return isinstance(message, AssistantMessage) and not isinstance(message.content, str)


def _used(rounds: Sequence[_Round]) -> set[int]:
    """Return the rounds that read or wrote only what has been used soon after: sections that were all written again, and
    searches followed by citations.

    If more has followed than the round is long, removing its texts would cost more cached tokens than it saves.
    """
    found, unused = set[int](), dict[int, tuple[set[str], int]]()
    seen = 0
    for number, item in enumerate(rounds):
        used = item.texts({_CITE: _SEARCH} | dict.fromkeys(_WRITERS))
        for earlier, (texts, ended) in list(unused.items()):
            texts -= used
            if not texts:
                del unused[earlier]
                if seen - ended <= rounds[earlier].characters:
                    found.add(earlier)
        seen += item.characters
        texts = item.texts({_SEARCH: _SEARCH} | dict.fromkeys((*_WRITERS, "read_section")))
        if texts:
            unused[number] = texts, seen
    return found


def _made_again(rounds: Sequence[_Round]) -> set[str]:
    """Return the ids of calls that were repeated later with the same arguments, and whose results the later ones replace."""
    results = {result.call_id: result for item in rounds for result in item.results.content}
    made = [(call, results[call.id]) for item in rounds for call in item.made if call.id in results]
    last = {(call.name, call.arguments): result for call, result in made}
    return {
        call.id
        for call, result in made
        if last[call.name, call.arguments] is not result and _says_again(last[call.name, call.arguments], result)
    }


def _says_again(later: FunctionExecutionResult, earlier: FunctionExecutionResult) -> bool:
    """Return whether a result of the same call replaces the earlier one. A repeated search refers back to what the first one
    found, and an error does not tell what was read before."""
    return later.name != _SEARCH and bool(earlier.is_error or not later.is_error)


def _without(message: FunctionExecutionResultMessage, superseded: set[str]) -> FunctionExecutionResultMessage:
    results = [
        result.model_copy(update={"content": _MADE_AGAIN.format(len(result.content))})
        if result.call_id in superseded
        else result
        for result in message.content
    ]
    return message.model_copy(update={"content": results})


def _left_out(rounds: Sequence[_Round]) -> UserMessage:
    calls = Counter(call.name for item in rounds for call in item.made)
    counted = ", ".join(f"{name} {count} times" if count > 1 else name for name, count in sorted(calls.items()))
    return UserMessage(
        content=f"[{calls.total()} of your tool calls and their results are omitted: {counted}. "
        f"{READ_AGAIN}(result=1) shows the first, and so on.]",
        source="lab",
    )
