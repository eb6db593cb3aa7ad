"""Whether the work could be redone: code, settings, data, hardware, software."""

from __future__ import annotations

import re

from agents.offline.checks.paper import Finding, ReadPaper, cite, counted, join, strength, weakness

_CODE = (
    r"\b(?:code|implementation|source)\b[^.]{0,60}\b(?:available|released|open.?source|published|kept|at http)"
    r"|\bcommit\b|\brepository\b"
)
_ADDRESS = r"https?://|github\.com|\bcommit\b|\btag\b|supplementary"
_SETTINGS = {
    "learning rate": r"learning rate|step[ _]size",
    "batch size": r"batch size|batch_size",
    "steps or epochs": r"\b(?:\d[\d,]* (?:training )?(?:steps|epochs|iterations)|(?:steps|epochs|iterations):? \d)",
    "optimizer": r"\b(?:Adam\w*|SGD|RMSProp|Adagrad|LBFGS|optimi[sz]er)\b",
    "layers": r"\bhidden (?:layers?|units|size)\b|\blayers? of \d|\bembedding dimension",
    "schedule": r"\b(?:annealing|warm.?up|learning rate schedul\w+|decay rate)\b",
}
_MACHINE = r"\b(?:V100|A100|H100|H200|RTX ?\d+|GTX ?\d+|TPU\S*|T4|P100|K80|M[1-4]|Xeon|EPYC|\d+ (?:CPU )?cores)\b"
_SOME_MACHINE = r"\b(?:GPUs?|CPUs?|workstation|laptop)\b"
_SOFTWARE = r"\b(PyTorch|TensorFlow|JAX|Python|torch|NumPy|scikit-learn)\b"
_SIZE = r"\b\d[\d,]*\d (?:points|samples|images|examples|sentences|tokens|documents|rows)\b"
_WEIGHTS = r"\b(?:λ|\\lambda)\S*|\bare hyperparameters\b"


def code(paper: ReadPaper) -> list[Finding]:
    said = paper.saying(_CODE)
    ask = "Where is the code of these experiments?"
    if not said:
        words = counted(paper.count(r"\bcode\b"), "word code")
        return weakness(
            "code", f"Nothing is said about where the code is; there is {words} among {paper.words:,}.", ask
        )
    if re.search(_ADDRESS, paper.text, re.IGNORECASE):
        return strength("code", f"It is said where the code is: {cite(said[0].text, _CODE)}.")
    return weakness("code", f"The code is said to be there, and no address is given: {cite(said[0].text, _CODE)}.", ask)


def settings(paper: ReadPaper) -> list[Finding]:
    given = {name: said for name, pattern in _SETTINGS.items() if (said := paper.saying(pattern))}
    missing = [name for name in _SETTINGS if name not in given]
    if len(given) < 3:
        text = f"Of {len(_SETTINGS)} usual settings only {len(given)} are named; missing: {join(missing)}."
        return weakness("settings", text, f"What were {join(missing)}?")
    richest = max((s for said in given.values() for s in said), key=lambda s: len(re.findall(r"\d", s.text)))
    text = f"Settings are given ({join(list(given))}): {cite(richest.text, '[0-9]')}."
    return strength("settings", text)


def weights(paper: ReadPaper) -> list[Finding]:
    """Weights of a loss that have a symbol and no value."""
    if re.search(r"(?:λ|\\lambda)[^\s=]{0,8}\s*=\s*\d", paper.text):
        return []
    named = [s for s in paper.saying(_WEIGHTS) if re.search(r"λ|\\lambda", s.text) and "hyperparameter" in s.text]
    return (
        weakness(
            "weights",
            f"Weights are named and their values are not given: {cite(named[0].text, 'hyperparam')}.",
            "Which values did they have?",
        )
        if named
        else []
    )


def hardware(paper: ReadPaper) -> list[Finding]:
    if said := paper.saying(_MACHINE):
        return strength("hardware", f"The machine is named: {cite(said[0].text, _MACHINE)}.")
    ask = "On which machine, and for how long?"
    if said := paper.saying(_SOME_MACHINE):
        return weakness("hardware", f"The machine is not named: {cite(said[0].text, _SOME_MACHINE)}.", ask)
    return weakness("hardware", "Neither a GPU nor a CPU is mentioned.", ask)


def software(paper: ReadPaper) -> list[Finding]:
    versioned = paper.saying(_SOFTWARE + r"(?:: ?|==| v| version | )\d")
    if versioned:
        return strength(
            "software", f"Software is named with its version: {cite(versioned[0].text, _SOFTWARE + '.{0,3}[0-9]')}."
        )
    if said := paper.saying(_SOFTWARE):
        text = f"Software is named without its version: {cite(said[0].text, _SOFTWARE)}."
        return weakness("software", text, "Which versions were used?")
    return weakness("software", "No software is named.", "Which software, in which versions?")


def data(paper: ReadPaper) -> list[Finding]:
    if said := paper.saying(_SIZE):
        return strength("data", f"The size of the data is given: {cite(said[0].text, _SIZE)}.")
    return weakness("data", "The size of no dataset is given.", "How large are the data, and how were they split?")


CHECKS = (code, settings, weights, hardware, software, data)
