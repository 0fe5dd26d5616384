# Two commands for everybody: `make demo` shows it, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check format clean

demo: .venv/demo.ready
	$(BIN)/twoside demo --accept-licence $(DEMO)

test: .venv/dev.ready
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: .venv/dev.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv demo

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "twoside needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

.venv/demo.ready: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.[deep,recall]'
	touch $@

.venv/dev.ready: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.[deep,recall,spark,dev]'
	touch $@ .venv/demo.ready
