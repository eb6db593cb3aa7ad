"""The archive: what is kept of an idea, what the group is told of it, and which ideas count as one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.errors import UserError
from tools.ideas import IdeaOutcome, format_archive, nearest_idea, outcome_of, put_idea, read_archive


def entry(name: str, **more: object) -> dict[str, object]:
    return {
        "Name": name,
        "Title": f"On {name}",
        "Experiment": f"Vary {name} and look at what happens to the loss.",
        **more,
    }


def test_an_idea_put_again_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "ideas.json"
    for name in ("one", "two"):
        put_idea(path, entry(name))
    put_idea(path, entry("one", outcome={"gate": "pass", "score": 5, "decision": "Reject"}))
    first, second = read_archive(path)
    assert (first["Name"], second["Name"]) == ("one", "two")
    assert str(outcome_of(first)) == "released by the gate; panel 5, Reject" and outcome_of(second) is None


def test_the_group_is_told_what_came_of_an_idea_and_what_it_follows_from() -> None:
    runs = ["run_1 (a = 2 (baseline 1)): flat/loss 12% lower (better, p = 0.004, n = 3)"]
    tried = entry("one", outcome=IdeaOutcome(runs=runs, gate="withheld").model_dump(exclude_defaults=True))
    failed = entry("two", follows_from="one", outcome={"ended_early": "no GPU\nhere"})
    assert format_archive([tried, failed, entry("three")]) == [
        f"one: On one\n  outcome: withheld by the gate\n  {runs[0]}",
        "two: On two\n  follows from: one\n  outcome: ended early: no GPU here",
        "three: On three",
    ]


def test_of_a_long_archive_the_latest_and_the_best_are_told_in_full() -> None:
    def studied(number: int) -> dict[str, object]:
        outcome = {"runs": [f"run_1 (of {number})"], "gate": "pass", "score": 9.0 if number == 3 else 2.0}
        return entry(f"idea_{number}", outcome=outcome)

    texts = format_archive([studied(number) for number in range(60)])
    full = [number for number, text in enumerate(texts) if "run_1" in text]
    assert 3 in full and full[-1] == 59 and len(full) <= 24
    assert all("released by the gate" in text for text in texts)


def test_an_idea_that_says_nearly_the_same_is_found() -> None:
    archive = [entry("one")]
    assert nearest_idea("other", "On one Vary one and look at what happens to the loss.", archive) == "one"
    assert nearest_idea("one", "Something else altogether", archive) == "one"
    assert nearest_idea("two", "Does the width of the network matter for the time it takes?", archive) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[{", "not valid JSON"),
        ('{"Name": "x"}', "must be a list of ideas"),
        ('[{"Title": "x"}]', "idea 1 has no Name"),
        (json.dumps([entry("one", outcome={"score": "high"})]), "idea one: .*score"),
    ],
)
def test_a_broken_archive_is_told_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "ideas.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=told):
        read_archive(path)
