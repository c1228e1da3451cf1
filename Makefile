# Everything runs in .venv, which the first target sets up from pyproject.toml and constraints.txt.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: help figures findings gallery claims notebooks lab test test-quick test-slow test-notebooks lint bench font clean

help:
	@echo "make figures   draw the article's figures in both languages into figures/"
	@echo "make findings  measure every statement and experiment once; write CLAIMS.json, and the pages, pictures and"
	@echo "               sentences that state a finding (make gallery and make claims do the same); JOBS=2: on two cores"
	@echo "make notebooks build the notebooks of both languages from their one source"
	@echo "make lab       open JupyterLab on the notebooks (LANGUAGE=en or zh)"
	@echo "make test      run the tests"
	@echo "make test-quick  the tests that a developer runs after each change (in a minute)"
	@echo "make test-slow measure anew, with other seeds, what the record says"
	@echo "make test-notebooks  run the notebooks of both languages"
	@echo "make lint      ruff and mypy"
	@echo "make bench     time the command line, the training loop, paths on a surface and the experiments"
	@echo "make font      build the Chinese font again, from Noto Sans SC"
	@echo "make clean     remove .venv and the caches"

figures: $(VENV)/ready
	$(RUN) -m nnbasics figures --lang all --out figures --device cpu --dpi 200 --palette

JOBS ?= 1
findings: $(VENV)/ready
	$(RUN) tools/findings.py --jobs $(JOBS)
	$(RUN) -m nnbasics animate --lang all --out figures/motion
	$(RUN) tools/build_notebooks.py

gallery claims: findings

notebooks: $(VENV)/ready
	$(RUN) tools/build_notebooks.py

LANGUAGE ?= en
lab: $(VENV)/ready
	$(RUN) -m pip install --quiet --constraint constraints.txt --group lab
	$(RUN) -m nnbasics notebooks --lang $(LANGUAGE) --out build/notebooks-$(LANGUAGE)
	$(RUN) -m jupyter lab build/notebooks-$(LANGUAGE)

TWO := -n 2 --dist loadgroup
test: $(VENV)/ready
	$(RUN) -m pytest $(TWO)

test-quick: $(VENV)/ready
	$(RUN) -m pytest $(TWO) -m "not slow and not long"

test-slow: $(VENV)/ready
	$(RUN) -m pytest $(TWO) -m slow

test-notebooks: $(VENV)/ready
	$(RUN) -m pytest tests/test_notebooks.py -m "slow or not slow"

lint: $(VENV)/ready
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

bench: $(VENV)/ready
	$(RUN) benchmarks/command_line.py
	$(RUN) benchmarks/training.py
	$(RUN) benchmarks/surfaces.py
	$(RUN) benchmarks/experiments.py

font: $(VENV)/ready
	$(RUN) -m pip install --quiet --constraint constraints.txt --group font
	$(RUN) tools/build_font.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade pip
	$(RUN) -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $@
