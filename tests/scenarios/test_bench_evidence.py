"""The command `bench-evidence` on a trimmed run and on a folder of cases."""

import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from run import application

DATA = Path(__file__).parents[1] / "data"
ADDRESS = "run_1/python_stdlib/best_val_loss"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    with tarfile.open(DATA / "bench_nano_gpt.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "bench_nano_gpt"


@pytest.fixture
def cases(run: Path, tmp_path: Path) -> Path:
    """One false number, and one honest sentence that `cases.json` calls false."""
    [idea] = (run / "ideas").iterdir()
    (tmp_path / "base").symlink_to(idea)
    false, honest = "The validation loss of run\\_1 is 9.87 nats.", f"The loss is \\result{{{ADDRESS}}} in run\\_1."
    rows = [
        {"kind": "01 number", "id": "01a", "section": "results", "text": false, "should": "block"},
        {"kind": "01 number", "id": "01b", "section": "results", "text": honest, "should": "block"},
    ]
    (tmp_path / "cases.json").write_text(json.dumps(rows))
    return tmp_path


def bench(*arguments: object) -> Result:
    return CliRunner().invoke(application(), ["bench-evidence", *map(str, arguments)])


def test_a_run_is_benched_and_reported(run: Path, tmp_path: Path) -> None:
    result = bench(run, "--kinds", "wrong value in digits", "--each", 2, "--jobs", 1, "--json", "--report", tmp_path)
    assert result.exit_code == 0
    numbers = json.loads(result.stdout)
    assert numbers["totals"] == {"cases": 2, "by_code": 1.0, "by_model": None, "false_blocks": None, "told": 1.0}
    assert numbers["papers"][0]["errors_without_case"] == []
    assert numbers == json.loads((tmp_path / "numbers.json").read_text())
    assert {path.name for path in tmp_path.iterdir()} == {"numbers.json", "report.md", "wrong.md"}


def test_a_recall_below_the_limit_is_exit_code_1(cases: Path) -> None:
    arguments = ["--cases", cases, "--template", "nano_gpt", "--jobs", 1]
    assert bench(*arguments, "--min-recall", 0.5).exit_code == 0
    below = bench(*arguments, "--min-recall", 0.6, "--wrong")
    assert below.exit_code == 1
    assert "01b" in below.output and "01a" not in below.output


def test_mistakes_are_said(run: Path, tmp_path: Path) -> None:
    for arguments in ([run, "--kinds", "no such kind"], ["nothing", "--out", tmp_path], ["--cases", tmp_path]):
        result = bench(*arguments)
        assert result.exit_code != 0 and result.exception is not None
