"""Ideas, the decision on their novelty, and the archive of a run."""

from tools.ideas.archive import (
    IdeaOutcome,
    StoredIdea,
    Trial,
    format_archive,
    names_of,
    nearest_idea,
    outcome_of,
    put_idea,
    read_archive,
)
from tools.ideas.idea import Idea, NoveltyDecision, idea_to_json, load_idea, save_idea

__all__ = [
    "Idea",
    "IdeaOutcome",
    "NoveltyDecision",
    "StoredIdea",
    "Trial",
    "format_archive",
    "idea_to_json",
    "load_idea",
    "names_of",
    "nearest_idea",
    "outcome_of",
    "put_idea",
    "read_archive",
    "save_idea",
]
