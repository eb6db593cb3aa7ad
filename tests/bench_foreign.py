"""The quickstart over each protocol through servers that nobody here wrote: see `tests/fakes/foreign_servers.py`."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

from tests.fakes.foreign_servers import KEY, SERVERS, ForeignServer, executable, foreign_server
from tests.fakes.foreign_template import write_foreign_template
from tests.fakes.recorded_researcher import RecordedResearcher, Recording
from tests.fakes.served import KEY_VARIABLE, PROVIDERS
from tests.scenarios.conftest import play
from tests.scenarios.deliverables import differences


async def foreign(folder: Path) -> str:
    """The lines for `make bench`: each server that the environment names, over each protocol, plain and streamed."""
    names = [name for name in SERVERS if executable(name)]
    if not names:
        return "foreign servers: the environment names none"
    template = write_foreign_template(folder / "descent")
    recorded = play(template, folder / "recorded")
    lines = ["the quickstart through foreign servers"]
    for name in names:
        (place := folder / name).mkdir()
        with foreign_server(name, place) as server:
            for provider, stream in itertools.product(PROVIDERS, (False, True)):
                lines.append(f"  {name:<8} {_quickstart(server, provider, stream, template, recorded, place)}")
                print(lines[-1], flush=True)
    return "\n".join(lines)


def _quickstart(server: ForeignServer, provider: str, stream: bool, template: Path, recorded: Path, place: Path) -> str:
    case = f"{provider}, {'streamed' if stream else 'plain'}"
    server.upstream.brain = researcher = RecordedResearcher(Recording(recorded))
    before, began = len(server.upstream.requests), time.monotonic()
    models = server.models(place / "models.yaml", provider, stream)
    run = play(template, place / case, "--models", models, environment={KEY_VARIABLE: KEY})
    seconds, asked = time.monotonic() - began, len(server.upstream.requests) - before
    faults = len(researcher.missing) + len(differences(recorded, run))
    return f"{case:<28} {seconds:5.0f} s, {asked} requests, {faults or 'no'} differences from the recorded run"
