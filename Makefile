# The course in a few words: make demo, make test. Windows without make: README.md says the same commands.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/ready

.PHONY: demo test install lint benchmark clean
.DEFAULT_GOAL := demo

demo: $(READY)
	$(BIN)/vae demo

test: $(READY)
	$(BIN)/python -m pytest

install: $(READY)

# Style, types and floors. The tests run ruff and import-linter too; pyright fetches its own program once.
lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright --pythonpath $(BIN)/python

benchmark: $(READY)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[test,benchmark]"
	$(BIN)/python benchmarks/levels.py --json benchmarks/results/levels.json

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[test]"
	@$(BIN)/python -c "import pathlib; pathlib.Path('$(READY)').touch()"

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.venv', 'demo')]"
