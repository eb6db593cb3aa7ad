"""Live progress in the terminal: phase, speaker, running tool, elapsed time and cost."""

from __future__ import annotations

import time

from rich.console import Console
from rich.markup import escape

from agents.observer import Observer

_WIDTH = 160


class Progress(Observer):
    """Prints one line per finished event; in a terminal, also a status line with what is running."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("") if console.is_terminal else None
        self._began = time.monotonic()
        self._dollars = 0.0
        self._now = ""
        self._submitted: dict[str, str] = {}
        """What the last tool of a speaker answered to a submission."""

    def __enter__(self) -> Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def phase_started(self, idea_run: str, phase: str, note: str = "") -> None:
        self._line(f"[bold]{phase}[/bold]  {escape(f'{idea_run} {note}')}")
        self._doing(phase)

    def phase_ended(self, idea_run: str, phase: str, reason: str) -> None:
        self._line(f"  [green]{phase} ended[/green]: {escape(reason)}")

    def turn_started(self, speaker: str) -> None:
        self._doing(f"{speaker} speaks")

    def turn_ended(self, speaker: str, text: str, replayed: bool) -> None:
        if not replayed and self._submitted.pop(speaker, None) == text:
            return  # a turn that ends with a submission repeats the tool's answer
        mark = " [dim](from the journal)[/dim]" if replayed else ""
        self._line(f"  [cyan]{escape(speaker)}[/cyan]{mark}: {_short(text)}")

    def model_called(self, speaker: str, model: str) -> None:
        if model == "human" and self._status:
            self._status.stop()
        self._doing(f"{speaker} asks {model}")

    def model_answered(self, speaker: str, dollars: float) -> None:
        self._dollars += dollars
        if self._status:
            self._status.start()

    def tool_started(self, speaker: str, tool: str, arguments: str) -> None:
        self._doing(f"{speaker} uses {tool}")

    def tool_progress(self, text: str) -> None:
        last = next((line for line in reversed(text.strip().splitlines()) if line.strip()), "")
        if last and self._status:
            self._status.update(f"{self._clock()} {escape(self._now)} [dim]{_short(last)}[/dim]")

    def milestone(self, text: str) -> None:
        self._line(f"  {_short(text)}")

    def tool_ended(self, speaker: str, tool: str, text: str, failed: bool) -> None:
        if failed:
            self._line(f"  [yellow]{speaker}: {tool} answered with an error[/yellow]: {_short(text)}")
        elif tool.startswith("submit"):
            self._submitted[speaker] = text
            self._line(f"  [cyan]{escape(speaker)}[/cyan]: {_short(text)}")
        elif tool in ("run_experiment", "run_plot", "compile_paper"):
            self._line(f"  [dim]{speaker}: {tool}: {_short(text)}[/dim]")

    def note(self, text: str) -> None:
        self._line(f"  [yellow]{escape(text.strip())}[/yellow]")

    def _line(self, text: str) -> None:
        self._console.print(f"[dim]{self._clock()}[/dim] {text}", highlight=False, soft_wrap=True)

    def _doing(self, text: str) -> None:
        self._now = text
        if self._status:
            self._status.update(f"{self._clock()} {escape(text)}")

    def _clock(self) -> str:
        seconds = int(time.monotonic() - self._began)
        cost = f" ${self._dollars:.2f}" if self._dollars else ""
        return f"{seconds // 60:02d}:{seconds % 60:02d}{cost}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return escape(line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…")
