"""Build the paper: generate results.tex from the ledger, assemble the sections, and compile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tools.evidence import Ledger, write_results_tex
from tools.experiments.confirmation import confirmation_of
from tools.experiments.execution import load_ledger
from tools.gate.checks import PaperEvidence
from tools.gate.unverified import UnverifiedStatement, unverified_statements
from tools.idea_context import IdeaContext
from tools.latex import Compilation, compile_paper
from tools.paper import Provenance, assemble, draft_sections, written_sections


async def build_paper(context: IdeaContext) -> Compilation:
    """Generate results.tex from the ledger, assemble paper.tex and compile it.

    The gate's verdict on the previous version is removed; copies of all verdicts stay under `gates/`.
    """
    ledger, paper = load_ledger(context), context.workspace.paper
    context.workspace.files.gate_file.unlink(missing_ok=True)
    paper.mkdir(parents=True, exist_ok=True)
    texts = written_sections(paper)
    environment = ledger.baseline.environment if ledger.baseline else {}
    write_results_tex(ledger, environment, paper / "results.tex", "\n".join(texts.values()))
    unverified = await asyncio.to_thread(_unverified, context, texts, ledger)
    assemble(paper, provenance=_provenance(context, ledger, await context.workspace.head(), unverified))
    return await compile_paper(paper, context.sandbox)


def _unverified(context: IdeaContext, texts: dict[str, str], ledger: Ledger) -> list[UnverifiedStatement]:
    workspace = context.workspace
    evidence = PaperEvidence.of(
        workspace.paper, texts, ledger, context.bibliography, code=workspace.work, template=context.template
    )
    return unverified_statements([*evidence.setup_judgements, *evidence.judgements])


def _provenance(context: IdeaContext, ledger: Ledger, commit: str, unverified: list[UnverifiedStatement]) -> Provenance:
    confirmation = confirmation_of(context, ledger)
    return Provenance(
        models=context.authors,
        commit=commit,
        template=context.template.name,
        profile=context.profile_name,
        seed=context.seed,
        sandbox=context.sandbox.name,
        date=datetime.now(UTC).date().isoformat(),
        runs=[run.name for run in ledger.completed],
        primary_metric=ledger.plan.primary_metric if ledger.plan else "",
        external_runs=[run.name for run in ledger.completed if "origin" in run.environment],
        confirmed_run="" if confirmation.missing else confirmation.run,
        unconfirmed=confirmation.missing or "",
        draft_sections=draft_sections(context.workspace.paper),
        unverified=[f"{each.section.replace('_', ' ')}: {each.text}" for each in unverified],
        offline=context.offline,
    )


def format_compilation(compilation: Compilation) -> str:
    """Describe the result of a compilation to the author of the paper.

    After a failure, undefined references are left out: they are its consequence.
    """
    told = [problem for problem in compilation.problems if compilation.ok or not problem.unresolved]
    problems = "\n".join(f"  {problem}" for problem in told[:12])
    if compilation.ok:
        return f"compiled, {compilation.pages} pages" + (f"; warnings:\n{problems}" if problems else "")
    return f"the compilation failed:\n{problems or compilation.log_tail}"
