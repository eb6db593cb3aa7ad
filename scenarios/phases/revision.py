"""Revision: the writer answers the reviews and hands the paper in again."""

from __future__ import annotations

from dataclasses import replace

from scenarios.phases.writeup import WRITEUP, WRITING_TOOLS, paper_variables
from scenarios.study import Study
from tools.reviewing import load_meta_review, load_reviews


def _variables(study: Study) -> dict[str, object]:
    folder = study.desk.review_folder
    return {
        **paper_variables(study),
        "reviews": load_reviews(folder),
        "meta_review": load_meta_review(folder),
    }


REVISION = replace(
    WRITEUP,
    name="revision",
    cast=("writer",),
    tools=(*WRITING_TOOLS, "read_reviews", "submit_rebuttal"),
    turns=8,
    needs=WRITEUP.needs | {"paper", "reviews"},
    variables=_variables,
)
