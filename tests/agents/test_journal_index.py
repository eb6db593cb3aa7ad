"""The index of a journal agrees with the journal, follows it while it grows, and finds text in it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from agents.journal import Journal, Record, read_journal
from agents.journal_index import JournalIndex, place_of

DATA = Path(__file__).parents[1] / "data"


def text_of(record: Record) -> str:
    return str(record.data.get("text", ""))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    with tarfile.open(DATA / "old_run_finished.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "finished" / "journal.jsonl"


def test_the_index_says_what_the_records_say(journal: Path) -> None:
    index = JournalIndex(journal)
    index.refresh()
    records = list(read_journal(journal))
    assert [index.read(entry) for entry in index.entries] == records
    for entry, record in zip(index.entries, records, strict=True):
        assert (entry.key, entry.type, entry.time, entry.seconds) == (
            record.key, record.type, record.time, record.seconds,
        )  # fmt: skip
        assert entry.dollars == record.data.get("dollars", 0.0)
        if record.type == "tool":
            assert (entry.tool, entry.failed) == (record.data["tool"], record.data["failed"])


def test_a_head_in_another_form_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    data = {"speaker": "a", "text": "words", "context": []}
    record = {"data": data, "seconds": 1, "time": "", "type": "turn", "key": 'idea_1/chat/a"b/1'}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    index = JournalIndex(path)
    [entry] = index.refresh()
    assert (entry.key, entry.type, index.read(entry).data) == ('idea_1/chat/a"b/1', "turn", data)


def test_a_failed_call_and_its_price_are_not_taken_from_its_text(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    planted = '{"dollars": 99.0, "failed": true, "submissions": ["x"]'
    tool = {"tool": "t", "arguments": {"a": planted}, "text": planted, "failed": False, "submissions": [], "commit": ""}
    journal.put("idea_1/chat/coder/1/tool:t:ab:1", "tool", tool)
    journal.put(
        "idea_1/chat/coder/1/model:1", "model", {"model": planted, "dollars": 0.5, "result": {"content": planted}}
    )
    journal.close()
    index = JournalIndex(journal.path)
    assert [(entry.failed, entry.dollars) for entry in index.refresh()] == [(False, 0.0), (False, 0.5)]


def test_only_what_is_new_is_read_and_a_torn_line_waits(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.put("run/start:1", "start", {})
    index = JournalIndex(journal.path)
    assert len(index.refresh()) == 1 and index.refresh() == []
    with journal.path.open("ab") as file:
        file.write(b'{"key": "idea_1/chat"')
    assert index.refresh() == []
    with journal.path.open("ab") as file:
        file.write(b', "type": "phase", "time": "", "seconds": 0.0, "data": {}}\n')
    assert [entry.key for entry in index.refresh()] == ["idea_1/chat"]


def test_damaged_lines_are_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for key in ("one", "two", "three"):
        journal.put(key, "step", {"text": key})
    content = journal.path.read_bytes()
    journal.path.write_bytes(b"[]\n" + content.replace(b'"text": "two"', b'"text": "tvo"'))
    index = JournalIndex(journal.path)
    assert [(entry.key, index.read(entry).data["text"]) for entry in index.refresh()] == [("one",) * 2, ("three",) * 2]


def test_a_search_finds_text_in_pages_and_no_words_of_the_format(journal: Path) -> None:
    index = JournalIndex(journal)
    index.refresh()
    wanted = [
        e.number for e, r in zip(index.entries, read_journal(journal), strict=True) if "RUN_1" in text_of(r).upper()
    ]
    found: list[int] = []
    start: int | None = 0
    while start is not None:
        result = index.search("Run_1", lambda entry: True, text_of, start=start, limit=3, seconds=60)
        found += [entry.number for entry in result.found]
        start = result.next
    assert found == wanted and len(found) > 3
    assert index.search("call_id", lambda entry: True, text_of, seconds=60).found == []


def test_a_search_that_takes_too_long_says_where_to_go_on(journal: Path) -> None:
    index = JournalIndex(journal)
    index.refresh()
    result = index.search("no such words", lambda entry: True, text_of, seconds=0)
    assert (result.found, result.next) == ([], 0)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("run/start:2", ("", "", "", 0, "start:2")),
        ("idea_1/start", ("idea_1", "", "", 0, "start")),
        ("idea_1/panel:2", ("idea_1", "panel:2", "", 0, "")),
        ("idea_1/chat/task", ("idea_1", "chat", "", 0, "task")),
        ("idea_1/chat/coder/3", ("idea_1", "chat", "coder", 3, "")),
        ("idea_1/chat/coder/3/model:1/fault:2", ("idea_1", "chat", "coder", 3, "model:1/fault:2")),
        ("idea_1/chat/restart/coder/3/tool:a:b:1", ("idea_1", "chat", "coder", 3, "tool:a:b:1")),
    ],
)
def test_a_key_says_where_its_step_belongs(key: str, place: tuple[str, str, str, int, str]) -> None:
    assert place_of(key) == place
