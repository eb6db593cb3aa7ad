"""Tools on the code and the output of earlier runs: compare, restore, read and search."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.errors import ToolError, nearest
from tools.evidence import RunRecord
from tools.experiments.execution import load_ledger, log_file
from tools.toolsets.base import Toolset
from tools.toolsets.tool import RunName

_DIFF_CHARACTERS = 20_000
_LOG_LINES = 200
_MATCHES = 40
_LINE_CHARACTERS = 400


class CodeHistoryTools(Toolset):
    """Compare and restore the code of runs, and read what they printed."""

    names = ("compare_code", "restore_code", "read_log")

    async def compare_code(
        self,
        run: Annotated[RunName, Field(description="a run like run_2")],
        against: Annotated[
            RunName, Field(description="the run whose code is the newer side; empty for the present code")
        ] = "",
    ) -> str:
        """Show what changed in the code from one run to another, or to the present code, as a unified diff."""
        commits = [self._record(name).commit for name in (run, against) if name]
        diff = await self._idea.workspace.diff_code(*commits)
        newer = against or "the present code"
        if not diff:
            return f"the code of {run} and {newer} is the same"
        cut = len(diff) - _DIFF_CHARACTERS
        return diff[:_DIFF_CHARACTERS] + (f"\n({cut} more characters; read the files instead)" if cut > 0 else "")

    async def restore_code(self, run: Annotated[RunName, Field(description="a run like run_2")]) -> str:
        """Set the code of the project back to that of a run. Results, plot.py and figures stay as they are."""
        record = self._record(run)
        await self._idea.workspace.save(f"before the code of {run} is restored")
        await self._idea.workspace.restore_code(record.commit, with_plots=False)
        return f"the project has the code of {run} again; edit it, then run it"

    async def read_log(
        self,
        run: Annotated[RunName, Field(description="a run like run_2")],
        attempt: Annotated[int, Field(ge=0, description="its attempt; 0 for the last one")] = 0,
        start_line: Annotated[int, Field(ge=0, description="first line to read, from 1; 0 for the end of the log")] = 0,
        search: Annotated[str, Field(description="show only the lines that contain this text, in any case")] = "",
    ) -> str:
        """Read what an attempt printed: 200 lines from start_line on, its end, or the lines that contain a text."""
        record = self._record(run, attempt)
        path = log_file(self._idea, record)
        if not path.is_file():
            raise ToolError(f"there is no log of {run}, attempt {record.attempt}")
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        head = f"{run}, attempt {record.attempt} ({record.status}), {len(lines)} lines"
        if search:
            found = [number for number, line in enumerate(lines, 1) if search.casefold() in line.casefold()]
            shown, more = found[:_MATCHES], len(found) - _MATCHES
            return "\n".join(
                [
                    f"{head}; {len(found)} of them contain {search!r}",
                    *(f"{number}: {lines[number - 1][:_LINE_CHARACTERS]}" for number in shown),
                    *([f"({more} more)"] if more > 0 else []),
                ]
            )
        first = start_line or max(1, len(lines) - _LOG_LINES + 1)
        part = lines[first - 1 : first - 1 + _LOG_LINES]
        numbered = (f"{number}: {line[:_LINE_CHARACTERS]}" for number, line in enumerate(part, first))
        rest = len(lines) - (first - 1 + len(part))
        more_lines = [f"({rest} more lines; continue with start_line={first + len(part)})"] if rest > 0 else []
        return "\n".join([head, *numbered, *more_lines])

    def _record(self, run: str, attempt: int = 0) -> RunRecord:
        """Return the row of a run's attempt, by default the completed or the last one."""
        rows = load_ledger(self._idea).rows
        found = [row for row in rows if row.name == run and attempt in (0, row.attempt)]
        if not found:
            known = {row.name if attempt == 0 else f"{row.name}, attempt {row.attempt}" for row in rows}
            asked = f"{run}, attempt {attempt}" if attempt else run
            raise ToolError(f"there is no {asked}; {nearest(asked, sorted(known))}")
        if not found[-1].commit:
            raise ToolError(f"{run} was measured elsewhere; its code and output are not known")
        return found[-1]
