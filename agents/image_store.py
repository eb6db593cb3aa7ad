"""Images for models with vision: stored in the run folder, and named in the text of tool results and turn prompts.

An image is named by its content, so a resumed conversation shows the same images.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from PIL import Image as PilImage

from agents.autogen import FunctionExecutionResultMessage, Image, LLMMessage, UserMessage
from tools.atomic import write_bytes

HARNESS = "lab"
"""Source of the messages that no participant wrote. Model calls in journals depend on this name."""
_MARK = re.compile(r"\[image ([0-9a-f]{16})\]")
_SHOWN = 6
"""This many images are shown, and up to twice as many: older ones leave together, because providers cache only what
stays unchanged."""


class ImageStore:
    """The images of one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, image: bytes) -> str:
        """Store a PNG image and return the mark that names it."""
        name = hashlib.sha256(image).hexdigest()[:16]
        path = self._folder / f"{name}.png"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            write_bytes(path, image)
        return f"[image {name}]"

    def show(self, messages: Sequence[LLMMessage]) -> list[LLMMessage]:
        """Return the conversation with the newest images that it names, each once: after the message that names it first
        while it is in view."""
        announced: list[tuple[int, str]] = []
        for at, message in enumerate(messages):
            for name in self._named(message):
                if name not in [seen for _, seen in announced[_gone(len(announced)) :]]:
                    announced.append((at, name))
        visible = defaultdict[int, list[str]](list)
        for at, name in announced[_gone(len(announced)) :]:
            visible[at].append(name)
        shown: list[LLMMessage] = []
        for at, message in enumerate(messages):
            shown.append(message)
            if at in visible:
                parts: list[str | Image] = []
                for name in visible[at]:
                    parts += [f"[image {name}]", Image(PilImage.open(self._folder / f"{name}.png", formats=["PNG"]))]
                shown.append(UserMessage(content=parts, source=HARNESS))
        return shown

    def _named(self, message: LLMMessage) -> list[str]:
        if isinstance(message, FunctionExecutionResultMessage):
            texts = [result.content for result in message.content]
        elif isinstance(message, UserMessage) and message.source == HARNESS and isinstance(message.content, str):
            texts = [message.content]
        else:
            return []
        names = [name for text in texts for name in _MARK.findall(text)]
        return [name for name in names if (self._folder / f"{name}.png").is_file()]


def _gone(count: int) -> int:
    """Return how many of so many images are no longer shown."""
    return max(0, count - _SHOWN) // _SHOWN * _SHOWN
