"""A mind for a panel: it reviews with scores of its own, reflects, and changes its scores after a rebuttal."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from agents.autogen import AssistantMessage, FunctionCall, FunctionExecutionResultMessage, LLMMessage, ToolSchema
from tests.fakes.answer import Answer

PLAIN = "plain"
"""The name of whoever is told none, as a one-prompt control is."""
_NAME = re.compile(r"Your name in this chat is (\w+)\.")


@dataclass
class Panellist:
    """`overall` is what each seat gives first, by its name; `moves` what a rebuttal adds to it. `settles` says after how
    many reflections a seat is done. `quote` is what each review quotes of the paper."""

    overall: dict[str, int]
    moves: int = 0
    settles: int = 1
    quote: str = "five seeds"
    heard: dict[str, list[str]] = field(default_factory=dict)
    """What was new before each answer, by seat."""

    def __call__(self, messages: list[LLMMessage], tools: list[ToolSchema]) -> Answer:
        opening = itertools.takewhile(lambda m: not isinstance(m, AssistantMessage), messages)
        named = _NAME.search("\n".join(str(m.content) for m in opening))
        name = named[1] if named else PLAIN
        last = str(messages[-1].content)
        new = itertools.takewhile(lambda m: not isinstance(m, AssistantMessage), reversed(messages))
        self.heard.setdefault(name, []).append("\n".join(str(m.content) for m in reversed(list(new))))
        asked = {tool["name"]: tool for tool in tools}
        calls = [
            c for m in messages if isinstance(m, AssistantMessage) and isinstance(m.content, list) for c in m.content
        ]
        own = [call for call in calls if call.name == "submit_review"]
        if isinstance(messages[-1], FunctionExecutionResultMessage) and " submitted" in last:
            return Answer(text=f"{name} has handed it in.")
        if name == "area_chair" or ("submit_meta_review" in asked and "submit_review" not in asked):
            return self._decide(asked["submit_meta_review"], last)
        if "submit_review" not in asked:
            return _call("submit_rebuttal", answers="We trained with five seeds since five are enough here.")
        if not own:
            return self._review(asked["submit_review"], self.overall[name], "first thoughts")
        if "Check your own review once more" in last:
            reflected = sum("Check your own review once more" in text for text in self.heard[name])
            if reflected > self.settles:
                return Answer(text="I am done")
            return self._review(asked["submit_review"], self.overall[name], f"thoughts after {reflected} reflections")
        if "answered the reviews with a rebuttal" in last:
            return self._review(asked["submit_review"], self.overall[name] + self.moves, "after the rebuttal")
        return Answer(text=f"{name} still holds that it needs more seeds.")

    def _review(self, tool: ToolSchema, overall: int, summary: str) -> Answer:
        values: dict[str, Any] = {}
        for key, schema in tool["parameters"]["properties"].items():  # type: ignore[typeddict-item]
            low = schema.get("minimum", min(schema.get("enum", [0]), default=0))
            values[key] = {"string": f"Of «{self.quote}», {summary}.", "array": [f"It says «{self.quote}»."],
                           "boolean": False, "integer": low}[schema.get("type", "integer")]  # fmt: skip
        values["overall"] = overall
        values["decision"] = "Accept" if overall >= 6 else "Reject"
        return _call("submit_review", **values)

    def _decide(self, tool: ToolSchema, last: str) -> Answer:
        other = "Reject" if "gives Reject" in last else "Accept"
        texts = dict.fromkeys(("summary", "discussion", "reasons"), "The reviewers have said what there is to say.")
        return _call("submit_meta_review", **texts, decision=other)


def _call(name: str, **arguments: Any) -> Answer:
    return Answer(calls=(FunctionCall(id=f"call_{name}_{hash(str(arguments)) % 10**8}", name=name,
                                      arguments=json.dumps(arguments)),))  # fmt: skip
