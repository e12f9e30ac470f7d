# para6: every target sets up what it needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test test-long check bench model quality papers papers-model format setup-run setup-dev clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup-run config.toml ## run the bot with config.toml (made from the example when there is none)
	@$(BIN)/para6 run --config config.toml

config.toml:
	@cp config.example.toml config.toml && chmod 600 config.toml

test: setup-dev ## every test but the long ones
	$(BIN)/python -m pytest -m "not long"

test-long: setup-dev ## the tests that take minutes: kills at random instants, whole flows
	$(BIN)/python -m pytest -m long -s

check: setup-dev ## linters, types, import contract, docs checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev ## the benchmarks of docs/BENCHMARKS.md
	$(BIN)/python -m tests.bench

model: setup-dev ## train the pack's model from corpus/train, the same bytes each time
	$(BIN)/python -m corpus.train_model

quality: setup-dev ## write docs/QUALITY.md
	$(BIN)/python -m corpus.report

papers: setup-dev ## write docs/PAPERS.md: print, photograph and read papers; takes some minutes
	OMP_THREAD_LIMIT=1 $(BIN)/python -m corpus.papers.measure

papers-model: setup-dev ## weigh the signs of papers by the training papers, the same bytes each time
	$(BIN)/python -m corpus.papers.scale

format: setup-dev ## let ruff put the code into form
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

setup-run: .venv/.run
setup-dev: .venv/.dev .venv-synapse/.done

.venv/.run: requirements/run.txt pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) scripts/setup.sh run

.venv/.dev: requirements/dev.txt pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) scripts/setup.sh dev

.venv-synapse/.done: requirements/synapse.txt scripts/setup.sh
	@PYTHON=$(PYTHON) scripts/setup.sh synapse

clean: ## remove the environments and caches
	rm -rf .venv .venv-synapse .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
