"""What reveals a decision is removed, and the paper is kept."""

from __future__ import annotations

import time

import pytest

from tests import real_data
from tools.documents import read_document
from tools.reviewer_bench.leak_power import LEAKS, leak_features
from tools.reviewer_bench.leaks import strip_leaks
from tools.reviewer_bench.paper_structure import is_heading

PAPERS = real_data.PAPERS

BODY = """ABSTRACT

We study forests. Accuracy rises by 3 points.

1 INTRODUCTION

Jobs were submitted to the cluster, and answers were published in several rounds by anonymous workers.
Forests are old (Roe, 2001). We use the trees of Poe (2002), trained at a rate of 0.1.

2 METHOD

A tree is grown. The model of Lee is used as is.
"""
FINAL = (
    """Published as a conference paper at ICLR 2022

# GROWING FORESTS
## WITH CARE

**Jane Roe[∗], John Poe**[†]
University of Elsewhere, Forest Lab
{jroe, jpoe}@elsewhere.edu

"""
    + BODY
    + """
_∗Equal contribution. Correspondence to jroe@elsewhere.edu_
_†Elsewhere Institute, now at Acme Research._
[Code available at https://github.com/jroe/forests.](https://github.com/jroe/forests)

Published as a conference paper at ICLR 2022

3 RESULTS

Trees grow. We release all models at https://huggingface.co/jroe/forests. The bark is from the
library of Lee (https://github.com/lee/bark), version 2.

AUTHOR CONTRIBUTIONS

JR grew. JP cut.

ACKNOWLEDGMENTS

We thank Ann Lee for axes. This research was supported by grant
NSF CNS-1652544 OF THE FOREST SERVICE, under
A portion of the budget.

REFERENCES

Jane Roe. Forests. In International Conference on Trees, 2001.

A PROOFS

Wood floats.
"""
)
ANONYMOUS = (
    """# GROWING FORESTS WITH CARE

**Anonymous authors**
Paper under double-blind review

"""
    + BODY
    + """
Our code can be found at https://anonymous.4open.science/r/forests-1234.

Under review as a conference paper at ICLR 2022

REFERENCES

Jane Roe. Forests. 2001.
"""
)
GONE = (
    "Published as", "ICLR 2022", "Jane Roe[", "John Poe*", "Elsewhere", "@", "Equal contribution", "Acme", "github", "jroe",
    "huggingface", "Code available", "We release", "JR grew", "CONTRIBUTIONS", "ACKNOWLEDG", "Ann Lee", "NSF", "budget",
    "Anonymous authors", "double-blind", "anonymous.4open", "Under review", "Our code",
)  # fmt: skip
KEPT = (
    "GROWING FORESTS", "WITH CARE", "ABSTRACT", "Accuracy rises by 3 points.", "Jobs were submitted to the cluster",
    "published in several rounds by anonymous workers", "(Roe, 2001)", "rate of 0.1", "The model of Lee is used as is.",
)  # fmt: skip


@pytest.mark.parametrize("paper", [FINAL, ANONYMOUS], ids=["final version", "anonymous version"])
def test_leaks_are_removed_and_the_paper_is_kept(paper: str) -> None:
    text = strip_leaks(paper).text
    assert [leak for leak in GONE if leak in text] == []
    assert [words for words in KEPT if words not in text] == []


def test_a_final_version_keeps_the_text_around_its_leaks() -> None:
    text = strip_leaks(FINAL).text
    for words in (
        "3 RESULTS",
        "Trees grow.",
        "library of Lee",
        "version 2.",
        "REFERENCES",
        "Conference on Trees",
        "Wood floats.",
    ):
        assert words in text
    assert text.index("3 RESULTS") < text.index("REFERENCES") < text.index("A PROOFS")


def test_removed_text_is_listed_by_kind() -> None:
    removed = strip_leaks(FINAL).removed
    kinds = {found.kind for found in removed}
    assert kinds == {"running head", "author block", "footnote", "acknowledgements", "contributions", "link"}
    assert any("Jane Roe" in found.text for found in removed if found.kind == "author block")


def test_both_versions_of_a_paper_look_the_same_up_to_the_body() -> None:
    final, anonymous = (strip_leaks(paper).text.partition("ABSTRACT")[0].split() for paper in (FINAL, ANONYMOUS))
    assert [word for word in final if word != "##"] == anonymous


@pytest.mark.parametrize("paper", [FINAL, ANONYMOUS, BODY, "", "one line"])
def test_stripping_again_changes_nothing(paper: str) -> None:
    once = strip_leaks(paper)
    again = strip_leaks(once.text)
    assert (again.text, again.removed) == (once.text, ())


