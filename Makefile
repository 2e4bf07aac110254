# `make` lists the targets.

PYTHON ?= python3
BIN := .venv/bin

# The environment is made again when what it is made from changes: the name of the stamp holds their checksum.
STAMP := .venv/made-from-$(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)

# No more workers than that: each of them imports everything once more.
PYTEST := $(BIN)/pytest -q -n auto --maxprocesses=8

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-all check lint types docs bench clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP)  ## Plan and apply the example on emulated gateways: no server, no key, no network
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: $(STAMP)  ## Run the tests but for the long sweeps
	@$(PYTEST) -m "not slow"

test-slow: $(STAMP)  ## Run the long sweeps
	@$(PYTEST) -m slow

test-all: test-slow test  ## Run all tests

check: lint types test-all  ## Everything CI runs, and nothing more

lint: $(STAMP)  ## Check style, formatting, and that imports point down
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

types: $(STAMP)  ## Check the types
	@$(BIN)/mypy

docs: $(STAMP)  ## Write docs/reference/ and the JSON Schema again
	@$(BIN)/python docs/generate.py

bench: $(STAMP)  ## Measure plan and apply on large sites
	@$(BIN)/python benchmarks/run.py

clean:  ## Remove the environment and everything else that can be made again
	@rm -rf .venv build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "chanops needs Python 3.11 or later; say which one: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making the environment in .venv ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q -c constraints.txt setuptools
	@$(BIN)/python -m pip install -q -c constraints.txt --no-build-isolation -e '.[dev]'
	@$(BIN)/python -m compileall -q src  # start-up counts, also where Python is told to write no bytecode
	@rm -f .venv/made-from-*
	@touch $@
