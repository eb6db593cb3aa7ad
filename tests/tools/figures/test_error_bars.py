"""A group of error bars is one series with its label, not one line for each cap."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.figures import RECORDER, load_description

PLOT = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
plt.bar([0, 1], [1, 2], yerr=[0.1, 0.2], capsize=3, label="bars")
for number in range(45):
    plt.errorbar([0, 1], [1, 2], yerr=[0.1, 0.2], capsize=3, label=f"run_{number}")
plt.savefig("a.png")
"""


def test_error_bars_are_listed_by_their_labels_and_what_is_cut_is_told(tmp_path: Path) -> None:
    (tmp_path / "plot.py").write_text(PLOT, encoding="utf-8")
    subprocess.run([sys.executable, "-c", RECORDER.read_text(encoding="utf-8")], cwd=tmp_path, check=True)
    described = load_description(tmp_path / "a.png")
    assert described is not None
    text = str(described)
    assert 'error bars "run_0": 2 points' in text and "line" not in text.partition("\n")[2]
    assert "(6 more series are not listed)" in text
