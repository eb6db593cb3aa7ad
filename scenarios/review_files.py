"""Read the files that a review scenario names, once, before any work is done."""

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

STRIPPED = "authors, acknowledgements and links to code were removed from the text where present"
_MARGIN = 0.8
"""Share of a model's free context that the suggested `reading.characters` fills."""


async def read_review_inputs(resolved: ResolvedScenario) -> ReviewInputs:
    """Read the files that a review scenario names.

    Raises:
        UserError: a file cannot be read, or the paper and the examples exceed a reviewer model's context.
    """
    scenario = resolved.scenario
    limit, has_paper = scenario.reading.characters, bool(scenario.paper and not resolved.template)
    if scenario.rebuttal and not has_paper:
        raise UserError(
            f"scenario {scenario.name}: rebuttal: needs `paper`, the file under review; name it with --set paper=FILE"
        )
    rebuttal = await read_paper(Path(scenario.rebuttal), max_chars=limit) if scenario.rebuttal else None
    paper, removed = None, tuple[RemovedText, ...]()
    if has_paper:
        paper = await read_paper(Path(scenario.paper), max_pages=scenario.reading.pages, max_chars=limit)
        if scenario.reading.strip:
            paper, removed = without_leaks(paper)
    inputs = ReviewInputs(
        paper=paper,
        removed=removed,
        rebuttal=rebuttal,
        examples=await read_examples(Path(scenario.examples), resolved.form, limit) if scenario.examples else (),
    )
    _check_length(resolved, inputs)
    return inputs


def without_leaks(paper: Document) -> tuple[Document, tuple[RemovedText, ...]]:
    """Return the paper without passages that reveal a conference's decision, and those passages.

    Every paper gets the same note about it, and the note on running heads loses its quotations: both could reveal as much
    as the removed text.
    """
    stripped = strip_leaks(paper.text)
    notes = (*(RUNNING_TEXT_NOTE if note.startswith(RUNNING_TEXT_NOTE) else note for note in paper.notes), STRIPPED)
    return replace(paper, text=stripped.text, notes=notes, pages_shown=False), stripped.removed


def _check_length(resolved: ResolvedScenario, inputs: ReviewInputs) -> None:
    """Report a paper that is too long for a model before the run starts, not in every model call."""
    paper = inputs.paper
    characters = len(as_data(paper)) if paper else 0
    characters += sum(len(example.text) for example in inputs.examples)
    tokens = int(characters / CHARACTERS_PER_TOKEN)
    for participant in resolved.roles:
        spec = resolved.model_of(participant)
        available = spec.context_tokens - spec.max_output_tokens
        if spec.provider != "offline" and tokens > available:
            raise UserError(
                f"{resolved.scenario.paper}: about {tokens:,} tokens with the examples, but {spec.label}, the model of "
                f"{participant}, accepts {available:,}. Shorten the text with --set reading.characters="
                f"{int(available * CHARACTERS_PER_TOKEN * _MARGIN)}, or choose another model"
            )
