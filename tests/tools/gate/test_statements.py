from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import real_data
from tests.tools.paper_sample import ledger
from tools.evidence import Ledger, RunRecord, check_references
from tools.evidence.judgement import Judgement, Verdict
from tools.evidence.records import Metric
from tools.evidence.references import ReferenceProblemCode
from tools.gate import FindingCode
from tools.gate.section_source import read_source
from tools.gate.statements import Study, judge_section, outcome_in
from tools.gate.statements.numerals import numerals
from tools.gate.statements.plain_text import plain

DINO, MOONS, CIRCLE, LINE = (rf"\change{{run_1/{d}/kl_divergence}}" for d in ("dino", "moons", "circle", "line"))
TIME, MODES = r"\change{run_1/dino/wall_time}", r"\change{run_1/dino/modes}"
WRONG = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)


def result(run: int, dataset: str) -> str:
    return rf"\result{{run_{run}/{dataset}/kl_divergence}}"


def judged(latex: str, section: str = "results") -> list[Judgement]:
    return judge_section(read_source(section, latex), Study.of(ledger()))


def wrong(latex: str, section: str = "results") -> list[Judgement]:
    return [judgement for judgement in judged(latex, section) if judgement.verdict in WRONG]


def test_the_default_of_an_option_that_no_run_had_is_no_constant_of_the_study(tmp_path: Path) -> None:
    options = ("num_layers", 8), ("warmup", 77)
    source = "".join(f'parser.add_argument("--{name}", type=int, default={value})\n' for name, value in options)
    (tmp_path / "experiment.py").write_text(source, encoding="utf-8")
    runs = [run.model_copy(update={"settings": {"experiment.num_layers": 4}}) for run in ledger().completed]
    study = Study.of(Ledger({}, runs), code=tmp_path)
    assert study.constants == (("warmup", 77.0),)


def test_a_heading_of_one_word_claims_nothing() -> None:
    assert not wrong(rf"\paragraph{{Cost.}} It is {result(1, 'dino')} in \texttt{{run\_1}}.")
    assert wrong(r"\paragraph{Results.} The change costs a lot on dino.")


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("limitations", "Only the value is tested; every other metric is exploratory."),
        ("method", "The first two runs take half and twice its value."),
    ],
)
def test_the_offline_writer_passes_where_no_metric_has_a_goal_and_one_is_called_value(section: str, text: str) -> None:
    runs = [
        run.model_copy(
            update={"values": {d: {"value": v["kl_divergence"], "b": v["wall_time"]} for d, v in run.values.items()}}
        )
        for run in ledger().completed
    ]
    found = judge_section(read_source(section, text), Study.of(Ledger({}, runs)))
    assert [judgement for judgement in found if judgement.verdict in WRONG] == []


# Numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12.5 % and 3e-4", [("percent", 12.5), ("decimal", 3e-4)]),
        ("3 \\times 10^ -4", [("decimal", 3e-4)]),
        ("10 , 000 and 10,000 and 0,43", [("integer", 10000), ("integer", 10000), ("decimal", 0.43)]),
        ("forty-two percent", [("percent", 42)]),
        ("two thirds, a third of it, halves", [("ratio", 2 / 3), ("ratio", 1 / 3), ("ratio", 0.5)]),
        ("one point one nine", [("decimal", 1.19)]),
        ("٠٫٤٣ bits, ½ of it", [("decimal", 0.43), ("ratio", 0.5)]),
        ("3/4 of it, threefold, 1.5 times", [("ratio", 0.75), ("ratio", 3), ("ratio", 1.5)]),
        ("10^6 steps", [("decimal", 1e6)]),
        ("one in five", [("ratio", 0.2)]),
        ("run_2, A100, x_12, the 3rd, 2D, ResNet-50, one", []),
    ],
)
def test_numbers_are_read_in_every_script_and_in_words(text: str, values: list[tuple[str, float]]) -> None:
    found = [(numeral.form, numeral.value) for numeral in numerals(plain(text))]
    assert found == [(form, pytest.approx(value)) for form, value in values]


