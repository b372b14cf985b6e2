# Two commands matter: `make demo` and `make test`. Everything runs from .venv, which is made from requirements.lock.

PYTHON ?= python3
ARGS ?=
ROWS ?=
VENV := .venv
BIN := $(VENV)/bin
# The name holds where the checkout is: one that was moved installs again.
STAMP := $(VENV)/.installed-$(shell pwd | cksum | cut -d' ' -f1)
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--custom-compile-command "make lock" --quiet

.DEFAULT_GOAL := help
.PHONY: help demo up test check bench chaos fuzz lock openapi browser clean

##@ Use
demo: $(STAMP) ## Load the programme of 2024, run the main job and keep serving (ARGS=--exit writes out/ and ends)
	$(BIN)/events-api demo $(ARGS)

up: $(STAMP) ## Run everything in the foreground on the data of .events (ARGS="--port 8080")
	$(BIN)/events-api up $(ARGS)

##@ Check
test: check browser ## Everything that must hold: the checks, then all tests on all cores (ARGS="-k words")
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: $(STAMP) ## Format, lint, types, layers and house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/pytest -q -p no:xdist tests/architecture

##@ Measure
bench: $(STAMP) ## Measure against the baselines, into out/bench.json (ROWS="name …" selects)
	$(BIN)/python -m bench.run $(ROWS)

chaos: $(STAMP) ## Kill processes at random moments and compare the ledger, into out/chaos.json (ARGS="rounds=20 seed=1")
	$(BIN)/python -m bench.chaos $(ARGS)

fuzz: $(STAMP) ## Send what the OpenAPI file allows and forbids, five minutes long (ARGS="seconds=30 seed=1")
	$(BIN)/python -m bench.fuzz $(ARGS)

##@ Change
openapi: $(STAMP) ## Write the OpenAPI file anew after the API changed
	$(BIN)/events-api openapi --write

lock: $(STAMP) ## Resolve pyproject.toml anew into requirements.lock (needs the network)
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --extra dev --upgrade --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --output-file requirements-run.lock

clean: ## Remove what can be made again; data in .events stay
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## Show this help
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The second run finds the stamp newer than the lock and needs no network.
$(STAMP): requirements.lock
	@sh scripts/make_venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

browser:
	@sh scripts/ensure_browser.sh
