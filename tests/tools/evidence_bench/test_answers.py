"""Every seeded false statement is false, and every honest one holds, by the raw values of results.json."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import pytest

from tools.evidence_bench.case import Case, Decider
from tools.evidence_bench.kinds import read_kinds, seed_cases
from tools.evidence_bench.subject import Subject

EACH = 8


class RawResults:
    """Means straight from results.json, without the ledger."""

    def __init__(self, run: Path) -> None:
        [file] = run.glob("ideas/*/results.json")
        self.values = {
            r["name"]: r["values"] for r in json.loads(file.read_text())["runs"] if r["status"] == "completed"
        }

    def seeds(self, address: str) -> list[float]:
        run, dataset, metric = address.split("/")
        return list(self.values[run][dataset][metric])

    def mean(self, address: str) -> float:
        return fmean(self.seeds(address))

    def relative(self, address: str) -> float:
        base = self.mean(f"run_0/{address.partition('/')[2]}")
        return (self.mean(address) - base) / abs(base)


@pytest.fixture(scope="module", params=["diffusion", "language"])
def seeded(request: pytest.FixtureRequest) -> tuple[list[Case], RawResults]:
    subject: Subject = request.getfixturevalue(request.param)
    run: Path = request.getfixturevalue(f"{request.param}_run")
    return seed_cases(subject.facts, read_kinds(), EACH), RawResults(run)


def of(cases: list[Case], *kinds: str) -> Iterator[Case]:
    return (case for case in cases if any(case.kind.startswith(kind) for kind in kinds))


def test_wrong_values_differ_from_the_measured_ones(seeded: tuple[list[Case], RawResults]) -> None:
    cases, raw = seeded
    found = [c for c in of(cases, "wrong value") if c.draft.claimed]
    assert len(found) > 40
    for case in found:
        actual = raw.mean(case.draft.evidence[0])
        assert abs(float(case.draft.claimed) - actual) > 0.1 * abs(actual), case.id


def test_wrong_percentages_differ_from_the_measured_changes(seeded: tuple[list[Case], RawResults]) -> None:
    cases, raw = seeded
    found = list(of(cases, "wrong change", "wrong number in the title", "reference replaced"))
    assert len(found) > 15
    for case in found:
        actual = 100 * raw.relative(case.draft.evidence[0])
        assert abs(float(case.draft.claimed.rstrip("%")) - abs(actual)) >= 7.9, case.id


def test_wrong_directions_are_opposite_to_the_measured_ones(seeded: tuple[list[Case], RawResults]) -> None:
    cases, raw = seeded
    for case in of(cases, "wrong direction", "false claim in a caption"):
        down = raw.relative(case.draft.evidence[0]) < 0
        assert case.draft.claimed == ("higher" if down else "lower"), case.id


def test_wrong_orders_counts_and_extremes_are_wrong(seeded: tuple[list[Case], RawResults]) -> None:
    cases, raw = seeded
    for case in of(cases, "wrong order of two runs"):
        one, two = map(raw.mean, case.draft.evidence)
        assert (case.draft.claimed == "lower") == (one > two), case.id
    for case in of(cases, "false superlative"):
        means = {address.split("/")[0]: raw.mean(address) for address in case.draft.evidence}
        assert means[case.draft.claimed] not in (min(means.values()), max(means.values())) or (
            "lowest" in case.draft.text or "lower" in case.draft.text
        ) == (means[case.draft.claimed] == max(means.values())), case.id
    for case in of(cases, "wrong count", "wrong number of seeds", "wrong number of runs"):
        assert case.draft.claimed != case.draft.actual, case.id
    for case in of(cases, "wrong average over datasets"):
        actual = 100 * fmean(raw.relative(address) for address in case.draft.evidence)
        assert abs(float(case.draft.claimed.rstrip("%")) - abs(actual)) > 5, case.id


def test_references_of_other_results_name_what_they_do_not_print(seeded: tuple[list[Case], RawResults]) -> None:
    cases, _ = seeded
    for case in of(cases, "reference of another"):
        assert case.draft.claimed in case.draft.text
        assert case.draft.claimed != case.draft.actual
        assert len(set(case.draft.claimed.split("/")) ^ set(case.draft.actual.split("/"))) == 2, case.id


def test_honest_sentences_hold(seeded: tuple[list[Case], RawResults]) -> None:
    cases, raw = seeded
    for case in of(cases, "significant change"):
        assert case.draft.claimed == ("lower" if raw.relative(case.draft.evidence[0]) < 0 else "higher"), case.id
    for case in of(cases, "right number typed"):
        assert float(case.draft.claimed) == pytest.approx(raw.mean(case.draft.evidence[0]), rel=1e-3), case.id
    for case in of(cases, "right percentage typed"):
        actual = 100 * raw.relative(case.draft.evidence[0])
        assert float(case.draft.claimed.rstrip("%")) == pytest.approx(abs(actual), abs=0.06), case.id
    for case in of(cases, "claim over all datasets"):
        signs = {raw.relative(address) < 0 for address in case.draft.evidence}
        assert len(signs) == 1, case.id
    for case in of(cases, "extreme run"):
        means = {address.split("/")[0]: raw.mean(address) for address in case.draft.evidence}
        assert means[case.draft.claimed] in (min(means.values()), max(means.values())), case.id


def test_there_are_enough_kinds_with_several_wordings(diffusion: Subject) -> None:
    defects = [kind for kind in read_kinds() if not kind.honest]
    honest = [kind for kind in read_kinds() if kind.honest]
    assert len(defects) >= 30
    assert len(honest) >= 15
    assert sum(kind.decider is Decider.CODE for kind in defects) >= 20
    assert len({kind.name for kind in read_kinds()}) == len(read_kinds())
    assert all(kind.codes for kind in defects)
    cases = seed_cases(diffusion.facts, read_kinds(), EACH)
    kinds = {case.kind for case in cases}
    assert len(kinds & {kind.name for kind in defects}) >= 60
    assert len(kinds & {kind.name for kind in honest}) >= 25
    for kind in kinds:
        drafts = {case.draft for case in cases if case.kind == kind}
        assert len(drafts) >= 2, kind


def test_the_same_seed_gives_the_same_cases_and_another_seed_others(diffusion: Subject) -> None:
    one, same, other = (seed_cases(diffusion.facts, read_kinds(), 2, seed) for seed in (0, 0, 1))
    assert one == same
    assert one != other
