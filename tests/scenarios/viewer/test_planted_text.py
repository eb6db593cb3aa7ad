"""Whatever agents, models and experiments write stays text: no markup, no control characters, no change of direction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from agents.journal import Journal
from tests.scenarios.viewer.conftest import Site

MARKUP = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><a href=javascript:alert(3)>{{ 7*7 }}"
CONTROL = "\x1b[2J\x1b]8;;http://evil.example\x07 \u202egnp.exe\u202c \u2066\u200f \x00\x08 \ufeff"
PLANTED = MARKUP + CONTROL
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    run = tmp_path / f"run {MARKUP.replace('/', '')}"
    run.mkdir()
    (run / "scenario.yaml").write_text(f"name: x\n# {MARKUP}\n", encoding="utf-8")
    journal = Journal(run / "journal.jsonl")
    key, speaker = "idea_1/chat", f"<b>coder</b>{CONTROL}"
    result: dict[str, Any] = {
        "content": PLANTED,
        "thought": PLANTED,
        "usage": {"faults": [PLANTED], "prompt_tokens": 9},
    }
    result["usage"]["completion_tokens"] = 1
    turn = f"{key}/{speaker.replace('/', '')}/1"
    journal.put("run/start:1", "start", {})
    journal.put(f"{key}/task", "step", {"task": PLANTED})
    journal.put(
        f"{turn}/model:1", "model", {"digest": "", "model": PLANTED, "dollars": 0.1, "tokens": 1, "result": result}
    )
    tool = {"tool": PLANTED, "arguments": {PLANTED: PLANTED, "b": [PLANTED]}, "text": PLANTED, "failed": True}
    journal.put(f"{turn}/tool:{MARKUP}:ab:1", "tool", {**tool, "submissions": [], "commit": PLANTED, "call_id": ""})
    fault = {"model": PLANTED, "dollars": 0.0, "tokens": 0, "kind": PLANTED, "text": PLANTED, "faults": [PLANTED]}
    journal.put(f"{turn}/model:2/fault:1", "fault", fault)
    message = {"content": PLANTED, "source": PLANTED, "type": "UserMessage"}
    words = PLANTED + "x" * 300_000
    journal.put(
        turn, "turn", {"speaker": speaker, "text": words, "submitted": [], "accepted": [], "context": [message]}
    )
    journal.put(key, "phase", {"kind": "accepted", "reason": PLANTED, "usable": True, "commit": ""})
    journal.put("run/end:9", "run", {"status": "finished", "reason": PLANTED})
    journal.close()
    made = Site(tmp_path)
    made.log_in()
    return made


def test_planted_text_stays_text_on_every_page(site: Site) -> None:
    pages = site.crawl()
    assert len(pages) > 10
    for path, page in pages.items():
        assert not _UNSEEN.search(page.text), path
        for tag, attributes in page.tags:
            assert tag not in ("iframe", "object", "embed", "base", "form action"), path
            assert tag != "script" or attributes.get("src") == "/static/viewer.js", path
            assert tag != "img" or attributes["src"].startswith("/run/"), path
            assert not any(name.startswith("on") for name in attributes), path
            assert not any(value.strip().lower().startswith("javascript:") for value in attributes.values()), path
        assert "49" not in re.findall(r"\{\{.*?\}\}|^49$", page.text), path


def test_a_huge_text_does_not_make_a_huge_page(site: Site) -> None:
    sizes = {path: len(page.text) for path, page in site.crawl().items() if "/talk/" in path}
    assert sizes and max(sizes.values()) < 100_000