@pytest.mark.parametrize(
    "head",
    [
        "Growing Forests\nJane Roe, John Poe\nUniversity of Elsewhere\n\nAbstract\n\n",
        "Growing Forests with\nCare\n\nJane Roe\njane@elsewhere.edu\n\nAbstract. ",
        "[page 1]\n\nGrowing Forests\n\nJane Roe University of Elsewhere jane@elsewhere.edu\n\n## Abstract\n\n",
        "GROWING FORESTS\nWITH CARE\nJane Roe\nAbstract—",
        "Growing Forests\n\nJane Roe, John Poe\nUniversity of Elsewhere\n\n",
    ],
    ids=["plain", "run-in abstract", "one line a block", "no blank lines", "no abstract"],
)
def test_author_blocks_in_other_layouts(head: str) -> None:
    text = strip_leaks(head + "We study forests, and find them of use.\n\n1 Introduction\n\nForests are old.\n").text
    assert "Jane" not in text and "Elsewhere" not in text and "@" not in text
    assert text.lower().startswith(("growing forests", "[page 1]\n\ngrowing forests"))
    assert "We study forests, and find them of use." in text and "Forests are old." in text


def test_acknowledgements_without_a_following_heading_end_with_their_paragraph() -> None:
    paper = "Acknowledgements\n\nWe thank Ann.\n\n" + "A sentence about trees that stays.\n" * 400
    text = strip_leaks("# Forests\n\nAbstract\n\nWood.\n\n" + paper).text
    assert "Ann" not in text and text.count("A sentence about trees") == 400
    run_in = strip_leaks("# Forests\n\nAbstract\n\nWood.\n\n**Acknowledgements.** We thank Ann.\n\nTrees stay.\n").text
    assert "Ann" not in run_in and "Trees stay." in run_in


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("Our implementation is publicly available at github.com/a/b.", ""),
        ("Code: https://github.com/a/b.", ""),
        ("We will open-source the code under https://gitlab.com/a/b .", ""),
        ("We test on the publicly available set Oak (https://github.com/a/oak).", "publicly available set Oak ()."),
        ("The [Oak tools](https://github.com/a/oak) have 3 modes.", "The Oak tools have 3 modes."),
        ("See https://example.org/trees for more.", "See https://example.org/trees for more."),
    ],
)
def test_a_link_is_removed_with_the_sentence_that_announces_it(sentence: str, left: str) -> None:
    text = strip_leaks(f"# Forests\n\nAbstract\n\nTrees grow. {sentence} They fall.\n").text
    assert "github.com" not in text and "gitlab" not in text
    assert text.endswith("They fall.\n") and "Trees grow." in text and left in text
    assert left or "ode" not in text


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("## Method", True), ("3 RESULTS AND DISCUSSION", True), ("3.1 Growing Trees", True), ("**Proofs**", True),
        ("A PROOFS", True), ("References", True), ("A portion of the budget", False), ("2 trees grow in the yard", False),
        ("grant CNS-1652544", False), ("We thank Ann.", False), ("", False), ("-----", False), ("7", False),
    ],
)  # fmt: skip
def test_headings_are_distinguished_from_wrapped_prose(line: str, heading: bool) -> None:
    assert is_heading(line) is heading


def test_features_of_a_final_and_an_anonymous_version() -> None:
    final, anonymous = leak_features(FINAL), leak_features(ANONYMOUS)
    assert {name for name in LEAKS if final[name]} == {name for name, accepts in LEAKS.items() if accepts}
    assert {name for name in LEAKS if anonymous[name]} == {name for name, accepts in LEAKS.items() if not accepts}
    for paper in (FINAL, ANONYMOUS):
        assert not any(leak_features(strip_leaks(paper).text)[name] for name in LEAKS)


def test_a_real_paper_loses_only_its_anonymous_block() -> None:
    path = PAPERS / "gan_diffusion" / "gan_diffusion.pdf"
    if not path.exists():
        pytest.skip(f"the published paper is not at {path}")
    text = read_document(path, max_pages=2).text
    stripped = strip_leaks(text)
    assert leak_features(text)["anonymous_note"] == 1
    assert not any(leak_features(stripped.text)[leak] for leak in LEAKS)
    assert {found.kind for found in stripped.removed} <= {"running head", "author block"}
    assert len(text) - len(stripped.text) < 120


def test_long_and_adversarial_text_is_fast() -> None:
    paper = (
        "# T\n\nAbstract\n\n" + "code available " * 5_000 + "github.com/a " + "{" * 5_000 + "a" * 20_000 + "@\n" * 500
    )
    started = time.monotonic()
    strip_leaks(paper + "Published as a conference paper at " + "A " * 20_000)
    assert time.monotonic() - started < 2
