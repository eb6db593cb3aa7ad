"""Judge what a paper says of hardware and software against what the runs recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.evidence.judgement import Judgement, Verdict
from tools.gate.report import FindingCode
from tools.gate.setup.evidence import SetupEvidence
from tools.gate.setup.statements import Force, Passage
from tools.gate.setup.words import words
from tools.gate.statements.numerals import numerals

_ACCELERATOR = words(
    r"(?:NVIDIA|GeForce|Quadro|Tesla|AMD|Google|Cloud|Intel|Apple)?\s*(?:(?:RTX|GTX|"
    r"TITAN)\s?-?\w*\d*(?:\s?(?:Ti|Super|Ada))?|[AVHBKTPLM]\d{1,3}(?:00|"
    r"0G?)?(?=[\s-]*(?:\d+\s?GB\s)?(?:GPU|card|accelerator|,|\.|\)|;|and|with|node|machine|server|"
    r"instance|$))|A100|V100|H100|H200|B200|A6000|A5000|A40|A10G?|L40S?|T4|P100|K80"
    r"|TPUs?(?:[\s-]?v\d\w?)?|MI\d{2,3}X?|Gaudi\d?|Trainium|Radeon\w*|GeForce|Quadro|"
    r"Apple\s+(?:silicon|M\d)|M[1-4] (?:Pro|Max|Ultra|chip))(?:[\s-]+(?:GPU|card|accelerator|chip|"
    r"pod)s?)?"
)
_GPU = words(r"GPUs?|graphics (?:cards?|processors?|processing units?)|CUDA (?:devices?|cores?)|accelerators?")
_CPU_ONLY = words(
    r"CPU[\s-]only|(?:only|solely|entirely|exclusively) (?:on|of) (?:the |a )?CPUs?|on (?:the |a )?CPU(?:s)? (?:only|alone)"
)
_PROCESSOR = words(r"Intel|AMD|Xeon|EPYC|Ryzen|Threadripper|Core[\s-]i\d|ARM|Graviton|Apple silicon|POWER9")
_CORES = re.compile(
    r"[\s-]*(?:(?:physical|logical|virtual|CPU|processor|Intel|AMD|Xeon|of a?|"
    r"v)[\s-]*){0,3}(?:CPU\s*)?(?:cores?|vCPUs?|CPUs|threads)\b(?! per)",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    r"\s*(?:GB|GiB|gigabytes?|TB|TiB)\s+(?:of\s+)?(?:(?:system|main|RAM|DDR\d|host)\s*)?(?:RAM|memory|of RAM)\b",
    re.IGNORECASE,
)
_PLACE = words(
    r"(?:compute |computing |GPU |CPU |HPC |Slurm |university |our )*(?:clusters?|supercomputers?|"
    r"data cent(?:er|re)s?)|(?:compute )?nodes|AWS|Amazon EC2|Google Colab|Colab|Azure|Google Cloud|"
    r"Kaggle|cloud instances?|Raspberry Pi|FPGAs?|DGX(?: station)?|Slurm"
)
_DEVICE = words(
    r"laptops?|workstations?|desktop (?:computers?|PCs?|machines?)|notebook computer|smartphones?|servers?|virtual machines?"
)
_PACKAGES = {
    "PyTorch": ("torch", r"PyTorch|(?<!\.)\btorch\b"),
    "TensorFlow": ("tensorflow", r"TensorFlow|TF2"),
    "JAX": ("jax", r"JAX|Flax|Haiku"),
    "Keras": ("keras", r"Keras"),
    "NumPy": ("numpy", r"NumPy"),
    "SciPy": ("scipy", r"SciPy"),
    "scikit-learn": ("sklearn", r"scikit-learn|sklearn"),
    "pandas": ("pandas", r"pandas"),
    "Matplotlib": ("matplotlib", r"Matplotlib"),
    "Transformers": ("transformers", r"Hugging ?Face(?: Transformers)?|Transformers library"),
    "Lightning": ("lightning", r"(?:PyTorch )?Lightning"),
    "XGBoost": ("xgboost", r"XGBoost"),
    "LightGBM": ("lightgbm", r"LightGBM"),
    "statsmodels": ("statsmodels", r"statsmodels"),
    "networkx": ("networkx", r"NetworkX"),
    "Optuna": ("optuna", r"Optuna|Hyperopt"),
    "Ray": ("ray", r"Ray Tune|Ray\b(?= cluster)"),
    "DeepSpeed": ("deepspeed", r"DeepSpeed"),
    "Gymnasium": ("gymnasium", r"OpenAI Gym|Gymnasium"),
    "Weights & Biases": ("wandb", r"(?-i:Weights\s*(?:and|&)\s*Biases)|wandb"),
    "MXNet": ("mxnet", r"MXNet"),
    "diffusers": ("diffusers", r"diffusers library|Diffusers"),
}
_OTHER_LANGUAGES = words(r"MATLAB|Julia|C\+\+|Fortran|Stata|SPSS|Mathematica|written in R|R version")
_VERSION = re.compile(
    r"[\s(,~]*(?:\(?version|v\.?|release)?[\s~=]*(\d+(?:\.\d+)*)(?!\s*(?:%|CPU|GPU|cores?|GB))", re.IGNORECASE
)
_SYSTEMS = {
    "Linux": r"Linux|Ubuntu|Debian|CentOS|Fedora|Red Hat",
    "Windows": r"(?:Microsoft )?Windows(?: \d+| Server)",
    "Darwin": r"macOS|OS ?X|Darwin",
}


def judge_machine(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    """Yield a judgement for each statement on hardware or software."""
    yield from _accelerators(passage, evidence)
    yield from _processors(passage, evidence)
    yield from _places(passage, evidence)
    yield from _software(passage, evidence)


def _said(verdict: Verdict, passage: Passage, start: int, end: int, reason: str, expected: str = "") -> Judgement:
    code = {
        Verdict.NOT_CHECKABLE: FindingCode.UNVERIFIED_SETUP,
        Verdict.NO_EVIDENCE: FindingCode.UNSUPPORTED_SETUP,
    }.get(verdict, FindingCode.CONTRADICTED_SETUP)
    wrong = verdict is not Verdict.SUPPORTED and expected and expected == reason.partition(": ")[2]
    macro = r"\env{hardware}" if wrong else ""
    return Judgement(verdict, code, passage.start + start, passage.start + end, reason, expected, macro)


def _against_hardware(passage: Passage, evidence: SetupEvidence, start: int, end: int, *, holds: bool) -> Judgement:
    hardware = evidence.hardware
    if not hardware:
        return _said(Verdict.NOT_CHECKABLE, passage, start, end, "the runs recorded no hardware")
    verdict = Verdict.SUPPORTED if holds else Verdict.CONTRADICTED
    return _said(verdict, passage, start, end, f"the runs recorded: {hardware}", hardware)


def _accelerators(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    text, hardware = passage.text, evidence.hardware.lower()
    has_gpu = bool(hardware) and "no gpu" not in hardware
    taken: list[tuple[int, int]] = []
    for match in _ACCELERATOR.finditer(text):
        said = passage.force(match.start(), match.end())
        if said is Force.OPEN:
            continue
        taken.append(match.span())
        model = re.search(r"[A-Za-z]*\s?-?\d+\w*|TPU|TITAN|Radeon", match[0])
        named = re.sub(r"[\s-]", "", model[0]).lower() in re.sub(r"[\s-]", "", hardware) if model else has_gpu
        yield _against_hardware(passage, evidence, *match.span(), holds=(named and has_gpu) == (said is Force.STATED))
    for match in _GPU.finditer(text):
        if any(low <= match.start() < high for low, high in taken):
            continue
        said = passage.force(match.start(), match.end())
        if said is Force.OPEN or re.search(r"\bper[\s-]*$", text[: match.start()]):
            continue
        number = next((n for n in numerals(text) if 0 <= match.start() - n.end <= 20 and n.form == "integer"), None)
        counted = re.search(r"(\d+)\s*×", evidence.hardware)
        holds = has_gpu == (said is Force.STATED)
        if holds and number and said is Force.STATED and counted:
            holds = int(counted[1]) >= int(number.value)
        yield _against_hardware(passage, evidence, *match.span(), holds=holds)
    for match in _CPU_ONLY.finditer(text):
        if passage.force(match.start(), match.end()) is Force.STATED:
            yield _against_hardware(passage, evidence, *match.span(), holds=not has_gpu)


def _processors(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    text = passage.text
    for match in _PROCESSOR.finditer(text):
        said = passage.force(match.start(), match.end())
        if said is not Force.OPEN and not _ACCELERATOR.match(text, match.start()):
            named = re.sub(r"[\s-]", "", match[0]).lower() in re.sub(r"[\s-]|\(R\)", "", evidence.hardware).lower()
            yield _against_hardware(passage, evidence, *match.span(), holds=named == (said is Force.STATED))
    recorded = {
        _CORES: re.search(r"(\d+) cores?", evidence.hardware),
        _MEMORY: re.search(r"(\d+) GiB of memory", evidence.hardware),
    }
    for numeral in numerals(text):
        for pattern, found in recorded.items():
            unit = pattern.match(text, numeral.end)
            if unit is None or passage.force(numeral.start, unit.end()) is not Force.STATED:
                continue
            right = float(found[1]) if found else 0.0
            stated = numeral.value * (1024 if "T" in unit[0][:4] and pattern is _MEMORY else 1)
            close = abs(stated - right) <= (0.1 * right if pattern is _MEMORY else 0)
            yield _against_hardware(passage, evidence, numeral.start, numeral.end, holds=close)


def _places(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    for match in _PLACE.finditer(passage.text):
        if passage.force(match.start(), match.end()) is Force.STATED and not re.match(
            r"\s+(?:of points|in the data|cent)", passage.text[match.end() :]
        ):
            if re.fullmatch(r"clusters?|nodes", match[0], re.IGNORECASE) and not re.search(
                r"\b(?:on|of|with|using|across|over)\b[^.]{0,30}$", passage.text[: match.start()]
            ):
                continue
            reason = f"the runs recorded no {match[0]}: {evidence.hardware or 'no hardware'}"
            yield _said(
                Verdict.NO_EVIDENCE if evidence.hardware else Verdict.NOT_CHECKABLE,
                passage,
                *match.span(),
                reason,
                evidence.hardware,
            )
    for match in _DEVICE.finditer(passage.text):
        if passage.force(match.start(), match.end()) is Force.STATED:
            yield _said(Verdict.NOT_CHECKABLE, passage, *match.span(), "the runs recorded no kind of machine")


def _lists(passage: Passage, *names: str) -> bool:
    """Tell whether a passage prints the recorded version of a package by reference."""
    references = passage.clause.references if passage.clause else []
    return any(reference.macro == "env" and reference.address in names for reference in references)


def _software(passage: Passage, evidence: SetupEvidence) -> Iterator[Judgement]:
    text, environment = passage.text, evidence.environment
    packages = {name: value for name, value in environment.items() if re.match(r"\d", value)}
    if not packages and not evidence.code.known:
        return
    for name, (module, pattern) in _PACKAGES.items():
        for match in words(pattern).finditer(text):
            said = passage.force(match.start(), match.end())
            if said is Force.OPEN or _printed_by_reference(passage, match.end()):
                continue
            installed = packages.get(module) or packages.get(name.lower())
            used = module in evidence.code.imports or (not evidence.code.known and installed is not None)
            if installed and (name in ("SciPy", "Matplotlib", "NumPy") or _lists(passage, name.lower(), module)):
                used = True  # the harness itself computes and draws with them, or the text lists what is installed
            if used != (said is Force.STATED):
                frameworks = ", ".join(sorted(evidence.code.imports & {m for m, _ in _PACKAGES.values()}))
                reason = f"the code imports no {module}" if said is Force.STATED else f"the code imports {module}"
                yield _said(Verdict.CONTRADICTED, passage, *match.span(), reason, frameworks)
            else:
                yield from _version(passage, match.end(), installed)
    for match in words("Python").finditer(text):
        yield from _version(passage, match.end(), environment.get("python"))
    for match in words("CUDA(?: toolkit| version)?|cuDNN").finditer(text):
        if _VERSION.match(text, match.end()) and passage.force(match.start(), match.end()) is Force.STATED:
            yield _against_hardware(
                passage, evidence, *match.span(), holds=bool(evidence.hardware) and "no GPU" not in evidence.hardware
            )
    for match in _OTHER_LANGUAGES.finditer(text):
        if passage.force(match.start(), match.end()) is Force.STATED and evidence.code.known:
            yield _said(Verdict.CONTRADICTED, passage, *match.span(), "the experiment is Python code", "Python")
    system = environment.get("system", "")
    for name, pattern in _SYSTEMS.items():
        for match in words(pattern).finditer(text):
            if system and passage.force(match.start(), match.end()) is Force.STATED:
                holds = system.startswith(name)
                reason = f"the runs recorded: {system}"
                exact = match[0] == "Linux"
                verdict = (Verdict.SUPPORTED if exact else Verdict.NOT_CHECKABLE) if holds else Verdict.CONTRADICTED
                yield _said(verdict, passage, *match.span(), reason, "" if holds else system)


def _printed_by_reference(passage: Passage, at: int) -> bool:
    """Tell whether a reference to the environment follows, as in `torch: \\env{torch}`."""
    references = passage.clause.references if passage.clause else []
    return any(r.macro == "env" and 0 <= r.start - passage.start - at <= 4 for r in references)


def _version(passage: Passage, at: int, installed: str | None) -> Iterator[Judgement]:
    stated = _VERSION.match(passage.text, at)
    if stated is None:
        return
    if installed is None:
        yield _said(Verdict.NOT_CHECKABLE, passage, *stated.span(1), "the runs recorded no version of it")
        return
    ours, theirs = installed.split("."), stated[1].split(".")
    if ours[: len(theirs)] == theirs:
        yield _said(Verdict.SUPPORTED, passage, *stated.span(1), f"version {installed}")
    else:
        yield _said(Verdict.CONTRADICTED, passage, *stated.span(1), f"the runs used version {installed}", installed)
