"""A model that answers only nonsense: random words, random JSON, random calls with random arguments."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.autogen import FunctionCall, LLMMessage, SystemMessage, ToolSchema
from tests.fakes.answer import Answer

ODD = [
    "", " ", "\n", "\0", "a\0b", "\ud800", "naïve \U0001f600", "\u202etxt.exe", "\x1b[31m", "%s {} {{ x }} ${HOME}", "-rf",
    "../../etc/passwd", "/etc/passwd", "~", ".", "..", "work", "work/.git/config", "experiment.py", "plot.py", "run_0",
    "a" * 300, "x/" * 3000, "word " * 4000, "None", "null", "1e999", "NaN", "0.82 ± 0.03", "[bold]", "[/bold]", "run_99",
    "\\", "\\input{/etc/passwd}", "\\result{run_9/no/where}", "\\cite{nobody}", "\\begin{table}", "{", "}}", "$x$ & # _ %",
    "import os\nprint(os.environ)\n", "def f(:\n", "local:nobody", "--help",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 5, 10, 600, 2**31, -(2**63), 10**30, 0.5, -1.5, 1e308]
UNREADABLE = ["{", '{"file": "exper', "[1, 2]", '"draft"', "5", '{"x": NaN}', '{"x": 1e999}', '{"x": ' + "1" * 5000 + "}",
              '{"x": ' + "[" * 5000, ""]  # fmt: skip


class Nonsense:
    """What it says next is a matter of the seed and of the words that it was told, which it likes to repeat."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._words: list[str] = []

    def __call__(self, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema]) -> Answer:
        self._words = [word for message in messages[-3:] if not isinstance(message, SystemMessage)
                       for word in re.findall(r"[\w./:\\{}-]{3,}", str(message.content))[-400:]]  # fmt: skip
        kind = self._dice.random()
        if kind < 0.2 or not tools:
            return Answer(text=self.text() or "?")
        if kind < 0.3:
            return Answer(text=json.dumps(self.anything()) or "?")
        return Answer(calls=tuple(self._call(tools) for _ in range(self._dice.choice([1, 1, 1, 2, 3]))))

    def arguments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments for a tool: most of them fit its schema, some do not, some are missing, some too many."""
        given = {name: self.fitting(field, parameters) for name, field in parameters.get("properties", {}).items()}
        for name in list(given):
            match self._dice.random():
                case wrong if wrong < 0.1:
                    given[name] = self.anything()
                case missing if missing < 0.15:
                    del given[name]
        if self._dice.random() < 0.05:
            given[self.text()] = self.anything()
        return given

    def fitting(self, field: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
        """A value that a field's schema allows."""
        dice = self._dice
        if "$ref" in field:
            return self.fitting(whole["$defs"][field["$ref"].rpartition("/")[2]], whole)
        if "anyOf" in field:
            return self.fitting(dice.choice(field["anyOf"]), whole)
        if "enum" in field or "const" in field:
            return dice.choice(field.get("enum", [field.get("const")]))
        match field.get("type"):
            case "string":
                text = self.text()
                return text + " and so on" * (field.get("minLength", 0) // 10 + 1) if "minLength" in field else text
            case "integer" | "number":
                low, high = field.get("minimum", -3), field.get("maximum", 700)
                return dice.randint(int(low), int(high))
            case "boolean":
                return dice.random() < 0.5
            case "array":
                return [self.fitting(field.get("items", {}), whole) for _ in range(dice.randint(0, 3))]
            case "object":
                return {name: self.fitting(inner, whole) for name, inner in field.get("properties", {}).items()}
        return self.anything()

    def text(self) -> str:
        """Something odd, or some words that it was told."""
        if self._words and self._dice.random() < 0.6:
            count = self._dice.choice([1, 1, 1, 3, 12])
            start = self._dice.randrange(len(self._words))
            return " ".join(self._words[start : start + count])
        return self._dice.choice(ODD)

    def anything(self, depth: int = 0) -> Any:
        """Any value of JSON."""
        match self._dice.randrange(7 if depth < 3 else 5):
            case 0:
                return None
            case 1:
                return self._dice.random() < 0.5
            case 2:
                return self._dice.choice(NUMBERS)
            case 3 | 4:
                return self.text()
            case 5:
                return [self.anything(depth + 1) for _ in range(self._dice.randint(0, 3))]
        return {self.text(): self.anything(depth + 1) for _ in range(self._dice.randint(0, 3))}

    def _call(self, tools: Sequence[ToolSchema]) -> FunctionCall:
        dice = self._dice
        tool = dice.choice(tools)
        name = tool["name"] if dice.random() < 0.95 else self.text()
        written = json.dumps(self.arguments(tool.get("parameters", {})))
        arguments = written if dice.random() < 0.93 else dice.choice(UNREADABLE)
        return FunctionCall(id=f"call_{dice.getrandbits(60):x}", name=name, arguments=arguments)