@pytest.mark.parametrize(
    "latex",
    [
        r"reaches $0.82 \pm 0.03$", "reaches 0.82 ± 0.03", r"by 12\%", r"by \textbf{12.5}\,\%", "by 12 percent",
        "by twelve percent", "is two times lower", "a rate of 3e-5", r"a rate of $3 \times 10^{-5}$", "in 5~seconds",
        "a 3x gain", "a 3-fold gain", "KL of 0.9", "PyTorch 1.9", r"KL of 0{.}9", "10{,}000 samples", "$k=257$ units",
        "after 2000 steps", r"\begin{tabular}{lr} dino & 0.43 \\ \end{tabular}", r"run\_1 reaches a KL of ０.９９ on dino",
    ],
)  # fmt: skip
def test_a_measured_number_typed_by_hand_is_found(latex: str) -> None:
    found = wrong(latex)
    assert FindingCode.TYPED_NUMBER in [judgement.code for judgement in found]


@pytest.mark.parametrize(
    "latex",
    [
        "one run of 3 seeds", "Table 12", "Section~4.2", r"run\_1 and run 0", "seeds 0, 1 and 42", "2D and 3-D",
        "ResNet-50", "H100", r"$x_{12}$ and $\ell_2$", "in 2020", "the 15th run", "$k = 5$",
        r"a 95\% confidence interval", r"at the 5\% level", r"a learning rate of $3 \times 10^{-4}$", "$k=256$ units",
        r"\includegraphics[width=0.8\linewidth]{f.png}", r"\vspace{12pt}", r"\\[2.5pt]", r"\label{tab:12}",
        r"\citep[p.~345]{ho2020}", "x % was 0.5", "four datasets, 4 sets of points",
        r"\begin{minipage}{0.45\textwidth} x \end{minipage}", r"\resizebox{0.5\linewidth}{!}{x}",
        "halving the hidden size", "We discuss two questions.", "Adam with $\\beta_1 = 0.9$",
    ],
)  # fmt: skip
def test_other_numbers_are_free(latex: str) -> None:
    assert wrong(latex) == []


@pytest.mark.parametrize("latex", ["five seeds", "all 7 datasets", "each of the 12 runs", "$n = 5$"])
def test_counts_are_held_against_the_ledger(latex: str) -> None:
    [found] = wrong(latex)
    assert (found.verdict, found.code) == (Verdict.CONTRADICTED, FindingCode.TYPED_NUMBER)
    assert found.expected


def test_a_correct_number_typed_by_hand_is_told_from_a_wrong_one() -> None:
    [typed] = [j for j in judged("Run 1 reaches a KL divergence of 0.91 on dino.") if j.suggestion]
    assert (typed.verdict, typed.suggestion) == (Verdict.SUPPORTED, result(1, "dino"))
    [invented] = wrong("Run 1 reaches a KL divergence of 0.84 on dino.")
    assert (invented.verdict, invented.suggestion) == (Verdict.CONTRADICTED, result(1, "dino"))
    assert invented.expected.startswith("0.91")


def test_a_constant_that_only_the_names_of_a_result_share_is_no_licence() -> None:
    study = Study(ledger(), constants=(("kl_divergence_neighbours", 3.0),))

    def found(latex: str) -> list[Verdict]:
        return [j.verdict for j in judge_section(read_source("results", latex), study) if j.verdict in WRONG]

    assert found(r"On dino, run\_1 reaches a KL divergence of 3 bits.") == [Verdict.CONTRADICTED]
    assert found("The estimator has 3 neighbours.") == []


def test_captions_and_tables_are_strict_everywhere() -> None:
    latex = "\\begin{figure}\\caption{Reaches 0.9.}\\end{figure} It is small."
    assert [latex[j.start : j.end] for j in wrong(latex, "method")] == ["0.9"]


def test_an_introduction_may_quote_the_paper_it_cites() -> None:
    latex = r"They reach 97\% \citep{ho2020}. We reach 98\%."
    assert [latex[j.start : j.end] for j in wrong(latex, "introduction")] == [r"98\%"]


@pytest.mark.skipif(not real_data.PAPERS.is_dir(), reason=f"no example papers at {real_data.PAPERS}")
@pytest.mark.parametrize("name", ["adaptive_dual_scale_denoising", "gan_diffusion"])
def test_the_numbers_of_published_papers_are_found(name: str) -> None:
    tex = (real_data.PAPERS / name / "latex" / "template.tex").read_text()
    [section] = [part for part in re.split(r"\\section\{", tex) if part.startswith("Results")]
    found = [judgement for judgement in wrong(section) if judgement.code == FindingCode.TYPED_NUMBER]
    assert len(found) > 50


# Claims


