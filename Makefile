# Tekdoğru's two doors: `make demo` to see it, `make test` to trust it. `make help` lists the rest.
# Needs Python 3.11 or later with venv and pip, and make; no administrator, nothing installed by hand.

PYTHON ?= python3
PORT ?= 8000
ONCE ?=
DEMO_LANGUAGE ?=
WORKERS ?= 2
SIZE ?= 100k
ROUNDS ?= 3

BIN := .venv/bin
READY := .venv/.ready
BANK := build/bank
WORKSPACE := --workspace $(BANK)
CHECKED := $(BANK)/build/check.txt
MANAGEMENT := $(BANK)/build/consolidation.html
LANGUAGE := $(if $(DEMO_LANGUAGE),--language $(DEMO_LANGUAGE))
PRINTED := run resolve conflicts close explain difference simulate match map queue corrections trust lineage consolidate import_excel import
PYTEST := $(BIN)/python -m pytest
PARALLEL := $(if $(filter-out 0 1,$(WORKERS)),-n $(WORKERS) --dist loadscope --no-loadscope-reorder)

# The environment of whoever calls must not reach into ours.
unexport PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE VIRTUAL_ENV UV_PROJECT_ENVIRONMENT
# The theme's notice about its successor is not for those who look at a demo.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick bench lint schemas format clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  make demo ONCE=1              all of the demo but the server"
	@echo "  make demo PORT=9000           serve on another port"
	@echo "  make demo DEMO_LANGUAGE=tr    show the site in Turkish"
	@echo "  make test WORKERS=1           test one file after another"
	@echo "  make test DEEP=1              hold every law to many more examples; takes long"
	@echo "  make bench SIZE=1M ROUNDS=3   a million customers, three rounds"

setup: $(READY) ## Install everything from the lock file into .venv

# A stamp written in another folder belongs to a checkout that was copied or moved: install again.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

FITS := import sys; sys.exit(sys.version_info < (3, 11))
PINNED := import tomllib; print(*(p["version"] for p in \
	tomllib.load(open("uv.lock", "rb"))["package"] if p["name"] == "uv"))

$(READY): pyproject.toml uv.lock
	@test "$$(cat $@ 2>/dev/null || echo "$(CURDIR)")" = "$(CURDIR)" && $(BIN)/python -c '$(FITS)' 2>/dev/null || { \
	  $(PYTHON) -c '$(FITS)' || { echo "Python 3.11 or later is needed; name one: make PYTHON=python3.11" >&2; exit 1; }; \
	  echo "Making .venv"; $(PYTHON) -m venv --clear .venv; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "Installing from uv.lock (minutes the first time)"
	@uv=$$($(BIN)/python -c '$(PINNED)') && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$$uv"
	@$(BIN)/uv sync --frozen --quiet --compile-bytecode --python $(BIN)/python --no-python-downloads
	@echo "$(CURDIR)" > $@

demo: $(READY) ## Make the sample bank, check it, build its site and serve it
	@echo "1. A small bank that does not exist, with the disorder of real ones"
	@rm -rf $(BANK)
	@$(BIN)/tekdogru init --sample bank $(BANK) >/dev/null
	@echo "2. Are its definitions sound?"
	@$(BIN)/tekdogru validate $(WORKSPACE)
	@echo "3. Who is who among its applicants, and which value survives of each customer?"
	@mkdir -p $(BANK)/build
	@$(BIN)/tekdogru match $(WORKSPACE)
	@$(BIN)/tekdogru resolve $(WORKSPACE) >$(BANK)/build/resolve.txt
	@sed -n '/golden/p' $(BANK)/build/resolve.txt
	@echo "4. Is its data what they say, and no worse than the level recorded as its floor?"
	@$(BIN)/tekdogru baseline $(WORKSPACE) | head -n 1
	@$(BIN)/tekdogru check $(WORKSPACE) --output $(CHECKED) >/dev/null || test $$? -le 3
	@test -s $(CHECKED) || { echo "the checks ended without a report" >&2; exit 1; }
	@sed -n '/FAIL/p' $(CHECKED) | head -n 3
	@tail -n 2 $(CHECKED)
	@echo "5. Which reports repeat others, and which contradict each other?"
	@$(BIN)/tekdogru consolidate $(WORKSPACE) $(LANGUAGE) --report $(MANAGEMENT) \
		>$(BANK)/build/consolidation.txt
	@sed -n '3,5p' $(BANK)/build/consolidation.txt
	@echo "6. The site"
	@$(BIN)/tekdogru site build $(WORKSPACE) $(LANGUAGE)
	@$(BIN)/mkdocs build --quiet
	@echo
	@echo "The bank:         $(BANK)  (its README.md says what to look for)"
	@echo "All findings:     $(CHECKED)"
	@echo "For management:   $(MANAGEMENT)"
	@echo "The bank's site:  $(BANK)/build/site/index.html"
	@echo "Ours, with it:    build/site/index.html"
	@echo "Try:              $(BIN)/tekdogru impact field:core.customers.address $(WORKSPACE)"
	@test -n "$(ONCE)" || { echo; exec $(BIN)/tekdogru site serve $(WORKSPACE) $(LANGUAGE) --port $(PORT); }

test: $(READY) ## Run every test
	@$(PYTEST) -q $(PARALLEL)

quick: $(READY) ## Run the tests that take no more than a few seconds each
	@$(PYTEST) -q $(PARALLEL) -m "not long"

bench: $(READY) ## Measure check, resolve and workbooks beside hand-written DuckDB and openpyxl (SIZE, ROUNDS)
	@$(BIN)/python tests/bench/bench.py --size $(SIZE) --rounds $(ROUNDS)
	@$(BIN)/python tests/bench/golden.py --size $(SIZE) --rounds $(ROUNDS)
	@$(BIN)/python tests/bench/workbooks.py --rounds $(ROUNDS)

lint: $(READY) ## Look at the code: style, format, types, imports
	@mkdir -p build; bad=0; $(BIN)/ruff check --quiet || bad=1; \
	$(BIN)/ruff format --check --quiet || { echo "not in form: run make format" >&2; bad=1; }; \
	$(BIN)/mypy --no-error-summary || bad=1; \
	$(BIN)/lint-imports --no-logo > build/imports.txt || { cat build/imports.txt; bad=1; }; \
	exit $$bad

schemas: $(READY) ## Write the JSON Schemas that are shipped anew
	@$(BIN)/tekdogru schema catalog > catalog/schemas/catalog.json
	@$(BIN)/tekdogru schema api > catalog/schemas/openapi.json
	@for name in $(PRINTED); do $(BIN)/tekdogru schema $$name > catalog/schemas/$$name-1.0.json; done

format: $(READY) ## Put the code into its format
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

clean: ## Remove what was made, .venv included
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find catalog lineage expectations tests -name __pycache__ -type d -prune -exec rm -rf {} +
