"""The words of a clause, each with its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.gate.statements.clauses import Clause

_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_PUNCTUATION = re.compile(r"[,;:()]")


@dataclass(frozen=True)
class ClauseWord:
    """A lower-case word of a clause. Positions count characters of the section."""

    clause: Clause
    text: str
    start: int
    end: int
    previous: tuple[str, ...]
    """The words before it in the clause, at most three, in order."""
    next: tuple[str, ...]
    """The words after it, at most three."""

    @property
    def text_before(self) -> str:
        """Return the text of the clause before the word."""
        return self.clause.text[: self.start - self.clause.start]

    @property
    def text_after(self) -> str:
        return self.clause.text[self.end - self.clause.start :]

    def followed_by(self, *kinds: str, within: int) -> bool:
        """Tell whether a mention of a kind begins within some characters behind the word."""
        return any(m.kind in kinds and 0 <= m.start - self.end <= within for m in self.clause.mentions)

    @property
    def is_named(self) -> bool:
        """Tell whether the word is part of the name of a run, dataset, metric or setting."""
        return any(m.start < self.end and self.start < m.end for m in self.clause.mentions)


def clause_words(clause: Clause) -> list[ClauseWord]:
    """Return the words of a clause in order."""
    found = [(m[0].lower(), clause.start + m.start(), clause.start + m.end()) for m in _WORD.finditer(clause.text)]
    texts = [text for text, _, _ in found]
    return [
        ClauseWord(clause, text, start, end, tuple(texts[max(0, i - 3) : i]), tuple(texts[i + 1 : i + 4]))
        for i, (text, start, end) in enumerate(found)
    ]


def separated(first: ClauseWord, second: ClauseWord) -> bool:
    """Tell whether punctuation stands between two words, the first before the second."""
    between = first.clause.text[first.end - first.clause.start : second.start - first.clause.start]
    return _PUNCTUATION.search(between) is not None
