"""Papers that attack the machine that compiles them: each works where TeX runs with everything allowed, and in no sandbox."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from targets import Host, host
from verdicts import Verdict, Verdicts

from tools.latex import compile_paper, tex_problem
from tools.sandbox import Sandbox
from tools.sandbox.docker import Docker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180, func_only=True)]
PAGE = "\\documentclass{article}\\pdfcompresslevel=0\\begin{document}\n%s\n\\end{document}\n"
SHOW = "\\newread\\f \\openin\\f=%s \\ifeof\\f\\else\\read\\f to\\x \\message{GOT \\meaning\\x}\\fi"
WRITE = "\\newwrite\\w \\immediate\\openout\\w=%s \\immediate\\write\\w{x}\\immediate\\closeout\\w"
ENDLESS = "LaTeX: an endless macro"
ATTACKS = {
    "LaTeX: \\write18": "\\immediate\\write18{touch OUTSIDE/started}",
    "LaTeX: \\input from a pipe": "\\input{|\"touch OUTSIDE/started\"}",
    "LaTeX: \\input of a host file": "\\input{SECRET}",
    "LaTeX: \\openin of a host file": SHOW % "SECRET",
    "LaTeX: a dump of a host file": "\\message{GOT \\pdffiledump length 8 {SECRET}}",
    "LaTeX: \\openout to the host": WRITE % "OUTSIDE/written",
    ENDLESS: "\\def\\x{\\x}\\x",
}  # fmt: skip


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("host")) as target:
        yield target


def learnt(folder: Path) -> bool:
    """Whether the secret stands in the log, as text or in hexadecimal, or on a page."""
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    pdf = (folder / "paper.pdf").read_bytes() if (folder / "paper.pdf").exists() else b""
    return "->a secret" in log or b"a secret".hex().upper() in log or b"(secre" in pdf


def paper(folder: Path, tex: str, target: Host) -> None:
    """The attack as a paper, with its targets as TeX finds them from its folder."""
    secret, outside = target.environment["SECRET_FILE"], str(target.outside)
    tex = tex.replace("OUTSIDE", outside).replace("SECRET", secret)
    (folder / "paper.tex").write_text(PAGE % tex, encoding="utf-8")


def endless(name: str) -> bool:
    return name == ENDLESS


@pytest.mark.parametrize("name", ATTACKS)
async def test_contained(name: str, sandbox: Sandbox, target: Host, tmp_path: Path, verdicts: Verdicts) -> None:
    if not isinstance(sandbox, Docker) and tex_problem():
        pytest.skip(f"{tex_problem()}")
    paper(tmp_path, ATTACKS[name], target)
    done = await compile_paper(tmp_path, sandbox, timeout_seconds=2 if endless(name) else 30)
    got = learnt(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / "paper.tex").write_text(PAGE % "Words.", encoding="utf-8")
    after = await compile_paper(tmp_path, sandbox, timeout_seconds=30)
    reason = "compiled" if done.ok else "time" if endless(name) else "failed"
    verdict = Verdict(
        contained=target.unharmed() and not got and (not endless(name) or not done.ok),
        clean=set(left) <= {"paper.tex", "paper.log", "paper.pdf", "paper.inputs.json", "versions"},
        told=done.ok or (("time limit of 2 s" if endless(name) else "") in done.problems[0].message),
        goes_on=after.ok and after.pages == 1,
        reason=reason,
    )
    verdicts.keep(name, sandbox.name, verdict)
    target.restore()
    assert verdict.good, (verdict, left, done)


@pytest.mark.skipif(tex_problem() is not None, reason=f"{tex_problem()}")
@pytest.mark.parametrize("name", ATTACKS)
def test_works_where_everything_is_allowed(name: str, target: Host, tmp_path: Path, verdicts: Verdicts) -> None:
    paper(tmp_path, ATTACKS[name], target)
    command = ["pdflatex", "-shell-escape", "-interaction=nonstopmode", "paper.tex"]
    allowed = os.environ | {"openin_any": "a", "openout_any": "a", "max_print_line": "1000"}
    try:
        subprocess.run(command, cwd=tmp_path, env=allowed, capture_output=True, timeout=2, check=False)
        worked = not target.unharmed() or learnt(tmp_path)
    except subprocess.TimeoutExpired:
        worked = endless(name)
    verdicts.keep(name, "without", "works" if worked else "DID NOT WORK")
    target.restore()
    assert worked, (tmp_path / "paper.log").read_text(errors="replace")
