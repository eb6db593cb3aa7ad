"""Tools on the files of the project: list, read, edit by search and replace, write."""

from __future__ import annotations

import ast
import difflib
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tools.atomic import write_text
from tools.errors import ToolError, nearest
from tools.evidence import RESULT_FOLDER
from tools.experiments.configuration import configuration_files
from tools.experiments.integrity import is_shadow
from tools.requirements import importable_names
from tools.sandbox.obeyed_files import is_importable, obeyed_by
from tools.toolsets.base import Toolset
from tools.toolsets.data import FilePart, ListedFiles
from tools.toolsets.tool import ToolAnswer

_MAX_LISTED = 400
_READ_LINES = 600
_READ_BYTES = 2_000_000
_LONG_FILE = 20
_PLACEHOLDER = re.compile(
    r"^[ \t]*(?:#|//)[ \t\[(<-]*(?:"
    r"(?:\.{3}|…)[ \t(]*(?:the[ \t]+)?(?:rest|remain\w*|existing|previous|original|other|same|code|unchanged)\b"
    r"|(?:the[ \t]+)?(?:rest|remainder)[ \t]+of[ \t]+(?:\w+[ \t]+){0,2}(?:code|file|script|program|function|class|module)\b"
    r"|(?:existing|previous|original|other|remaining)[ \t]+code\b[^\n]*(?:\.{3}|…|unchanged|here)"
    r")[^\n]*",
    re.MULTILINE | re.IGNORECASE,
)
"""A comment that stands for code which was left out."""


class FileTools(Toolset):
    """Work on the files in `work/`. Results of runs and protected files are read-only."""

    names = ("list_files", "read_file", "edit_file", "write_file")

    async def list_files(self) -> ToolAnswer:
        """List the files of the project with their sizes in bytes. Files marked (fixed) cannot be changed."""
        lines, work = [], self._idea.workspace.work
        for path in sorted(work.rglob("*")):
            name = path.relative_to(work).as_posix()
            if path.is_file() and not path.is_symlink() and "__pycache__" not in name:
                lines.append(f"{name} {path.stat().st_size}{' (fixed)' if self._why_fixed(name) else ''}")
        more = [f"({len(lines) - _MAX_LISTED} more files)"] if len(lines) > _MAX_LISTED else []
        configuration = tuple(path.relative_to(work).as_posix() for path in configuration_files(work))
        return ToolAnswer("\n".join([*lines[:_MAX_LISTED], *more]), data=ListedFiles(configuration=configuration))

    async def read_file(
        self,
        file: Annotated[str, Field(description="path relative to the project's folder")],
        start_line: Annotated[int, Field(description="first line to read, from 1", ge=1)] = 1,
    ) -> ToolAnswer:
        """Read up to 600 lines of a text file of the project, from start_line on."""
        lines = self._text(file).splitlines()
        part = lines[start_line - 1 : start_line - 1 + _READ_LINES]
        rest = len(lines) - (start_line - 1 + len(part))
        more = f"\n({rest} more lines; continue with start_line={start_line + len(part)})" if rest > 0 else ""
        text, next_line = "\n".join(part), start_line + len(part) if rest > 0 else None
        return ToolAnswer(text + more, data=FilePart(characters=len(text), next_line=next_line))

    async def edit_file(
        self,
        file: Annotated[str, Field(description="path relative to the project's folder")],
        search: Annotated[
            str, Field(description="the exact text to replace, unique in the file, with its indentation")
        ],
        replace: Annotated[str, Field(description="the replacement")],
    ) -> str:
        """Replace one piece of text in a file. The text must occur exactly once, and Python files must still parse."""
        self._refuse_fixed(file)
        text = self._text(file)
        if not search:
            raise ToolError("search is empty; give the exact text to replace, or use write_file for a new file")
        count = text.count(search)
        if count != 1:
            raise ToolError(_not_unique(file, text, search, count))
        if search == replace:
            raise ToolError(f"{file} was not changed: search and replace are the same text")
        line = text[: text.index(search)].count("\n") + 1
        self._write(file, text.replace(search, replace))
        return f"edited {file} at line {line}"

    async def write_file(
        self,
        file: Annotated[str, Field(description="path relative to the project's folder")],
        content: Annotated[str, Field(description="the complete content of the file")],
    ) -> str:
        """Create or overwrite a file. Python files must parse."""
        self._refuse_fixed(file)
        self._refuse_obeyed(file)
        path = self._idea.workspace.path(file)
        before = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        self._write(file, content)
        return f"wrote {file} ({len(content.splitlines())} lines){_shrunk(file, before, content)}"

    def _text(self, file: str) -> str:
        path = self._idea.workspace.path(file)
        if not path.is_file():
            work = self._idea.workspace.work
            known = [p.relative_to(work).as_posix() for p in work.rglob("*") if p.is_file()]
            raise ToolError(f"there is no file {file!r} in the project; {nearest(file, known)}")
        if path.stat().st_size > _READ_BYTES:
            raise ToolError(f"{file} has {path.stat().st_size} bytes, too large to read as text")
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ToolError(f"{file} is not a text file") from None

    def _write(self, file: str, content: str) -> None:
        path = self._idea.workspace.path(file)
        old = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if (placeholder := _PLACEHOLDER.search(content)) and placeholder[0] not in old:
            raise ToolError(
                f"{file} was not changed: {placeholder[0].strip()!r} stands for code, and a file is written exactly as "
                "given. Change a passage with edit_file, or give the whole file"
            )
        if path.suffix == ".py":
            try:
                ast.parse(content)
            except (SyntaxError, ValueError) as error:
                raise ToolError(
                    f"{file} was not changed: it would not parse ({_syntax_problem(error, content)})"
                ) from None
        if path.is_dir():
            raise ToolError(f"{file!r} is a folder")
        try:
            write_text(path, content)
        except UnicodeEncodeError:
            raise ToolError(f"{file} was not changed: its content has characters that are no text") from None
        except (NotADirectoryError, FileExistsError):
            raise ToolError(f"{file!r} would lie below a file; use another path") from None

    def _refuse_fixed(self, file: str) -> None:
        path = self._idea.workspace.path(file)
        if reason := self._why_fixed(path.resolve().relative_to(self._idea.workspace.work.resolve()).as_posix()):
            raise ToolError(f"{file} cannot be changed: {reason}")

    def _refuse_obeyed(self, file: str) -> None:
        """Refuse a new file that programs would obey, or that Python would import in place of another module."""
        path = self._idea.workspace.path(file).resolve()
        if path.exists():
            return
        name = path.relative_to(self._idea.workspace.work.resolve()).as_posix()
        if program := obeyed_by(name):
            raise ToolError(f"{file} was not written: {program} would obey it; use another name")
        module = Path(name).parts[0].partition(".")[0]
        if is_importable(name) and module in importable_names():
            raise ToolError(f"{file} was not written: it would be imported in place of {module}; use another name")

    def _why_fixed(self, name: str) -> str:
        first = Path(name).parts[0] if Path(name).parts else ""
        if name in self._idea.template.protected:
            return "it belongs to the evaluation, which is the same for every run"
        if module := is_shadow(name, self._idea.template.protected):
            return f"Python would import it in place of {module}, which belongs to the evaluation"
        if RESULT_FOLDER.fullmatch(first) and (name != first or (self._idea.workspace.work / first).is_dir()):
            return "it is the result of a run; only experiments write results"
        return ""


