"""The nano_gpt template: its stand-in corpus is the same everywhere and held out by file, its losses are losses of
prediction, and its downloads go on where they broke off and are kept only when they are right."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import shutil
import subprocess
import sys
import zipfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from tests.fakes.file_server import FileServer
from tests.templates.project import TEMPLATES, copied, load_module, run_experiment
from tools.experiments.final_info import parse_final_info
from tools.experiments.template import load_template

FOLDER = TEMPLATES / "nano_gpt"
run = partial(run_experiment, "nano_gpt")
CPU = torch.device("cpu")
TINY = Namespace(width=16, heads=2, layers=2, context=12, dropout=0.0, mlp_ratio=2, init_scale=1.0)


@contextmanager
def importing(folder: Path) -> Iterator[None]:
    """A template's modules find each other, as they do where experiment.py runs, and are forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) & {"corpora", "evaluation"} - before:
            del sys.modules[name]


def module(name: str, folder: Path = FOLDER) -> ModuleType:
    with importing(folder):
        return load_module(folder, name)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied("nano_gpt", tmp_path_factory.mktemp("project"))


@pytest.mark.slow
def test_a_smoke_run_writes_the_original_format_and_a_seed_decides_its_numbers(project: Path) -> None:
    template = load_template("nano_gpt", TEMPLATES)
    first, again, other = run(project, "run_0"), run(project, "run_1"), run(project, "run_2", seed=1)
    assert list(first) == ["python_stdlib"]
    entry = first["python_stdlib"]
    assert set(parse_final_info(first, template.metrics).values["python_stdlib"]) == set(template.metrics)
    assert "unigram_entropy" not in entry["final_info_dict"]  # of the text, not of a seed
    for metric in ("best_val_loss", "final_train_loss"):
        values = entry["final_info_dict"][metric]
        assert len(values) == 2 and values[0] != values[1]
        assert entry["means"][metric] == pytest.approx(np.mean(values))
        assert entry["stderrs"][metric] == pytest.approx(np.std(values, ddof=1) / np.sqrt(2))
        assert again["python_stdlib"]["final_info_dict"][metric] == values
        assert other["python_stdlib"]["final_info_dict"][metric] != values
    speed = json.loads((project / "run_0" / "speed.json").read_text())["python_stdlib"]
    assert speed["tokens_per_second"] == pytest.approx(speed["steps_per_second"] * 8 * 32)
    subprocess.run([sys.executable, "plot.py"], cwd=project, check=True, capture_output=True, timeout=120)
    assert len(list(project.glob("*.png"))) == 2


@pytest.mark.slow
def test_the_cpu_profile_learns_much_more_than_how_frequent_characters_are(project: Path) -> None:
    means = run(project, "run_3", profile="cpu", seeds=1)["python_stdlib"]["means"]
    assert means["best_val_loss"] < means["unigram_entropy"] - 0.8
    assert 2 < means["unigram_entropy"] < 4


@pytest.mark.slow
def test_each_corpus_has_a_scale_of_its_own(project: Path) -> None:
    """A file that was downloaded, beside the standard library: other steps, other seeds."""
    folder = project.parent / "with_data"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("run_*", "*.png"))
    text = np.random.default_rng(0).choice(list(b"abcdefgh \n"), 20_000).astype(np.uint8).tobytes()
    (folder / "data").mkdir()
    with zipfile.ZipFile(folder / "data" / "letters.zip", "w") as archive:
        archive.writestr("letters", text)
    content = (folder / "data" / "letters.zip").read_bytes()
    entry = {"file": "letters.zip", "sha256": hashlib.sha256(content).hexdigest(), "train": 15_000, "val": 5_000}
    (folder / "corpora.json").write_text(json.dumps({"letters": entry}))
    written = run(folder, "run_0", datasets="python_stdlib,letters", train_steps="20,40", seeds="1,2")
    assert [len(written[name]["final_info_dict"]["best_val_loss"]) for name in written] == [1, 2]
    assert written["letters"]["means"]["unigram_entropy"] == pytest.approx(math.log(10), abs=0.01)
    with np.load(folder / "run_0" / "curves.npz") as curves:
        assert curves["python_stdlib/steps"].tolist() == [20] and curves["letters/steps"].tolist() == [20, 40]


@pytest.mark.slow
def test_the_standard_library_is_held_out_by_file_and_is_the_same_text_again() -> None:
    corpora = module("corpora")
    train, val = corpora.stdlib_files()
    assert not set(train) & set(val)
    assert 0.05 < len(val) / (len(train) + len(val)) < 0.2
    names = {path.name for path in [*train, *val]}
    assert {"argparse.py", "ast.py"} <= names
    assert not any("site-packages" in path.parts or "test" in path.parts for path in [*train, *val])
    first, again = corpora.load("python_stdlib"), corpora.load("python_stdlib")
    assert first.digest == again.digest and np.array_equal(first.val, again.val)
    beginning = train[0].read_text(encoding="utf-8")[:200]
    assert first.text(first.train[: len(beginning)].tolist()) == beginning


def test_a_character_that_training_never_saw_is_one_symbol_of_its_own() -> None:
    corpora = module("corpora")
    corpora.stdlib_text = lambda: (b"abab", "aéb".encode())
    corpus = corpora.load("python_stdlib")
    assert corpus.symbols == 3 and corpus.val.tolist() == [0, 2, 2, 1]


