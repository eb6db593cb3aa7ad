"""The inputs of a review scenario: the paper, example reviews and the authors' response.

The run folder keeps them as read, so that the run continues without the original files.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from tools.atomic import write_json
from tools.documents import Document, load_document, save_document
from tools.review import (
    ReviewExample,
    load_examples,
    save_examples,
)
from tools.reviewer_bench.leaks import RemovedText
from tools.run_dir import RunDir


@dataclass(frozen=True)
class ReviewInputs:
    """The inputs of a review; any part may be missing."""

    paper: Document | None = None
    rebuttal: Document | None = None
    examples: tuple[ReviewExample, ...] = ()
    removed: tuple[RemovedText, ...] = ()
    """What was removed from the paper because it reveals the decision. No model reads it."""

    def save(self, run_folder: Path) -> None:
        folder = RunDir(run_folder).review_inputs_dir
        if self.paper:
            save_document(self.paper, folder / "paper.json")
        if self.rebuttal:
            save_document(self.rebuttal, folder / "rebuttal.json")
        if self.examples:
            save_examples(self.examples, folder / "examples.json")
        if self.removed:
            write_json(folder / "removed.json", [asdict(piece) for piece in self.removed])

    @classmethod
    def of(cls, run_folder: Path) -> ReviewInputs:
        """Return the inputs of a run."""
        folder = RunDir(run_folder).review_inputs_dir
        paper, rebuttal = (folder / f"{name}.json" for name in ("paper", "rebuttal"))
        return cls(
            paper=load_document(paper) if paper.exists() else None,
            rebuttal=load_document(rebuttal) if rebuttal.exists() else None,
            examples=load_examples(folder / "examples.json"),
        )
