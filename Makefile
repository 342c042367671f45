# make demo · make lab · make test · make lint · make bench · make docs · make wheel
# Needs Python 3.11 or newer, node 20 or newer and make; everything else is set up here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONT := jupyter_smkit/labextension/package.json
SOURCES := $(shell find src style schema -type f)
SMKIT_HOME ?= $(CURDIR)/.smkit
export SMKIT_HOME
# Tests at a time.
WORKERS ?= 2
# It would make every start of a Python process several times slower.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup automl demo lab test suites chaos lint format bench docs wheel clean

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready $(FRONT)  ## the environment .venv, the front end, and this machine's packages

$(VENV)/.ready: pyproject.toml constraints.txt package.json scripts/system-packages.sh
	@echo "==> system packages"
	@sh scripts/system-packages.sh
	@echo "==> Python environment in $(VENV) (about 1 minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade uv -c constraints.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode -c constraints.txt \
		editables hatchling hatch-nodejs-version hatch-jupyter-builder "jupyter-builder>=1.3,<2" "jupyterlab>=4.4,<5"
	@echo "==> smkit and its front end (about 1 minute)"
	@rm -rf $(VENV)/share/jupyter/labextensions/jupyter-smkit jupyter_smkit/labextension
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/uv pip install --quiet --compile-bytecode --no-build-isolation-package jupyter-smkit \
		-c constraints.txt -e ".[dev]"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter-builder develop . --overwrite >/dev/null
	@touch $@ $(FRONT)
	@echo "==> ready: make demo, make lab, make test"

$(FRONT): $(VENV)/.ready $(SOURCES)
	@echo "==> the front end has changed: building it"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jlpm build >/dev/null
	@touch $@

automl: setup
	@echo "==> the AutoML environment (about 1 GB, built once)"
	@$(BIN)/python -m jupyter_smkit.compute.environments smkit-automl

demo: automl  ## the whole loop on real data: a flow, AutoML, an endpoint
	@$(BIN)/python examples/demo.py

lab: setup  ## JupyterLab with a sample project
	@mkdir -p .lab && cp -Rn examples/quickstart/. .lab/ && $(BIN)/python .lab/flights.py
	@$(BIN)/jupyter lab --ServerApp.root_dir=.lab $(if $(filter 0,$(shell id -u)),--allow-root)

test: automl  ## every test, in a browser too (9 minutes)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10 $(PYTEST)

suites: automl  ## clients that others wrote: SageMaker's SDK v2, the AWS CLI (10 minutes)
	@sh scripts/suites.sh

chaos: automl  ## long faults: repeated kills, 500 jobs, ten minutes of use (25 minutes)
	@$(BIN)/python -m pytest -m chaos --durations=0 tests/chaos $(PYTEST)

lint: setup  ## ruff, mypy, eslint, prettier, stylelint
	@$(BIN)/ruff check jupyter_smkit tests ui-tests benchmarks
	@$(BIN)/ruff format --check jupyter_smkit tests ui-tests benchmarks
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jlpm lint:check

format: setup  ## mends what lint can mend
	@$(BIN)/ruff check --fix jupyter_smkit tests ui-tests benchmarks
	@$(BIN)/ruff format jupyter_smkit tests ui-tests benchmarks
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jlpm lint

bench: setup  ## measurements beside named peers
	@for each in benchmarks/*.py; do echo "==> $$each"; $(BIN)/python $$each; done

docs: setup  ## site/, the tutorial executed
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

wheel: setup  ## dist/….whl, the package to install elsewhere
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jlpm build:prod >/dev/null
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m build --wheel --no-isolation . >/dev/null 2>&1
	@touch $(FRONT)
	@ls dist/*.whl

clean:  ## ends smkit and removes what setup and the demo made
	@test ! -x $(BIN)/smkit || $(BIN)/smkit stop
	@rm -rf $(VENV) .smkit .lab .sdk-v2 node_modules lib jupyter_smkit/labextension site
