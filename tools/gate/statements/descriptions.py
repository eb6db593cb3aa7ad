"""Judge descriptions of runs beside their names, as in 'run 2, the run with half the default value'."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement
from tools.gate.statements.clauses import Clause
from tools.gate.statements.compared_runs import VERSUS
from tools.gate.statements.predicate import Predicate, refuted
from tools.gate.statements.study import Study

_IS = re.compile(
    r"\s*(?:[,(]\s*)?(?:(?:which|that)\s+)?(?:is\s+|was\s+)?(?:the\s+(?:run|one|model|variant|setting)\s+)?"
    r"(?:(?:trained|made|run)\s+)?(?:with|at|of|using|uses?|used|takes?|took|has|had)?\s*(?:only\s+|a\s+|the\s+)?",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(
    r"half|halv|twice|doubl|tripl|trebl|quadrupl|quarter|times|fold|\d|smallest|lowest|largest|highest", re.IGNORECASE
)


def judge_descriptions(clause: Clause, study: Study) -> Iterator[Judgement]:
    """Yield a judgement for each run that is described, directly behind its name, as another run."""
    for name, description in itertools.pairwise(clause.named("run")):
        text = clause.text[description.start - clause.start : description.end - clause.start]
        between = clause.text[name.end - clause.start : description.start - clause.start]
        if VERSUS.search(clause.text[: name.start - clause.start]):
            continue
        if name.by_setting or len(name.names) != 1 or not description.by_setting or not description.names:
            continue
        other = description.names
        described = _MULTIPLE.search(text) and between.strip() and _IS.fullmatch(between)
        if described and name.names[0] in study.known_runs and name.names[0] not in other:
            predicate = Predicate("same", name.start, description.end, text)
            yield refuted(predicate, f"that is {' and '.join(other)}, not {name.names[0]}", other[0])
