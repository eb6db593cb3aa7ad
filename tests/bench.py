"""`make bench`: what the framework costs, measured side by side in one process.

Prints the overhead of a turn against bare autogen, the cost of a turn's journal record at turn 100 and at turn 5,000, the
prompt tokens of a scripted scenario, the quickstart through foreign servers, how often simulated studies claim a difference,
five reviewers on a slow model beside one, what each sandbox costs, how fast the templates train, the viewer over 100,000
records, and the seconds of the demo by phase.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from autogen_agentchat.conditions import MaxMessageTermination  # noqa: E402
from autogen_agentchat.teams import RoundRobinGroupChat  # noqa: E402
from bench_conversation import conversation  # noqa: E402
from bench_foreign import foreign  # noqa: E402
from bench_null_studies import null_studies  # noqa: E402
from bench_panel import reviewers  # noqa: E402
from bench_prompts import prompts  # noqa: E402
from bench_sandbox import sandboxes  # noqa: E402
from bench_templates import templates  # noqa: E402
from bench_viewer import viewer  # noqa: E402
from rich.console import Console  # noqa: E402

from agents.autogen import AssistantAgent, CreateResult, RequestUsage  # noqa: E402
from agents.autogen.private import run_chat  # noqa: E402
from agents.conversation.conversation import Conversation  # noqa: E402
from agents.conversation.policies import Participants, build_policy  # noqa: E402
from agents.image_store import HARNESS  # noqa: E402
from agents.journal import Journal  # noqa: E402
from agents.models.base import BaseClient, model_info  # noqa: E402
from agents.models.protocol_common import Request  # noqa: E402
from agents.run_context import RunContext  # noqa: E402
from scenarios.launch import launch  # noqa: E402
from scenarios.scenario import find_scenario, load_scenario  # noqa: E402
from scenarios.views.progress import Progress  # noqa: E402
from tests.fakes.conversation import scripted_factory  # noqa: E402

TURNS = 40
REPEATS = 5
NAMES = ("one", "two")


class Echo(BaseClient):
    """Answers at once, so that only the framework is measured."""

    def __init__(self) -> None:
        super().__init__(model_info())

    async def answer(self, request: Request) -> CreateResult:
        return CreateResult(finish_reason="stop", content="yes", usage=RequestUsage(1, 1), cached=False)


async def bare() -> None:
    agents = [AssistantAgent(name, model_client=Echo(), system_message="Answer.") for name in NAMES]
    await RoundRobinGroupChat(list(agents), termination_condition=MaxMessageTermination(TURNS + 1)).run(task="Go on.")


async def durable(folder: Path) -> None:
    run_context = RunContext(Journal(folder / f"{time.monotonic_ns()}.jsonl"))
    participants = Participants(NAMES)
    conversation = Conversation(participants, build_policy(["round"], participants), "nothing", TURNS, run_context)
    factory = scripted_factory(run_context, {name: Echo() for name in NAMES})
    agents = [factory.participant(name, "bench", [], None, conversation) for name in NAMES]
    await run_chat(conversation, agents, "Go on.", source=HARNESS)


async def seconds_a_turn(play: Callable[[], Awaitable[None]]) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await play()
        times.append((time.perf_counter() - began) / TURNS)
    return statistics.median(times)


def journal_cost(folder: Path) -> tuple[float, float]:
    """Median seconds to write one record around turn 100 and around turn 5,000."""
    journal = Journal(folder / "long.jsonl")
    times = []
    for turn in range(5100):
        began = time.perf_counter()
        journal.put(f"phase/agent/{turn}", "turn", {"text": "word " * 200})
        times.append(time.perf_counter() - began)
    return statistics.median(times[50:150]), statistics.median(times[4950:5050])


async def turns(folder: Path) -> str:
    plain = await seconds_a_turn(bare)
    ours = await seconds_a_turn(lambda: durable(folder))
    return (
        f"a turn: bare autogen {plain * 1e3:.2f} ms, with journal and policies {ours * 1e3:.2f} ms, "
        f"ratio {ours / plain:.2f}"
    )


async def records(folder: Path) -> str:
    early, late = journal_cost(folder)
    return f"a journal record: turn 100 {early * 1e3:.3f} ms, turn 5,000 {late * 1e3:.3f} ms, ratio {late / early:.2f}"


async def speeds(folder: Path) -> str:
    return templates(folder)


async def demo(folder: Path) -> str:
    class Phases(Progress):
        """Also remembers when each phase began."""

        def phase_started(self, idea_run: str, phase: str, note: str = "") -> None:
            starts.append((phase, time.monotonic()))

    starts: list[tuple[str, float]] = []
    with (folder / "log").open("w") as log:
        await launch(
            load_scenario(find_scenario("quickstart"), {"baseline": "fresh"}), folder, Phases(Console(file=log))
        )
    starts.append(("", time.monotonic()))
    lines = [f"  {phase:<12} {ended - began:7.1f}" for (phase, began), (_, ended) in itertools.pairwise(starts)]
    return "\n".join(["seconds of the demo by phase", *lines])


PARTS = {
    "turn": turns,
    "journal": records,
    "prompts": prompts,
    "conversation": conversation,
    "foreign": foreign,
    "statistics": null_studies,
    "panel": reviewers,
    "sandbox": sandboxes,
    "templates": speeds,
    "viewer": viewer,
    "demo": demo,
}


async def main(wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            (place := Path(folder) / name).mkdir()
            print(await PARTS[name](place))


def parts(arguments: list[str] | None = None) -> list[str]:
    """Return the parts that the command line names; all of them by default."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"measure these: {', '.join(PARTS)}")
    parser.add_argument("--no-demo", action="store_true", help="leave the demo out")
    given = parser.parse_args(arguments)
    return [name for name in given.only or PARTS if not (name == "demo" and given.no_demo)]


if __name__ == "__main__":
    asyncio.run(main(parts()))
