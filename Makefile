# make demo     install everything, then run the quickstart scenario to a reviewed paper, offline
# make test     install everything, then run all tests
# make test-quick  run the tests that need neither Docker nor more than a few seconds (under 3 minutes in all)
# make lint, make bench (or make bench ARGS="--only sandbox"), make mutants (do the tests notice small changes?), make clean
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
# Most tests wait for other processes, so two workers are faster on any machine. Tests of one file share a worker.
PARALLEL ?= -n 2 --dist loadfile --no-loadscope-reorder
# What the prose linters read: no recorded answers. .ci/prose.py reads configuration and help texts too.
PROSE := README.md AGENTS.md CHANGELOG.md $(filter-out docs/example,$(wildcard docs/*)) docs/example/README.md agents/prompts agents/roles

.PHONY: demo test test-quick lint bench mutants setup system clean

setup: $(VENV)/.ready system

$(VENV)/.ready: pyproject.toml constraints.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Colloquium needs Python 3.11 or newer; set PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || ./.ci/system python3-venv
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --upgrade pip
	$(RUN) .ci/requirements.py > $(VENV)/requirements.txt
	$(RUN) -m pip install --quiet -r $(VENV)/requirements.txt -c constraints.txt
	@touch $@

system:
	@./.ci/system

demo: setup
	$(RUN) run.py launch quickstart

test: setup
	$(RUN) -m pytest $(PARALLEL)

test-quick: setup
	$(RUN) -m pytest $(PARALLEL) -m "not slow and not docker"

lint: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check --quiet .
	$(RUN) -m mypy
	$(RUN) -m vulture
	$(RUN) -m pytest -q tests/test_house.py tests/test_dependencies.py
	$(RUN) .ci/prose.py
	$(RUN) -m codespell_lib $(PROSE) configs scenarios/*.yaml
	$(RUN) -m proselint check --config .ci/proselint.json $(PROSE)

bench: setup
	$(RUN) tests/bench.py $(ARGS)

mutants: setup
	$(RUN) tests/mutants.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
