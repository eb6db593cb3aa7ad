"""Citations: the bibliography against its sources, references typed by hand, and what is attributed to other works."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.paper_sample import ledger
from tools.gate import FindingCode, GateFinding
from tools.gate.citation_text import check_attributions, check_handwritten
from tools.gate.citations import check_citations
from tools.gate.section_source import read_source
from tools.literature import (
    Bibliography,
    Literature,
    LocalLibrary,
    PaperRecord,
    SourceDown,
    SourceRecords,
    collect_source_records,
)
from tools.literature.citation_check import CitationCheck

ABSTRACT = (
    "We present high quality image synthesis results using diffusion probabilistic models, a class of latent variable models "
    "inspired by considerations from nonequilibrium thermodynamics. Our best results are obtained by training on a weighted "
    "variational bound designed according to a novel connection between diffusion probabilistic models and denoising score "
    "matching with Langevin dynamics."
)
HO = PaperRecord(
    source="archive",
    source_id="1",
    title="Denoising Diffusion Probabilistic Models",
    authors=("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"),
    year=2020,
    abstract=ABSTRACT,
)


class Archive:
    """A source that returns its records to every query, or is down."""

    name = "archive"

    def __init__(self, *records: PaperRecord, down: bool = False, seconds: float = 0) -> None:
        self._records, self._down, self._seconds = records, down, seconds

    async def search(self, query: str, limit: int) -> list[PaperRecord]:
        await asyncio.sleep(self._seconds)
        if self._down:
            raise SourceDown("no connection")
        return list(self._records)


def bibliography(folder: Path, record: PaperRecord = HO) -> Bibliography:
    made = Bibliography(folder / "references.bib")
    made.add(record)
    return Bibliography(made.path)


def compared(
    made: Bibliography, *sources: Archive | LocalLibrary, searches: dict[str, list[str]], seconds: float = 5
) -> list[GateFinding]:
    literature = Literature(sources, None)
    records = asyncio.run(collect_source_records(made, literature, searches, seconds=seconds))
    cited = " ".join(f"\\citep{{{key}}}" for key in made.keys())  # noqa: SIM118
    return list(check_citations({"introduction": cited}, made, records))


SEARCHES = {"diffusion": ["archive:1"]}


def test_an_entry_that_agrees_with_its_source_passes(tmp_path: Path) -> None:
    assert compared(bibliography(tmp_path), Archive(HO), searches=SEARCHES) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Denoising Diffusion Probabilistic Models", "Diffusion Models Always Converge on Point Sets"),
        ("Jonathan Ho", "Jane Doe"),
        ("{2020}", "{2012}"),
    ],
)
def test_an_entry_that_was_edited_is_found(tmp_path: Path, before: str, after: str) -> None:
    path = bibliography(tmp_path).path
    path.write_text(path.read_text().replace(before, after))
    [found] = compared(Bibliography(path), Archive(HO), searches=SEARCHES)
    assert (found.kind, found.code) == ("error", FindingCode.WRONG_CITATION)
    assert "2020" in found.expected and HO.title in found.expected


def test_a_retracted_work_is_found(tmp_path: Path) -> None:
    [found] = compared(bibliography(tmp_path), Archive(replace(HO, retracted=True)), searches=SEARCHES)
    assert (found.kind, found.code) == ("error", FindingCode.WRONG_CITATION)


@pytest.mark.parametrize("archive", [Archive(), Archive(down=True)], ids=["unknown work", "source down"])
def test_a_forged_source_is_found(tmp_path: Path, archive: Archive) -> None:
    """The identifier must come from a search of the run; it is no excuse that nothing can be looked up."""
    forged = PaperRecord(
        source="arxiv", source_id="2401.99999", title="A Work That Nobody Wrote", authors=("A Person",)
    )
    [found] = compared(bibliography(tmp_path, forged), archive, searches=SEARCHES)
    assert (found.kind, found.code) == ("error", FindingCode.UNSOURCED_CITATION)


def test_an_entry_of_a_draft_is_accepted_if_a_source_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "references.bib"
    path.write_text(
        "@article{ho, title={Denoising Diffusion Probabilistic Models},"
        " author={Ho, Jonathan and Jain, Ajay and Abbeel, Pieter}, year={2020}}"
    )
    assert compared(Bibliography(path), Archive(HO), searches={}) == []


def test_a_source_that_is_down_leaves_the_entry_uncompared(tmp_path: Path) -> None:
    [found] = compared(bibliography(tmp_path), Archive(down=True), searches=SEARCHES)
    assert (found.kind, found.code) == ("note", FindingCode.UNCOMPARED_CITATION)


def test_the_comparison_has_a_time_limit(tmp_path: Path) -> None:
    [found] = compared(bibliography(tmp_path), Archive(HO, seconds=30), searches=SEARCHES, seconds=0.1)
    assert (found.kind, found.code) == ("note", FindingCode.UNCOMPARED_CITATION)


def test_one_key_in_two_local_bibliographies_may_agree_with_either(tmp_path: Path) -> None:
    """A template's bibliography and the shared one can spell the authors of a work differently."""
    entry = "@article{ho2020, title={Denoising Diffusion Probabilistic Models}, author={%s}, year={2020}}\n"
    for name, authors in (("one.bib", "Ho, Jonathan"), ("two.bib", "Ho, Jonathan and Jain, Ajay")):
        (tmp_path / name).write_text(entry % authors)
    library = LocalLibrary([tmp_path / "one.bib", tmp_path / "two.bib"])
    for record in library.records:
        folder = tmp_path / str(len(record.authors))
        folder.mkdir()
        assert compared(bibliography(folder, record), library, searches={"x": [record.id]}) == []


