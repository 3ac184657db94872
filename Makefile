# Every command a developer needs; `make` alone lists them.

# As root, PostgreSQL and Cyrus run as other users, who must be able to reach these folders.
is_root := $(filter 0,$(shell id -u))
DEMO_DIR ?= $(if $(is_root),/var/lib/postroom-demo,$(CURDIR)/.demo)
export TEST_MAIL_PEERS ?= $(if $(is_root),/var/lib/postroom-test-parts,$(CURDIR)/.parts)

python := .venv/bin/python
pytest := $(python) -m pytest --randomly-seed=$(or $(TEST_SEED),2026)

# Whoever runs the long forms wants the figures they print.
told := -rP --show-capture=stdout

# The tests wait more than they compute, so there may be more of them at once than processors.
WORKERS ?= 3

# Documents and mail are UTF-8, whatever the shell that called us believes.
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test test-long fuzz check fix bench docs lock parts demo-setup

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make the environment .venv: pinned packages, checked by hash
	@bin/setup dev

demo: demo-setup ## run Postroom with a demo mailbox; prints the address and the sign-in
	@POSTROOM_DATA_DIR="$(DEMO_DIR)" $(python) -m postroom.cli demo

demo-reset: demo-setup ## forget everything the demo has stored
	@POSTROOM_DATA_DIR="$(DEMO_DIR)" $(python) -m postroom.cli demo --reset

test: setup parts ## run the tests; k=WORDS runs those whose names match
ifdef k
	@$(pytest) -k "$(k)"
else
	@$(pytest) -m alone
	@$(pytest) -m "not alone" --numprocesses=$(WORKERS) --dist=worksteal
endif

test-long: setup parts ## the same with every kill point, 2,000 lies, ten minutes of soak (hours)
ifdef k
	@TEST_LONG=1 $(pytest) $(told) -k "$(k)" --numprocesses=$(WORKERS) --dist=worksteal
else
	@TEST_LONG=1 $(pytest) $(told) -m alone
	@TEST_LONG=1 $(pytest) $(told) -m "not alone" --numprocesses=$(WORKERS) --dist=worksteal
endif

fuzz: setup ## look for octets that crash the readers of mail and IMAP (an hour)
	@bin/fuzz

check: setup ## style, types, layers, migrations, documents: all that is no test
	$(python) -m ruff format --check
	$(python) -m ruff check
	$(python) -m mypy
	.venv/bin/lint-imports
	$(python) bin/check-migrations
	$(python) bin/docs --check

fix: setup ## format, and repair what can be repaired without thinking
	$(python) -m ruff format
	$(python) -m ruff check --fix

bench: setup parts ## measure ourselves beside others, on this machine (minutes)
	@for what in wire mime sync growth idle raw; do \
	    echo "== $$what"; PYTHONPATH=src:tests:. $(python) -m bench.$$what || exit 1; done

docs: setup ## rewrite the parts of the documents that are drawn from the code
	$(python) bin/docs
	$(python) -m postroom.providers.catalogue_page > docs/providers.md

lock: setup ## pin every package anew, with hashes, into requirements/
	@bin/lock

# What the commands above stand on.
demo-setup:
	@bin/setup demo

parts:
	@bin/install-test-parts
