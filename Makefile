# Spean: everything below works on a machine that has only Python 3.11+ and make.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
STUDY := studies/kamrieng
OUT ?= out/kamrieng

.PHONY: help demo test check bench lock clean

help:
	@echo "make demo    set up, make every document of the Kamrieng study, end"
	@echo "make test    set up, run the tests"
	@echo "make check   formatter, linter, types, import direction, size budget"
	@echo "make bench   measure speed and write benchmarks/README.md"
	@echo "make lock    resolve the dependencies anew"

.venv/.uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Spean needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.12 demo" % v[:2])'
	@echo "Setting up: a virtual environment in .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.run: .venv/.uv-$(UV_VERSION) requirements.lock pyproject.toml
	@echo "Setting up: packages from requirements.lock (hashes checked)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@echo "Setting up: packages for tests from requirements-dev.lock"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.bench: .venv/.dev requirements-bench.lock
	@echo "Setting up: peers to measure against, from requirements-bench.lock"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-bench.lock
	@touch $@

demo: .venv/.run
	@$(BIN)/spean run $(STUDY) --out $(OUT) --lang en
	@$(BIN)/spean run $(STUDY) --out $(OUT)-km --lang km
	@$(BIN)/spean compare $(STUDY)
	@echo
	@echo "Open these:"
	@echo "  $(OUT)/report/index.html      the report, in English"
	@echo "  $(OUT)-km/report/index.html   the report, in Khmer"
	@echo "  $(OUT)/report.pdf, report.docx, tables.xlsx, figures/"

test: .venv/.dev
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tests/size_budget.py

bench: .venv/.bench
	@$(BIN)/python benchmarks/run.py

lock: .venv/.uv-$(UV_VERSION)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev --constraint requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group bench --constraint requirements.lock --constraint requirements-dev.lock -o requirements-bench.lock

clean:
	rm -rf .venv out
