"""Two finished runs, trimmed: images are thumbnails, and there are no PDFs, journals or reviews."""

import tarfile
from pathlib import Path

import pytest

from tools.evidence_bench.subject import Subject, read_subjects

DATA = Path(__file__).parents[2] / "data"


def unpacked(name: str, folder: Path) -> Path:
    with tarfile.open(DATA / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name


@pytest.fixture(scope="session")
def diffusion_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four data sets, three runs besides the baseline."""
    return unpacked("bench_diffusion_2d", tmp_path_factory.mktemp("diffusion"))


@pytest.fixture(scope="session")
def language_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data set."""
    return unpacked("bench_nano_gpt", tmp_path_factory.mktemp("language"))


@pytest.fixture(scope="session")
def diffusion(diffusion_run: Path) -> Subject:
    return read_subjects(diffusion_run)[0]


@pytest.fixture(scope="session")
def language(language_run: Path) -> Subject:
    return read_subjects(language_run)[0]