# References typed by hand


def handwritten(tmp_path: Path, latex: str) -> list[str]:
    found = list(check_handwritten(read_source("related_work", latex), bibliography(tmp_path)))
    assert all(finding.kind == "error" for finding in found)
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    "latex",
    [
        r"Smith et al.\ (2023) found the same.",
        "Smith et al. found the same.",
        "Smith and Jones (2019) disagree.",
        r"Smith \& Jones (2019) disagree.",
        "The same was found before (Smith, 2023).",
        "The same was found before (Smith et al., 2023).",
        "See also [12].",
        "As shown in [3, 7].",
        "See arXiv:2301.00001.",
        r"See \url{https://arxiv.org/abs/2301.00001}.",
        "See doi:10.1000/xyz123.",
    ],
)
def test_a_reference_typed_by_hand_is_found(tmp_path: Path, latex: str) -> None:
    assert handwritten(tmp_path, latex) == [FindingCode.HANDWRITTEN_CITATION]


@pytest.mark.parametrize(
    "latex",
    [
        r"Ho et al.~\citep{ho2020denoising} trained it.",
        r"\citet{ho2020denoising} trained it.",
        "Points lie in the interval [0, 1] and in [-4, 4].",
        r"With $x \in [12]$ and $t[3]$.",
        "We ran it in January (2020).",
        r"\citep[see][p.~12]{ho2020denoising}",
        r"\begin{itemize}\item[1] first\end{itemize}",
    ],
)
def test_other_brackets_and_names_pass(tmp_path: Path, latex: str) -> None:
    assert handwritten(tmp_path, latex) == []


# What is attributed to a work


def attributed(latex: str, abstract: str = ABSTRACT) -> list[str]:
    found = CitationCheck("ho", "exists", "", PaperRecord("archive", "1", HO.title, abstract=abstract))
    records = SourceRecords({"ho": found})
    findings = check_attributions(read_source("related_work", latex), ledger(), records)
    return [finding.kind for finding in findings if finding.code == FindingCode.ATTRIBUTED_CLAIM]


@pytest.mark.parametrize(
    "latex",
    [
        r"\citet{ho} show that doubling the learning rate lowers the KL divergence on dino.",
        r"\citet{ho} report that run\_1 converges.",
        r"According to \citet{ho}, width helps on moons.",
        r"Width helps on the circle dataset, as \citet{ho} found.",
        r"Ho et al.~\citep{ho} demonstrate lower values for moons.",
        r"\citet{ho} find a value of \result{run_1/dino/kl_divergence}.",
        r"\citet{ho} prove that sorting networks need logarithmic depth.",
    ],
)
def test_what_a_cited_work_does_not_say_is_found(latex: str) -> None:
    assert attributed(latex) == ["error"]


@pytest.mark.parametrize(
    "latex",
    [
        r"\citet{ho} report an FID of 3.17 on CIFAR-10.",
        r"\citet{ho} show that diffusion models synthesize images.",
        r"\citet{ho} report an FID of 3.17, whereas we measure \result{run_1/dino/kl_divergence} on dino.",
        r"\citet{ho} achieve 99 percent on MNIST.",
    ],
)
def test_what_takes_a_reader_is_noted_as_not_checked(latex: str) -> None:
    assert attributed(latex) == ["note"]


def test_a_remark_of_one_line_proves_nothing() -> None:
    assert attributed(r"\citet{ho} prove that sorting networks need logarithmic depth.", "Predicts noise.") == ["note"]


def test_a_work_that_is_only_named_is_not_judged() -> None:
    assert attributed(r"Diffusion models reverse a noising process \citep{ho}.") == []