@pytest.mark.parametrize(
    ("latex", "code", "dataset"),
    [
        (f"It lowers the KL divergence on moons ({MOONS}).", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"It outperforms the baseline on moons: {MOONS}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"It degrades dino: {DINO}.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"It improves dino and moons ({DINO}, {MOONS}).", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"It improves dino ({DINO}) but moons too, improving it by {MOONS}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"It improves circle ({CIRCLE}).", FindingCode.INSIGNIFICANT_CLAIM, "circle"),
        (f"On circle the KL divergence is lower ({CIRCLE}).", FindingCode.INSIGNIFICANT_CLAIM, "circle"),
        (f"It raises the KL divergence on line ({LINE}).", FindingCode.CONTRADICTED_CLAIM, "line"),
        (f"It worsens the wall time ({TIME}).", FindingCode.INSIGNIFICANT_CLAIM, "dino"),
        (f"It improves the modes ({MODES}).", FindingCode.UNDEFINED_DIRECTION, "dino"),
        (f"KL divergence on dino is unchanged ({DINO}).", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"It does not lower the KL divergence on dino, {DINO}.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"It reduces KL divergence by up to {MOONS}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"Moons reaches a lower KL divergence of {result(1, 'moons')}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"The KL rises from {result(0, 'dino')} to {result(1, 'dino')}.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (f"On moons, {result(1, 'moons')} beats {result(0, 'moons')}.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        (f"The KL divergence improves across all datasets, {DINO} on dino.", FindingCode.NOT_ALL_DATASETS, "moons"),
        (f"It consistently improves the KL divergence ({DINO}).", FindingCode.NOT_ALL_DATASETS, "moons"),
        ("Every increase of the hidden size lowers the KL on moons.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        ("The larger the hidden size, the lower the KL on circle.", FindingCode.INSIGNIFICANT_CLAIM, "circle"),
        ("Run 1 has a higher wall time on dino.", FindingCode.INSIGNIFICANT_CLAIM, "dino"),
        (f"The wall time is significantly higher ({TIME}).", FindingCode.INSIGNIFICANT_CLAIM, "dino"),
        ("There is no dataset on which run 1 does not lower the KL.", FindingCode.NOT_ALL_DATASETS, "moons"),
        ("On all datasets but line and circle, run 1 lowers the KL.", FindingCode.NOT_ALL_DATASETS, "moons"),
        ("Run 1 wins on moons.", FindingCode.CONTRADICTED_CLAIM, "moons"),
        ("Run 1 shrinks the KL divergence of every dataset.", FindingCode.NOT_ALL_DATASETS, "moons"),
        ("On dino, run 1 is only marginally better.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        ("On dino, run 1 has a worse KL divergence.", FindingCode.CONTRADICTED_CLAIM, "dino"),
        (
            "The difference between run 1 and the baseline on dino is within noise.",
            FindingCode.CONTRADICTED_CLAIM,
            "dino",
        ),
    ],
)
def test_words_that_the_ledger_contradicts_are_found(latex: str, code: FindingCode, dataset: str) -> None:
    [found] = wrong(latex)
    assert found.code == code
    assert f"run_1/{dataset}/" in found.reason


@pytest.mark.parametrize(
    "latex",
    [
        f"It lowers the KL divergence on dino ({DINO}).",
        f"It improves dino ({DINO}) but worsens moons ({MOONS}).",
        f"On circle the KL divergence is lower, but not significantly ({CIRCLE}).",
        f"On circle the KL divergence shows no significant change ({CIRCLE}).",
        f"On circle it may improve: {CIRCLE}.",
        f"The wall time is higher ({TIME}).",
        "Run 1 has a higher wall time, which was not tested.",
        f"The modes increased, {MODES}.",
        f"KL divergence falls from {result(0, 'dino')} to {result(1, 'dino')}.",
        f"On moons, {result(0, 'moons')} is better than {result(1, 'moons')}.",
        f"A larger hidden size has a KL divergence of {MOONS} on moons, and on dino {DINO}.",
        f"Increasing the hidden size changes dino by {DINO}.",
        f"We ask whether width lowers the KL divergence; on moons it is {MOONS}.",
        f"To reduce the KL divergence we made it wider: {MOONS}.",
        f"It does not improve moons ({MOONS}).",
        f"It improves dino ({DINO}), though not on all datasets.",
        f"The KL divergence (lower is better) on moons is {MOONS}.",
        f"As shown above, moons: {MOONS}.",
        f"The width-enhanced network has {MOONS} on moons.",
        "Every increase of the hidden size lowers the KL divergence on dino.",
        "Run 1 has the best KL divergence on dino and the worst on moons.",
        "On all datasets but moons, circle and line, run 1 lowers the KL divergence.",
        "On circle, no difference in KL divergence between run 1 and the baseline is significant.",
        "A lower KL divergence means a better fit.",
        "The question is whether the KL divergence rises when the hidden size is doubled.",
        "Future work should use 20 seeds.",
        "The KL divergence on line is the same in both runs.",
        "Run 1 improves one of the four datasets and worsens another one.",
        r"A sigmoid schedule reaches a lower loss \citep{ho2020}.",
        "Run 1 lowers the KL divergence on dino. The next experiment is the same design with more seeds.",
    ],
)
def test_words_that_the_ledger_carries_pass(latex: str) -> None:
    assert wrong(latex) == []


@pytest.mark.parametrize(
    "latex",
    [
        "Our network outperforms all others.",
        "This is the state of the art.",
        "Run 1 is more robust on dino.",
        "Run 1 needs less memory.",
        "Samples of run 1 look sharper.",
        "Run 1 improves dino because its gradients are smoother.",
        "Run 1 frobnicates the KL divergence on dino.",
        "Run 3 improves the KL divergence on dino.",
        "The same holds for run 5.",
        "Run 1 has a higher sample diversity than the baseline.",
        "This is the best KL divergence ever reported.",
        "We compare runs by a Wilcoxon signed-rank test.",
        "Error bars show the range over the seeds.",
        "What drives the change is the curvature of the loss.",
        "We report the best of three seeds.",
    ],
)
def test_claims_that_no_result_can_carry_have_no_evidence(latex: str) -> None:
    assert wrong(latex, "abstract")


@pytest.mark.parametrize(
    ("latex", "right"),
    [
        (f"In run 0 the KL divergence on moons is {result(1, 'moons')}.", result(0, "moons")),
        (f"On moons, run 1 has {result(1, 'dino')}.", result(1, "moons")),
        (r"The wall time of run 1 on dino is \result{run_1/dino/kl_divergence}.", r"\result{run_1/dino/wall_time}"),
    ],
)
def test_a_reference_prints_what_the_words_beside_it_name(latex: str, right: str) -> None:
    assert right in [judgement.suggestion for judgement in wrong(latex)]


# Declared claims


def claim(words: str, *, relation: str = "lower", datasets: str = "dino", run: str = "run_1") -> str:
    return rf"\claim{{run={run}, relation={relation}, metric=kl_divergence, datasets={datasets}}}{{{words}}}"


@pytest.mark.parametrize(
    "latex",
    [
        claim("The wider network improves the divergence on dino") + ".",
        "Here " + claim("it pays off", relation="better") + ".",
        claim("Width hurts", relation="worse", datasets="moons") + " where points are few.",
        claim("The divergence of line does not change", relation="same", datasets="line") + ".",
        claim("Some dataset gets better", datasets="some", run="some") + ".",
    ],
)
def test_a_declared_claim_that_holds_binds_its_words(latex: str) -> None:
    assert wrong(latex, "abstract") == []


@pytest.mark.parametrize(
    "latex",
    [
        claim("Width is a good thing", datasets="moons") + ".",
        claim("The wider network is worse on dino") + ".",
        claim("The wider network improves on moons") + ".",
        claim("The wider network improves all datasets") + ".",
        claim("The wider network improves all datasets", datasets="all") + ".",
        claim("It stays the same", relation="lower") + ".",
        claim("Run 0 is lower on dino", run="run_1", relation="higher") + ".",
        claim("It lowers the wall time on dino") + ".",
    ],
)
def test_a_declared_claim_that_fails_or_says_something_else_is_found(latex: str) -> None:
    assert wrong(latex, "abstract")


@pytest.mark.parametrize(
    "spec",
    [
        "run=run_1, relation=lower, metric=kl_divergence",
        "run=run_7, relation=lower, metric=kl_divergence, datasets=dino",
        "run=run_1, relation=nicer, metric=kl_divergence, datasets=dino",
        "run=run_1, relation=lower, metric=fid, datasets=dino",
        "run=run_1, relation=lower, metric=kl_divergence, datasets=cifar",
        "run_1 is lower",
        "",
    ],
)
def test_what_a_claim_declares_must_exist(spec: str) -> None:
    [problem] = check_references(rf"Text. \claim{{{spec}}}{{words}}", ledger())
    assert problem.code is ReferenceProblemCode.CLAIM


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"On dino, run_2 has a higher KL divergence (\compare{run_2/dino/kl_divergence}{run_1}).", Verdict.SUPPORTED),
        (
            r"On dino, run_2 has a lower KL divergence (\compare{run_2/dino/kl_divergence}{run_1}).",
            Verdict.CONTRADICTED,
        ),
        (r"On dino, run_2 has a lower KL divergence (\change{run_2/dino/kl_divergence}).", Verdict.SUPPORTED),
    ],
)
def test_words_beside_compare_are_judged_against_the_run_that_it_names(text: str, verdict: Verdict) -> None:
    narrower = (
        ledger()
        .completed[1]
        .model_copy(update={"name": "run_2", "values": {"dino": {"kl_divergence": [0.99, 1.00, 1.01]}}})
    )
    study = Study.of(Ledger({"kl_divergence": ledger().metric("kl_divergence")}, [*ledger().completed, narrower]))
    assert [judgement.verdict for judgement in judge_section(read_source("results", text), study)] == [verdict]


# Sentences of played runs


def stumps(section: str, latex: str) -> list[Judgement]:
    """Judge a text on a study of another field, in which no difference is significant."""
    values = {
        "run_0": {"additive": [0.30, 0.35, 1.41, 0.29, 0.31], "friedman": [0.50, 0.56, 1.52, 0.52, 0.49]},
        "run_1": {"additive": [0.24, 0.26, 0.30, 0.23, 0.25], "friedman": [0.41, 0.42, 0.47, 0.40, 0.43]},
        "run_2": {"additive": [0.28, 0.33, 0.50, 0.31, 0.27], "friedman": [0.49, 0.50, 0.70, 0.53, 0.44]},
    }
    runs = [
        RunRecord(
            name=name,
            status="completed",
            seed=0,
            settings={
                "experiment.seed": 0,
                "experiment.rounds": 200,
                "experiment.num_levels": 40 if name == "run_2" else 20,
            },
            values={dataset: {"rmse": numbers} for dataset, numbers in datasets.items()},
        )
        for name, datasets in values.items()
    ]
    found = Ledger({"rmse": Metric(name="rmse", goal="min")}, runs)
    title, about = (
        "Boosted decision stumps under heavy-tailed noise",
        "It is low for fits that are narrower than the data.",
    )
    study = Study(found, about, title, constants=(("TRAIN", 300.0),))
    return [j for j in judge_section(read_source(section, latex), study) if j.verdict in WRONG]


def test_how_often_a_run_failed_is_held_against_its_attempts() -> None:
    values = {"flat": {"loss": [1.0, 1.1]}}
    runs = [RunRecord(name="run_0", status="completed", values=values)]
    runs += [RunRecord(name="run_1", status="failed", reason="NameError", attempt=n) for n in (1, 2, 3)]
    study = Study.of(Ledger({}, runs))

    def verdicts(text: str) -> list[Verdict]:
        return [j.verdict for j in judge_section(read_source("results", text), study) if j.verdict in WRONG]

    assert verdicts("The first run failed three times and has no result.") == []
    assert verdicts("The first run failed 3 times with a NameError.") == []
    assert verdicts("The first run failed twice and has no result.") == [Verdict.CONTRADICTED]


R1, R2 = r"\result{run_1/%s/rmse}", r"\result{run_2/%s/rmse}"


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("title", "Where Heavy-Tailed Noise Enters Boosted Stumps"),
        ("abstract", "Gradient boosting with the squared loss uses the residuals twice in each round."),
        ("conclusion", "We separated the two uses that boosting makes of the residuals."),
        ("results", f"It is {R1 % 'additive'} on additive, and {R1 % 'friedman'} on \\texttt{{friedman}}."),
        ("results", f"The RMSE on additive is {R2 % 'additive'} in run_2 and {R1 % 'additive'} in run_1."),
        ("results", rf"Run_1 has {R1 % 'additive'} on additive, and the baseline \result{{run_0/additive/rmse}}."),
        ("abstract", "No variant differs significantly from the baseline on any problem."),
        ("abstract", "No run differs significantly from the baseline on any dataset."),
        ("abstract", "Run_1 shows no significant difference, and a repetition on fresh seeds does not change this."),
        ("introduction", "We compare the three cells of this design."),
        ("abstract", "It is the only set with corners and narrow parts, and the noise is weak there."),
        ("results", "A low value may stem from fits narrower than the data."),
        ("method", "We optimise the model with Adam for many steps."),
        ("method", "We expected run_1 to have a lower RMSE and run_2 to take most of that improvement."),
        ("results", "The noise of the baseline is larger than the differences."),
        ("results", "In each pair of seeds, the RMSE of run_1 is below that of the baseline."),
        ("results", "Seed 2 is the worst of the five seeds of run_2."),
        ("results", "In the baseline, the third seed has a higher RMSE than the other four."),
        ("results", "On friedman, seed 2 of the baseline has the highest RMSE and seed 4 the lowest."),
        ("results", "On friedman, run_2 is higher than run_1 for seeds 0 and 1."),
        ("results", "On friedman, run_2 is lower than the baseline in four of the five seeds."),
        ("results", "On friedman, every seed of run_1 is better than the third seed of the baseline."),
        ("results", "On friedman, seed 2 of the baseline reaches an RMSE of 1.52."),
        ("results", "The RMSE of run_1 is lower than the baseline's for each of the five seeds on friedman."),
        ("results", "This seed dominates all three."),
        ("experimental_setup", "A seed gives the two problems the same features."),
        ("results", "We use five seeds per run: two options select 20 of the levels."),
        ("results", "Run_1 was killed at the time limit in the third seed at first."),
        ("limitations", "The two datasets share features and noise within a replicate."),
        ("limitations", "The machine was busy to different degrees."),
        ("limitations", "The two datasets are small, synthetic, and free of outliers."),
        ("results", "Sampling at fewer levels than were trained needs care."),
        ("results", "That the fit is coarse is visible in the second row of the figure."),
        ("experimental_setup", "Let $n = 300$ be the number of training points."),
        ("experimental_setup", "A difference counts as significant if $p < 0.05$."),
        ("results", "No difference has $p < 0.05$."),
        ("conclusion", "Clipping may be worth a study of its own and could lower the RMSE there."),
    ],
)
def test_honest_sentences_of_played_runs_pass(section: str, text: str) -> None:
    assert stumps(section, text) == []


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("title", "Boosted Accuracy from Clipped Residuals"),
        ("abstract", "Clipping boosts the RMSE on additive."),
        ("abstract", "Our variant boosts sample quality."),
        ("results", f"It is {R1 % 'additive'} on friedman, and {R1 % 'friedman'} on additive."),
        ("results", f"The RMSE on additive is {R2 % 'additive'} in run_1 and {R1 % 'additive'} in run_2."),
        ("abstract", "Each variant differs significantly from the baseline on any problem."),
        ("results", "In each pair of seeds, the RMSE of run_2 is below that of the baseline."),
        ("results", "The RMSE of run_1 is higher than the baseline's for each of the five seeds on friedman."),
        ("results", "We ran three seeds per run."),
        ("results", "Seed 4 is the worst of the five seeds of run_2."),
        ("results", "In the baseline, the third seed has a lower RMSE than the other four."),
        ("results", "On friedman, seed 4 of the baseline has the highest RMSE and seed 2 the lowest."),
        ("results", "On friedman, run_2 is lower than run_1 for seeds 0 and 1."),
        ("results", "On friedman, run_2 is lower than the baseline in three of the five seeds."),
        ("results", "On friedman, every seed of run_2 is worse than every seed of run_1."),
        ("results", "On friedman, seed 2 of the baseline reaches an RMSE of 1.02."),
        ("results", "With the second seed, run_1 has a higher RMSE."),
        ("abstract", "With the second seed, run_1 has a lower RMSE."),
        ("results", "The RMSE of run_1 is twice that of the baseline on additive."),
        ("conclusion", "Our variant sets a new standard."),
        ("results", "The effect of run_1 is large."),
        ("results", "The friedman test shows a difference on additive."),
        ("abstract", "So the method is promising ($p<0.05$)."),
        ("conclusion", "Clipping is state-of-the-art and should always be used."),
        ("conclusion", "Clipping lowers the RMSE on additive and friedman, and may be preferred."),
        ("conclusion", "The RMSE of run_1 is higher than the baseline's on additive, so it should be avoided."),
    ],
)
def test_false_sentences_of_the_same_kinds_do_not(section: str, text: str) -> None:
    assert stumps(section, text)