def test_a_corpus_that_is_not_there_says_what_to_run(tmp_path: Path) -> None:
    corpora = module("corpora")
    corpora.HERE = tmp_path
    shutil.copy(FOLDER / "corpora.json", tmp_path)
    with pytest.raises(SystemExit, match=r"enwik8\.zip is missing; run `python prepare\.py enwik8`"):
        corpora.load("enwik8")
    with pytest.raises(SystemExit, match="no corpus 'enwik9'; there are: python_stdlib, shakespeare_char, enwik8, text8"):
        corpora.load("enwik9")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "enwik8.zip").write_bytes(b"something else")
    with pytest.raises(SystemExit, match="has the SHA-256"):
        corpora.load("enwik8")


def test_the_evaluation_windows_are_fixed_spread_out_and_do_not_overlap() -> None:
    evaluation = module("evaluation")
    text = np.arange(101) % 256
    windows = evaluation.fixed_windows(text.astype(np.uint8), 10, 0, CPU)
    assert windows.shape == (10, 11)
    assert windows[:, 0].tolist() == list(range(0, 100, 10))
    few = evaluation.fixed_windows(text.astype(np.uint8), 10, 3, CPU)
    assert few[:, 0].tolist() == [0, 45, 90]


def test_the_loss_of_knowing_the_frequencies_is_the_unigram_entropy() -> None:
    evaluation = module("evaluation")
    text = np.random.default_rng(0).choice(4, 40_001, p=[0.5, 0.25, 0.125, 0.125]).astype(np.uint8)
    entropy = evaluation.unigram_entropy(text, text, 4)
    assert entropy == pytest.approx(1.75 * math.log(2), abs=0.01)
    logits = torch.tensor([0.5, 0.25, 0.125, 0.125]).log()
    windows = evaluation.fixed_windows(text, 100, 0, CPU)
    loss = evaluation.mean_loss(lambda symbols: logits.expand(*symbols.shape, 4), windows)
    assert loss.item() == pytest.approx(entropy, abs=0.01)


def test_a_model_that_looks_ahead_or_diverged_is_refused() -> None:
    evaluation, experiment = module("evaluation"), module("experiment")
    torch.manual_seed(0)
    windows = torch.randint(7, (4, 13))
    model = experiment.Transformer(7, TINY).eval()
    evaluation.refuse_foresight(model, windows)
    with pytest.raises(ValueError, match="not causal"):
        evaluation.refuse_foresight(lambda symbols: model(symbols) + model(symbols.flip(1)), windows)
    with pytest.raises(ValueError, match="the validation loss is not finite: the model diverged"):
        evaluation.finite([2.0, float("nan")], "validation loss")


def test_sampling_continues_the_prompt_by_its_seed() -> None:
    experiment = module("experiment")
    torch.manual_seed(0)
    model, prompt = experiment.Transformer(7, TINY).eval(), torch.zeros(3, 4, dtype=torch.int64)
    first, again, other = (experiment.sample(model, prompt, 20, TINY.context, seed) for seed in (0, 0, 1))
    assert first.shape == (3, 24) and torch.equal(first[:, :4], prompt)
    assert torch.equal(first, again) and not torch.equal(first, other)


CONTENT = bytes(range(256)) * 40


def entry_for(*servers: FileServer, content: bytes = CONTENT) -> dict[str, Any]:
    return {"file": "file.txt", "addresses": [server.address for server in servers], "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest()}


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    with FileServer(CONTENT, breaks=2, breaks_after=3000) as server:
        path = module("prepare").prepare("text", entry_for(server), tmp_path)
        assert path.read_bytes() == CONTENT
        assert server.asked == ["", "bytes=3000-", "bytes=6000-"] and server.sent == len(CONTENT)
        assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]
        module("prepare").prepare("text", entry_for(server), tmp_path)
        assert len(server.asked) == 3  # what is there is not asked for again


def test_a_download_begins_again_where_the_server_cannot_go_on(tmp_path: Path) -> None:
    with FileServer(CONTENT, ranges=False, breaks=1, breaks_after=3000) as server:
        assert module("prepare").prepare("text", entry_for(server), tmp_path).read_bytes() == CONTENT
        assert server.asked == ["", "bytes=3000-"]


@pytest.mark.slow
def test_a_wrong_file_is_never_kept_and_the_next_address_is_asked(tmp_path: Path) -> None:
    with FileServer(b"x" * len(CONTENT)) as wrong, FileServer(CONTENT) as right:
        assert module("prepare").prepare("text", entry_for(wrong, right), tmp_path / "a").read_bytes() == CONTENT
        with pytest.raises(SystemExit, match=r"text could not be downloaded:\n.*with the SHA-256"):
            module("prepare").prepare("text", entry_for(wrong), tmp_path / "b")
    assert list((tmp_path / "b").iterdir()) == []


def test_every_address_has_its_size_and_checksum() -> None:
    for name, entry in module("corpora").known().items():
        assert len(entry["sha256"]) == 64 and entry["addresses"], name
        assert entry["train"] + entry["val"] <= (entry["bytes"] if entry["file"].endswith(".txt") else 100_000_000)
