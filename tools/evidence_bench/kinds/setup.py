"""Builders of statements on set-up, method and experiments, true by environment, code and ledger or contradicted by them."""

from __future__ import annotations

import re
from random import Random

from tools.evidence_bench.case import Draft
from tools.evidence_bench.kinds.claims import setting_words
from tools.evidence_bench.kinds.kind import Kind, builds
from tools.evidence_bench.kinds.wording import NUMBERS, pick, run_names, unknown_run
from tools.evidence_bench.study_facts import StudyFacts, printed, tex

_READABLE = {
    "batch_size": ("a batch size of <v>", "batches of <v>"),
    "train_steps": ("<v> training steps", "training for <v> steps"),
    "updates": ("<v> updates", "training for <v> updates"),
    "hidden_layers": ("<v> hidden layers", "a network with <v> hidden layers"),
    "layers": ("<v> layers", "a model of <v> layers"),
    "hidden_size": ("a hidden size of <v>", "hidden layers of <v> units"),
    "width": ("a width of <v>",),
    "heads": ("<v> attention heads", "<v> heads"),
    "context": ("a context of <v> characters", "a context length of <v>"),
    "time_steps": ("<v> diffusion steps", "<v> time steps"),
    "learning_rate": ("a learning rate of <v>",),
    "weight_decay": ("a weight decay of <v>",),
    "ema_decay": ("an EMA decay of <v>", "a moving average with decay <v>"),
    "dropout": ("a dropout rate of <v>",),
    "beta_end": ("a final noise variance of <v>",),
    "train_points": ("<v> training points", "a training set of <v> points"),
    "eval_points": ("<v> held-out points", "an evaluation on <v> points"),
    "eval_every": ("an evaluation every <v> steps",),
}
"""Setting -> how a text gives its value."""
_PHRASES = (
    "We use <what>.",
    "All runs use <what>.",
    "Every model is trained with <what>.",
    "The experiment has <what>.",
    "Throughout, <what> is used.",
)
_SEEDS = {2: "two", 3: "three", 5: "five", 8: "eight", 10: "ten", 20: "twenty"}
_TIMES = {2.0: "twice", 4.0: "four times", 0.5: "half", 3.0: "three times", 8.0: "eight times", 10.0: "ten times"}


# ------------------------------------------------------------ settings


def _any_setting(facts: StudyFacts, random: Random) -> tuple[str, float, tuple[str, ...]] | None:
    """Return a setting that no run changed and that has a wording, with its value and wordings."""
    options = [(name, float(value), _READABLE[name]) for name, value in facts.settings.items() if name in _READABLE]
    return pick(random, options)


def _say_setting(random: Random, wordings: tuple[str, ...], value: float, digits: int) -> tuple[str, str]:
    """Return a sentence that gives a value of a setting, and the value."""
    shown = f"{int(value)}" if value.is_integer() else printed(value, digits)
    phrase = random.choice(_PHRASES)
    return phrase.replace("<what>", random.choice(wordings).replace("<v>", shown)), shown