def test_a_number_of_the_baseline_is_not_replaced_by_that_of_the_run() -> None:
    [found] = stumps("results", "Run_1 gets an RMSE of 0.26 on additive, and the reference of 0.53.")[-1:]
    assert found.suggestion == r"\result{run_0/additive/rmse}"


def test_a_run_is_the_best_also_by_the_rule_of_the_harness() -> None:
    """The mean over datasets favours run_2, whose gain on one dataset is large in its unit."""
    values = {
        "run_0": {"a": [10.0, 10.1, 9.9], "b": [0.100, 0.101, 0.099]},
        "run_1": {"a": [9.8, 9.9, 9.7], "b": [0.010, 0.011, 0.009]},
        "run_2": {"a": [9.0, 9.1, 8.9], "b": [0.100, 0.102, 0.098]},
    }
    runs = [
        RunRecord(name=name, status="completed", values={d: {"loss": list(v)} for d, v in sets.items()})
        for name, sets in values.items()
    ]
    study = Study.of(Ledger({"loss": Metric(name="loss", goal="min")}, runs))
    for number, wrongly in ((1, False), (2, False), (0, True)):
        text = f"Run_{number} has the best mean loss over the datasets."
        found = [j for j in judge_section(read_source("results", text), study) if j.verdict in WRONG]
        assert bool(found) == wrongly, found


