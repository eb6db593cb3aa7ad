"""The offline reviewers' checks: each finding rests on the paper's own words or on a count of them."""

from __future__ import annotations

import re

import pytest

from agents.offline.checks import CHECKLISTS, findings_of
from agents.offline.checks.paper import Finding, read_paper_text
from tests import real_data
from tools.documents import read_document
from tools.review import (
    PaperText,
    extract_quotes,
)

PAPERS = real_data.PAPERS


def found(text: str, name: str, gate: str = "", gate_passed: bool = True) -> list[Finding]:
    findings = findings_of(read_paper_text(text, gate, gate_passed))
    return [finding for of_eye in findings.values() for finding in of_eye if finding.name == name]


@pytest.mark.parametrize(
    ("name", "text", "is_strength", "told"),
    [
        ("seeds", "We train each network with five random seeds.", True, "\"We train each network with five random seeds"),
        ("seeds", "All runs use a fixed random seed for reproducibility.", False, "A single seed"),
        ("seeds", "We train one network for a long time.", False, "no word for seeds or repetitions among 8"),
        ("spread", "The loss is 0.31 ± 0.04 on moons.", True, "stands once"),
        ("spread", "The loss is 0.31 on moons and 0.5 on dino.", False, "of 2 numbers with a decimal point none has ±"),
        ("test", "The loss is significantly lower. It is a significant step.", False, "stands twice and no test"),
        ("test", "By Welch’s t-test the loss is lower (p = 0.01).", True, "Welch"),
        ("sums", "The loss shows a 10% reduction (from 0.50 to 0.45) on moons.", True, "1 stated percentages"),
        ("sums", "The loss shows a 20% reduction (from 0.50 to 0.45) on moons.", False, "a fall of 10.0%, not 20%"),
        ("sums", "The loss shows a 10% reduction (from 0.50 to 0.55) on moons.", False, "reduction, and the values rise"),
        ("sums", "Dino: 10% reduction (from 0.5 to 0.45). Line: 2% reduction (from 1.00 to 0.98). "
         "Moons: 3.3% improvement (from 0.090 to 0.093).", False, "The values rise by 3.3%, called an improvement"),
        ("always", "We find consistent improvements across all datasets. On dino we see mixed results today.", False,
         "\"We find consistent improvements across all datasets\" and says elsewhere \"On dino we see mixed results today"),
        ("runs", "We compare Run 0 with Run 1 and Run 3 on moons.", False, "Run 2 is never mentioned"),
        ("broken off", "The loss falls on moons by up to 12.8 Our main contributions are these.", False, "breaks off"),
        ("baseline", "We compare our method with a baseline network.", True, "\"We compare our method with a baseline"),
        ("unreported", "This did better in our preliminary experiments.", False, "not reported: \"This did better"),
        ("limitations", "# T\n\n## Method\n\nWe train.\n\n## Limitations\n\nOnly two small datasets were used in this study.",
         True, "a section of 9 words: \"Only two small datasets"),
        ("weights", "Here λ and λadv are hyperparameters of the loss.", False, "their values are not given"),
        ("hardware", "We train on a single GPU for an hour.", False, "The machine is not named"),
        ("hardware", "We train on an NVIDIA V100 GPU.", True, "The machine is named"),
        ("code", "Our implementation is publicly available.", False, "no address is given"),
        ("software", "All of it was written in PyTorch 1.9 for this.", True, "with its version"),
        ("references", "# T\n\nWe cite it.\n\n## References\n\n[1] A. Author. Seeds. 2020.\n\n[2] B. Author. More. 2024.\n",
         False, "Only 2 references, from 2020 to 2024"),
        ("exhibits", "See Figure 1 for the loss.\n\nFigure 1: The loss.\n\nTable 1: The error by width.", False,
         "not referred to in the text: Table 1: \"Table 1: The error by width"),
        ("exhibits", "\\begin{figure}\n\n\\caption{The loss.}\n\\label{fig:loss}\n\n\\end{figure}\n\n"
         "See Figure~\\ref{fig:loss} for it.", True, "All of 1 figure and 0 tables"),
    ],
)  # fmt: skip
def test_what_is_measured_is_said_with_its_place(name: str, text: str, is_strength: bool, told: str) -> None:
    findings = found(text, name)
    assert [finding.found for finding in findings] == [is_strength], findings
    assert told in findings[0].text, findings[0].text
    assert is_strength or findings[0].ask, "a weakness asks something"


def test_the_gate_of_a_run_is_part_of_the_evidence() -> None:
    assert [f.found for f in found("A paper.", "gate", "The paper is withheld: 2 numbers have no result.", False)] == [
        False
    ]
    assert found("A paper.", "gate") == []


KNOWN = {
    "adaptive_dual_scale_denoising": [
        "Moons: 3.3% improvement (from 0.090 to 0.093)",
        "with a fixed random seed for reproducibility",
        "Run 4 is never mentioned",
        'the most substantial improvement of 12.8"',
        "consistent improvements in sample quality across all datasets",
        "Our implementation is publicly available",
    ],
    "gan_diffusion": [
        "did not show substantial improvement",
        "of 65 numbers with a decimal point none has ±",
        "preliminary experiments",
        "λadv and λgp are hyperparameters",
        "our model is implemented in PyTorch and trained on a single GPU".capitalize(),
        "no word for seeds",
    ],
}
"""What is odd about two published papers, as a person finds who reads them."""


@pytest.mark.slow
@pytest.mark.parametrize("paper", KNOWN)
@pytest.mark.parametrize("kind", ["pdf", "tex"])
def test_real_properties_of_published_papers_are_named_in_their_own_words(paper: str, kind: str) -> None:
    path = PAPERS / paper / (f"{paper}.pdf" if kind == "pdf" else "latex/template.tex")
    if not path.exists():
        pytest.skip(f"the published paper is not at {path}")
    document = read_document(path)
    findings = findings_of(read_paper_text(document.text))
    told = "\n".join(finding.text for of_eye in findings.values() for finding in of_eye)
    text = PaperText(document.text, paged=kind == "pdf")
    assert [quote for quote in extract_quotes(told) if not text.find(quote).found] == []
    if kind == "pdf":
        assert [known for known in KNOWN[paper] if known.lower() not in told.lower()] == []
    for focus in CHECKLISTS:
        for finding in findings[focus]:
            assert re.search(r"\"|\d", finding.text), f"rests on nothing: {finding.text}"
