"""What the offline proposer makes of an archive."""

from __future__ import annotations

import pytest

from agents.offline.follow_up import follow_up, past_studies
from agents.offline.messages import RunNote
from agents.offline.state import ArchivedIdea
from agents.offline.tunables import find_tunables
from tools.ideas import IdeaOutcome, Trial

TUNABLES = find_tunables("step_size = 0.1\nmomentum = 0.9\nhidden_units = 16\n", ())
BETTER, WORSE, NONE = {"better": ("flat/loss",)}, {"worse": ("flat/loss",)}, {}  # type: ignore[var-annotated]
Run = tuple[str, float, dict[str, tuple[str, ...]]]


def archive(
    *runs: Run, base: str = "0.1", follows_from: str = "", more: tuple[ArchivedIdea, ...] = ()
) -> list[ArchivedIdea]:
    trials = [
        Trial(run=f"run_{i}", note=str(RunNote(setting, str(value), base)), **found)
        for i, (setting, value, found) in enumerate(runs, 1)
    ]
    studied = ArchivedIdea(
        name="step_size_sensitivity", follows_from=follows_from, outcome=IdeaOutcome(gate="pass", trials=trials)
    )
    return [ArchivedIdea(name="seed", follows_from="", outcome=None), studied, *more]


def test_an_archive_is_read() -> None:
    seed, studied = past_studies(archive(("step_size", 0.05, WORSE), ("step_size", 0.2, BETTER)))
    assert seed.idea.name == "seed" and not seed.runs and seed.best is None
    assert studied.setting == "step_size" and studied.best is studied.runs[1]
    assert studied.runs[0].worse == ("flat/loss",) and studied.runs[0].baseline == 0.1


def test_runs_with_another_kind_of_note_are_passed_over() -> None:
    trial = Trial(run="run_1", note="a wider network", better=("flat/loss",))
    idea = ArchivedIdea(name="seed", follows_from="", outcome=IdeaOutcome(trials=[trial]))
    assert follow_up(past_studies([idea]), TUNABLES) is None


@pytest.mark.parametrize(
    ("runs", "values", "beyond"),
    [
        ((("step_size", 0.05, WORSE), ("step_size", 0.2, BETTER), ("step_size", 0.4, NONE)), (0.141, 0.283), False),
        ((("step_size", 0.05, WORSE), ("step_size", 0.2, BETTER)), (0.283, 0.4), True),
        ((("step_size", 0.025, BETTER), ("step_size", 0.05, NONE)), (0.0177, 0.0125), True),
    ],
)
def test_the_best_value_is_looked_at_more_closely(
    runs: tuple[Run, ...], values: tuple[float, float], beyond: bool
) -> None:
    closer = follow_up(past_studies(archive(*runs)), TUNABLES)
    assert closer is not None and closer.values == values and closer.beyond == beyond


def test_counts_stay_whole_and_shares_below_one() -> None:
    closer = follow_up(past_studies(archive(("hidden_units", 32, BETTER), base="16")), TUNABLES)
    assert closer is not None and closer.values == (45, 64)
    closer = follow_up(past_studies(archive(("momentum", 0.95, BETTER), base="0.9")), TUNABLES)
    assert closer is None or all(0 < value < 1 for value in closer.values)


@pytest.mark.parametrize(
    "ideas",
    [
        archive(("step_size", 0.05, WORSE), ("step_size", 0.2, NONE)),
        archive(("step_size", 0.2, {**BETTER, "worse": ("steep/loss",)})),
        archive(("forgotten", 0.2, BETTER)),
        archive(
            ("step_size", 0.2, BETTER),
            more=(ArchivedIdea(name="closer", follows_from="step_size_sensitivity", outcome=None),),
        ),
        archive(("step_size", 0.2, BETTER), follows_from="seed"),
    ],
    ids=["nothing helped", "helped here, hurt there", "setting is gone", "followed already", "follows one itself"],
)
def test_nothing_is_followed_up_where_nothing_calls_for_it(ideas: list[ArchivedIdea]) -> None:
    assert follow_up(past_studies(ideas), TUNABLES) is None
