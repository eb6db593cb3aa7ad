"""Try many cases in several processes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.evidence_bench.case import Case, Judged
from tools.evidence_bench.subject import Subject
from tools.evidence_bench.trial import CaseTrial
from tools.latex import compile_paper as compile_latex
from tools.sandbox import open_sandbox


@dataclass(frozen=True)
class BenchRun:
    """The answers of the gate to the cases of one paper."""

    subject: str
    judged: tuple[Judged, ...]
    unchanged: tuple[str, ...]
    """Errors that the gate finds in the paper without any case."""
    seconds: float


class _Worker:
    """The trial of a worker process."""

    trial: CaseTrial


def try_cases(
    subject: Subject,
    cases: Sequence[Case],
    *,
    jobs: int = 2,
    together: int = 1,
    compile_paper: Callable[[Path], None] | None = None,
    done: Callable[[int], None] = lambda count: None,
) -> BenchRun:
    """Run the gate on the paper with the cases.

    Args:
        together: at most so many cases of a section share a gate; 1 tries each alone. Cases that edit files or replace the
            title are always alone.
        jobs: processes; 1 uses this one.
        compile_paper: makes the PDF of a folder; without it the checks that need one are left out.
        done: called with the number of finished cases.
    """
    start = time.monotonic()
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory(prefix="colloquium-bench-") as scratch:
        first = CaseTrial(subject, Path(scratch) / "first", compile_paper=compile_paper)
        unchanged = tuple(str(finding) for finding in first.unchanged if finding.kind == "error")
        batches = _batches(cases, together)
        if jobs == 1:
            for batch in batches:
                judged += _judge(batch, first)
                done(len(judged))
        else:
            with ProcessPoolExecutor(jobs, initializer=_open, initargs=(subject, scratch, compile_paper)) as pool:
                for results in pool.map(_judge, batches):
                    judged += results
                    done(len(judged))
    order = {case: place for place, case in enumerate(cases)}
    judged.sort(key=lambda answer: order[answer.case])
    return BenchRun(subject.name, tuple(judged), unchanged, time.monotonic() - start)


def _open(subject: Subject, scratch: str, compile_paper: Callable[[Path], None] | None) -> None:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    _Worker.trial = CaseTrial(subject, folder, compile_paper=compile_paper)


def _judge(batch: Sequence[Case], trial: CaseTrial | None = None) -> list[Judged]:
    trial = trial or _Worker.trial
    return [trial.judge(batch[0])] if len(batch) == 1 else trial.judge_together(batch)


def _batches(cases: Sequence[Case], together: int) -> list[list[Case]]:
    """Return the cases in lists that can share a gate."""
    batches: list[list[Case]] = []
    shared: dict[str, list[Case]] = {}
    for case in cases:
        if together == 1 or case.draft.edits or case.draft.section == "title":
            batches.append([case])
        else:
            shared.setdefault(case.draft.section, []).append(case)
    for found in shared.values():
        batches += [found[start : start + together] for start in range(0, len(found), together)]
    return batches


def compile_case(folder: Path) -> None:
    """Compile paper.tex of a folder in a sandbox. A failed compilation leaves no PDF."""
    asyncio.run(_compile(folder))


async def _compile(folder: Path) -> None:
    result = await compile_latex(folder, await open_sandbox("auto"))
    if not result.ok:
        (folder / "paper.pdf").unlink(missing_ok=True)
