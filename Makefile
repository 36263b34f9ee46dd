# Upstate: `make` alone prints what there is. Paths are relative, so a checkout under a folder with spaces works.
PYTHON ?= $(shell command -v python3 || command -v python)
JOBS   ?= auto
ARGS   ?=
bin    := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench bench-web bench-state torment nobody-gets-in lock clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' Makefile

setup: ## make .venv with .venv/bin/upstate (does nothing where it is up to date)
	@test -n "$(PYTHON)" || { echo "make: no python3 found; install Python 3.11 or newer, or say PYTHON=/path/to/it" >&2; exit 1; }
	@"$(PYTHON)" tools/bootstrap.py

demo: setup ## resync a made-up district into a real PostgreSQL; ARGS="--scale 0.1" for more
	@$(bin)/upstate demo $(ARGS)

test: setup ## run every test; ARGS="-k orphan" for some, JOBS=0 for one process
	@$(bin)/pytest -q -n $(JOBS) --maxprocesses 6 --dist worksteal $(ARGS)

check: setup ## style, types, walls between the rooms, house rules
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/python tools/house_rules.py

format: setup ## let ruff mend what it can
	$(bin)/ruff check --fix
	$(bin)/ruff format

bench: setup ## the floor (COPY piped into COPY) and ours, on the same data; ARGS="--scale 1"
	@$(bin)/python -m bench $(ARGS)

bench-web: setup ## the pages' server time with a million open rejections, and what 50 watchers cost; ARGS="--rejections 10000" for less
	@$(bin)/python -m bench.web $(ARGS)

bench-state: setup ## 200 districts at once against one hub; ARGS="--districts 20" for less
	@$(bin)/python -m bench.state $(ARGS)

torment: setup ## 100 resyncs whose processes are killed and stopped and whose lines are cut; ARGS="--rounds 1 --seed 4711" for that one again
	@$(bin)/python -m torment $(ARGS)

nobody-gets-in: setup ## the long form of what hostile bytes do to the hub: nothing; 10,000 cases and more
	@UPSTATE_LONG=1 $(bin)/pytest -q -s tests/wire/test_hostile.py tests/hub/test_hostile_uploads.py $(ARGS)

lock: ## pin requirements/*.txt anew from requirements/*.in (needs uv)
	@command -v uv >/dev/null || { echo "make lock: needs uv on the PATH (pip install uv)" >&2; exit 1; }
	uv pip compile $(LOCK) requirements/base.in -o requirements/base.txt
	uv pip compile $(LOCK) -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
LOCK := -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links

clean: ## remove what was made here: .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
