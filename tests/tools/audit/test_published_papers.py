"""Audit two papers of The AI Scientist with their results, in place. Their defects were found by hand."""

import random
import re
from pathlib import Path

import pytest

from tests import real_data
from tools.audit import AuditReport, audit_paper
from tools.evidence.judgement import Verdict

DATA = real_data.PAPERS
DUAL, GAN = DATA / "adaptive_dual_scale_denoising", DATA / "gan_diffusion"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published papers and their results are not here")


def found(report: AuditReport, said: str, code: str) -> list[str]:
    return [s.expected for s in report.statements if s.said == said and s.code == code]


@pytest.mark.parametrize("paper", ["latex/template.tex", "adaptive_dual_scale_denoising.pdf"])
def test_row_of_another_run_is_told_with_the_right_values(paper: str) -> None:
    report, _ = audit_paper(DUAL / paper, DUAL)
    for said, right in (
        ("0.345", "0.350"),
        ("0.862", "1.019"),
        ("0.153", "0.150"),
        ("0.093", "0.094"),
        ("79.91", "84.88"),
    ):
        assert right in found(report, said, "wrong-run")
    supported = [s for s in report.of(Verdict.SUPPORTED) if s.evidence and not s.evidence[0].startswith("run_5")]
    assert len(supported) >= 48
    assert all("run_4" in s.evidence[-1] for s in report.statements if s.code == "wrong-run")


@pytest.mark.parametrize("paper", ["latex/template.tex", "adaptive_dual_scale_denoising.pdf"])
def test_changes_of_the_named_run_have_another_sign_or_size(paper: str) -> None:
    report, _ = audit_paper(DUAL / paper, DUAL)
    expected = {s.said: s.expected for s in report.of(Verdict.CONTRADICTED) if s.said.endswith("%")}
    assert expected == {"2.5%": "-1.1%", "12.8%": "+3.0%", "5.0%": "-6.9%", "3.3%": "+5.0%"}
    assert found(report, "75.19", "wrong-run") == ["86.80"]
    assert any(s.said == "36.97" for s in report.of(Verdict.SUPPORTED))
    assert any(s.code == "not-on-all-datasets" and "moons" in s.reason for s in report.statements)


@pytest.mark.parametrize("paper", ["latex/template.tex", "gan_diffusion.pdf"])
def test_right_tables_typed_by_hand_are_supported(paper: str) -> None:
    report, binding = audit_paper(GAN / paper, GAN)
    assert not report.of(Verdict.CONTRADICTED)
    assert sum(any(map(str.isdigit, s.said)) for s in report.of(Verdict.SUPPORTED)) == 64
    assert sorted(binding.used.runs.values()) == ["run_0", "run_2", "run_3", "run_4"]


def test_invented_values_error_bars_and_ablations_are_told(tmp_path: Path) -> None:
    tex = (DUAL / "latex" / "template.tex").read_text(encoding="utf-8")
    tex = tex.replace("& 0.369 & 73.07", "& 0.412 & 73.07").replace("Dino & 0.820 &", r"Dino & 0.820 $\pm$ 0.013 &")
    tex = tex.replace(r"\bottomrule", "No Upscaling & Circle & 0.377 & 70.11 & 0.281 \\\\\n\\bottomrule", 1)
    paper = tmp_path / "paper.tex"
    paper.write_text(tex, encoding="utf-8")
    report, _ = audit_paper(paper, DUAL)
    assert found(report, "0.412", "wrong-value") == ["0.369"]
    assert any(s.code == "invented-error-bar" for s in report.of(Verdict.CONTRADICTED))
    assert {s.said for s in report.statements if s.code == "unbound-row"} == {"0.377", "70.11", "0.281"}


def test_uniformly_invented_values_are_accepted_in_under_one_percent(tmp_path: Path) -> None:
    rng = random.Random(7)
    accepted = drawn = 0
    for folder, draws in ((DUAL, 20), (GAN, 20)):
        tex = (folder / "latex" / "template.tex").read_text(encoding="utf-8")
        for index in range(draws):

            def invented(match: re.Match[str]) -> str:
                places = len(match[0].partition(".")[2])
                top = 10 ** len(match[0].partition(".")[0]) if float(match[0]) >= 1 else 1
                return f"{rng.uniform(0, top):.{places}f}"

            paper = tmp_path / f"paper{index}.tex"
            head, body = tex.split("\\maketitle", 1)
            paper.write_text(
                head + "\\maketitle" + re.sub(r"(?<![\w.])\d+\.\d+(?![\w.}])", invented, body), encoding="utf-8"
            )
            report, _ = audit_paper(paper, folder)
            numbers = [s for s in report.statements if "." in s.said and s.verdict != Verdict.NOT_CHECKABLE]
            drawn += len(numbers)
            accepted += sum(s.verdict == Verdict.SUPPORTED for s in numbers)
    assert drawn > 2000
    assert accepted / drawn < 0.01, (accepted, drawn)
