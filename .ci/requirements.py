"""Print the packages of pyproject.toml including those for experiments and development, one per line, for pip."""

import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
print("\n".join([*project["dependencies"], *extras["experiments"], *extras["dev"]]))
