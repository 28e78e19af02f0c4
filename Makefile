# Every target sets up what it needs by itself; see scripts/setup/environment.sh.
.DEFAULT_GOAL := help
.PHONY: help dryrun test test-without-servers soak check accept format bench docs fault-matrix promql-unit obs-lint ready-to-run ready-to-develop
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
bin := .venv/bin
ifneq ($(PROMETHEUS),)
export PATH := $(abspath $(PROMETHEUS)):$(PATH)
export PROMETHEUS
endif

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name meaning; do printf '  make %-21s %s\n' "$$name" "$$meaning"; done

dryrun: ready-to-run ## the main job, on real servers that it starts itself; ARGS='--inject burn' shows a refusal
	@$(bin)/gonogo dryrun --sandbox --for 60s $(ARGS)

test: check ## every check and every test, with coverage; as all targets on another version with PROMETHEUS=/path/to/bin
	@scripts/test/all.sh

test-without-servers: ready-to-develop ## every test that starts no server, on this Python
	@$(bin)/python -S -m scripts.test.hangs.within 3600 "test: all" $(bin)/pytest -n 2 --dist loadgroup --quiet -m 'not live and not long' $(ARGS)

soak: ready-to-develop ## the long runs: every stress test at its full size
	@$(bin)/pytest --soak $(ARGS)

accept: ready-to-develop ## write what the commands print now into the transcripts of tests/cases; look at the difference
	@$(bin)/pytest -n 2 --quiet tests/test_cases.py --accept $(ARGS)

check: ready-to-develop ## format, lint, types, import rules, requirements
	@scripts/test/check.sh

format: ready-to-develop ## put the code into its one form
	@$(bin)/ruff format .
	@$(bin)/ruff check --fix .

bench: ready-to-develop ## every benchmark, one after another
	@set -e; for file in bench/*.py; do echo "== $$file"; $(bin)/python "$$file"; done

docs: ready-to-develop ## write the generated pages of docs/ anew
	@$(bin)/python -m scripts.docs.generate

fault-matrix: ready-to-develop ## every fault, injected into the real stack; writes docs/fault-matrix.md
	@$(bin)/pytest -n 4 --dist loadgroup tests/live/test_fault_matrix.py $(ARGS)
	@$(bin)/python -m scripts.docs.generate

promql-unit: ready-to-run ## the unit tests of the rule pack, by promtool
	@scripts/test/rule_pack.sh test

obs-lint: ready-to-run ## the rules of the rule pack, by every check of gonogo lint
	@scripts/test/rule_pack.sh check

ready-to-run:
	@scripts/setup/environment.sh run

ready-to-develop:
	@scripts/setup/environment.sh dev
