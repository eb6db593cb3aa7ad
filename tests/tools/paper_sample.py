"""A small study and its paper, for the tests of everything that a paper goes through."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tools.evidence import Ledger, Metric, RunRecord, write_results_tex
from tools.literature import Bibliography, PaperRecord
from tools.paper import Provenance, assemble, write_section

METRICS = {
    "kl_divergence": Metric(name="kl_divergence", goal="min", label="KL divergence"),
    "wall_time": Metric(name="wall_time", goal="min", unit="s", label="wall time"),
    "modes": Metric(name="modes"),
}
ENVIRONMENT = {"torch": "2.13.0", "hardware": "2 cores of a test machine"}
# Beside the baseline, run_1 is clearly better on dino, clearly worse on moons, inside the noise on circle, and the same
# on line; its wall time was measured once; nobody knows whether more modes are better.
BASELINE = {"dino": [1.10, 1.11, 1.12], "moons": [0.09, 0.10, 0.11], "circle": [0.30, 0.36, 0.42], "line": [0.16] * 3}
WIDER = {"dino": [0.90, 0.91, 0.92], "moons": [0.19, 0.20, 0.21], "circle": [0.29, 0.35, 0.41], "line": [0.16] * 3}

PROVENANCE = Provenance(
    models={"writer": "model_x & co", "coder": "model-y"},
    commit="12ab34cd56ef",
    template="diffusion_2d",
    profile="cpu",
    seed=3,
    sandbox="bubblewrap",
    date="2026-11-25",
    runs=["run_0", "run_1"],
)


def ledger() -> Ledger:
    return Ledger(
        METRICS,
        [
            _run("run_0", BASELINE, wall_time=40.0, modes=[4.0, 5.0, 4.5], hidden_size=256),
            _run("run_1", WIDER, wall_time=60.0, modes=[8.0, 8.5, 9.0], hidden_size=512),
            RunRecord(name="run_2", status="failed", reason="killed at 4.0 GB of memory", note="hidden_size 9999"),
        ],
    )


def _run(name: str, kl: dict[str, list[float]], *, wall_time: float, modes: list[float], hidden_size: int) -> RunRecord:
    return RunRecord(
        name=name,
        status="completed",
        note=f"hidden_size {hidden_size}",
        settings={"experiment.hidden_size": hidden_size, "experiment.learning_rate": 0.0003},
        environment=ENVIRONMENT,
        usage={"wall_seconds": 31.2},
        values={
            dataset: {"kl_divergence": values, "wall_time": [wall_time], "modes": modes}
            for dataset, values in kl.items()
        },
    )


def sections(key: str) -> dict[str, str]:
    """A paper without a fault; `key` is the one it cites."""
    return {
        "title": r"How wide must a denoiser be? On \texttt{hidden\_size} in two dimensions",
        "abstract": r"On dino, the wider network's KL divergence is \change{run_1/dino/kl_divergence}. One run failed.",
        "introduction": rf"Diffusion models reverse a noising process \citep{{{key}}}. What does width buy?",
        "related_work": rf"\citet{{{key}}} reach an FID of 3.17 on another task.",
        "background": "Data $x_0$ become noise $x_t$:\n"
        r"\begin{equation} q(x_t \mid x_0) = \mathcal{N}(\sqrt{\bar\alpha_t}\,x_0, (1-\bar\alpha_t) I). \end{equation}",
        "method": r"We change \texttt{hidden\_size} from \setting{experiment.hidden_size} to "
        r"\setting{run_1/experiment.hidden_size}.",
        "experimental_setup": "PyTorch \\env{torch}.\n\n\\begin{table}[t]\n\\centering\n"
        "\\caption{What differs between the runs.}\\label{tab:settings}\n\\settingstable\n\\end{table}\n"
        "Table~\\ref{tab:settings} shows what the runs change.",
        "results": "\\begin{table}[t]\n\\centering\n\\caption{KL divergence of every run.}\\label{tab:kl}\n"
        "\\resulttable{kl_divergence}\n\\end{table}\n\n"
        "Table~\\ref{tab:kl} and Figure~\\ref{fig:kl} show every run. The wider network lowers the KL divergence "
        "on dino to \\result{run_1/dino/kl_divergence}, \\change{run_1/dino/kl_divergence}, but raises it on moons "
        "(\\change{run_1/moons/kl_divergence}).\n\n"
        "\\begin{figure}[t]\n\\centering\n\\includegraphics[width=0.5\\linewidth]{figures/kl.png}\n"
        "\\caption{KL divergence; on dino \\result{run_1/dino/kl_divergence}.}\\label{fig:kl}\n\\end{figure}",
        "limitations": r"On dino, differences below \noisefloor{dino/kl_divergence} cannot be told from chance.",
        "conclusion": r"Width matters on dino: \change{run_1/dino/kl_divergence}.",
    }


def write_paper(folder: Path, **changes: str) -> Bibliography:
    """Write the paper into `folder`, up to paper.tex; `changes` replace sections and pass the checks of the writing."""
    bibliography = Bibliography(folder / "references.bib")
    key = bibliography.add(
        PaperRecord(
            source="arxiv",
            source_id="2006.11239",
            title="Denoising Diffusion Probabilistic Models",
            authors=("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"),
            year=2020,
        )
    )
    for name, latex in (sections(key) | changes).items():
        write_section(folder, name, latex)
    (folder / "figures").mkdir(exist_ok=True)
    Image.linear_gradient("L").resize((300, 150)).save(folder / "figures" / "kl.png")
    write_results_tex(ledger(), ENVIRONMENT, folder / "results.tex")
    assemble(folder, provenance=PROVENANCE)
    return bibliography
