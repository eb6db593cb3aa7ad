"""The paper's references.bib: unique stable keys, and nothing in it that LaTeX or BibTeX could choke on."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import ToolError
from tools.literature import Bibliography, PaperRecord, read_bibliography
from tools.literature.bibtex_writer import bibtex_entry, latex_safe
from tools.literature.record import latex_to_text, plain_text

HO = PaperRecord(
    source="semantic_scholar",
    source_id="5c126ae3421f05768d8edd97ecd44b1364e2c99a",
    title="Denoising Diffusion Probabilistic Models",
    authors=("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"),
    year=2020,
    venue="Neural Information Processing Systems",
    abstract="We present.",
    doi="10.48550/arxiv.2006.11239",
    arxiv_id="2006.11239",
    url="https://www.semanticscholar.org/paper/5c1",
    citations=9,
)

NASTY = [
    replace(HO, source_id="1", doi="", arxiv_id="", title=title, authors=authors)
    for title, authors in [
        (r"100% of {brackets} \input{/etc/passwd} & $x_1^2$ #1 ~", ("Jörg Müller", "The Team, Inc.", "R and D Group")),
        ("} unbalanced @article{evil, title = {x", ("Nguyễn Đình Ằ", "Łukasz Şahin-Ødegård", "王小明")),
        ("Привет ℒ-functions ⅓ ∞ ≤ ε “quotes” — 😀 ﬃ", ("Владимир Петров", "O’Neil, Jr., Ann")),
        ("10,000 authors", tuple(f"Author Number{number}" for number in range(10_000))),
    ]
]


@pytest.fixture
def bibliography(tmp_path: Path) -> Bibliography:
    return Bibliography(tmp_path / "paper" / "references.bib")


def test_a_record_becomes_an_entry_that_names_its_source(bibliography: Bibliography) -> None:
    assert bibliography.add(HO) == "ho2020denoising"
    text = bibliography.path.read_text()
    assert "colloquium-source = {semantic_scholar:5c126ae3421f05768d8edd97ecd44b1364e2c99a}" in text
    assert bibliography.record_for("ho2020denoising") == replace(HO, abstract="", citations=None)


def test_the_same_paper_has_the_same_key_also_from_another_source_and_after_reopening(
    bibliography: Bibliography,
) -> None:
    key = bibliography.add(HO)
    assert bibliography.add(HO) == key
    assert bibliography.add(PaperRecord("arxiv", "2006.11239", "Other words", arxiv_id="2006.11239")) == key
    again = Bibliography(bibliography.path)
    assert again.add(HO) == key
    assert again.keys() == [key]
    assert again.record_for(key) == bibliography.record_for(key)


def test_other_papers_with_the_same_stem_have_other_keys(bibliography: Bibliography) -> None:
    other = replace(HO, source_id="2", title="Denoising something else", doi="", arxiv_id="")
    third = replace(other, source_id="3", title="Denoising a third")
    assert [bibliography.add(record) for record in (HO, other, third)] == [
        "ho2020denoising",
        "ho2020denoisingb",
        "ho2020denoisingc",
    ]


def test_a_users_entries_stay_as_they_are_and_their_keys_taken(tmp_path: Path) -> None:
    path = tmp_path / "references.bib"
    own = "% mine\n@article{HO2020Denoising, title = {Another}, author = {A B}, volume = 3}\n@misc{broken, title={x\n"
    path.write_text(own)
    bibliography = Bibliography(path)
    assert bibliography.keys() == ["HO2020Denoising"]
    assert len(bibliography.notes) == 1
    bibliography.add(HO)
    assert path.read_text().startswith(own)


def test_an_unknown_key_names_the_nearest(bibliography: Bibliography) -> None:
    bibliography.add(HO)
    with pytest.raises(ToolError, match=r"no entry 'ho2020denoise' in references.bib: did you mean 'ho2020denoising'"):
        bibliography.record_for("ho2020denoise")


def test_a_record_with_nothing_but_a_title_is_citable(bibliography: Bibliography) -> None:
    assert bibliography.add(PaperRecord("arxiv", "x", "The 42")) == "anonymousuntitled"
    assert "@misc{anonymousuntitled," in bibliography.path.read_text()


@pytest.mark.parametrize("record", NASTY, ids=range(len(NASTY)))
def test_nasty_records_stay_inside_their_entry(bibliography: Bibliography, record: PaperRecord) -> None:
    key = bibliography.add(record)
    bibliography.add(HO)
    text = bibliography.path.read_text()
    assert text.isascii() and len(text) < 5_000
    again = Bibliography(bibliography.path)
    assert again.notes == []
    assert again.keys() == [key, "ho2020denoising"]


def test_names_of_latin_script_survive_the_way_to_latex_and_back() -> None:
    for name in ("Jörg Müller", "Łukasz Kaiser", "Nguyễn Đình", "Dvořák", "Ødegård", "Şahin", "Ångström", "naïve"):
        assert plain_text(latex_to_text(latex_safe(name))) == name


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_is_balanced_ascii(text: str) -> None:
    latex = latex_safe(plain_text(text))
    assert latex.isascii()
    depth = 0
    for char in latex:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("latexmk"), reason="no LaTeX on this machine")
def test_nasty_records_are_typeset(tmp_path: Path) -> None:
    # `add` would take these for one paper: they share an identifier.
    (tmp_path / "refs.bib").write_text(
        "\n".join(bibtex_entry(f"key{n}", record) for n, record in enumerate([HO, *NASTY]))
    )
    (tmp_path / "p.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{amssymb,natbib,hyperref}\begin{document}"
        r"\nocite{*}x\bibliographystyle{plainnat}\bibliography{refs}\end{document}"
    )
    done = subprocess.run(
        ["latexmk", "-pdf", "-halt-on-error", "-interaction=nonstopmode", "p.tex"], cwd=tmp_path, capture_output=True
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert b"error message" not in (tmp_path / "p.blg").read_bytes()
    assert len(read_bibliography(tmp_path / "refs.bib").records) == 1 + len(NASTY)
