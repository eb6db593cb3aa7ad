"""The wording of prompts and role cards is no interface: in other words and another order, the offline run is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents import prompts
from agents.journal import read_journal
from tests.fakes.paraphrase import write_paraphrases
from tests.scenarios.conftest import idea_of, play
from tests.scenarios.deliverables import differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def paraphrased(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run on prompts and role cards in other words."""
    folder = tmp_path_factory.mktemp("paraphrased")
    write_paraphrases(folder / "words")
    return play(template, folder / "runs", "--plugins", folder / "words")


def test_the_deliverables_are_the_same(paraphrased: Path, undisturbed: Path) -> None:
    assert not differences(undisturbed, paraphrased)


def test_runs_and_reviews_are_as_many(paraphrased: Path, undisturbed: Path) -> None:
    def counts(run: Path) -> tuple[int, int]:
        runs = json.loads((idea_of(run) / "results.json").read_text(encoding="utf-8"))["runs"]
        return len(runs), len(list(idea_of(run).glob("reviews/*/reviewer_*.json")))

    assert counts(paraphrased) == counts(undisturbed)
    assert counts(undisturbed) == (4, 6)


def test_not_a_line_of_prose_was_left(paraphrased: Path, undisturbed: Path) -> None:
    """The test above proves something only if the words really were others."""
    tasks = [
        {record.key: record.data["task"] for record in read_journal(run / "journal.jsonl") if "task" in record.data}
        for run in (paraphrased, undisturbed)
    ]
    assert tasks[0].keys() == tasks[1].keys() and len(tasks[0]) >= 7
    words = [
        line.strip()
        for path in Path(prompts.__file__).parent.glob("*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 30 and "{" not in line
    ]
    assert words and any(word in "\n".join(tasks[1].values()) for word in words)
    assert [word for word in words if word in "\n".join(tasks[0].values())] == []
