# odoo-rma: `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Files are given out in the order of tests/conftest.py, the longest first.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder
STAMP := $(VENV)/.installed
# What takes long has a target of its own: end-to-end, faults.
APART := $(addprefix --ignore tests/live/,test_end_to_end.py test_faults.py test_restarts.py test_competition.py)
NOT_LIVE := -m "not live and not live14"
# The client's contract holds for the Odoo in memory as well; the rest of that file needs a real one.
PURE := tests/unit tests/property tests/live/test_client_contract.py

.PHONY: help demo test check lint types layers fast coverage faults fuzz live end-to-end drifts bench short-bench growth screenshots format clean
.DEFAULT_GOAL := help

help:  ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(STAMP)  ## Set up a real Odoo and bring the sample returns into it; with SOURCE=medusa those of a real Medusa
	$(BIN)/odoo-rma demo $(if $(SOURCE),--source $(SOURCE)) $(DEMO)

# Much of the set-up is one process that downloads or waits: two of its parts go on at once, and what the live tests start
# from is made beside the checks, which go before it.
test:  ## Set up everything and pass all tests, on a real Odoo 19 and 14
	$(MAKE) --jobs=2 $(STAMP) chromium libreoffice
	$(MAKE) --jobs=2 ready check
	$(BIN)/pytest $(SIDE_BY_SIDE) $(APART) tests/live
	$(MAKE) short-bench

check: $(STAMP)  ## Style, types, layers and the fast tests, with the coverage of the pure rules
	$(MAKE) lint types layers
	$(MAKE) fast

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

# Coverage makes Python twice as slow, so it is asked where its answer counts: of the tests of the pure rules.
fast: $(STAMP)  ## The fast tests alone: unit, property, faults
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) $(NOT_LIVE) $(PURE)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='mappings/*' --fail-under=90
	$(BIN)/pytest $(SIDE_BY_SIDE) $(NOT_LIVE) tests/faults

coverage: $(STAMP) chromium libreoffice  ## The lines that no test of `make test` reaches; takes longer than it
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) $(NOT_LIVE) $(PURE) tests/faults
	$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) $(APART) tests/live
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Most of it are the same tests as `make test` plays, with other figures: hours on two cores, over one of them for the
# kills on a real Odoo. A failing seed is told and repeated with ODOO_RMA_SEED, a failing life is printed step by step.
FIGURES := $(CURDIR)/build/faults.jsonl
REAL_FAULTS := ODOO_RMA_FIGURES=$(FIGURES) ODOO_RMA_REAL_KILLS=500 ODOO_RMA_RESTARTS=20 ODOO_RMA_REAL_WORKER_KILLS=1000
MEMORY_FAULTS := ODOO_RMA_FIGURES=$(FIGURES) ODOO_RMA_KILLS=10000 ODOO_RMA_LIVES=1000 ODOO_RMA_STEPS=50 ODOO_RMA_PAIRS=50 ODOO_RMA_THOROUGH=1 ODOO_RMA_FUZZ=600
faults: $(STAMP)  ## Kills, restarts, a broken network and whole lives by the hundreds and thousands; a table of the figures
	@rm -f $(FIGURES); mkdir -p $(dir $(FIGURES))
	$(BIN)/python -m pip install --quiet --group fuzz
	$(REAL_FAULTS) $(BIN)/pytest $(addprefix tests/live/,test_faults.py test_restarts.py test_competition.py test_kills.py test_workers.py)
	$(MEMORY_FAULTS) $(BIN)/pytest -n 2 --dist load --timeout 28800 tests/faults
	@$(BIN)/python tests/figures.py $(FIGURES)

fuzz: $(STAMP)  ## Hostile files led by what the readers execute, ten minutes each of JSON, JSON lines and XML
	$(BIN)/python -m pip install --quiet --group fuzz
	ODOO_RMA_FUZZ=$(or $(FUZZ),600) $(BIN)/pytest -s tests/faults/test_fuzz.py

live: $(STAMP) chromium libreoffice  ## The tests on a real Odoo alone
	$(BIN)/pytest $(SIDE_BY_SIDE) $(APART) tests/live

# Apart from `make test`, which is to end within 40 minutes: even with the least number of returns, 16, it took over 11
# minutes on two cores that had other work as well, for one process of Medusa does all of it, at up to a second a call.
end-to-end: $(STAMP)  ## Two hundred returns between a real Medusa and a real Odoo; apart from `make test`, for it takes long
	ODOO_RMA_END_TO_END=200 $(BIN)/pytest tests/live/test_end_to_end.py

drifts: $(STAMP)  ## Five hundred differences planted in a real Odoo and its source, found and mended; `make test` plants a hundred
	ODOO_RMA_DRIFTS=500 $(BIN)/pytest tests/live/test_reconcile_many.py

bench: $(STAMP)  ## Time returns side by side: by hand, inside Odoo, and by odoo-rma (docs/performance.md)
	$(BIN)/python bench/speed.py --without mrp --without loyalty
	$(BIN)/python bench/speed.py

short-bench: $(STAMP)  ## The same in little, for what is not a time: all done, equal books, no more calls than docs/performance.md says
	$(BIN)/python bench/speed.py --rounds 1 --returns 20 --by-hand 3 --most-calls 4.6

# Some fifty minutes on two cores, most of it the run of 10,000. SIZES="100,1000" measures less; what FILE holds of other
# sizes is kept, so that they can be taken on different days.
growth: $(STAMP)  ## How time and memory grow with 100, 1,000 and 10,000 returns in a run; draws docs/pictures/growth-*.svg
	$(BIN)/python -m pip install --quiet --group bench
	@mkdir -p build
	$(BIN)/python bench/growth.py $(if $(SIZES),--sizes $(SIZES)) --json $(or $(FILE),build/growth.json)
	$(BIN)/python bench/growth_picture.py $(or $(FILE),build/growth.json) docs/pictures

screenshots: $(STAMP) chromium libreoffice  ## Take the screenshots of docs/ again
	ODOO_RMA_SCREENSHOTS=docs/screenshots $(BIN)/pytest tests/live/test_browser.py tests/live/test_retail_seen.py

.PHONY: ready chromium libreoffice
ready: $(STAMP)
	nice $(BIN)/python tests/live/ready.py

libreoffice: chromium  # one after the other, as apt is there but once
	@command -v soffice >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1 || { \
	  echo "Installing LibreOffice for the tests of the accountant's workbook"; \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui poppler-utils; }

chromium:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || { \
	  echo "Installing Chromium for the browser tests"; \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends chromium fonts-wqy-zenhei; }

format: $(STAMP)  ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove what was built (the sandbox stays; see `odoo-rma sandbox down --purge`)
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*

$(STAMP): pyproject.toml hatch_build.py
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[sandbox,postgres]' --group dev
	@touch $@
