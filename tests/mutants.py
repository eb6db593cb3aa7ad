"""Small mutants of important lines, each of which the quick tests must kill. Run with `make mutants`.

Every mutant changes one line in a copy of the project and runs the tests of that part. A mutant that survives means that
nothing notices the change, so a test is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Mutant:
    """`old` occurs exactly once in `file`; `tests` are run with `new` in its place."""

    what: str
    file: str
    old: str
    new: str
    tests: str


MUTANTS = (
    Mutant(
        "a foreign folder is deleted by a launch with its name",
        "scenarios/launch.py",
        "if (folder / INCOMPLETE).is_file() and not folder.is_symlink():",
        "if folder.exists():",
        "tests/scenarios/test_bad_input.py",
    ),
    Mutant(
        "a run name may be a path",
        "tools/atomic.py",
        'not {"/", "\\\\", "\\0"} & set(name)',
        "True",
        "tests/scenarios/test_bad_input.py",
    ),
    Mutant(
        "a reviewer may have the name of a reserved file",
        "scenarios/participants.py",
        "if participant in RESERVED_NAMES:",
        "if participant in ():",
        "tests/scenarios/test_reviewing.py",
    ),
    Mutant(
        "retry-after does not hold the other calls of an endpoint",
        "agents/models/limits.py",
        "self._next_request = max(self._next_request, self._clock() + seconds)",
        "pass",
        "tests/agents/models",
    ),
    Mutant(
        "history compaction drops calls without a trace",
        "agents/history_compaction.py",
        "sent[rounds[0].at] = _left_out(rounds[:dropped])",
        "pass",
        "tests/agents/test_history_compaction.py",
    ),
    Mutant(
        "history compaction drops one call too many",
        "agents/history_compaction.py",
        "for item in rounds[:dropped]:",
        "for item in rounds[: dropped + 1]:",
        "tests/agents/test_history_compaction.py",
    ),
    Mutant(
        "a torn line at the end of the journal is kept",
        "agents/journal.py",
        "self._file.truncate(position)",
        "pass",
        "tests/agents/test_journal.py",
    ),
    Mutant(
        "reserved dollars of calls in flight do not count",
        "agents/budget.py",
        "dollars, tokens = dollars + self.reserved_dollars, tokens + self.reserved_tokens",
        "pass",
        "tests/agents/test_budget.py",
    ),
    Mutant(
        "better and worse are exchanged",
        "tools/evidence/ledger.py",
        '"better" if (difference < 0) == (result.metric.goal == "min") else "worse"',
        '"worse" if (difference < 0) == (result.metric.goal == "min") else "better"',
        "tests/tools/evidence/test_ledger.py",
    ),
    Mutant(
        "the gate passes whatever its checks find",
        "tools/gate/report.py",
        'return "withheld" if any(',
        'return "pass" if any(',
        "tests/tools/gate/test_gate.py",
    ),
    Mutant(
        "an interval of the mean uses the wrong degrees of freedom",
        "tools/evidence/statistics.py",
        "half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * error",
        "half = float(stats.t.ppf((1 + LEVEL) / 2, len(values))) * error",
        "tests/tools/evidence/test_statistics.py",
    ),
    Mutant(
        "the evaluation's files are not restored",
        "tools/experiments/integrity.py",
        "shutil.copyfile(context.template.folder / name, target)",
        "pass",
        "tests/tools/experiments/test_run_quota.py",
    ),
    Mutant(
        "the quota of attempts is ignored",
        "tools/toolsets/experiments.py",
        'if any(row.status == "completed" for row in rows) or len(rows) >= run_quota.attempts:',
        'if any(row.status == "completed" for row in rows):',
        "tests/tools/experiments/test_run_quota.py",
    ),
    Mutant(
        "reviewers read each other's reviews while they work alone",
        "tools/toolsets/reviews.py",
        "if independent := stage in INDEPENDENT_STAGES:",
        "if independent := False:",
        "tests/tools/review/test_reviews.py",
    ),
    Mutant(
        "reviewers hear each other while they work alone",
        "agents/conversation/conversation.py",
        "if self.stage in INDEPENDENT_STAGES",
        "if False",
        "tests/agents/test_panel_policies.py",
    ),
    Mutant(
        "a plug-in may take the name of a built-in tool",
        "scenarios/plugins.py",
        "& set(toolset.names)",
        "& set()",
        "tests/scenarios/test_plugins.py",
    ),
)


def main() -> int:
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copy = Path(name) / "project"
        files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )
        for file in filter(None, files):
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, copy / file)
        for mutant in MUTANTS:
            path = copy / mutant.file
            source = path.read_text(encoding="utf-8")
            if source.count(mutant.old) != 1:
                print(f"stale     {mutant.what}: {mutant.file} holds its line {source.count(mutant.old)} times")
                survivors.append(mutant)
                continue
            path.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
            command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow and not docker", mutant.tests]
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
            path.write_text(source, encoding="utf-8")
            killed = done.returncode == 1
            print(f"{'killed' if killed else 'SURVIVED':<9} {mutant.what}", flush=True)
            if not killed:
                survivors.append(mutant)
    print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} mutants killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
