"""Defects: statements on set-up, method and experiments that environment, code and ledger contradict."""

from __future__ import annotations

import re
from random import Random

from tools.evidence_bench.case import Draft, Kind
from tools.evidence_bench.study_facts import StudyFacts, printed, tex
from tools.evidence_bench.wording import fill, pick

_SETUP = frozenset(
    ["contradicted_setup", "unsupported_setup", "typed_number", "contradicted_claim", "unsupported_claim"]
)
_MISSING = _SETUP | {"unknown_reference", "unverified_setup"}
_SECTIONS = ("experimental_setup", "experimental_setup", "method")
_OPTIMISERS = ("SGD with momentum", "RMSprop", "Adagrad", "LAMB", "Lion", "L-BFGS")
_READABLE = {
    "batch_size": ("a batch size of {v}", "batches of {v}"),
    "train_steps": ("{v} training steps", "training for {v} steps"),
    "updates": ("{v} updates", "training for {v} updates"),
    "hidden_layers": ("{v} hidden layers", "a network with {v} hidden layers"),
    "layers": ("{v} layers", "a model of {v} layers"),
    "hidden_size": ("a hidden size of {v}", "hidden layers of {v} units"),
    "width": ("a width of {v}",),
    "heads": ("{v} attention heads", "{v} heads"),
    "context": ("a context of {v} characters", "a context length of {v}"),
    "time_steps": ("{v} diffusion steps", "{v} time steps"),
    "learning_rate": ("a learning rate of {v}",),
    "weight_decay": ("a weight decay of {v}",),
    "ema_decay": ("an EMA decay of {v}", "a moving average with decay {v}"),
    "dropout": ("a dropout rate of {v}",),
    "beta_end": ("a final noise variance of {v}",),
    "train_points": ("{v} training points", "a training set of {v} points"),
    "eval_points": ("{v} held-out points", "an evaluation on {v} points"),
    "eval_every": ("an evaluation every {v} steps",),
}
"""Setting -> how a text gives its value."""
_PHRASES = (
    "We use {what}.",
    "All runs use {what}.",
    "Every model is trained with {what}.",
    "The experiment has {what}.",
    "Throughout, {what} is used.",
)


def settings_in_words(facts: StudyFacts) -> list[tuple[str, float, tuple[str, ...]]]:
    """Return the settings that no run changed and that have a wording, with their value and wordings."""
    return [(name, float(value), _READABLE[name]) for name, value in facts.settings.items() if name in _READABLE]


def say_setting(random: Random, wordings: tuple[str, ...], value: str) -> str:
    """Return a sentence that gives the value of a setting."""
    return random.choice(_PHRASES).format(what=random.choice(wordings).format(v=value))


def _hardware(facts: StudyFacts, random: Random) -> Draft | None:
    hardware = facts.environment.get("hardware", "")
    if not hardware:
        return None
    devices = ("NVIDIA A100", "NVIDIA H100", "NVIDIA V100", "NVIDIA RTX 3090", "AMD MI250", "TPU v4")
    device = random.choice([name for name in devices if name.split()[-1] not in hardware])
    text = fill(
        random,
        (
            "All runs were made on a single {device}.",
            "Training took place on eight {device} accelerators.",
            "Each run used one {device} GPU with 80\\,GB of memory.",
            "The experiments were run on a cluster of {device} nodes.",
            "We trained on a workstation with 64 CPU cores and an {device}.",
        ),
        device=device,
    )
    return Draft(text, random.choice(_SECTIONS), device, hardware, right=hardware)


