"""A quote is found when the paper says so in other typesetting, and not when it says something else."""

from __future__ import annotations

import pytest

from tools.review import (
    PaperText,
    extract_quotes,
)

PAPER_FILE = PaperText(
    """[page 1]
# On Seeds

We train five networks with diﬀerent seeds and find a state-of-the-art gener-
alisation error of 0.31 ± 0.04 (Author et al., 2021), an effect of −3.2% on moons [4, 7].

[page 2]
The dataset “Dino” is small. Limitations are not the topic; the step size was 1,000 times smaller, as in
\\citet{author2020seeds}, and the loss went from 0.5 to 0.7 on the
[page 3]
held-out half of the data.
""",
    paged=True,
)


@pytest.mark.parametrize(
    ("quote", "page"),
    [
        ("We train five networks with different seeds", 1),
        ("WE TRAIN five   networks\nwith diﬀerent seeds.", 1),
        ("state-of-the-art generalisation error of 0.31 ± 0.04", 1),
        ("error of 0.31 ± 0.04, an effect of -3.2% on moons.", 1),
        ("an effect of –3.2% on moons [4, 7]", 1),
        ("We train five networks … effect of −3.2%", 1),
        ("We train five networks [...] on moons", 1),
        ('The dataset "Dino" is small', 2),
        ("1000 times smaller, as in, and the loss went", 2),
        ("from 0.5 to 0.7 on the held-out half", 2),
        ("half of the data", 3),
    ],
)
def test_what_the_paper_says_is_found_with_its_page(quote: str, page: int) -> None:
    found = PAPER_FILE.find(quote)
    assert found.found and found.page == page


@pytest.mark.parametrize(
    "quote",
    [
        "We train six networks with different seeds",
        "error of 0.31 ± 0.05",
        "error of 31 ± 0.04",
        "an effect of 3.2% on moons",
        "an effect of -3.2 on moons",
        "on moons … We train five networks",
        "imitations are not the topic",
        "from 0.7 to 0.5",
        "page 2",
    ],
)
def test_what_it_does_not_say_is_not(quote: str) -> None:
    assert not PAPER_FILE.find(quote).found


def test_a_misquoted_passage_is_told() -> None:
    found = PAPER_FILE.find("Dino is small. Limitations are not the main topic of this")
    assert not found.found and "Limitations are not the topic" in found.nearest
    assert PAPER_FILE.find("nothing like this was ever said there").nearest == ""


def test_a_text_without_pages_has_none() -> None:
    found = PaperText("[page 7]\nSeeds matter.", paged=False).find("Seeds matter")
    assert found.found and found.page is None


def test_quotes_are_what_stands_in_marks() -> None:
    text = (
        'It says «five "small" seeds» and “the loss went up” on so-called "moons"; ``nothing else was tried\'\' though,'
        " and “big data” is a term."
    )
    assert extract_quotes(text) == ['five "small" seeds', "the loss went up", "nothing else was tried"]
    assert extract_quotes('5" long and 3" wide') == []


def test_straight_double_quotes_quote_from_three_words_on() -> None:
    assert extract_quotes('The "loss went up" on "two words" only.') == ["loss went up"]
