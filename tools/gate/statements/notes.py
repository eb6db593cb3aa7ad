"""Find what the note of a run says of its result. The tables of a paper print notes, and no reference carries them."""

from __future__ import annotations

from tools.gate.section_source import read_source
from tools.gate.statements.clauses import read_sentences
from tools.gate.statements.predicates import predicates
from tools.gate.statements.study import Study

_COMPARES_METRICS = ("lower", "higher", "faster", "slower", "same", "different")


def outcome_in(note: str, study: Study) -> str:
    """Return the words of a note that state a result, with what follows; empty if it says only what a run changes and why.

    Suppositions ('should lower the loss') and questions state none.
    """
    text = note.replace("\\", " ").replace("_", r"\_").replace("%", r"\%")
    for sentence in read_sentences(read_source("results", text), study):
        for clause in sentence.clauses:
            if clause.possible or clause.cited:
                continue
            for predicate in predicates(clause, study):
                ranks = predicate.sense in ("better", "worse")
                if ranks or (predicate.sense in _COMPARES_METRICS and clause.named("metric")):
                    return " ".join(clause.text[predicate.start - clause.start :].split())
    return ""
