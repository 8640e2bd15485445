# Every command makes its own virtual environment when there is none.
# Another interpreter: make check PYTHON=python3.12 VENV=.venv-3.12

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
VERSIONS = 3.11 3.12 3.13
EDITOR_SERVER = 2.0.0

.DEFAULT_GOAL := help
.PHONY: help run test check check-all docs bench fuzz soak mutate format clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Run the baseline into results/baseline
	$(BIN)/sim run baseline

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

check: $(READY) ## Do all that CI does: lint, format, types, floors of the house, tests with coverage
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --cov --cov-fail-under=95 --cov-report=term

check-all: ## Run the tests on Python 3.11, 3.12 and 3.13, each in its own environment
	@missing= failed=; \
	for version in $(VERSIONS); do \
		python=; \
		for candidate in python$$version "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$$version.*/bin/python; do \
			if "$$candidate" -c 'import venv' >/dev/null 2>&1; then python=$$candidate; break; fi; \
		done; \
		if [ -z "$$python" ]; then missing="$$missing $$version"; continue; fi; \
		echo "== Python $$version"; \
		$(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON="$$python" || failed="$$failed $$version"; \
	done; \
	if [ -n "$$missing" ]; then echo "not on this machine: Python$$missing"; fi; \
	if [ -n "$$failed" ]; then echo "failed on: Python$$failed"; exit 1; fi

docs: $(READY) ## Build the guide into build/docs; warnings are errors
	$(BIN)/python -m sphinx -b html -W --keep-going -q -d build/doctrees docs build/docs

bench: $(READY) ## Measure speed and memory
	$(BIN)/python benchmarks/run.py

FUZZ ?= 2000

fuzz: $(READY) ## Feed it FUZZ inputs of each of five kinds (2000), and see that none breaks it
	FUZZ=$(FUZZ) $(BIN)/python -m pytest -q -n 2 --dist worksteal tests/test_fuzz.py

soak: $(READY) ## Run 200 studies in one process, and see that memory and file handles stay
	$(BIN)/python -m benchmarks.soak

MUTANTS ?= 200
SEED ?= 1

mutate: $(READY) ## Change MUTANTS lines (200, or all), drawn by SEED (or several), one by one; tests must see it
	$(BIN)/python -m tests.mutation --mutants $(MUTANTS) --seed $(SEED)

format: $(READY) ## Put the code into shape
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format .

clean: ## Remove environments, caches and what tests leave behind; results stay
	rm -rf .venv .venv-3.* .coverage* htmlcov .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist
	find sim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "sim needs Python 3.11 or newer, as in: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing into $(VENV)"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
	@npm install --silent --no-fund --no-audit --prefix $(VENV)/node yaml-language-server@$(EDITOR_SERVER) \
		>/dev/null 2>&1 || echo "without npm the tests of the editor's completion are skipped"
