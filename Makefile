# The commands of this project; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help ready run demo test kill check lint format types imports migrations deployment templates bench connector clean

BIN := .venv/bin
PYTHON := $(BIN)/python
ANY_PYTHON := $(firstword $(foreach name,python3 python3.12 python3.11 python,$(shell command -v $(name) 2>/dev/null)))

# What production needs at least; the values guard nothing.
PRODUCTION := HERMES_ENV=prod DATABASE_URL=sqlite://:memory: ALLOWED_HOSTS=hermes.example.com \
  HERMES_PUBLIC_URL=https://hermes.example.com \
  SECRET_KEY=checks-only-Kd83hs0qLmZx71vTgRw5YbNc9aPe2fUj6iHo4tBs \
  CREDENTIAL_ENCRYPTION_KEYS=checks1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

ready: # .venv with the pinned dependencies
	@$(if $(ANY_PYTHON),$(ANY_PYTHON) hermes/local/bootstrap.py,\
	  echo "Hermes needs Python 3.11 or 3.12; install one and run this again." >&2; exit 1)

run: ready ## Run Hermes on this machine: web, worker, beat and Redis, until Ctrl-C
	@$(PYTHON) -m hermes.local.run

demo: ready ## Play a customer's journey in the sandbox with a real MCP client
	@$(PYTHON) -m hermes.local.demo

test: ready ## Run the tests on all cores, without network (ARGS="-k name" are pytest's)
	@$(PYTHON) -m pytest -q -n auto $(ARGS)

kill: ready ## Run the tests that kill processes, apart from the others
	@$(PYTHON) -m pytest -q -m kill -n auto $(ARGS)

check: lint format types imports migrations deployment templates ## Run every static check
	@echo "All checks passed."

lint: ready
	@$(BIN)/ruff check --quiet .

format: ready
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted; run .venv/bin/ruff format" >&2; exit 1; }

types: ready
	@$(BIN)/mypy --no-error-summary .

imports: ready
	@$(BIN)/lint-imports --no-cache --no-logo

migrations: ready
	@$(PRODUCTION) $(PYTHON) manage.py makemigrations --check --dry-run --no-input

deployment: ready
	@$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

templates: ready
	@if [ -n "$$(find templates -name '*.html')" ]; then $(BIN)/djlint templates --quiet --lint --check; fi

bench: ready ## Measure calls per second beside a bare ASGI echo and the MCP SDK's server
	@$(PYTHON) -m tests.load.bench $(ARGS)

connector: ready ## Begin a new connector with its stand-in (name=slack, title="Slack")
	@$(PYTHON) -m connectors.kit.scaffold "$(name)" --title "$(title)"
	@$(PYTHON) -m docs.generate

clean: ## Remove the virtual environment and caches (the data in var/ stays)
	@rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
