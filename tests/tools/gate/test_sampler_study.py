"""Sentences of a study with paired seeds, a new option and a confirmation, as a played run wrote them.

The study scales the fresh noise of a sampler by eta. Run 3 is significantly lower on circle and moons, and not on fresh
seeds.
"""

from __future__ import annotations

import pytest

from tools.evidence import Ledger, RunRecord
from tools.evidence.analysis_plan import AnalysisPlan
from tools.evidence.judgement import Judgement, Verdict
from tools.experiments.template import load_template
from tools.gate.section_source import read_source
from tools.gate.statements import Study, judge_section
from tools.project import TEMPLATES

VALUES = {
    "run_0": {
        "circle": [0.21, 0.1803, 0.2549],
        "dino": [1.1262, 1.1316, 1.2208],
        "line": [0.1294, 0.1264, 0.1459],
        "moons": [0.1532, 0.1271, 0.1173],
    },
    "run_1": {
        "circle": [0.1853, 0.1503, 0.2264],
        "dino": [0.9521, 0.9695, 1.1041],
        "line": [0.1584, 0.1441, 0.1336],
        "moons": [0.2227, 0.1968, 0.1698],
    },
    "run_2": {
        "circle": [0.2178, 0.1986, 0.2573],
        "dino": [1.0851, 1.0888, 1.15],
        "line": [0.1525, 0.132, 0.1556],
        "moons": [0.1665, 0.1453, 0.1159],
    },
    "run_3": {
        "circle": [0.0904, 0.0513, 0.1202],
        "dino": [1.0898, 1.0328, 1.1587],
        "line": [0.1768, 0.1709, 0.1648],
        "moons": [0.0428, 0.0281, 0.0169],
    },
    "confirm_0": {
        "circle": [0.1953, 0.1291, 0.2596],
        "dino": [1.1772, 1.1166, 1.2969],
        "line": [0.1719, 0.1279, 0.1868],
        "moons": [0.099, 0.1288, 0.1081],
    },
    "confirm_3": {
        "circle": [0.039, 0.0242, 0.1325],
        "dino": [1.1409, 1.0452, 1.1561],
        "line": [0.1609, 0.1793, 0.2207],
        "moons": [0.0205, 0.0694, -0.0018],
    },
}
NOTES = {
    "run_1": "The sampler adds no fresh noise (eta = 0).",
    "run_2": "Half the fresh noise of ancestral sampling (eta = 0.5).",
    "run_3": "More fresh noise than ancestral sampling (eta = 1.5). Does more noise lower the divergence?",
}
ETA = {"run_1": 0.0, "run_2": 0.5, "run_3": 1.5, "confirm_3": 1.5}
CIRCLE, DINO, LINE, MOONS = (rf"\change{{run_1/{d}/kl_divergence}}" for d in ("circle", "dino", "line", "moons"))
WRONG = (Verdict.CONTRADICTED, Verdict.NO_EVIDENCE)
EXPECTATIONS = (
    r" \begin{enumerate} \item Without fresh noise the divergence rises: run\_1 is above run\_0 on circle, dino and moons."
    r" \item The divergence falls with $\eta$ up to 1: run\_2 is below run\_1 and above run\_0 on these sets. \end{enumerate}"
)


@pytest.fixture(scope="module")
def study() -> Study:
    template = load_template("diffusion_2d", TEMPLATES)
    runs = [
        RunRecord(
            name=name,
            kind="confirmation" if name.startswith("confirm") else "run",
            status="completed",
            note=NOTES.get(name, ""),
            seed=1000 if name.startswith("confirm") else 0,
            settings={"experiment.seeds": 3} | ({"experiment.eta": ETA[name]} if name in ETA else {}),
            values={dataset: {"kl_divergence": values} for dataset, values in of_run.items()},
        )
        for name, of_run in VALUES.items()
    ]
    plan = AnalysisPlan(primary_metric="kl_divergence", planned_runs=3, margins={"kl_divergence": 0.02})
    return Study.of(Ledger(template.metrics, runs, plan), template)


