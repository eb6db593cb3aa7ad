"""What the offline proposer makes of an archive."""

from __future__ import annotations

import pytest

from agents.offline.earlier import follow_up, read_earlier
from agents.offline.tunables import find_tunables

KNOBS = find_tunables("step_size = 0.1\nmomentum = 0.9\nhidden_units = 16\n", ())
BETTER, WORSE, NONE = (
    "12% lower (better, p = 0.004, n = 3)",
    "9% higher (worse, p = 0.01, n = 3)",
    ("no significant change (1% lower, p = 0.5, n = 3)"),
)


def archive(
    *runs: tuple[str, float, str], base: str = "0.1", name: str = "step_size_sensitivity", more: str = ""
) -> str:
    lines = [
        f"  run_{i} ({tunable} = {value} (baseline {base})): flat/loss {what}"
        for i, (tunable, value, what) in enumerate(runs, 1)
    ]
    return "\n".join(["Ideas so far:", "- seed: An idea", f"- {name}: On it", "  outcome: released", *lines, more])


def test_an_archive_is_read_back() -> None:
    seed, studied = read_earlier(archive(("step_size", 0.05, WORSE), ("step_size", 0.2, BETTER)))
    assert seed.name == "seed" and not seed.runs and not seed.outcome
    assert studied.tunable == "step_size" and studied.best is studied.runs[1] and studied.outcome == "released"
    assert studied.runs[0].worse == ("flat/loss",)


@pytest.mark.parametrize(
    ("runs", "values", "beyond"),
    [
        ((("step_size", 0.05, WORSE), ("step_size", 0.2, BETTER), ("step_size", 0.4, NONE)), (0.141, 0.283), False),
        ((("step_size", 0.05, WORSE), ("step_size", 0.2, BETTER)), (0.283, 0.4), True),
        ((("step_size", 0.025, BETTER), ("step_size", 0.05, NONE)), (0.0177, 0.0125), True),
    ],
)
def test_the_best_value_is_looked_at_more_closely(runs, values: tuple[float, float], beyond: bool) -> None:
    closer = follow_up(read_earlier(archive(*runs)), KNOBS)
    assert closer is not None and closer.values == values and closer.beyond == beyond


def test_counts_stay_whole_and_shares_below_one() -> None:
    closer = follow_up(read_earlier(archive(("hidden_units", 32, BETTER), base="16")), KNOBS)
    assert closer is not None and closer.values == (45, 64)
    closer = follow_up(read_earlier(archive(("momentum", 0.95, BETTER), base="0.9")), KNOBS)
    assert closer is None or all(0 < value < 1 for value in closer.values)


@pytest.mark.parametrize(
    "text",
    [
        archive(("step_size", 0.05, WORSE), ("step_size", 0.2, NONE)),
        archive(("step_size", 0.2, f"{BETTER}; steep/loss {WORSE}")),
        archive(("forgotten", 0.2, BETTER)),
        archive(("step_size", 0.2, BETTER), more="- closer: A closer look\n  follows from: step_size_sensitivity"),
        archive(("step_size", 0.2, BETTER)).replace("  outcome:", "  follows from: seed\n  outcome:"),
    ],
    ids=["nothing helped", "helped here, hurt there", "setting is gone", "followed already", "follows one itself"],
)
def test_nothing_is_followed_up_where_nothing_calls_for_it(text: str) -> None:
    assert follow_up(read_earlier(text), KNOBS) is None
