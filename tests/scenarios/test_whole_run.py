"""The main job, from a scenario to a reviewed and revised paper, on a template that the project has never seen."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pypdfium2
import pytest

from tests.fakes.foreign_template import EXPERIMENT, write_foreign_template
from tests.scenarios.conftest import ROOT, command_line, idea_of, play
from tests.scenarios.deliverables import deliverables
from tools.errors import UserError
from tools.evidence import Ledger
from tools.sandbox import open_sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
KILLS = 25


def test_a_foreign_template_gets_a_whole_paper(undisturbed: Path) -> None:
    root = idea_of(undisturbed)
    pdf = pypdfium2.PdfDocument(root / "paper" / "paper.pdf")
    text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    assert len(pdf) >= 4 and "??" not in text
    assert len(set(re.findall(r"Figure (\d+):", text))) >= 3 and "Table 1:" in text
    assert "plotting code (final_loss_bars)" in text
    assert "with the same seeds" not in text and "compared before and after" not in text  # no seed, no protected file
    assert (root / "paper" / "references.bib").read_text().count("\n@") + 1 >= 8
    assert json.loads((root / "gate.json").read_text())["verdict"] == "pass"
    for number in (1, 2):
        reviews = root / "reviews" / f"round_{number}"
        assert len(list(reviews.glob("reviewer_*.json"))) == 3 and (reviews / "meta_review.json").exists()
    assert (root / "reviews" / "round_1" / "rebuttal.md").exists()


def test_the_panel_finds_nothing_hidden_in_our_own_paper_and_quotes_it_word_for_word(undisturbed: Path) -> None:
    for number in (1, 2):
        folder = idea_of(undisturbed) / "reviews" / f"round_{number}"
        report = json.loads((folder / "review.json").read_text())
        assert report["paper"]["hidden"] == [] and report["gate"] and (folder / "report.html").exists()
        places = [place for review in report["reviews"] for place in review["places"]]
        assert len(places) > 10 and [place for place in places if not place["found"]] == []


def test_the_paper_prints_what_the_ledger_holds(undisturbed: Path) -> None:
    root = idea_of(undisturbed)
    runs = json.loads((root / "results.json").read_text())["runs"]
    assert len(runs) >= 4
    for run in runs:
        info = json.loads((root / "work" / run["name"] / "final_info.json").read_text())
        for dataset, metrics in run["values"].items():
            assert metrics["final_loss"] == info[dataset]["final_info_dict"]["final_loss"]
    with pypdfium2.PdfDocument(root / "paper" / "paper.pdf") as pdf:
        text = "".join("".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    ledger = Ledger.load(root / "results.json", {})
    sections = "".join(path.read_text() for path in (root / "paper" / "sections").glob("*.tex"))
    compared = [ledger.compare(address.replace("\\_", "_")) for address in re.findall(r"\\change\{([^}]+)\}", sections)]
    assert compared
    for comparison in compared:
        assert not comparison.difference or "".join(comparison.size.split()) in text, comparison.result.address


def test_every_executed_version_stays_retrievable(undisturbed: Path) -> None:
    root = idea_of(undisturbed)
    settings = set()
    for run in json.loads((root / "results.json").read_text())["runs"]:
        shown = subprocess.run(
            ["git", "show", f"{run['commit']}:work/experiment.py"], cwd=root, capture_output=True, text=True, check=True
        ).stdout
        settings.add(re.search(r"step_size = (\S+)", shown)[1])  # type: ignore[index]
    assert len(settings) == 4, "the baseline and three values"


def test_other_data_gives_other_numbers_and_the_text_follows(tmp_path: Path, undisturbed: Path) -> None:
    reseeded = EXPERIMENT.replace("random.Random(seed)", "random.Random(seed + 77)")
    other = write_foreign_template(tmp_path / "descent", reseeded)
    text = (idea_of(play(other, tmp_path / "runs")) / "paper" / "results.tex").read_text()
    assert text != (idea_of(undisturbed) / "paper" / "results.tex").read_text()


def test_killed_at_random_moments_it_ends_the_same(tmp_path: Path, template: Path, undisturbed: Path) -> None:
    """SIGKILL to the whole process, again and again; no journal line is lost, and all deliverables are equal."""
    moments = random.Random(0)
    command = command_line("launch", "quickstart", "--template", template, "--sandbox", "bubblewrap", "--out", tmp_path)
    kept: list[str] = []
    for kill in range(KILLS):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        began = len(kept)
        deadline = time.monotonic() + 60
        target = moments.randint(1, 14)
        while process.poll() is None and time.monotonic() < deadline:
            if len(lines_of(tmp_path)) >= began + target:
                time.sleep(moments.random() * 0.4)
                break
            time.sleep(0.01)
        process.kill()
        process.wait()
        lines = lines_of(tmp_path)
        assert lines[: len(kept)] == kept, f"a line was lost at kill {kill}"
        kept = lines
        if kept:
            command = command_line("resume", next(tmp_path.iterdir()))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    expected, got = deliverables(undisturbed), deliverables(next(tmp_path.iterdir()))
    assert expected.keys() == got.keys()
    for name, value in expected.items():
        if not name.endswith("versions"):
            assert got[name] == value, name


@pytest.mark.docker
def test_docker_gives_the_same_results(tmp_path: Path, template: Path, undisturbed: Path) -> None:
    try:
        asyncio.run(open_sandbox("docker"))
    except UserError as error:
        pytest.skip(f"docker: {error}")
    inside = deliverables(play(template, tmp_path, "--sandbox", "docker"))
    results = next(name for name in inside if name.endswith("results.json"))
    values = [run["values"] for run in inside[results]["runs"]]
    assert values == [run["values"] for run in deliverables(undisturbed)[results]["runs"]]


def lines_of(runs: Path) -> list[str]:
    """The whole lines of the journal that is being written under the folder."""
    path = next(runs.glob("*/journal.jsonl"), None)
    text = path.read_text(encoding="utf-8") if path else ""
    return text[: text.rfind("\n") + 1].splitlines()


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    slow = write_foreign_template(tmp_path / "descent", "import time\ntime.sleep(2)\n" + EXPERIMENT)
    runs = tmp_path / "runs"
    command = command_line("launch", "quickstart", "--template", slow, "--sandbox", "bubblewrap", "--out", runs)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not any("experiments/before" in line for line in lines_of(runs)):
        assert process.poll() is None
        time.sleep(0.1)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "python run.py resume" in shown and "Traceback" not in shown, shown
    left = [p for p in Path("/proc").iterdir() if p.name.isdigit() and str(runs) in _command_of(p)]
    assert not left, "no process of the run is left"


def _command_of(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_a_statistician_joins_the_panel_by_one_file_and_one_line(tmp_path: Path, undisturbed: Path) -> None:
    """As docs/how-to/add-a-role.md tells it."""
    doc = (ROOT / "docs" / "how-to" / "add-a-role.md").read_text(encoding="utf-8")
    card = re.search(r"^    ---\n(?:    .*\n|\n)+?    ---\n(?:    .*\n)+", doc, re.MULTILINE)
    assert card
    roles = tmp_path / "my_roles"
    roles.mkdir()
    (roles / "statistician.md").write_text(re.sub(r"^    ", "", card[0], flags=re.MULTILINE), encoding="utf-8")
    entry = re.search(r"^      - phase: panel\n        participants: .*$", doc, re.MULTILINE)
    assert entry
    scenario = "models: offline\nphases:\n" + re.sub(r"^    ", "", entry[0], flags=re.MULTILINE)
    (tmp_path / "mine.yaml").write_text(scenario, encoding="utf-8")
    paper = idea_of(undisturbed) / "paper" / "paper.pdf"
    arguments = (
        "launch",
        tmp_path / "mine.yaml",
        "--roles",
        roles,
        "--set",
        f"paper={paper}",
        "--out",
        tmp_path / "runs",
    )
    done = subprocess.run(
        command_line(*arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reviews = next((tmp_path / "runs").glob("*/ideas/*/reviews/round_1"))
    assert sorted(path.stem for path in reviews.glob("*.json")) == [
        "meta_review",
        "paper",
        "review",
        "reviewer_clarity",
        "reviewer_evidence",
        "reviewer_methodology",
        "statistician",
    ]