# Wordings of false statements: run 1 doubles the hidden size, is better on dino, worse on moons, and elsewhere no different.


@pytest.mark.parametrize(
    "latex",
    [
        "As can be seen in the table, run 1 has a lower KL divergence on moons.",
        "It should be noted that run 1 improves every dataset.",
        "As one would expect, a larger hidden size gives better samples on moons.",
        "As hypothesised, run 1 wins on moons.",
        "We can conclude that doubling the hidden size is harmless on moons.",
        "Without a single exception, run 1 lowers the KL divergence.",
        "The improvements of run 1 are consistent across all four datasets.",
        "On moons, sample quality improves when the hidden size is doubled.",
        "A wider network has a clear advantage on moons.",
        "On moons, run 1 is the winner.",
        "On dino, the KL divergence of run 1 is close to that of the baseline.",
        "Doubling the hidden size leaves the KL divergence on dino intact.",
        "The cost of doubling the hidden size is modest on moons.",
        "Run 1 raises the KL divergence on moons only marginally.",
        "The gap to the data narrows on moons in run 1.",
        f"On dino the baseline has a KL divergence of {result(1, 'dino')}.",
        "Run 1 diverged on moons for one of the seeds.",
        "We had to restart run 1 after a numerical overflow.",
        "Run 1 converges earlier than the baseline.",
        "Our findings generalise to other diffusion models.",
        "The network simply has not converged in run 1.",
        "The KL divergence falls with the hidden size on moons.",
        "As the hidden size grows, the KL divergence on moons decreases.",
        "On moons, the KL divergence is inversely proportional to the hidden size.",
        "The KL divergence is lowest for run 1 and highest for run 0 on moons.",
        "Run 1 ranks second on dino.",
        "On moons the optimum is the larger hidden size.",
        "KL divergence on moons: run 1 < baseline.",
        "All improvements of run 1 are significant.",
        "None of our comparisons reaches significance.",
        "On moons, run 1 comes first.",
        "The confidence intervals of run 1 and the baseline on circle do not overlap.",
        "The test rejects equality of run 1 and the baseline on circle.",
        "With $p=0.03$, the effect of run 1 on circle is significant.",
        "The best run is the same on all datasets.",
        "The improvement of run 1 on circle cannot be explained by chance.",
        "On circle, the gain of run 1 is well above the noise floor.",
        "Doubling the hidden size, as this improved every dataset, is recommended.",
        "On dino, run 0 is superior to run 1.",
        "Samples drawn from run 1 are closer to the data on moons.",
        "On moons, doubling the hidden size helped.",
        "Run 1 costs nothing in KL divergence on moons.",
        "The default hidden size is too small on moons.",
        "These results argue for a larger hidden size on moons.",
        "The KL divergence on dino is robust to the hidden size.",
        "The curve flattens beyond the larger hidden size.",
        "What limits run 1 on moons is the noise of its gradients.",
        "On dino, both runs are indistinguishable.",
        "The default hidden size is hard to beat on dino.",
        "On moons, the baseline is beaten by run 1.",
        "Practitioners can safely double the hidden size without harming the KL divergence on moons.",
        "The KL divergence on dino is largely independent of the hidden size.",
        "A doubling of the hidden size is accompanied by better samples on moons.",
        "With run 1 the KL divergence on moons increases a little.",
        "On dino, run 1 is not the best run.",
        f"On dino and moons, run 1 reaches {result(1, 'moons')} and {result(1, 'dino')}, respectively.",
        r"\begin{tabular}{ll}Run & KL on moons\\run\_1 & lower\end{tabular}",
    ],
)
def test_false_statements_are_found_in_the_wordings_of_papers(latex: str) -> None:
    assert wrong(latex)


