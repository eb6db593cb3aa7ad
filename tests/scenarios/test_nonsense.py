"""Models that talk nonsense end a run without a released paper, without a crash, within its budget, and it says why.

The nonsense begins with each of the phases in turn, so that it meets the tools of all of them.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from agents.journal import read_journal
from scenarios.views.progress import Progress
from scenarios.views.transcript import EntryFilter, entries, render
from tests.fakes.nonsense import Nonsense
from tests.fakes.served import KEY_VARIABLE, PROVIDERS, serve, write_models
from tests.fakes.taken_over import take_over
from tools.sandbox import Sandbox, open_sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SEEDS = 50
TOKENS = 80_000
BEFORE_THE_GATE = ["ideation", "novelty", "experiments", "figures", "writeup"]
AFTER_IT = ["panel", "revision"]


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return asyncio.run(open_sandbox("bubblewrap"))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A key; and no authorities to load for each client, since no server here speaks TLS."""
    monkeypatch.setenv(KEY_VARIABLE, "k")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


async def nonsense(seed: int, phase: str, run: Path, folder: Path, sandbox: Sandbox) -> dict[str, object]:
    """Let nonsense take over a copy of the run at a phase; answers the summary."""
    screen = io.StringIO()
    with serve(PROVIDERS[seed % len(PROVIDERS)], Nonsense(seed)) as server, Progress(Console(file=screen)) as progress:
        models = write_models(
            folder / "models.yaml", PROVIDERS[seed % len(PROVIDERS)], server, max_output_tokens=20_000
        )
        changes = {"models": str(models), "budget.tokens": TOKENS, "run_quota.runs": 2, "run_quota.attempts": 2}
        end = await take_over(run, phase, folder / "run", sandbox, progress, changes)
    assert "Traceback" not in screen.getvalue(), screen.getvalue()
    for format in ("text", "markdown", "json"):
        assert render(entries(folder / "run", EntryFilter(tools=True)), format).encode()  # type: ignore[arg-type]
    summary: dict[str, object] = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["status"], summary["reason"]) == (end.status, end.reason)
    assert int(str(summary["tokens"])) <= TOKENS
    return summary


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_nothing_is_released(seed: int, undisturbed: Path, tmp_path: Path, sandbox: Sandbox) -> None:
    phase = BEFORE_THE_GATE[seed % len(BEFORE_THE_GATE)]
    summary = await nonsense(seed, phase, undisturbed, tmp_path, sandbox)
    (idea,) = summary["ideas"]  # type: ignore[misc]
    assert idea["gate"] in ("", "withheld")
    paused = summary["status"] == "paused" and re.match("budget of the run: .* tokens used", str(summary["reason"]))
    assert paused or (summary["status"] == "finished" and (idea["ended_early"] or idea["gate"] == "withheld"))


@pytest.mark.parametrize("seed", range(SEEDS, SEEDS + 4))
async def test_a_verdict_is_about_the_paper_that_lies_there(
    seed: int, undisturbed: Path, tmp_path: Path, sandbox: Sandbox
) -> None:
    """Also where nonsense reviews and revises what was released before."""
    await nonsense(seed, AFTER_IT[seed % len(AFTER_IT)], undisturbed, tmp_path, sandbox)
    root = next((tmp_path / "run" / "ideas").iterdir())
    assert not ((root / "gate.json").exists() and _compiled_since_the_gate(tmp_path / "run"))


def _compiled_since_the_gate(run: Path) -> bool:
    compiled = False
    for record in read_journal(run / "journal.jsonl"):
        if record.type == "tool" and record.data["tool"] in ("compile_paper", "submit_paper"):
            compiled = compiled or not record.data["failed"]
        elif re.search(r"/gate(:\d+)?/before$", record.key):
            compiled = False
    return compiled
