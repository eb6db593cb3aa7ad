"""Revision: the writer answers the reviews and hands the paper in again."""

from __future__ import annotations

from dataclasses import replace

from scenarios.idea_run import IdeaRun
from scenarios.phases.writeup import WRITEUP, WRITING_TOOLS, paper_variables
from tools.review import (
    load_decision,
    load_reviews,
)


def _variables(idea_run: IdeaRun) -> dict[str, object]:
    folder = idea_run.review_folder
    return {
        **paper_variables(idea_run),
        "reviews": load_reviews(folder),
        "meta_review": load_decision(folder),
    }


REVISION = replace(
    WRITEUP,
    name="revision",
    participants=("writer",),
    tools=(*WRITING_TOOLS, "read_reviews", "submit_rebuttal"),
    turns=8,
    needs=WRITEUP.needs | {"paper", "reviews"},
    variables=_variables,
)
