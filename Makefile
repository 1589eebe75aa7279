# make setup · make demo [ARGS="--port 9000"] · make test · make bench · make chaos [ROUNDS=300] [SEED=n] [RESUME=1] [PROFILE=three-brokers] · make lint · make fuzz [SECONDS=20 INPUTS=0 SEED= TARGETS="cap http" RECORD=] · make lock
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo bench chaos test setup-tests lint lint-python lint-web pytest lock

help:
	@head -1 Makefile

setup:
	@$(PYTHON) -m nuandeng.setup

demo: setup
	@exec $(BIN)/nuandeng demo $(ARGS)

# Faults by the hundred against the whole platform; docs/chaos.md says more.
ROUNDS ?= 300
chaos: setup-tests
	@exec $(BIN)/python -m chaos --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED)) $(if $(RESUME),--resume) $(if $(PROFILE),--profile $(PROFILE))

setup-tests:
	@$(PYTHON) -m nuandeng.setup --tests

test: setup-tests lint pytest

lint: lint-python lint-web

lint-python:
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

lint-web:
	cd web && PATH="$$(cd .. && $(PYTHON) -m nuandeng.setup.node_path):$$PATH" && npm run --silent lint && npm run --silent typecheck && npm test --silent

# The browser's tests have a process of their own: Playwright keeps an event loop in it, and asyncio.run() refuses to start beside one.
pytest:
	$(BIN)/python -m pytest --ignore=tests/browser
	$(BIN)/python -m pytest tests/browser

# Hostile input, SECONDS or INPUTS for each target; what it learns stays in .cache/fuzz. docs/fuzz.md
fuzz: setup-tests
	@$(BIN)/python -m fuzz.tools
	$(BIN)/python -m fuzz $(TARGETS) --seconds $(or $(SECONDS),$(if $(INPUTS),3600,20)) --inputs $(or $(INPUTS),0) $(if $(SEED),--seed $(SEED)) $(if $(RECORD),--record)

# After a change of pyproject.toml's dependencies.
lock:
	$(PYTHON) -m nuandeng.setup.lock_python .cache/installer/bin/uv

# Medians of several runs into bench/results/latest.json and docs/benchmarks.md: make bench [ARGS="--runs 3 stream_writer"]
bench: setup-tests
	$(BIN)/python -m bench $(ARGS)
