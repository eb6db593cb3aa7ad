import json
import random

import pytest

from agents.journal import Journal, damaged_lines, last_record, read_journal
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


def test_a_file_without_a_record_is_no_journal(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text("not a record\n" + json.dumps({"key": "a"}) + "\n")
    with pytest.raises(UserError, match=r"journal.jsonl:1: no line of this file is a journal record"):
        Journal(path)
    assert path.read_text().startswith("not a record")


STEPS = {
    "run/start:1": "start",
    "idea_1/ideation/before": "step",
    "idea_1/ideation/student/1/model:1": "model",
    "idea_1/ideation/student/1": "turn",
    "idea_1/ideation": "phase",
    "idea_1/novelty/before": "step",
    "idea_1/novelty/student/1": "turn",
}


def written(path):
    journal = Journal(path)
    for key, type in STEPS.items():
        journal.put(key, type, {"text": key * 3, "number": 12345})
    journal.close()
    return path.read_bytes()


def test_no_flipped_bit_loads_a_changed_record(tmp_path):
    path = tmp_path / "journal.jsonl"
    whole = written(path)
    true = {record.key: record for record in read_journal(path)}
    draw = random.Random(0)
    told = 0
    for _ in range(600):
        place = draw.randrange(8 * len(whole))
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        journal = Journal(path)
        loaded = list(journal.records())
        journal.close()
        assert all(true[record.key] == record for record in loaded)
        assert [record.key for record in loaded] == [key for key in true if key in {r.key for r in loaded}]
        torn = place // 8 == len(whole) - 1
        told += bool(journal.damage) or torn
        assert last_record(path) is None or last_record(path) in true.values()
    assert told == 600


@pytest.mark.parametrize(
    ("damaged", "kept", "cut"),
    [
        (1, [2, 3, 4, 5, 6, 7], False),
        (2, [1], True),
        (3, [1, 2, 4, 5, 6, 7], False),
        (5, [1, 2, 3, 4], True),
        (7, [1, 2, 3, 4, 5, 6], True),
    ],
)
def test_what_follows_damage_is_kept_unless_it_rests_on_the_lost_step(tmp_path, damaged, kept, cut):
    path = tmp_path / "journal.jsonl"
    lines = written(path).splitlines(keepends=True)
    lines[damaged - 1] = lines[damaged - 1].replace(b"12345", b"12344")
    path.write_bytes(b"".join(lines))
    assert damaged_lines(path) == [damaged]
    journal = Journal(path)
    keys = list(STEPS)
    assert [record.key for record in journal.records()] == [keys[number - 1] for number in kept]
    assert [line.number for line in journal.damage] == [damaged]
    assert (journal.copy is not None) == cut
    if journal.copy:
        assert journal.copy.read_bytes() == b"".join(lines)
    journal.put("next", "step", {})
    journal.close()
    again = Journal(path)
    assert [record.key for record in again.records()][-1] == "next" and len(list(again.records())) == len(kept) + 1


def test_a_journal_of_an_earlier_version_has_no_checksums_and_still_opens(tmp_path):
    path = tmp_path / "journal.jsonl"
    old = [json.dumps({"key": key, "type": "step", "time": "", "seconds": 0.0, "data": {}}) for key in "ab"]
    path.write_text("".join(f"{line}\n" for line in old))
    journal = Journal(path)
    journal.put("c", "step", {})
    journal.close()
    assert [record.key for record in Journal(path).records()] == ["a", "b", "c"]


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
