"""A stated number with the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.statements.clauses import Clause
from tools.gate.statements.numerals import Numeral


@dataclass(frozen=True)
class NumberPlace:
    """A numeral of a clause with the words around it."""

    numeral: Numeral
    clause: Clause
    before: str
    after: str
    nouns: tuple[str, ...]
    """The words after it, at most four."""

    @classmethod
    def of(cls, numeral: Numeral, clause: Clause) -> NumberPlace:
        """Return the place of a numeral of a clause."""
        before, after = clause.text[: numeral.start], clause.text[numeral.end :]
        following = re.findall(r"[A-Za-z]+", re.split(r"[.;:()\d]", clause.without_runs[numeral.end :])[0])
        return cls(numeral, clause, before, after, tuple(word.lower() for word in following[:4]))

    @property
    def start(self) -> int:
        """Return the position in the section."""
        return self.clause.start + self.numeral.start

    @property
    def end(self) -> int:
        return self.clause.start + self.numeral.end

    def judged(
        self, verdict: Verdict, reason: str, expected: str = "", suggestion: str = "", evidence: tuple[str, ...] = ()
    ) -> Judgement:
        """Return a judgement of the number."""
        return Judgement(
            verdict, FindingCode.TYPED_NUMBER, self.start, self.end, reason, expected, suggestion, evidence
        )

    def licensed(self, reason: str) -> Judgement:
        """Return that the number needs no reference."""
        return self.judged(Verdict.CONVENTIONAL, reason)
