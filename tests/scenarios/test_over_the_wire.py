"""The main job over each of the three protocols, on the real SDKs: a recorded run that is played again over the wire delivers
the same, no prompt lacks what the next act needs, and 20% of faulty replies change nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.journal import read_journal
from agents.models import usage_detail
from scenarios.views.transcript import EntryFilter, entries, render
from tests.fakes.faults import ENDING, LAPSES, PASSING
from tests.fakes.recorded_researcher import DealtFaults, RecordedResearcher, Recording
from tests.fakes.served import KEY_VARIABLE, PROVIDERS, serve, write_models
from tests.scenarios.conftest import play
from tests.scenarios.deliverables import differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
SHARE = 0.2
SEEDS = dict(zip(PROVIDERS, (7, 9, 26), strict=True))
"""Seeds that deal nearly two rounds of every kind of fault."""
IN_THE_TRANSCRIPT = {
    "429": "rate limited (429", "500": "overloaded (500", "529": "overloaded (529", "silence": "timed out",
    "html": "malformed", "malformed": "malformed", "empty": "malformed", "wrong types": "malformed",
    "refusal": "refused to answer", "cut text": "cut off after", "cut call": "cut off after",
    "unknown tool": "there is no tool 'run_the_experiment!'",
    "arguments that are no JSON": "its arguments are no JSON object",
    "arguments of wrong types": " was not called: ",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One run: over which protocol, in a stream or plain, with faults or without."""

    provider: str
    stream: bool
    faulty: bool

    @property
    def kinds(self) -> Sequence[str]:
        """The faults that there are; only what is streamed can break with an error in the stream."""
        inside = self.stream or self.provider == "openai"
        return [kind for kind in (*PASSING, *ENDING, *LAPSES) if inside or kind != "error in stream"]

    def __str__(self) -> str:
        return (
            f"{self.provider}, {'streamed' if self.stream else 'plain'}{f', {SHARE:.0%} faulty' if self.faulty else ''}"
        )


CLEAN = [Case("openai", True, False), Case("openai_compatible", False, False), Case("anthropic", True, False)]
FAULTY = [Case("openai", False, True), Case("openai_compatible", True, True), Case("anthropic", True, True)]


@dataclass(frozen=True)
class Played:
    run: Path
    injected: list[str]
    requests: int
    missing: list[str]


@pytest.fixture(scope="module")
def played(template: Path, undisturbed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Played]:
    """All runs, two at a time."""
    recording = Recording(undisturbed)
    folders = {case: tmp_path_factory.mktemp("wire") for case in (*FAULTY, *CLEAN)}
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda case: _play(case, recording, template, folders[case]), folders)
    return dict(zip(folders, runs, strict=True))


def _play(case: Case, recording: Recording, template: Path, folder: Path) -> Played:
    """In a faulty run, prompts are whole, and calls come one by one, so that there are enough for every kind of fault; in a
    clean one, the model's context is so small that prompts are shortened."""
    faults = DealtFaults(recording, case.kinds, SHARE, SEEDS[case.provider]) if case.faulty else ()
    researcher = RecordedResearcher(recording, at_once=not case.faulty)
    context = {} if case.faulty else {"context_tokens": 20_000, "max_output_tokens": 4_000}
    with serve(case.provider, researcher, faults, key="k") as server:
        models = write_models(
            folder / "models.yaml", case.provider, server, stream=case.stream, timeout_seconds=3, **context
        )
        run = play(template, folder / "runs", "--models", models, environment={KEY_VARIABLE: "k"})
        return Played(run, list(server.injected), len(server.requests), researcher.missing)


@pytest.mark.parametrize("case", [*CLEAN, *FAULTY], ids=str)
def test_the_deliverables_are_the_same(case: Case, played: dict[Case, Played], undisturbed: Path) -> None:
    assert not differences(undisturbed, played[case].run)


@pytest.mark.parametrize("case", [*CLEAN, *FAULTY], ids=str)
def test_everybody_says_the_same(case: Case, played: dict[Case, Played], undisturbed: Path) -> None:
    """So everybody has heard the same, from the same speakers."""
    assert _said(played[case].run) == _said(undisturbed)


@pytest.mark.parametrize("case", [*CLEAN, *FAULTY], ids=str)
def test_every_prompt_shows_what_the_next_act_needs(case: Case, played: dict[Case, Played]) -> None:
    assert played[case].missing == []


@pytest.mark.parametrize("case", FAULTY, ids=str)
def test_every_kind_of_fault_has_happened(case: Case, played: dict[Case, Played]) -> None:
    assert set(played[case].injected) == set(case.kinds)
    assert len(played[case].injected) > 0.12 * played[case].requests


@pytest.mark.parametrize("case", FAULTY, ids=str)
def test_every_fault_is_in_the_transcript(case: Case, played: dict[Case, Played]) -> None:
    shown = render(entries(played[case].run, EntryFilter(tools=True)), "text")
    assert {kind: text in shown for kind, text in IN_THE_TRANSCRIPT.items()} == dict.fromkeys(IN_THE_TRANSCRIPT, True)
    happened = Counter(played[case].injected)
    found = list(entries(played[case].run, EntryFilter(tools=True)))
    ended = [entry for entry in found if entry.kind == "fault"]
    passed = sum(entry.text.count("\n") for entry in found if entry.kind in ("fault", "retry"))
    assert len(ended) == sum(happened[kind] for kind in ENDING)
    assert passed >= sum(happened[kind] for kind in PASSING)


@pytest.mark.parametrize("case", FAULTY, ids=str)
def test_every_attempt_is_charged(case: Case, played: dict[Case, Played]) -> None:
    """Every request is an answer, or one of the failed attempts that a record tells of."""
    records = [
        record for record in read_journal(played[case].run / "journal.jsonl") if record.type in ("model", "fault")
    ]
    answered = [record for record in records if record.type == "model"]
    failed = sum(len(usage_detail(record.data["result"]).faults) for record in answered)
    failed += sum(1 + len(record.data["faults"]) for record in records if record.type == "fault")
    assert len(answered) + failed == played[case].requests


def _said(run: Path) -> list[tuple[str, str, str]]:
    """Phase, speaker and words of every turn that had an answer, those of one phase in the order of their speakers;
    without the seconds that something took. Words after a deliverable that was accepted close a phase: nobody hears them, and
    where their model fails they are not asked for again."""
    turns = [record for record in read_journal(run / "journal.jsonl") if record.type == "turn"]
    heard = [turn for turn in turns if not turn.data["missed"] and not turn.data["accepted"]]
    words = [(turn.key.split("/")[1], turn.data["speaker"], turn.data["text"]) for turn in heard]
    return sorted((phase, who, re.sub(r"in \d+\.\d s", "in a moment", text)) for phase, who, text in words)