def wrong(section: str, latex: str, study: Study) -> list[Judgement]:
    return [j for j in judge_section(read_source(section, latex), study) if j.verdict in WRONG]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("results", r"More noise than ancestral (run\_3, $\eta = 1.5$) lowers the divergence significantly on circle."),
        (
            "results",
            r"\paragraph{More noise (run\_3).} The divergence of run\_3 is "
            r"significantly lower than that of run\_0 on circle.",
        ),
        (
            "results",
            r"The divergence of run\_3, with more noise than ancestral, is "
            r"significantly lower than that of run\_0 on circle and moons.",
        ),
        ("limitations", r"Of the samplers with more noise than ancestral, run\_3 alone was tried."),
        ("results", r"No noise (run\_1, $\eta = 0$) passes no test."),
        ("results", r"The divergence of run\_1 passes no test on any set."),
        ("abstract", r"The study covers one network, one noise schedule and one value of $\eta$ above 1."),
        ("conclusion", r"The next experiment repeats run\_0 and run\_3 with further values of $\eta$ above 1."),
        (
            "abstract",
            r"Run\_3 was measured again with the ancestral sampler on fresh seeds. "
            r"There, no difference of the divergence is significant.",
        ),
        ("results", r"\paragraph{Half the noise (run\_2).} No difference of run\_2 from the baseline is significant."),
        (
            "results",
            r"A possible explanation is that noise may correct points; a histogram of one seed is no test of it.",
        ),
        ("limitations", r"Only one value of $\eta$ above 1 was run, with one network and one noise schedule."),
        ("limitations", r"The widths were looked at only in the stored samples, on circle and line."),
        (
            "abstract",
            r"The sampler that did best, with $\eta = "
            r"\setting{run_3/experiment.eta}$ (run\_3), was measured again on fresh seeds.",
        ),
        (
            "abstract",
            r"Run\_3 did best on these seeds and was measured again, with the ancestral sampler, on fresh ones.",
        ),
        (
            "limitations",
            r"A run with capped steps would decide. The quota of runs was used up when a reviewer asked for it.",
        ),
        (
            "results",
            r"The differences of run\_3 on fresh seeds scatter more between the fresh seeds (Table~\ref{tab:comparisons}).",
        ),
        (
            "results",
            r"The intervals of the fresh seeds are wider than those of the first measurement (Table~\ref{tab:comparisons}).",
        ),
        (
            "results",
            r"On the first seeds, the divergence of run\_3 is significantly lower "
            r"than that of run\_0 on circle; on fresh seeds it is not.",
        ),
        ("limitations", r"The limitations no longer generalise, and the text no longer calls it an effect."),
        ("results", r"The interval of the difference of run\_1 excludes zero on circle and dino."),
        ("results", r"On line the interval of run\_1 contains zero."),
        (
            "results",
            r"On the first seeds, the divergence of run\_3 is significantly lower "
            r"than that of run\_0 on circle (\change{run_3/circle/kl_divergence}).",
        ),
        (
            "results",
            rf"The interval lies below zero on circle ({CIRCLE}) and dino ({DINO}), above zero on moons ({MOONS}), and holds "
            rf"zero on line ({LINE}).",
        ),
        (
            "results",
            rf"The intervals, which are exploratory, lie below zero on circle ({CIRCLE}) and dino ({DINO}) and above zero on "
            rf"moons ({MOONS}); on line the interval contains zero ({LINE}).",
        ),
        ("abstract", "We measure the divergence from held-out points to the samples on four point sets in the plane."),
        ("results", "Left: samples farther from the circle than four standard deviations of its stroke."),
        (
            "results",
            r"On circle and moons the divergence of run\_3 is significantly lower than that of run\_0 on both sets.",
        ),
        ("results", r"The study does not show why the divergence of run\_3 is significantly lower on circle."),
        ("method", "We stated three expectations before the first run." + EXPECTATIONS),
    ],
)
def test_a_true_sentence_of_a_played_run_is_carried(section: str, text: str, study: Study) -> None:
    assert wrong(section, text, study) == []


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("results", rf"The interval lies above zero on circle ({CIRCLE}) and below zero on moons ({MOONS})."),
        ("results", rf"On line the interval of run\_1 lies above zero ({LINE})."),
        ("results", r"The divergence of run\_2 passes the test on circle."),
        ("results", r"Run\_3 has more accuracy than run\_0."),
        ("results", r"The divergence of run\_3 on circle is below 0.05."),
        ("abstract", r"The lower divergence of run\_3 points to a repair of errors by noise."),
        (
            "abstract",
            r"Run\_3 was measured again on fresh seeds. There, the divergence is significantly lower on circle.",
        ),
        (
            "abstract",
            r"Run\_3 was measured again on fresh seeds, and the divergence is "
            r"significantly lower on both sets, circle and moons.",
        ),
        ("results", r"Half of the divergence of run\_0 remains in run\_2."),
        ("results", r"The best seed of run\_3 reaches a divergence of 0.05."),
        ("limitations", r"Only two values of $\eta$ above 1 were run."),
        ("results", r"The three sets circle and moons have significantly lower divergence in run\_3."),
        ("results", r"The divergence of run\_1 went up on circle."),
        ("results", r"The divergence of run\_3 is no longer than that of run\_0 on circle but higher."),
        (
            "results",
            r"The intervals of run\_3 are wider than those of run\_1 on dino, so that it is significantly worse.",
        ),
        ("results", r"The sampler of run\_2 did best on circle."),
        ("results", r"The divergence of run\_3 does not fall on moons."),
        ("results", r"The interval of the difference of run\_1 contains zero on circle and dino."),
        ("results", r"The interval of run\_1 excludes zero on line."),
        ("results", rf"The intervals lie below zero on circle ({CIRCLE}), dino ({DINO}) and moons ({MOONS})."),
        (
            "abstract",
            r"Run\_3 was measured again on fresh seeds. There, the divergence of "
            r"run\_3 is significantly lower than that of run\_0 on circle.",
        ),
        ("results", r"The divergence of run\_3 is 1.5 on circle."),
        ("results", r"On circle, with $\eta = 1.4$, run\_3 has a lower divergence."),
        ("method", "We confirmed three expectations." + EXPECTATIONS),
        ("results", "We had three expectations." + EXPECTATIONS),
    ],
)
def test_a_false_sentence_beside_it_is_not(section: str, text: str, study: Study) -> None:
    assert wrong(section, text, study)
