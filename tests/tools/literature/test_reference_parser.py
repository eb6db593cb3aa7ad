"""References as printed are read back into records."""

from __future__ import annotations

import pytest

from tools.literature.reference_parser import parse_reference, parse_references


@pytest.mark.parametrize(
    ("text", "authors", "title", "year"),
    [
        ("Jonathan Ho, Ajay Jain, and Pieter Abbeel. Denoising diffusion probabilistic models. In H. Larochelle, M. Ranzato "
         "(eds.), Advances in Neural Information Processing Systems, volume 33, pp. 6840–6851. Curran, 2020.",
         ("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"), "Denoising diffusion probabilistic models", 2020),
        ("B. L. Welch. The Generalization of ‘Student’s’ Problem. Biometrika, 1947. doi: 10.1093/biomet/34.1-2.28.",
         ("B. L. Welch",), "The Generalization of ‘Student’s’ Problem", 1947),
        ("[3] Diederik P. Kingma and Jimmy Ba. Adam: A method for stochastic optimization, 2015.",
         ("Diederik P. Kingma", "Jimmy Ba"), "Adam: A method for stochastic optimization", 2015),
        ("Chris Lu et al. The AI Scientist. arXiv preprint arXiv:2408.06292, 2024.",
         ("Chris Lu", "others"), "The AI Scientist", 2024),
    ],
)  # fmt: skip
def test_the_usual_form(text: str, authors: tuple[str, ...], title: str, year: int) -> None:
    record = parse_reference(text, "1")
    assert record is not None
    assert (record.authors, record.title, record.year) == (authors, title, year)


def test_identities_are_found() -> None:
    record = parse_reference(
        "A. Author. A title of a work. arXiv preprint arXiv:2408.06292, 2024. doi: 10.1000/XYZ.", "1"
    )
    assert record is not None and (record.arxiv_id, record.doi) == ("2408.06292", "10.1000/xyz")


def test_what_has_another_form_is_noted_and_not_guessed() -> None:
    entries = parse_references(["see the web page", "A. Author. A title of a work. Journal, 2020."])
    assert entries.keys == ["2"] and "reference 1 " in entries.notes[0]
