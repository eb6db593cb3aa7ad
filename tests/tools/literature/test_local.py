"""Bibliography files as a source: every entry found or reported, the best first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.errors import UserError
from tools.literature import read_bibliography
from tools.literature.bibtex_writer import cite_key
from tools.literature.local import LocalLibrary

METHODS = Path("configs/literature/methods.bib")

ZOTERO = r"""
@article{welch_generalization_1947,
	title = {The generalization of ‘{Student}’s’ problem},
	volume = {34},
	issn = {0006-3444},
	url = {https://doi.org/10.1093/biomet/34.1-2.28},
	doi = {10.1093/biomet/34.1-2.28},
	abstract = {Unequal variances; 50\% of cases.},
	journaltitle = {Biometrika},
	author = {Welch, B. L.},
	date = {1947-01-01},
	langid = {english},
	file = {PDF:C\:\\Users\\me\\x.pdf:application/pdf},
}

@online{ho_denoising_2020,
	title = {Denoising $\alpha$ Diffusion \& more},
	url = {http://arxiv.org/abs/2006.11239},
	author = {Ho, Jonathan and {OpenAI} and van der Berg, J{\"o}rg},
	date = {2020},
	eprinttype = {arxiv},
	eprint = {2006.11239},
}
"""

BROKEN = """@article{good, title = {First}, author = {A B}}

@article{open, title = {Never closed, author = {X}

@article{good, title = {Same key}}
@misc{untitled, author = {Q}}
@book{last, title = {Last}, year = 1999}
"""

TEMPLATE = r"""\documentclass{article}
\begin{filecontents}{references.bib}
@book{goodfellow2016deep, title={Deep learning}, author={Goodfellow, Ian}, year={2016}}
@misc{broken, title={x
\end{filecontents}
\begin{document} @article{not, title={In the text}} \end{document}
"""


@pytest.fixture(scope="module")
def library() -> LocalLibrary:
    return LocalLibrary([METHODS])


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_zotero_export_is_read(tmp_path: Path) -> None:
    entries = read_bibliography(written(tmp_path / "z.bib", ZOTERO))
    welch, ho = entries.records
    assert entries.notes == []
    assert (welch.title, welch.year, welch.venue) == ("The generalization of ‘Student’s’ problem", 1947, "Biometrika")
    assert (welch.doi, welch.abstract) == ("10.1093/biomet/34.1-2.28", "Unequal variances; 50% of cases.")
    assert (ho.title, ho.arxiv_id) == ("Denoising α Diffusion & more", "2006.11239")
    assert ho.authors == ("Jonathan Ho", "OpenAI", "Jörg van der Berg")


def test_broken_entries_are_reported_with_their_line_and_cost_no_other(tmp_path: Path) -> None:
    path = written(tmp_path / "b.bib", BROKEN)
    entries = read_bibliography(path)
    assert entries.keys == ["good", "last"]
    assert [note.split(": ")[0] for note in entries.notes] == [f"{path}:{line}" for line in (6, 3, 5)]
    assert "has no title" in entries.notes[0]
    assert "Unexpected block start" in entries.notes[1]
    assert "used before" in entries.notes[2]


def test_the_bibliography_inside_a_template_is_read(tmp_path: Path) -> None:
    entries = read_bibliography(written(tmp_path / "template.tex", TEMPLATE))
    assert [record.title for record in entries.records] == ["Deep learning"]
    assert entries.notes[0].startswith(f"{tmp_path / 'template.tex'}:4: broken entry skipped")


def test_a_byte_order_mark_is_passed_over_and_other_encodings_are_named(tmp_path: Path) -> None:
    assert read_bibliography(written(tmp_path / "a.bib", "\ufeff@misc{a, title={T}}")).keys == ["a"]
    (tmp_path / "l.bib").write_bytes("@misc{a, title={Größe}}".encode("latin-1"))
    with pytest.raises(UserError, match=r"l\.bib:1: not UTF-8 text"):
        read_bibliography(tmp_path / "l.bib")


@pytest.mark.parametrize(
    "query, key",
    [
        ("sensitivity of learning rates", "smith2018disciplined"),
        ("diffusion noise schedule", "nichol2021improved"),
        ("Welch test unequal variance", "welch1947generalization"),
        ("Demšar classifiers datasets", "demsar2006statistical"),
        ("grokking modular arithmetic", "power2022grokking"),
        ("random seeds variance benchmark", "bouthillier2021accounting"),
        ("character-level shakespeare", "karpathy2022nanogpt"),
    ],
)
async def test_the_methods_library_answers(library: LocalLibrary, query: str, key: str) -> None:
    found = await library.search(query, 3)
    assert key in [record.source_id for record in found]


async def test_the_order_is_the_same_each_time(library: LocalLibrary) -> None:
    again = LocalLibrary([METHODS])
    assert await again.search("learning rate", 20) == await library.search("learning rate", 20)


async def test_what_shares_no_word_is_not_found(library: LocalLibrary) -> None:
    assert await library.search("zeppelin", 3) == []
    assert await LocalLibrary([]).search("anything", 3) == []


def test_the_methods_library_is_whole() -> None:
    entries = read_bibliography(METHODS)
    assert entries.notes == []
    assert len(entries.records) >= 40
    assert all(record.authors and record.year and record.venue and record.abstract for record in entries.records)
    assert entries.keys == [cite_key(record) for record in entries.records]


async def test_one_identifier_is_found_once(tmp_path: Path) -> None:
    entry = "@article{ho2020, title={Denoising diffusion %s}, author={Ho, Jonathan}, year={2020}}\n"
    for name, rest in (("one.bib", "probabilistic models"), ("two.bib", "models, probabilistic")):
        (tmp_path / name).write_text(entry % rest)
    found = await LocalLibrary([tmp_path / "one.bib", tmp_path / "two.bib"]).search("denoising diffusion models", 10)
    assert [record.source_id for record in found] == ["ho2020"]