@pytest.mark.parametrize(
    "latex",
    [
        "As can be seen in the table, run 1 has a lower KL divergence on dino.",
        "When the hidden size is doubled, the KL divergence on dino drops.",
        "On dino the baseline has a KL divergence of " + result(0, "dino") + ".",
        "The KL divergence falls with the hidden size on dino.",
        "On moons, run 1 ranks second.",
        "KL divergence on dino: run 1 < baseline.",
        "Run 1 is lowest on dino and the baseline on moons.",
        "Run 1 has the highest KL divergence on moons, the baseline the lowest.",
        "Not all improvements of run 1 are significant.",
        "On dino, the optimum is the larger hidden size.",
        "We cannot say whether the findings generalise to other models.",
        "The baseline did not diverge.",
        "On circle, the lower KL divergence of run 1 is not above the noise floor.",
        "The default hidden size is suboptimal on dino.",
        "The default hidden size is hard to beat on moons.",
        "On dino, the baseline is beaten by run 1.",
        "A doubling of the hidden size is accompanied by poorer samples on moons.",
        "On moons, run 1 is not the best run.",
        f"On dino and moons, run 1 reaches {result(1, 'dino')} and {result(1, 'moons')}, respectively.",
        r"\begin{tabular}{ll}Run & KL on dino\\run\_1 & lower\end{tabular}",
        "The KL divergence on line is robust to the hidden size.",
        "On dino, run 0 is inferior to run 1.",
    ],
)
def test_honest_statements_in_the_same_wordings_pass(latex: str) -> None:
    assert wrong(latex) == []