@builds
def right_setting(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = _any_setting(facts, random)
    if found is None:
        return None
    _, value, wordings = found
    text, shown = _say_setting(random, wordings, value, 6)
    return Draft(text, kind.place(facts, random), shown, printed(value, 8))


@builds
def wrong_setting(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    found = _any_setting(facts, random)
    if found is None:
        return None
    name, value, wordings = found
    factor = random.choice((0.5, 2.0, 4.0, 10.0))
    wrong = (value * factor) if value else random.choice((0.01, 0.1))
    if value.is_integer() and not wrong.is_integer():
        wrong = value * 2
    if (name.endswith("decay") and value > 0.5) or name == "dropout":
        wrong = random.choice([v for v in (0.5, 0.9, 0.95, 0.999) if v != value])
    section = kind.place(facts, random)
    text, shown = _say_setting(random, wordings, wrong, 3)
    return Draft(text, section, shown, printed(value, 6), right=printed(value, 6))


@builds
def setting_reference(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    baseline = facts.ledger.baseline
    names = [n for n, v in (baseline.settings if baseline else {}).items() if isinstance(v, int | float)]
    name = pick(random, names)
    if name is None:
        return None
    return kind.say(facts, random, {"words": setting_words(name), "name": name}, Draft(section="", claimed=name))


@builds
def wrong_run_setting(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.varied:
        return None
    name, values = next(iter(facts.varied.items()))
    run = random.choice(list(values))
    wrong = values[run] * random.choice((0.3, 3.0, 5.0, 10.0))
    if any(abs(wrong - value) < 1e-12 for value in values.values()):
        wrong *= 1.5
    fields = {"run": tex(run), "setting": setting_words(name), "v": printed(wrong)}
    right = printed(values[run], 6)
    return kind.say(facts, random, fields, Draft("", "", printed(wrong), right, right=right))


@builds
def right_run_setting(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.varied:
        return None
    name, values = next(iter(facts.varied.items()))
    base = values.get("run_0", 0.0)
    run = pick(random, [r for r in values if r != "run_0"])
    if run is None or not base:
        return None
    word = _TIMES.get(values[run] / base, "")
    shown = printed(values[run], 6)
    fields = {"run": tex(run), "plain_run": run, "name": name, "setting": setting_words(name)}
    fields |= {"v": shown, "b": printed(base, 6), "word": word}
    wordings = (*kind.wordings, *(kind.variants["ratio"] if word else ()))
    return kind.say(facts, random, fields, Draft(section="", claimed=shown), wordings=wordings)


# ------------------------------------------------------------ machine and code


@builds
def wrong_hardware(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    hardware = facts.environment.get("hardware", "")
    if not hardware:
        return None
    device = random.choice([name for name in kind.words if name.split()[-1] not in hardware])
    return kind.say(facts, random, {"device": device}, Draft("", "", device, hardware, right=hardware))


@builds
def right_hardware(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    hardware = facts.environment.get("hardware", "")
    cores = re.match(r"(\d+) cores", hardware)
    if cores is None or "no GPU" not in hardware:
        return None
    return kind.say(facts, random, {"n": cores[1]}, Draft("", "", f"{cores[1]} cores", hardware))


@builds
def wrong_software(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    torch = facts.environment.get("torch", "")
    if not torch:
        return None
    name = random.choice(kind.words)
    return kind.say(facts, random, {"name": name}, Draft("", "", name, f"torch {torch}", right=torch))


@builds
def right_software(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    torch, python = facts.environment.get("torch", ""), facts.environment.get("python", "")
    if not torch or not python:
        return None
    return kind.say(facts, random, {"torch": torch, "python": python}, Draft(section="", claimed=torch))


@builds
def wrong_optimiser(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.optimiser:
        return None
    wrong = random.choice([name for name in kind.words if name.split()[0].lower() not in facts.optimiser.lower()])
    return kind.say(facts, random, {"name": wrong}, Draft("", "", wrong, facts.optimiser, right=facts.optimiser))


@builds
def right_optimiser(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    used = facts.optimiser
    return kind.say(facts, random, {"name": used}, Draft(section="", claimed=used)) if used else None


@builds
def missing_method(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Claim something for which the code would hold a word that it lacks."""
    word = pick(random, [word for word in kind.variants if facts.source and word not in facts.source.lower()])
    if word is None:
        return None
    return kind.say(facts, random, about=Draft(section="", claimed=word), wordings=kind.variants[word])


# ------------------------------------------------------------ size of the study


@builds
def wrong_seeds(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.seeds:
        return None
    wrong = random.choice([n for n in _SEEDS if n != facts.seeds])
    shown, right = random.choice((str(wrong), _SEEDS[wrong])), str(facts.seeds)
    return kind.say(facts, random, {"n": shown}, Draft("", "", str(wrong), right, right=right))


@builds
def wrong_study_size(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    noun, right = random.choice([("datasets", len(facts.datasets)), ("runs besides the baseline", len(facts.runs))])
    wrong = random.choice([n for n in range(2, 12) if n not in (right, right + 1)])
    shown = random.choice((NUMBERS[wrong], str(wrong)))
    return kind.say(facts, random, {"n": shown, "noun": noun}, Draft("", "", str(wrong), str(right), right=str(right)))


@builds
def right_study_size(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    datasets, runs, seeds = len(facts.datasets), len(facts.runs), facts.seeds
    if not seeds or max(datasets, runs, seeds) >= len(NUMBERS) or min(datasets, runs, seeds) < 2:
        return None
    sizes = (("r", runs), ("d", datasets), ("s", seeds))
    fields = {field: random.choice((NUMBERS[size], str(size))) for field, size in sizes}
    wordings = kind.wordings if facts.ledger.confirmations else (*kind.wordings, *kind.variants["nothing confirmed"])
    about = Draft(section="", claimed=f"{runs} runs, {datasets} datasets, {seeds} seeds")
    return kind.say(facts, random, {**fields, "all": NUMBERS[runs + 1]}, about, wordings=wordings)


@builds
def unknown_dataset(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    known = " ".join(facts.datasets).lower()
    name = random.choice([n for n in kind.words if n.split("-")[0].lower() not in known])
    return kind.say(facts, random, {"name": name}, Draft("", "", name, ", ".join(facts.datasets)))


@builds
def nonexistent_run(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    run = unknown_run(facts, random)
    return kind.say(facts, random, {"run": tex(run)}, Draft("", "", run, f"runs up to {facts.runs[-1]}"))


# ------------------------------------------------------------ the study as a whole


@builds
def about_study(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    """Word what needs nothing but the main metric and the number of seeds."""
    return kind.say(facts, random, {**run_names(facts, "", facts.primary), "n": str(facts.seeds)})


@builds
def about_seeds(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    return about_study(kind, facts, random) if facts.seeds else None


@builds
def metric_goal(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    metric = pick(random, facts.quality_metrics)
    if metric is None:
        return None
    more = "lower" if facts.ledger.metric(metric).goal == "min" else "higher"
    return kind.say(facts, random, {**run_names(facts, "", metric), "more": more})


@builds
def question(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    metric, dataset = pick(random, facts.quality_metrics), pick(random, facts.datasets)
    if not metric or not dataset:
        return None
    return kind.say(facts, random, {**run_names(facts, "", metric), "dataset": tex(dataset)})


@builds
def paper_structure(kind: Kind, facts: StudyFacts, random: Random) -> Draft | None:
    label = re.search(r"\\label\{(tab:[^}]+)\}", facts.section("results"))
    draft = kind.say(facts, random, {"first": tex(facts.datasets[0]), "label": label[1] if label else ""})
    return None if "\\ref{}" in draft.text else draft
