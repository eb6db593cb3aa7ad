import json

import pytest

from agents.journal import Journal, last_record, read_journal
from tools.errors import UserError


def test_a_step_is_found_again_after_reopening(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.put("idea_1/ideation/coder/1", "turn", {"text": "naïve – «quoted»"}, seconds=1.5)
    journal.close()
    record = Journal(tmp_path / "journal.jsonl").get("idea_1/ideation/coder/1")
    assert record is not None and record.data == {"text": "naïve – «quoted»"} and record.seconds == 1.5


def test_a_line_torn_by_a_kill_is_dropped_and_overwritten(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.put("one", "step", {})
    journal.close()
    whole = path.read_bytes()
    for cut in range(1, len(whole)):
        path.write_bytes(whole + whole[:cut])
        torn = Journal(path)
        assert [record.key for record in torn.records()] == ["one"]
        torn.put("two", "step", {})
        torn.close()
        assert [record.key for record in read_journal(path)] == ["one", "two"]


def test_a_damaged_line_in_the_middle_is_named(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text("not a record\n" + json.dumps({"key": "a"}) + "\n")
    with pytest.raises(UserError, match=r"journal.jsonl:1: this line is not a journal record"):
        Journal(path)


def test_one_process_at_a_time(tmp_path):
    held = Journal(tmp_path / "journal.jsonl")
    with pytest.raises(UserError, match="another process"):
        Journal(tmp_path / "journal.jsonl")
    held.close()


def test_the_newest_record_is_found_in_a_long_journal_and_behind_a_torn_line(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.touch()
    assert last_record(path) is None
    journal = Journal(path)
    for number in range(300):
        journal.put(f"turn:{number}", "turn", {"text": "word " * 400})
    journal.put("run/end", "run", {"text": "word " * 100_000})
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"key": "torn')
    assert last_record(path).key == "run/end"
    assert last_record(path, leaving_out=("run",)).key == "turn:299"
    assert last_record(path, leaving_out=("run", "turn")) is None
