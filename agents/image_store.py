"""Images for models with vision: stored in the run folder, and named in the text of tool results and turn prompts.

An image is named by its content, so a resumed conversation shows the same images.
"""

from __future__ import annotations

import hashlib
import re
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
        """Return the conversation with the newest images that its tool results name, each after its result."""
        named = [name for message in messages for name in self._named(message)]
        gone = max(0, len(named) - _SHOWN) // _SHOWN * _SHOWN
        shown: list[LLMMessage] = []
        for message in messages:
            shown.append(message)
            images = self._named(message)
            visible = images[gone:] if gone < len(images) else []
            gone = max(0, gone - len(images))
            if visible:
                parts: list[str | Image] = []
                for name in visible:
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
