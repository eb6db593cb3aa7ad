"""Kill runs and batches with SIGKILL at random and at chosen moments; each must resume to the same deliverables.

`python tests/bench_kills.py --runs 150 --batches 50 --chosen` prints what was found as JSON. It takes about an hour on two
cores.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template  # noqa: E402
from tests.scenarios.deliverables import deliverables  # noqa: E402

KILLS_PER_RUN = 15
CHOSEN = [
    *((f"git-{name}", number) for name in ("add", "commit") for number in (1, 3, 6)), ("git-reset", 1), ("git-clean", 1),
    ("git-tag", 1), ("git-tag", 2), ("git-init", 1), ("git-restore", 1),
    ("before-fsync", 2), ("before-fsync", 30), ("after-fsync", 9), ("after-fsync", 60),
    ("before-rename", 2), ("before-rename", 12), ("after-rename", 5), ("after-rename", 20),
]  # fmt: skip
"""Twenty moments, each with the number of its occurrence."""
WRAPPER = ROOT / "tests" / "fakes" / "killed_at.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=150)
    parser.add_argument("--batches", type=int, default=50)
    parser.add_argument("--chosen", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        bench = Bench(Path(name), draw)
        found: dict[str, Any] = {}
        found["chosen"] = bench.chosen_kills() if arguments.chosen else {}
        found["runs"] = bench.random_kills(arguments.runs, "runs", bench.launch)
        found["batches"] = bench.random_kills(arguments.batches, "batches", bench.batch)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return int(any(part.get("failures") for part in found.values()))


class Bench:
    """Holds a template, and an undisturbed run and batch with which the killed ones are compared."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self._folder, self._draw = folder, draw
        self._template = write_foreign_template(folder / "templates" / "descent", EXPERIMENT)
        self._expected: dict[str, dict[str, Any]] = {}

    def launch(self, place: Path) -> list[str]:
        """Return the arguments that start a run in a folder of runs, or resume the one that is there."""
        begun = next(place.glob("*/scenario.yaml"), None)
        if begun:
            return ["resume", str(begun.parent)]
        options = ["--template", str(self._template), "--sandbox", "bubblewrap", "--out", str(place)]
        return ["launch", "quickstart", *options]

    def batch(self, place: Path) -> list[str]:
        """Return the arguments that start or resume a batch."""
        scenario = place.with_suffix(".yaml")
        scenario.write_text(
            f"template: {self._template}\nsandbox: bubblewrap\nrun_quota: {{runs: 2}}\nideas: 2\n"
            "phases: [ideation, novelty, experiments]\n",
            encoding="utf-8",
        )
        return ["batch", str(scenario), "--out", str(place)]

    def random_kills(self, count: int, name: str, arguments: Any) -> dict[str, Any]:
        """Kill as often as asked, over as many runs as that takes."""
        kills = rounds = 0
        failures: list[str] = []
        while kills < count:
            place = self._folder / f"{name}_{rounds}"
            rounds += 1
            for _ in range(min(KILLS_PER_RUN, count - kills)):
                if self._killed(arguments(place), place):
                    kills += 1
                else:
                    break
            failures += self._finish(arguments(place), place, name, arguments)
            sys.stderr.write(f"{name}: {kills} kills in {rounds}, {len(failures)} failures\n")
        return {"kills": kills, "finished": rounds, "failures": failures}

    def chosen_kills(self) -> dict[str, Any]:
        """Kill at each chosen moment, in a run of its own."""
        failures: list[str] = []
        killed = 0
        for moment, number in CHOSEN:
            place = self._folder / f"chosen_{moment}_{number}"
            done = self._run(self.launch(place), wrapper=[str(WRAPPER), moment, str(number)])
            killed += done.returncode == -9
            failures += [
                f"{moment} {number}: {text}" for text in self._finish(self.launch(place), place, "runs", self.launch)
            ]
            sys.stderr.write(f"{moment} {number}: ended with {done.returncode}, {len(failures)} failures\n")
        return {"moments": len(CHOSEN), "killed": killed, "failures": failures}

    def _killed(self, arguments: list[str], place: Path) -> bool:
        """Start, kill at a random moment, and return whether it was still running then."""
        before = records(place)
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py"), *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wanted, deadline = self._draw.randint(1, 14), time.monotonic() + 90
        while process.poll() is None and time.monotonic() < deadline and records(place) < before + wanted:
            time.sleep(0.01)
        time.sleep(self._draw.random() * 0.4)
        running = process.poll() is None
        process.kill()
        process.wait()
        return running

    def _finish(self, arguments: list[str], place: Path, name: str, begin: Any) -> list[str]:
        """Resume without a kill, and return what is wrong with the result."""
        if name not in self._expected:
            whole = self._folder / f"{name}_undisturbed"
            done = self._run(begin(whole))
            assert done.returncode == 0, done.stdout
            self._expected[name] = delivered(whole)
        done = self._run(arguments)
        if done.returncode:
            return [f"exit code {done.returncode}: {done.stdout[-400:]}"]
        got, expected = delivered(place), self._expected[name]
        return [key for key in sorted(expected.keys() | got.keys()) if expected.get(key) != got.get(key)]

    def _run(self, arguments: list[str], wrapper: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *(wrapper or [str(ROOT / "run.py")]), *arguments]
        return subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )


def records(place: Path) -> int:
    """Return the number of whole lines in all journals below a folder."""
    paths = [path for depth in ("*", "*/*", "*/*/*") for path in place.glob(f"{depth}/journal.jsonl")]
    return sum(path.read_bytes().count(b"\n") for path in paths if path.exists())


def delivered(place: Path) -> dict[str, Any]:
    """Return the deliverables of all runs below a folder, but for the numbers of compiled versions."""
    runs = [path.parent for path in sorted(place.rglob("scenario.yaml")) if (path.parent / "ideas").is_dir()]
    found = {name: value for run in runs for name, value in deliverables(run).items()}
    return {name: value for name, value in found.items() if not name.endswith("versions")}


if __name__ == "__main__":
    sys.exit(main())
