# The course in a few words: make learn, make demo, make test. Windows without make: README.md says the same commands.
# make learn PYTHON=python3.12 takes another Python, TORCH=cpu PyTorch's CPU build: on Linux a seventh of the download.
ifeq ($(OS),Windows_NT)
PYTHON ?= py
BIN := .venv/Scripts
else
PYTHON ?= python3
BIN := .venv/bin
endif
READY := .venv/ready

# Without compiled files each worker of the tests compiles every module again, a tenth of all its work.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo learn test gate full notebooks browser newcomer install lint benchmark clean
.DEFAULT_GOAL := demo

demo: $(READY)
	$(BIN)/vae demo

# Copies the notebooks to my_notebooks (yours: never overwritten) and opens them in JupyterLab.
learn: $(READY)
	$(BIN)/vae learn

# Beside one another on two to four cores, the tests of a file on one of them.
test: $(READY)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# The exercises' right and wrong answers on twenty seeds; make test takes one.
gate: $(READY)
	$(BIN)/python -m pytest tests/exercises/test_gate.py --gate-seeds 20

# Random faults and kills, each test with all of its trials; make test takes a few.
full: $(READY)
	$(BIN)/python -m pytest -m trials --full -n auto --maxprocesses 4

# Runs every notebook from its source, in processes of their own; make test holds them to all other rules.
notebooks: $(READY)
	$(BIN)/python -m pytest -m notebooks tests/notebooks

# The explorer in a browser: Chromium, Debian's or your own, driven by Playwright.
browser: $(READY)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[test,browser]"
	$(BIN)/python -m pytest -m browser tests/explorer $(BROWSER)

# Replays README from the clone to the first exercise, with make and without; then uses a clone and tests it.
newcomer: $(READY)
	$(BIN)/python tests/newcomer/walk.py
	$(BIN)/python tests/newcomer/walk.py --without-make
	$(BIN)/python tests/newcomer/used_clone.py

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
	$(BIN)/python benchmarks/time_to_quality.py --json benchmarks/results/time_to_quality.json

$(READY): pyproject.toml constraints.txt
	$(PYTHON) install.py $(if $(TORCH),--torch $(TORCH))

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.venv', 'demo')]"