def _syntax_problem(error: SyntaxError | ValueError, content: str) -> str:
    """Return what is wrong, and the line as it would read: what was given may have lost or gained an indentation."""
    if not isinstance(error, SyntaxError) or not error.lineno:
        return str(error)
    line = content.splitlines()[error.lineno - 1 : error.lineno]
    return f"{error.msg} at line {error.lineno}" + (f", which would read {line[0]!r}" if line else "")


def _shrunk(file: str, before: str, content: str) -> str:
    """Return a remark if a file became much shorter, which is seldom meant."""
    old, new = len(before.splitlines()), len(content.splitlines())
    if old < _LONG_FILE or new > old / 2:
        return ""
    back = "" if file == "plot.py" else '; restore_code("run_0") brings the code of the baseline back'
    return f", in place of {old} lines. If the others are still needed, use edit_file for changes{back}"


def _not_unique(file: str, text: str, search: str, count: int) -> str:
    if count > 1:
        places = [i + 1 for i, line in enumerate(text.splitlines()) if search.splitlines()[0] in line][:8]
        return f"the text occurs {count} times in {file} (lines {places}); include surrounding lines to make it unique"
    wanted = search.strip().splitlines() or [search]
    lines = text.splitlines()
    scored = [
        (difflib.SequenceMatcher(None, wanted[0].strip(), line.strip()).ratio(), i) for i, line in enumerate(lines)
    ]
    best = max(scored, default=(0.0, 0))
    if best[0] < 0.5:
        return f"the text was not found in {file}; read the file and copy the lines to replace exactly"
    start = max(0, best[1] - 2)
    shown = "\n".join(lines[start : best[1] + len(wanted) + 2])
    return f"the text was not found in {file}. The most similar line is {best[1] + 1}:\n{shown}\nCopy it exactly."