def test_a_baseline_named_beside_its_own_value_is_not_the_subject_of_the_others() -> None:
    right = (
        r"Widening the network gives a KL divergence on moons of \result{run_1/moons/kl_divergence}, against "
        r"\result{run_0/moons/kl_divergence} in the baseline (\change{run_1/moons/kl_divergence})."
    )
    assert wrong(right) == []
    swapped = (
        right.replace("run_0/moons", "run_9/moons").replace("run_1/moons", "run_0/moons").replace("run_9", "run_1")
    )
    assert wrong(swapped) != []
    assert wrong(r"The baseline reaches a KL divergence of \result{run_1/moons/kl_divergence} on moons.") != []


def test_no_difference_under_a_condition_speaks_of_the_runs_that_meet_it() -> None:
    denied = "no significant difference of the KL divergence was found"
    assert wrong(f"For a coarser sampler on a finely trained network {denied}.") == []
    assert wrong(f"In this study {denied}.") != []


def test_a_number_without_a_run_is_told_the_only_result_that_it_can_be() -> None:
    def suggestions(text: str) -> list[str]:
        return [judgement.suggestion for judgement in stumps("results", text)]

    assert any("run_1/additive/rmse" in each for each in suggestions("Clipping gives an RMSE of 0.256 on additive."))
    assert not any("run_" in each for each in suggestions("Clipping gives an RMSE of 0.123 on additive."))


@pytest.mark.parametrize(
    "note",
    [
        "Larger hidden size, improves KL divergence by 42%",
        "A larger hidden size outperforms the baseline",
        "hidden_size=64: lower kl_divergence on dino",
        "It reduces the KL divergence because the model is larger.",
    ],
)
def test_a_note_that_states_the_result_of_its_run_is_found(note: str) -> None:
    assert outcome_in(note, Study.of(ledger()))


@pytest.mark.parametrize(
    "note",
    [
        "Double the hidden size, from 128 to 256.",
        "lower learning rate to reduce overfitting",
        "I set `learning_rate` to `0.0015`.",
        "Tests whether a larger hidden size improves the KL divergence.",
        "A larger hidden size, which should lower the KL divergence on dino",
        "limit the residuals at 1.345 times their scale, and raise the learning rate to twice its value",
        "step size 0.2",
    ],
)
def test_a_note_of_what_a_run_changes_states_no_result(note: str) -> None:
    assert outcome_in(note, Study.of(ledger())) == ""
