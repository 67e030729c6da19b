# Thin: each target is a command that also works by hand in the environment.
SHELL := bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: attacks help stock venv grade gradescope release lab bundle site test pictures lint bench quality

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

venv: $(VENV)/.ready  ## make the environment and install everything into it

$(VENV)/.ready: requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make: no $(PYTHON) here; install Python 3.11 or newer, or say PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $$($(PYTHON) --version) is too old; this course needs Python 3.11 or newer (say PYTHON=/path/to/python)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $(PYTHON) lacks venv; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@command -v git >/dev/null || { echo "make: git is missing; install it with your system's package manager"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e '.[dev]'
	touch $@

grade: venv  ## generate everything, grade a demonstration class, show the table
	python -m autograder demo $(ASSIGNMENT) $(if $(EDITION),--edition $(EDITION))

release: venv  ## generate ASSIGNMENT (or all) into release/, and an EDITION
	python -m autograder release $(ASSIGNMENT) $(if $(EDITION),--edition $(EDITION))

lab: venv  ## open JupyterLab on copies of lessons and assignments in work/
	python -m autograder lab $(if $(EDITION),--edition $(EDITION)) $(ARGS)

gradescope: venv  ## pack the Gradescope autograder of ASSIGNMENT
	python -m autograder gradescope $(ASSIGNMENT)

bundle: venv  ## pack the zip that learners get, of an EDITION
	python -m autograder bundle $(if $(EDITION),--edition $(EDITION))

site: venv  ## build the course as a static website into build/site
	python -m website $(ARGS)

lint: venv  ## check style, types, docstrings, imports and the words of all texts
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	numpydoc lint $$(git ls-files 'helpers/*.py' 'autograder/*.py')
	python -m tests.language

test: venv  ## run the whole test suite
	python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder $(TESTS)

bench: venv  ## measure what grading a class costs
	python bench/grading.py $(ARGS)
	python bench/service.py $(findstring --quick,$(ARGS))

pictures: venv  ## make the pictures of README and docs anew
	python -m pytest tests/browser/pictures.py

quality: venv  ## measure the tests themselves; write docs/quality.md
	python -m autograder quality $(ARGS)

attacks: MINUTES ?= 10
attacks: venv  ## fuzz, try all attacks here and on stock nbgrader; write docs/security.md
	python -m tests.fuzzing $(MINUTES)
	python -m tests.attacks.table

stock: venv  ## run nbgrader's own tests under our configuration
	python -m tests.stock.nbgrader_tests
