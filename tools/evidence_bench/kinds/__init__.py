"""The kinds of statements that the bench seeds: wordings in YAML, and the builders that find their facts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import yaml

from tools.evidence_bench.case import Case, Draft
from tools.evidence_bench.kinds import claims, comparisons, honest, numbers, setup, sources  # noqa: F401  (register builders)
from tools.evidence_bench.kinds.kind import Kind
from tools.evidence_bench.study_facts import StudyFacts

_FILES = ("numbers", "claims", "comparisons", "setup", "sources", "honest_results", "honest_text")


@cache
def read_kinds() -> tuple[Kind, ...]:
    """Return the kinds of false or unsupported statements, then those of sentences of good papers, which hold."""
    found = []
    for file in _FILES:
        groups = yaml.safe_load((Path(__file__).parent / f"{file}.yaml").read_text(encoding="utf-8"))
        for group, kinds in groups.items():
            found += [Kind.model_validate({"name": name, "group": group, **kind}) for name, kind in kinds.items()]
    return tuple(found)


def seed_cases(facts: StudyFacts, kinds: Iterable[Kind], each: int, seed: int = 0) -> list[Case]:
    """Return up to `each` different cases of every kind. Equal arguments give equal cases."""
    cases = []
    for kind in kinds:
        random, seen = Random(f"{seed}/{kind.name}"), set[Draft]()
        for _ in range(each * 8):
            if len(seen) == each:
                break
            draft = kind.propose(facts, random)
            if draft is None or draft in seen:
                continue
            seen.add(draft)
            name = f"{kind.name.replace(' ', '-')}-{len(seen)}"
            cases.append(Case(name, kind.name, kind.honest, draft, kind.codes, kind.decider, kind.group))
    return cases
