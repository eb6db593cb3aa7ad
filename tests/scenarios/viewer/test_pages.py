"""What the pages show of real runs, and that every link of theirs leads somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from agents.journal import Journal, read_journal
from agents.journal_index import place_of
from tests.scenarios.viewer.conftest import Site
from tools.audit import audit_paper
from tools.evidence import Ledger
from tools.gate import GateCheckResult, GateFinding, GateReport, load_gate_report, save_gate_report
from tools.gate.checks import run_gate
from tools.literature import Bibliography
from tools.paper import section_path
from tools.review import PanelReport
from tools.run_dir import RunDir


def test_every_link_leads_to_a_page(site: Site) -> None:
    found = site.crawl()
    assert {"/run/finished", "/run/killed", "/run/finished/talk/idea_1/experiments"} <= set(found)


def test_the_list_of_runs_can_be_filtered(site: Site) -> None:
    assert "/run/killed" in site.page("/").addresses()
    finished = site.page("/?status=finished").addresses()
    assert "/run/finished" in finished and "/run/killed" not in finished
    assert "/run/finished" not in site.page("/?q=no-such-word").addresses()


def test_a_phase_shows_every_turn_with_an_anchor_of_its_own(site: Site, old_runs: Path) -> None:
    turns = [
        place_of(record.key)
        for record in read_journal(old_runs / "finished" / "journal.jsonl")
        if record.type == "turn" and place_of(record.key).phase == "experiments"
    ]
    page = site.page("/run/finished/talk/idea_1/experiments")
    anchors = {found["id"] for tag, found in page.tags if tag == "li" and "id" in found}
    assert anchors == {f"{turn.participant}-{turn.turn}" for turn in turns}


def test_a_deep_link_to_a_turn_finds_its_page(tmp_path: Path) -> None:
    run = tmp_path / "long"
    run.mkdir()
    (run / "scenario.yaml").write_text("name: long\n", encoding="utf-8")
    journal = Journal(run / "journal.jsonl")
    for number in range(1, 61):
        data = {"speaker": "coder", "text": f"turn {number}", "submitted": [], "accepted": [], "context": []}
        journal.put(f"idea_1/chat/coder/{number}", "turn", data)
    journal.close()
    site = Site(tmp_path)
    site.log_in()
    page = site.page("/run/long/talk/idea_1/chat?turn=coder-55")
    assert any(found.get("id") == "coder-55" for _, found in page.tags)
    assert len([1 for tag, found in page.tags if tag == "li" and "id" in found]) == 10


@pytest.mark.slow
def test_code_edits_are_shown_as_diffs_and_tool_calls_with_their_arguments(undisturbed: Path) -> None:
    site = Site(undisturbed)
    site.log_in()
    page = site.page(f"/run/{undisturbed.name}/talk/idea_1/experiments")
    classes = [found.get("class") for _, found in page.tags]
    assert "added" in classes and "removed" in classes
    assert "edit_file" in page.text


@pytest.mark.slow
def test_the_prompt_of_every_model_call_is_rebuilt_exactly(undisturbed: Path) -> None:
    site = Site(undisturbed)
    site.log_in()
    records = list(read_journal(undisturbed / "journal.jsonl"))
    calls = [number for number, record in enumerate(records) if record.type == "model"]
    assert calls
    for number in calls:
        page = site.page(f"/run/{undisturbed.name}/step/{number}")
        assert any(found.get("data-exact") == "true" for _, found in page.tags), records[number].key


def test_the_first_page_of_a_run_says_what_became_of_each_idea(site: Site, old_runs: Path) -> None:
    [idea] = RunDir(old_runs / "finished").ideas()
    gate, page = load_gate_report(idea.gate_file), site.page("/run/finished")
    assert gate and page.text.count(gate.summary) == 3, "of the idea, and of both phases of the gate"
    assert "Reject" in page.text and f"/run/finished/idea/{idea.name}/panel" in page.addresses()
    compared = site.page("/compare?run=finished&run=killed")
    assert gate.summary in compared.text and "Reject" in compared.text


def test_an_answer_that_ends_its_turn_is_found_once(tmp_path: Path) -> None:
    (run := tmp_path / "run").mkdir()
    (run / "scenario.yaml").write_text("name: run\n", encoding="utf-8")
    journal = Journal(run / "journal.jsonl")
    call = {"digest": "", "model": "m", "dollars": 0.0, "tokens": 1, "result": {"content": "the answer", "usage": {}}}
    journal.put("idea_1/chat/coder/1/model:1", "model", call)
    data = {"speaker": "coder", "text": "the answer", "submitted": [], "accepted": [], "context": []}
    journal.put("idea_1/chat/coder/1", "turn", data)
    journal.close()
    site = Site(tmp_path)
    site.log_in()
    assert site.page("/run/run/search?q=the+answer").text.count("the answer") == 1
    assert site.page("/run/run/search?q=the+answer&kind=model").text.count("the answer") == 1


def test_a_search_finds_words_of_turns_and_tools_and_filters_narrow_it(site: Site) -> None:
    everything = site.page("/run/finished/search?q=step_size")
    edits = site.page("/run/finished/search?q=step_size&tool=edit_file")
    assert everything.text.count("turn ") > edits.text.count("turn ") > 0
    assert "0 hits" in site.page("/run/finished/search?q=no-such-word-anywhere").text
    assert "0 hits" in site.page("/run/finished/search?q=digest&kind=turn").text, "the journal's own keys are no text"


def test_what_a_running_run_adds_is_shown_at_once(tmp_path: Path, old_runs: Path) -> None:
    run = tmp_path / "running"
    shutil.copytree(old_runs / "killed", run)
    journal = Journal(run / "journal.jsonl")
    site = Site(tmp_path)
    site.log_in()
    try:
        assert "running" in site.page("/").text
        before = len(site.page("/run/running/talk/idea_1/writeup").tags)
        data = {"speaker": "writer", "text": "new words", "submitted": [], "accepted": [], "context": []}
        journal.put("idea_1/writeup/writer/99", "turn", data)
        after = site.page("/run/running/talk/idea_1/writeup")
    finally:
        journal.close()
    assert "new words" in after.text and len(after.tags) > before


def test_damaged_records_are_left_out_and_counted(tmp_path: Path, old_runs: Path) -> None:
    run = tmp_path / "damaged"
    shutil.copytree(old_runs / "killed", run)
    with (run / "journal.jsonl").open("ab") as file:
        file.write(b"no record\nmore\n")
    site = Site(tmp_path)
    site.log_in()
    assert "2 damaged records" in site.page("/run/damaged").text
    assert site.get("/").status_code == 200


def test_experiments_show_each_seed_and_the_comparison_with_the_baseline(site: Site, old_runs: Path) -> None:
    idea = next((old_runs / "finished" / "ideas").iterdir())
    ledger = Ledger.load(idea / "results.json", {})
    page = site.page(f"/run/finished/idea/{idea.name}/experiments")
    for address in ledger.addresses():
        assert all(f"{value:.5g}" in page.text for value in ledger.result(address).values), address
    assert {run.name for run in ledger.completed} <= {found.get("id") for _, found in page.tags}
    assert sum(tag == "circle" for tag, _ in page.tags) == sum(ledger.result(a).n for a in ledger.addresses())


@pytest.mark.slow
def test_every_reference_of_the_paper_says_what_it_rests_on(undisturbed: Path) -> None:
    site = Site(undisturbed)
    site.log_in()
    [idea] = RunDir(undisturbed).ideas()
    page = site.page(f"/run/{undisturbed.name}/idea/{idea.name}/paper")
    sources = [path.read_text(encoding="utf-8") for path in sorted(idea.paper.glob("sections/*.tex"))]
    written = sum(
        len(re.findall(r"\\(?:result|change|noisefloor|setting|env|resulttable|comparisontable|compare)\{", tex))
        for tex in sources
    )
    marks = [found for _, found in page.tags if "mark-of reference" in found.get("class", "")]
    assert len(marks) == written > 0
    assert all("supported" in found["class"] for found in marks)
    panels = {found["id"] for _, found in page.tags if "popover" in found}
    assert {found["popovertarget"] for found in marks} <= panels
    run = Ledger.load(idea.ledger_file, {}).completed[1]
    assert run.commit in page.text and run.environment["python"] in page.text


def test_a_finding_of_the_gate_stands_at_its_line(tmp_path: Path, old_runs: Path) -> None:
    run = tmp_path / "withheld"
    shutil.copytree(old_runs / "finished", run)
    [idea] = RunDir(run).ideas()
    found = GateFinding(code="typed_number", file="sections/results.tex", line=1, reason="a planted finding")
    save_gate_report(GateReport(checks=[GateCheckResult(name="n", question="q", findings=[found])]), idea.gate_file)
    site = Site(tmp_path)
    site.log_in()
    text = site.get(f"/run/withheld/idea/{idea.name}/paper").text
    assert text.index('id="results-line-1"') < text.rindex("a planted finding") < text.index('id="results-line-2"')


def test_statements_are_judged_as_by_the_gate(tmp_path: Path, old_runs: Path) -> None:
    run = tmp_path / "changed"
    shutil.copytree(old_runs / "finished", run)
    [idea] = RunDir(run).ideas()
    setup = section_path(idea.paper, "experimental_setup")
    setup.write_text(
        setup.read_text() + "\nWe train with a learning rate of 17. Every run used eight NVIDIA H100 accelerators.\n"
    )
    bibliography = Bibliography(idea.bibliography_file)
    report = run_gate(
        idea.paper, Ledger.load(idea.ledger_file, {}), bibliography, code=idea.work if idea.work.is_dir() else None
    )
    reasons = {
        f.reason for check in report.checks if check.name == "setup" for f in check.findings if "H100" in f.excerpt
    }
    site = Site(tmp_path)
    site.log_in()
    text = site.page(f"/run/changed/idea/{idea.name}/paper").text
    assert reasons and all(reason in text for reason in reasons)


@pytest.mark.slow
def test_a_quotation_is_marked_on_the_page_it_comes_from(undisturbed: Path) -> None:
    site = Site(undisturbed)
    site.log_in()
    [idea] = RunDir(undisturbed).ideas()
    report = PanelReport.model_validate_json(idea.review_rounds()[0].report_file.read_bytes())
    quote = next(quote for review in report.reviews for quote in review.places if quote.found and quote.page)
    panel = site.page(f"/run/{undisturbed.name}/idea/{idea.name}/panel")
    [target, *_] = [link for link in panel.addresses() if f"/{quote.page}?quote=" in link]
    assert any(tag == "rect" for tag, _ in site.page(target).tags)
    assert not any(tag == "rect" for tag, _ in site.page(target.partition("quote=")[0] + "quote=no+such+words").tags)


def test_reviews_stand_side_by_side_with_scores_and_decision(site: Site, old_runs: Path) -> None:
    [idea] = RunDir(old_runs / "finished").ideas()
    report = PanelReport.model_validate_json(idea.review_rounds()[0].report_file.read_bytes())
    page = site.page(f"/run/finished/idea/{idea.name}/panel")
    assert all(review.reviewer in page.text for review in report.reviews)
    assert report.decision in page.text and report.meta_review.summary.split(".")[0] in page.text


def test_an_audit_report_has_a_page_of_its_own(tmp_path: Path) -> None:
    paper = tmp_path / "paper.tex"
    paper.write_text(
        "\\begin{document}\nThe mean of 1.0 and 3.0 over 2 seeds is 2.5.\n\\end{document}\n", encoding="utf-8"
    )
    report, _ = audit_paper(paper, None)
    (tmp_path / "audit.json").write_text(report.model_dump_json(), encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    site = Site(tmp_path)
    site.log_in()
    assert {"/audit/audit.json"} == {link for link in site.page("/").addresses() if link.startswith("/audit/")}
    page = site.page("/audit/audit.json")
    assert all(f"{statement.said}" in page.text for statement in report.statements)
    assert site.get("/audit/other.json").status_code == 404
