"""The end of an output names the project's own error first, and neither libraries nor the machine's folders."""

from __future__ import annotations

from tools.experiments.program_output import end_of_output

OUTPUT = """Traceback (most recent call last):
  File "/workspace/experiment.py", line 12, in <module>
    loss = model(x)
  File "/home/me/colloquium/.venv/lib/python3.11/site-packages/torch/nn/module.py", line 1739, in _call
    return self._call_impl(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/functools.py", line 5, in wrapper
    return f(x)
RuntimeError: mat1 and mat2 shapes cannot be multiplied
"""


def test_the_error_and_the_last_own_frame_come_first() -> None:
    told = end_of_output("Step 1\n" + OUTPUT)
    assert told.splitlines()[0] == "RuntimeError: mat1 and mat2 shapes cannot be multiplied"
    assert "in experiment.py, line 12: loss = model(x)" in told.splitlines()[1]
    assert "/home/me" not in told and "module.py" not in told and "functools" not in told


def test_a_long_output_is_cut_at_a_line_and_paths_of_libraries_are_masked() -> None:
    told = end_of_output(
        "x" * 3000 + "\n" + "a line of words\n" * 50 + "/opt/v/lib/python3.11/site-packages/a/b.py:3: warning"
    )
    assert told.startswith("a line of words") and told.endswith("<python>/a/b.py:3: warning")


def test_a_syntax_error_of_the_project_is_told() -> None:
    told = end_of_output('  File "/workspace/experiment.py", line 3\n    def f(\n         ^\nSyntaxError: never closed')
    assert "experiment.py" in told and told.endswith("SyntaxError: never closed")