def _seeds(facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.seeds:
        return None
    words = {2: "two", 3: "three", 5: "five", 8: "eight", 10: "ten", 20: "twenty"}
    wrong = random.choice([n for n in words if n != facts.seeds])
    text = fill(
        random,
        (
            "Every run is repeated with {n} seeds.",
            "We average over {n} random seeds.",
            "Each result is the mean of {n} independent repetitions.",
            "All configurations were trained {n} times with different seeds.",
            "Error bars are over {n} seeds.",
        ),
        n=random.choice((str(wrong), words[wrong])),
    )
    section = random.choice((*_SECTIONS, "abstract", "results"))
    return Draft(text, section, str(wrong), str(facts.seeds), right=str(facts.seeds))


def _optimiser(facts: StudyFacts, random: Random) -> Draft | None:
    used = re.search(r"optim\.(\w+)\(", facts.source)
    if used is None:
        return None
    wrong = random.choice([name for name in _OPTIMISERS if name.split()[0].lower() not in used[1].lower()])
    text = fill(
        random,
        (
            "The network is trained with {name}.",
            "We use {name} as the optimiser.",
            "Optimisation is by {name}.",
            "All models were fitted using the {name} optimizer.",
        ),
        name=wrong,
    )
    return Draft(text, random.choice(_SECTIONS), wrong, used[1], right=used[1])


def _setting(facts: StudyFacts, random: Random) -> Draft | None:
    found = pick(random, settings_in_words(facts))
    if found is None:
        return None
    name, value, wordings = found
    factor = random.choice((0.5, 2.0, 4.0, 10.0))
    wrong = (value * factor) if value else random.choice((0.01, 0.1))
    if float(value).is_integer() and not float(wrong).is_integer():
        wrong = value * 2
    if (name.endswith("decay") and value > 0.5) or name == "dropout":
        wrong = random.choice([v for v in (0.5, 0.9, 0.95, 0.999) if v != value])
    shown = f"{int(wrong)}" if float(wrong).is_integer() else printed(wrong)
    section = random.choice(_SECTIONS)
    return Draft(say_setting(random, wordings, shown), section, shown, printed(value, 6), right=printed(value, 6))


def _varied(facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.varied:
        return None
    name, values = next(iter(facts.varied.items()))
    run = random.choice(list(values))
    wrong = values[run] * random.choice((0.3, 3.0, 5.0, 10.0))
    if any(abs(wrong - value) < 1e-12 for value in values.values()):
        wrong *= 1.5
    text = fill(
        random,
        (
            "{Run} uses a {setting} of {v}.",
            "In {run} the {setting} is {v}.",
            "The {setting} of {run} is set to {v}.",
            "For {run} we choose {v} as the {setting}.",
        ),
        run=tex(run),
        setting=tex(name.rpartition(".")[2].replace("_", " ")),
        v=printed(wrong),
    )
    section = random.choice((*_SECTIONS, "results"))
    return Draft(text, section, printed(wrong), printed(values[run], 6), right=printed(values[run], 6))


def _software(facts: StudyFacts, random: Random) -> Draft | None:
    torch = facts.environment.get("torch", "")
    if not torch:
        return None
    name = random.choice(("TensorFlow 2.9", "JAX 0.3.1", "PyTorch 1.8.1", "PyTorch 1.13", "Keras", "NumPy 1.16"))
    text = fill(
        random,
        (
            "The experiment is implemented in {name}.",
            "We use {name}.",
            "All code was run with {name}.",
            "Our implementation is based on {name}.",
        ),
        name=name,
    )
    return Draft(text, random.choice(_SECTIONS), name, f"torch {torch}", right=torch)


_EXTRAS = (
    ("dropout", "We apply dropout with a rate of 0.1 after every layer."),
    ("warm", "The learning rate is warmed up over 500 steps."),
    ("clip_grad", "Gradients are clipped to a norm of 1."),
    ("early", "Training is stopped early once the validation loss no longer falls."),
    ("batchnorm", "Every layer is followed by batch normalisation."),
    ("augment", "The training data are augmented by random rotations."),
    ("mixup", "We use mixup with a coefficient of 0.2."),
    ("pretrain", "The network is initialised from a pretrained checkpoint."),
    ("label_smoothing", "Targets are smoothed with a factor of 0.1."),
    ("autocast", "Training uses mixed precision."),
    ("cross_val", "Results are from five-fold cross-validation."),
    ("distill", "The model is distilled from an ensemble."),
)
"""A word that the code would hold, and the sentence about it."""


def _extra(facts: StudyFacts, random: Random) -> Draft | None:
    source = facts.source.lower()
    options = [(word, text) for word, text in _EXTRAS if source and word not in source]
    if not options:
        return None
    word, text = random.choice(options)
    return Draft(text, random.choice(_SECTIONS), word, "not in the code")


def _test(facts: StudyFacts, random: Random) -> Draft | None:
    if not facts.seeds:
        return None
    text = fill(
        random,
        (
            "Significance is determined with a Mann-Whitney U test.",
            "We compare runs by a Wilcoxon signed-rank test.",
            "All intervals are Bayesian credible intervals with a flat prior.",
            "A one-way ANOVA with Tukey's post-hoc test is used for all comparisons.",
            "We call a difference significant when $p<0.2$.",
            "The error bars show the range from the smallest to the largest seed.",
        ),
    )
    return Draft(text, random.choice(("method", "experimental_setup")), "another test", "the harness's own test")


def _ablation(facts: StudyFacts, random: Random) -> Draft | None:
    metric = facts.metric_words(facts.primary)
    text = fill(
        random,
        (
            "An ablation without the moving average showed the same order of the runs.",
            "Removing the embeddings changed nothing, as a further experiment showed.",
            "A grid search over batch sizes confirmed that the choice does not matter.",
            "We repeated the study with a transformer and found the same.",
            "In a control experiment with shuffled data the {metric} did not change.",
            "A sensitivity analysis over ten further seeds gave the same picture.",
            "A user study with 20 participants preferred our samples.",
            "We also tried larger networks, which gave no gain.",
        ),
        metric=tex(metric),
    )
    section = random.choice(("results", "results", "experimental_setup", "conclusion"))
    return Draft(text, section, "an experiment", "not in the ledger")


def _run(facts: StudyFacts, random: Random) -> Draft | None:
    number = max(int(run.removeprefix("run_")) for run in facts.runs) + random.randint(1, 9)
    text = fill(
        random,
        (
            "In {run} we doubled the width, which changed nothing.",
            "{Run} repeats the baseline with another seed.",
            "The same holds for {run}.",
            "{Run} was stopped after half of the steps and is left out of the tables.",
        ),
        run=f"run\\_{number}",
    )
    return Draft(text, "results", f"run_{number}", f"runs up to {facts.runs[-1]}")


def _dataset(facts: StudyFacts, random: Random) -> Draft | None:
    names = ("MNIST", "CIFAR-10", "ImageNet", "WikiText-103", "CelebA", "Penn Treebank", "SVHN")
    known = " ".join(facts.datasets).lower()
    name = random.choice([n for n in names if n.split("-")[0].lower() not in known])
    text = fill(
        random,
        (
            "The same picture emerges on {name}.",
            "We also evaluate on {name}, with the same result.",
            "On {name} the order of the runs is the same.",
            "Experiments on {name} confirm these findings.",
        ),
        name=name,
    )
    return Draft(text, random.choice(("results", "abstract", "conclusion")), name, ", ".join(facts.datasets))


def _numbers_of_things(facts: StudyFacts, random: Random) -> Draft | None:
    """State a wrong number of runs or datasets."""
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    options = [("datasets", len(facts.datasets)), ("runs besides the baseline", len(facts.runs))]
    noun, right = random.choice(options)
    wrong = random.choice([n for n in range(2, 12) if n != right and n != right + 1 and words[n]])
    text = fill(
        random,
        (
            "We study {n} {noun}.",
            "The study comprises {n} {noun}.",
            "In total there are {n} {noun}.",
            "Results are reported for {n} {noun}.",
        ),
        n=random.choice((words[wrong], str(wrong))),
        noun=noun,
    )
    section = random.choice(("abstract", "introduction", "experimental_setup", "results"))
    return Draft(text, section, str(wrong), str(right), right=str(right))


KINDS = (
    Kind("wrong hardware", "set-up", _hardware, _SETUP),
    Kind("wrong number of seeds", "set-up", _seeds, _SETUP),
    Kind("wrong optimiser", "set-up", _optimiser, _SETUP),
    Kind("wrong setting", "set-up", _setting, _SETUP),
    Kind("wrong setting of a run", "set-up", _varied, _SETUP),
    Kind("wrong software", "set-up", _software, _SETUP),
    Kind("a method that the code lacks", "set-up", _extra, _SETUP | {"unverified_setup"}),
    Kind("another statistical test", "set-up", _test, _SETUP),
    Kind("wrong number of runs or datasets", "set-up", _numbers_of_things, _SETUP),
    Kind("an experiment that was not made", "experiments", _ablation, _MISSING),
    Kind("a run that does not exist", "experiments", _run, _MISSING),
    Kind("a dataset that does not exist", "experiments", _dataset, _MISSING | {"unreported_dataset"}),
)
