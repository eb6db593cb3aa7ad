"""Versions of a paper are listed in the order in which they were handed in."""

from __future__ import annotations

from pathlib import Path

from tools.run_dir import IdeaDir


def test_the_tenth_version_comes_last(tmp_path: Path) -> None:
    folder = IdeaDir(tmp_path)
    (folder.paper / "versions").mkdir(parents=True)
    for number in (10, 1, 2):
        (folder.paper / "versions" / f"paper_{number}.pdf").touch()
    assert [path.stem for path in folder.paper_versions] == ["paper_1", "paper_2", "paper_10"]
