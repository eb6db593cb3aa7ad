"""What a review panel is given beside its scenario: the paper, example reviews and the authors' rebuttal.

The run folder holds them, so that a run resumes without the original files.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from tools.atomic import write_json
from tools.documents import Document, load_document, save_document
from tools.review import ReviewExample, load_examples, save_examples
from tools.reviewer_bench.leaks import RemovedText
from tools.run_dir import RunDir


@dataclass(frozen=True)
class ReviewInputs:
    """The inputs of a review scenario. Each of them is optional."""

    paper: Document | None = None
    rebuttal: Document | None = None
    examples: tuple[ReviewExample, ...] = ()
    removed: tuple[RemovedText, ...] = ()
    """Passages removed from the paper because they reveal the decision. They are stored for people, not for agents."""

    def save(self, run_folder: Path) -> None:
        """Write the inputs to a run folder."""
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
    def load(cls, run_folder: Path) -> ReviewInputs:
        """Return the inputs stored in a run folder, without the removed passages."""
        folder = RunDir(run_folder).review_inputs_dir
        paper, rebuttal = (folder / f"{name}.json" for name in ("paper", "rebuttal"))
        return cls(
            paper=load_document(paper) if paper.exists() else None,
            rebuttal=load_document(rebuttal) if rebuttal.exists() else None,
            examples=load_examples(folder / "examples.json"),
        )
