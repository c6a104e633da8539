# Every target makes what it needs first: the environment, the packages, the demo.
# Set on the command line: EXTRAS=boost,plot  files="a b"  only=feat_momentum  args="--json"
# and, for the environment: PYTHON=python3.12  VENV=.venv  UV= (use pip)  DEPS=locked|newest|lowest
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
# Packages are compiled once, when they are installed, and sotw with its first run: else every
# process of a container that forbids it compiles pandas and scikit-learn anew, for seconds.
export UV_COMPILE_BYTECODE = 1
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install features train ingest demo shell test test-all lint bench bench-large faults golden feature clean FORCE

VENV ?= .venv
UV ?= $(shell command -v uv 2>/dev/null)
DEPS ?= locked
JOBS ?= 2

PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest -n $(JOBS)
STAMP := $(VENV)/.extras
comma := ,
empty :=

# What is installed is written in the stamp and only ever added to: a target that needs less
# takes nothing away, and a changed pyproject.toml reinstalls all of it.
known := $(shell sed -n '/^\[project.optional-d/,/^\[project.sc/s/^\([a-z]*\) = .*/\1/p' pyproject.toml)
have := $(shell cat $(STAMP) 2>/dev/null)
need := $(subst $(comma), ,$(EXTRAS)) \
  $(if $(filter test test-all lint bench bench-large faults golden feature,$(MAKECMDGOALS)),dev) \
  $(if $(filter shell,$(MAKECMDGOALS)),shell)
want := $(sort $(have) $(need))
spec := .$(if $(want),[$(subst $(empty) $(empty),$(comma),$(want))])
missing := $(filter-out $(have) $(if $(filter all,$(have)),$(known)),$(need))

define check_python
'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
"$(PYTHON) is Python %d.%d; sotw needs 3.11 or newer. Say which: make PYTHON=python3.12" % v[:2])'
endef

ifneq ($(filter-out $(known),$(need)),)
$(error EXTRAS=$(EXTRAS): no such extra: $(filter-out $(known),$(need)). There are: $(known))
endif
ifeq ($(filter $(DEPS),locked newest lowest),)
$(error DEPS=$(DEPS): choose locked, newest or lowest)
endif
ifeq ($(UV)-$(DEPS),-lowest)
$(error DEPS=lowest needs uv on the PATH: pip cannot choose the lowest versions)
endif

ifeq ($(UV),)
PYTHON ?= python3
new_venv = $(PYTHON) -m venv $(VENV)
packages = $(PY) -m pip install --quiet $(if $(filter newest,$(DEPS)),--upgrade --upgrade-strategy eager) -e '$(spec)'
else # without PYTHON=... uv finds a fitting one
new_venv = $(UV) venv --quiet --allow-existing $(if $(PYTHON),--python $(PYTHON)) $(VENV)
packages = $(uv_$(DEPS))
endif
uv_locked = UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --quiet --locked --inexact $(addprefix --extra ,$(want))
uv_newest = $(UV) pip install --quiet --python $(PY) --upgrade -e '$(spec)'
uv_lowest = $(UV) pip install --quiet --python $(PY) --resolution lowest-direct -e '$(spec)'

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-11s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## install sotw; EXTRAS=all, or some: EXTRAS=boost,plot

features: $(STAMP) ## build and audit every model; only=feat_momentum for one and its parents
	$(PY) -m sotw build $(if $(only),--select $(only)) $(args)

train: $(STAMP) ## train, score, print the week's ranking and the metrics
	$(PY) -m sotw train $(args)

ingest: $(STAMP) ## import your exports: files="history.csv more.zip"
	$(PY) -m sotw ingest $(files) $(args)

demo: $(STAMP) ## make a synthetic history; args="--listeners 20 --years 5"
	$(PY) -m sotw demo $(args)

shell: $(STAMP) ## open the DuckDB shell on the warehouse, read only
	$(PY) -m sotw shell $(args)

test: $(STAMP) ## run the quick tests
	$(PYTEST) -m "not slow" $(args)

test-all: $(STAMP) ## run all tests, the slow ones too
	$(PYTEST) $(args)

lint: $(STAMP) ## ruff, format check, mypy
	$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

bench: $(STAMP) ## measure as ratios of CPU time; takes minutes; args="--output DIR"
	$(PY) tests/bench/run.py $(args)
	$(PY) tests/bench/reading.py
	$(PY) tests/bench/artists.py

bench-large: $(STAMP) ## build the weekly features of 20 million plays; takes many minutes
	$(PY) tests/bench/identity_cost.py 20000000

faults: $(STAMP) ## attack the warehouse file: kills, full disks, spoilt files; args=--short
	$(PY) tests/faults/attack.py $(args)

feature: $(STAMP) ## start a weekly feature, then check all that it needs: NAME=first_hour
	@$(PY) tests/new_feature.py "$(NAME)"

golden: $(STAMP) ## write the golden files anew; read the diff before you commit it
	$(PY) -m pytest tests/test_golden.py --golden $(args)

clean: ## remove caches, builds and rendered SQL; not the warehouse, your exports or .venv
	rm -rf build dist warehouse/rendered .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sotw tests .ci -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(if $(PYTHON),$(PYTHON) -c $(check_python))
	$(new_venv)
	@touch $@

$(STAMP): pyproject.toml $(if $(UV),uv.lock) $(VENV)/.made $(if $(missing),FORCE)
	@echo "Installing sotw$(if $(want),[$(subst $(empty) $(empty),$(comma),$(want))]) into $(VENV) (a minute or two the first time)"
	@$(packages)
	@echo $(want) > $@
