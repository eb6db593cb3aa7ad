"""Figures: where their images come from, what is written in them, and what their captions say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.tools.paper_sample import ledger, write_paper
from tools.evidence import Ledger
from tools.evidence.judgement import Verdict
from tools.figures import (
    RECORDER,
    DrawingRecord,
    load_description,
    load_drawings,
    record_drawn,
    record_supplied,
)
from tools.gate import FindingCode, GateFinding
from tools.gate.checks import CHECKS, PaperEvidence
from tools.gate.figure_captions import named
from tools.gate.figure_text import claims_in, figure_facts, texts_of_facts
from tools.gate.shapes import follows_shape
from tools.literature import Bibliography

PLOT = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2, 3, 4], [0.40, 0.30, 0.35, 0.10], label="run_1: learning_rate 0.0003")
axes.plot([1, 2, 3, 4], [0.50, 0.40, 0.30, 0.20], label="run_0")
axes.axhline(0.25)
axes.set(title="dino", xlabel="step", ylabel="KL divergence (lower is better)")
axes.legend()
EXTRA
figure.savefig("kl.png")
"""


def draw(folder: Path, extra: str = "") -> Path:
    """Run a plot.py as the harness does; return the image that it saved."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plot.py").write_text(PLOT.replace("EXTRA", extra), encoding="utf-8")
    program = RECORDER.read_text(encoding="utf-8")
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True)
    return folder / "kl.png"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("work"))


def paper(folder: Path, image: Path) -> Path:
    write_paper(folder)
    (folder / "figures" / "kl.png").write_bytes(image.read_bytes())
    return folder


def figure(caption: str = "A figure.", label: str = "fig:a", file: str = "figures/kl.png") -> str:
    return (
        f"\\begin{{figure}}\\includegraphics{{{file}}}\\caption{{{caption}}}\\label{{{label}}}\\end{{figure}}\n"
        f"See Figure~\\ref{{{label}}}."
    )


def found(folder: Path, latex: str, drawings: DrawingRecord | None, study: Ledger | None = None) -> list[GateFinding]:
    bibliography = Bibliography(folder / "references.bib")
    evidence = PaperEvidence.of(folder, {"results": latex}, study or ledger(), bibliography, drawings=drawings)
    [check] = [check for check in CHECKS if check.name == "figures"]
    return [finding for finding in check.find(evidence) if finding.code != FindingCode.UNUSED_IMAGE]


def codes(findings: list[GateFinding], kind: str = "error") -> list[str]:
    return [finding.code for finding in findings if finding.kind == kind]


def recorded(tmp_path: Path, image: Path, study: Ledger | None = None) -> DrawingRecord:
    record_drawn(tmp_path / "record", [image], "0" * 64, study or ledger())
    record = load_drawings(tmp_path / "record")
    assert record is not None
    return record


# Origin


def test_a_figure_that_was_drawn_from_the_ledger_passes(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    assert found(folder, figure("KL divergence on dino."), recorded(tmp_path, drawn)) == []


def test_an_image_put_in_its_place_is_found(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    record = recorded(tmp_path, drawn)
    Image.new("RGB", (200, 100), "white").save(folder / "figures" / "kl.png")
    findings = found(folder, figure(), record)
    assert codes(findings) == [FindingCode.UNVERIFIED_FIGURE]
    assert record.images[0].sha256 in findings[0].expected


def test_an_image_that_nothing_drew_is_found(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    (folder / "figures" / "extra.png").write_bytes(drawn.read_bytes() + b"x")
    assert codes(found(folder, figure(file="figures/extra"), recorded(tmp_path, drawn))) == [
        FindingCode.UNVERIFIED_FIGURE
    ]


def test_a_figure_from_older_results_is_found(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    before = Ledger({}, [run for run in ledger().runs if run.name == "run_0"])
    [finding] = found(folder, figure(), recorded(tmp_path, drawn, before))
    assert finding.code == FindingCode.OUTDATED_FIGURE and "run_1" in finding.reason


def test_figures_of_a_user_are_noted_until_they_are_replaced(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    assert codes(found(folder, figure(), None), "note") == [FindingCode.SUPPLIED_FIGURE]
    record_supplied(tmp_path / "record", [folder / "figures" / "kl.png"])
    record = load_drawings(tmp_path / "record")
    assert codes(found(folder, figure(), record), "note") == [FindingCode.SUPPLIED_FIGURE]
    (folder / "figures" / "kl.png").write_bytes(drawn.read_bytes() + b"x")
    assert codes(found(folder, figure(), record)) == [FindingCode.UNVERIFIED_FIGURE]


def test_an_image_that_replaces_a_saved_figure_has_no_facts(tmp_path: Path) -> None:
    """The facts belong to the image that savefig wrote, not to words drawn over it afterwards."""
    extra = 'import atexit\nfrom PIL import Image\natexit.register(Image.new("RGB", (99, 99)).save, "kl.png")'
    image = draw(tmp_path / "work", extra)
    [entry] = recorded(tmp_path, image).images
    assert entry.facts is None
    folder = paper(tmp_path / "paper", image)
    assert codes(found(folder, figure(), recorded(tmp_path, image)), "note") == [FindingCode.UNREADABLE_FIGURE]


# Text inside


def test_the_words_in_a_figure_are_read(tmp_path: Path) -> None:
    extra = 'axes.annotate("a remark", (1, 0.4)); figure.suptitle("All"); figure.text(0.1, 0.1, "outside")'
    image = draw(tmp_path / "work", extra)
    folder = paper(tmp_path / "paper", image)
    (folder / "figures" / ".kl.figure.json").write_bytes((image.parent / ".kl.figure.json").read_bytes())
    texts = set(texts_of_facts(figure_facts(folder)["figures/kl.png"]))
    assert {"a remark", "All", "outside", "dino", "step", "run_0"} <= texts


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ('axes.text(1, 0.3, "KL falls by 45%")', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.text(1, 0.3, "KL = 0.021")', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.annotate("3x", (1, 0.3))', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.set_title("1.9 bits less")', FindingCode.TYPED_FIGURE_NUMBER),
        ('figure.suptitle("ours: 97.5")', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.set_xlabel("accuracy 98.2")', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.table([["0.77"]])', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.axis("off"); axes.text(0, 0, "0.77")', FindingCode.TYPED_FIGURE_NUMBER),
        ('axes.set_title("run_1 outperforms the baseline")', FindingCode.FIGURE_CLAIM),
        ('axes.text(1, 0.3, "significantly different")', FindingCode.FIGURE_CLAIM),
        ('figure.text(0.1, 0.1, "best run")', FindingCode.FIGURE_CLAIM),
        ('axes.set_title("lower KL divergence")', FindingCode.FIGURE_CLAIM),
        ('axes.set_title("run_1 is faster")', FindingCode.FIGURE_CLAIM),
        ('axes.set_ylabel("state-of-the-art loss")', FindingCode.FIGURE_CLAIM),
    ],
)
def test_numbers_and_claims_in_a_figure_are_found(tmp_path: Path, extra: str, code: FindingCode) -> None:
    image = draw(tmp_path / "work", extra)
    folder = paper(tmp_path / "paper", image)
    findings = found(folder, figure(), recorded(tmp_path, image))
    assert code in codes(findings)
    assert all(finding.file == "figures/kl.png" and finding.excerpt for finding in findings)


@pytest.mark.parametrize(
    "extra",
    [
        'axes.text(1, 0.4, "0.40")',
        'axes.set_title("dino, mean of 3 seeds, 95% interval")',
        'axes.set_xlabel("learning rate (x $10^{-3}$)")',
        'axes.set_title("lower learning_rate")',
        'axes.set_title("hidden_size 512")',
        'axes.set_title("run_1, seed 12345")',
        'axes.set_ylabel("modes (higher is better)")',
        'axes.bar([5], [14.84375]); axes.text(5, 14.8, "14.84%")',
    ],
)
def test_honest_words_in_a_figure_pass(tmp_path: Path, extra: str) -> None:
    image = draw(tmp_path / "work", extra)
    folder = paper(tmp_path / "paper", image)
    assert found(folder, figure(), recorded(tmp_path, image)) == []


def test_the_name_of_a_metric_is_no_claim() -> None:
    runs = [run.model_copy(update={"values": {"dino": {"best_val_acc": [0.4]}}}) for run in ledger().completed]
    named = Ledger({}, runs)
    assert claims_in("Best val acc of cifar10", named) == ""
    assert claims_in("best val acc is better", named) == "better" and claims_in("best run", named) == "best"


# Captions


@pytest.mark.parametrize(
    ("caption", "label"),
    [
        ("Wall time of every run.", "fig:a"),
        ("The wall\\_time against the step.", "fig:a"),
        ("A figure.", "fig:wall_time"),
        ("KL divergence on moons.", "fig:a"),
        ("KL divergence for the circle.", "fig:a"),
    ],
)
def test_a_caption_of_another_figure_is_found(tmp_path: Path, drawn: Path, caption: str, label: str) -> None:
    folder = paper(tmp_path / "paper", drawn)
    assert codes(found(folder, figure(caption, label), recorded(tmp_path, drawn))) == [FindingCode.FIGURE_MISMATCH]


def test_swapped_images_of_a_user_are_found_by_their_names(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    for name in ("kl_divergence", "wall_time"):
        (folder / "figures" / f"{name}.png").write_bytes(drawn.read_bytes())
    latex = figure("KL divergence.", "fig:a", "figures/wall_time.png")
    assert codes(found(folder, latex, None)) == [FindingCode.FIGURE_MISMATCH]


@pytest.mark.parametrize(
    "caption",
    [
        "KL divergence on dino.",
        "KL divergence against the step; the dashed line is the baseline.",
        "One point per seed, bars are means.",
        "KL divergence, which costs no wall time.",
    ],
)
def test_a_caption_of_the_figure_passes(tmp_path: Path, drawn: Path, caption: str) -> None:
    folder = paper(tmp_path / "paper", drawn)
    assert found(folder, figure(caption), recorded(tmp_path, drawn)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The curve falls steadily.",
        "It monotonically decreases.",
        "KL divergence decreases at every step.",
        "In run\\_1 it drops without exception.",
        "A monotone decrease.",
        "The value rises with the step.",
        "The curve increases consistently.",
        "The KL divergence falls at first and then rises.",
        "Both curves are still rising at the end.",
    ],
)
def test_a_trend_that_the_series_do_not_have_is_found(tmp_path: Path, drawn: Path, sentence: str) -> None:
    folder = paper(tmp_path / "paper", drawn)
    findings = found(folder, figure(sentence), recorded(tmp_path, drawn))
    assert set(codes(findings)) == {FindingCode.CONTRADICTED_TREND}
    assert "0.4" in findings[0].expected
    outside = figure() + f" In Figure~\\ref{{fig:a}}: {sentence[0].lower()}{sentence[1:]}"
    assert set(codes(found(folder, outside, recorded(tmp_path, drawn)))) == {FindingCode.CONTRADICTED_TREND}


@pytest.mark.parametrize(
    "sentence",
    [
        "For run\\_0 it falls steadily.",
        "The curve decreases with the step.",
        "It does not fall steadily.",
        "The KL divergence of run\\_1 first falls, rises, and then falls again.",
        "Both curves are still falling at the end.",
    ],
)
def test_a_trend_that_the_series_have_passes(tmp_path: Path, drawn: Path, sentence: str) -> None:
    folder = paper(tmp_path / "paper", drawn)
    assert found(folder, figure(sentence), recorded(tmp_path, drawn)) == []


@pytest.mark.parametrize(
    ("sentence", "errors"),
    [
        ("Figure 1 shows the KL divergence falling over the steps.", 0),
        ("Figure 1 shows the KL divergence rising over the steps.", 1),
        ("In Figure~\\ref{fig:a}, run\\_1 lowers the KL divergence on moons.", 1),
    ],
)
def test_the_figure_decides_on_its_curves_and_the_ledger_on_the_runs(
    tmp_path: Path, drawn: Path, sentence: str, errors: int
) -> None:
    folder = paper(tmp_path / "paper", drawn)
    bibliography = Bibliography(folder / "references.bib")
    texts = {"results": f"{figure()}\n\n{sentence}"}
    evidence = PaperEvidence.of(folder, texts, ledger(), bibliography, drawings=recorded(tmp_path, drawn))
    judged = [*evidence.judgements, *evidence.figure_judgements]
    assert sum(judgement.verdict is Verdict.CONTRADICTED for _, judgement in judged) == errors


@pytest.mark.parametrize(
    ("values", "directions", "holds"),
    [
        ([3, 2, 1, 2], [-1, 1], True),
        ([3, 2, 1, 2], [1, -1], False),
        ([1, 2, 3, 4], [-1, 1], False),
        ([4, 2, 1.2, 1, 0.9, 0.85, 0.84], [-1, 0], True),
        ([4, 3, 2, 1], [-1, 0], False),
    ],
)
def test_a_curve_goes_one_way_and_then_another(values: list[float], directions: list[int], *, holds: bool) -> None:
    assert follows_shape(values, directions) == holds


def test_a_trend_without_facts_is_not_checked(tmp_path: Path, drawn: Path) -> None:
    folder = paper(tmp_path / "paper", drawn)
    findings = found(folder, figure("It falls steadily."), None)
    assert codes(findings) == []
    assert codes(findings, "note") == [FindingCode.SUPPLIED_FIGURE, FindingCode.UNREADABLE_FIGURE]


def test_plotted_values_are_recorded(drawn: Path) -> None:
    facts = load_description(drawn)
    assert facts is not None
    assert facts.panels[0].series[0].y_values == [0.40, 0.30, 0.35, 0.10]


def test_a_metric_with_a_slash_is_found_in_file_names_labels_and_captions() -> None:
    names = {"val/loss": ["val/loss"], "loss": ["loss"]}
    for text in ("The val/loss of each run", "fig:effect_val-loss-cd41", "validation of val loss", r"val\_loss"):
        assert named(text, names) == {"val/loss"}, text
    assert named("loss/step", names) == {"loss"}
