"""A template's requirements.txt: what it may say, and what is told when this machine does not meet it."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from tests.fakes.foreign_template import write_foreign_template
from tools.errors import UserError
from tools.experiments.template import load_template
from tools.requirements import MissingPackagesError, missing_requirements, read_requirements
from tools.sandbox import open_sandbox

NUMPY = importlib.metadata.version("numpy")


def test_comments_and_blank_lines_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# tools\n\nscikit-image >= 0.24  # images\nnumpy; python_version >= '3'\n", encoding="utf-8")
    assert read_requirements(file) == ("scikit-image>=0.24", 'numpy; python_version >= "3"')
    assert read_requirements(tmp_path / "none.txt") == ()


@pytest.mark.parametrize("line", ["-r other.txt", "--index-url https://example.org", "./here.whl", "numpy=1"])
def test_what_is_no_requirement_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    template = write_foreign_template(tmp_path / "descent", requirements__txt=f"numpy\n{line}\n")
    with pytest.raises(UserError, match=r"requirements\.txt, line 2"):
        load_template(str(template), tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"numpy=={NUMPY}", []),
        ("NumPy>1; python_version < '3'", []),
        ("numpy<1", [f"numpy<1 ({NUMPY} is installed)"]),
        ("no-such-package>=2", ["no-such-package>=2 (not installed)"]),
        ("numpy<1; python_version < '3'", []),
    ],
)
def test_each_requirement_is_compared_with_what_is_installed(line: str, told: list[str]) -> None:
    assert missing_requirements([line]) == told


async def test_a_sandbox_that_shows_this_environment_wants_them_installed() -> None:
    with pytest.raises(MissingPackagesError, match="no-such-package"):
        await open_sandbox("none", requirements=["no-such-package"])
    assert (await open_sandbox("none", requirements=["numpy"])).name == "none"
