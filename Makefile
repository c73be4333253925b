# Two commands matter: `make demo` and `make test`. Each sets itself up from nothing but Python, pip and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench serve bundle clean

demo: .venv/run.done
	$(BIN)/matcher demo

test: lint
	$(BIN)/python -m pytest

lint: .venv/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.done
	$(BIN)/python -m benchmarks

serve: .venv/run.done
	$(BIN)/matcher serve

bundle: .venv/dev.done
	$(BIN)/python .ci/bundle/assemble.py dist

clean:
	rm -rf .venv demo dist

.venv/python.done:
	$(PYTHON) -m venv .venv
	touch $@

.venv/run.done: .venv/python.done pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/dev.done: .venv/python.done pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ .venv/run.done
