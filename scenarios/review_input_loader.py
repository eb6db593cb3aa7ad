"""Read the inputs of a review scenario before any work is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scenarios.resolved_scenario import ResolvedScenario
from scenarios.review_inputs import ReviewInputs
from tools.documents import RUNNING_TEXT_NOTE, Document, as_data, read_paper
from tools.errors import UserError
from tools.review import read_examples
from tools.reviewer_bench.leaks import RemovedText, strip_leaks
from tools.tokens import CHARACTERS_PER_TOKEN

STRIPPED = "authors, acknowledgements and links to code were taken out of the text, where it had any"


async def load_review_inputs(resolved: ResolvedScenario) -> ReviewInputs:
    """Read all inputs of a scenario.

    Raises:
        UserError: a file cannot be read, or is too long for a reviewer's model.
    """
    scenario = resolved.scenario
    limit, has_paper = scenario.reading.characters, bool(scenario.paper and not resolved.template)
    if scenario.rebuttal and not has_paper:
        raise UserError(f"scenario {scenario.name}: rebuttal: goes with `paper`, a file of yours that is reviewed")
    paper, removed = None, tuple[RemovedText, ...]()
    if has_paper:
        paper = await read_paper(Path(scenario.paper), max_pages=scenario.reading.pages, max_chars=limit)
        if scenario.reading.strip:
            paper, removed = without_leaks(paper)
    given = ReviewInputs(
        paper=paper,
        removed=removed,
        rebuttal=await read_paper(Path(scenario.rebuttal), max_chars=limit) if scenario.rebuttal else None,
        examples=await read_examples(Path(scenario.examples), resolved.form, limit) if scenario.examples else (),
    )
    _check_length(resolved, given)
    return given


def without_leaks(paper: Document) -> tuple[Document, tuple[RemovedText, ...]]:
    """Return the paper without what reveals a conference's decision, and what was removed.

    The note about it is the same for every paper, and the note on running heads loses its quotations: both could reveal as
    much as the removed text.
    """
    stripped = strip_leaks(paper.text)
    notes = (*(RUNNING_TEXT_NOTE if note.startswith(RUNNING_TEXT_NOTE) else note for note in paper.notes), STRIPPED)
    return replace(paper, text=stripped.text, notes=notes, pages_shown=False), stripped.removed


def _check_length(resolved: ResolvedScenario, given: ReviewInputs) -> None:
    """Reject a paper that is too long for a model now, rather than in every call."""
    paper = given.paper
    characters = len(as_data(paper)) if paper else 0
    characters += sum(len(example.text) for example in given.examples)
    tokens = int(characters / CHARACTERS_PER_TOKEN)
    for participant in resolved.roles:
        spec = resolved.model_of(participant)
        room = spec.context_tokens - spec.max_output_tokens
        if spec.provider != "offline" and tokens > room:
            raise UserError(
                f"{resolved.scenario.paper}: about {tokens:,} tokens with the examples; {spec.label}, the model of "
                f"{participant}, has room for {room:,}. Shorten the paper with --set reading.characters="
                f"{int(room * CHARACTERS_PER_TOKEN * 0.8)}, or choose another model"
            )
