"""A wrong key, and an account without credit, pause a run that then goes on to what it would have been without them;
and in all that it leaves behind, no key is to be found."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.fakes.recorded_researcher import RecordedResearcher, Recording
from tests.fakes.served import KEY_VARIABLE, write_models
from tests.scenarios.conftest import ROOT, command_line
from tests.scenarios.deliverables import differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
RIGHT = "Hq3vT8kLw5Zr9bYx2NcM7fJd4GsP6aEu"
WRONG = "Vw8sR2mKc6Xp4hTn9BqL3zFj7DyG5eUa"
PLANTED = {
    "OPENAI_API_KEY": "sk-proj-b7Rk2Wm9Xv4Lq8Zt", "ANTHROPIC_API_KEY": "sk-ant-api03-n5Jc8Hf3Ds7Gp",
    "S2_API_KEY": "u4Ye9Ti6Oa1Sd3Fg8Hj2", "OPENALEX_API_KEY": "m8Nb5Vc2Xz7Lk4Jh1Gf6", "HF_TOKEN": "hf_r6Tg3Ed9Ws2Qa7Yh",
}  # fmt: skip
SHOWN = 12
"""So much of a key would tell too much of it."""


class Telling(OpenAIServer):
    """Says in its refusals which key it was sent, whole and as servers like to shorten it."""

    def error(self, fault: str, text: str) -> Any:
        sent = self.headers[-1].get("authorization", "")
        return super().error(fault, f"{text}: {sent}, that is {sent[7 : 7 + SHOWN]}********{sent[-SHOWN:]}")


@dataclass(frozen=True)
class Left:
    """What a run has left behind: its folder, and what its commands printed, with their exit codes."""

    run: Path
    codes: list[int]
    printed: list[str]


@pytest.fixture(scope="module")
def left(template: Path, undisturbed: Path, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Launched with a wrong key; taken up with the right one; out of credit on the way; taken up again."""
    folder = tmp_path_factory.mktemp("keys")
    no_credit = itertools.chain([None] * 40, ["429 no credit"])
    with Telling(RecordedResearcher(Recording(undisturbed)), no_credit, RIGHT) as server:
        models = write_models(folder / "models.yaml", "openai_compatible", server)
        launch = ("launch", "quickstart", "--template", template, "--sandbox", "bubblewrap", "--models", models)
        first = _command(WRONG, *launch, "--out", folder / "runs")
        run = next((folder / "runs").iterdir())
        done = [first, *(_command(RIGHT, "resume", run) for _ in range(2))]
    done += [_command(RIGHT, "transcript", run, "--tools"), _command(RIGHT, "cost", run)]
    return Left(run, [d.returncode for d in done], [d.stdout + d.stderr for d in done])


def _command(key: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **PLANTED, KEY_VARIABLE: key, "COLUMNS": "200"}
    return subprocess.run(
        command_line(*arguments), cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


def test_a_wrong_key_pauses_the_run_and_says_what_to_do(left: Left) -> None:
    assert left.codes[0] == 3 and "Traceback" not in left.printed[0]
    status, _, rest = left.printed[0].partition("paused: ")[2].partition("\n")
    assert "phd_student: openai_compatible fake-1: authentication failed" in status
    assert f"check the key in the environment variable {KEY_VARIABLE}, then resume the run" in status
    assert f"python run.py resume {left.run}" in rest


def test_no_credit_pauses_the_run_and_says_what_to_do(left: Left) -> None:
    assert left.codes[1] == 3 and "Traceback" not in left.printed[1]
    assert "out of credit" in left.printed[1].partition("paused: ")[2].partition("\n")[0]


def test_in_the_end_it_delivers_what_it_would_have_anyway(left: Left, undisturbed: Path) -> None:
    assert left.codes[2:] == [0, 0, 0], left.printed[2]
    assert not differences(undisturbed, left.run)


def test_no_key_is_in_anything_written(left: Left) -> None:
    """Nor a piece of one, nor in what the code in the sandbox saw of the environment."""
    pieces = {key[:SHOWN] for key in (RIGHT, WRONG, *PLANTED.values())} | {key[-SHOWN:] for key in (RIGHT, WRONG)}
    seen = "".join(path.read_text() for path in left.run.glob("ideas/*/logs/run_*.txt"))
    assert "'PATH': " in seen, "the experiment has printed its environment"
    found = [(piece, place) for place, data in _written(left) for piece in pieces if piece.encode() in data]
    assert not found


def _written(left: Left) -> Iterator[tuple[str, bytes]]:
    """Everything that the run has printed and left on disk, its repositories' packed objects included."""
    for number, text in enumerate(left.printed):
        yield f"command {number}", text.encode()
    for path in left.run.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    for repository in left.run.rglob(".git"):
        objects = ["git", "cat-file", "--batch", "--batch-all-objects", "--unordered"]
        done = subprocess.run(objects, env={**os.environ, "GIT_DIR": str(repository)}, capture_output=True, check=True)
        yield str(repository), done.stdout
