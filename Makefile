# netmon: every command of a working day. `make` alone lists them.

SHELL := /bin/sh
PY := .venv/bin/python
STAMP := .venv/.stamp
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run demo install uninstall sbom licences test lint proto bpf bench fuzz soak ci clean

# Where make install puts links, units and pages, and where the two environments.
PREFIX ?= /usr/local
LIBRARY ?= /opt/netmon
export DESTDIR PURGE PYTHON

# In CI nothing may be left out: a root or e2e test that skips is a failure.
export NETMON_REQUIRE_ROOT_TESTS ?= $(if $(filter true,$(CI)),1,)

# What has to hold however owners are found, in that way alone.
WAYS := $(addprefix tests/e2e/test_,owners.py beyond_tcp_and_udp.py other_namespaces.py)

# What has to hold without any of it, by psutil alone, which is there everywhere.
BASE := $(addprefix tests/e2e/test_,bytes_and_owners.py many_connections.py packet_rate.py interfaces.py lifecycle.py \
	hostile_frames.py recordings.py restart.py subscribers.py)

# $(call timed,NAME,COMMAND): runs the command and says how long it took.
timed = @start=$$(date +%s); $(2) || exit $$?; echo "make: $(1) took $$(($$(date +%s) - start)) s"

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv from requirements.lock

# A Python that was removed or replaced leaves a .venv that starts no more.
ifneq ($(shell { test ! -e $(STAMP) || $(PY) -c ''; } 2>/dev/null || echo broken),)
.PHONY: $(STAMP)
endif

$(STAMP): requirements.lock pyproject.toml
	$(call timed,setup,.ci/setup)

run: $(STAMP) ## Start collector, recorder and dashboard, and print the link (asks for sudo)
	@$(PY) -m netmon_cli.first_minutes run

demo: $(STAMP) ## The dashboard over a recorded network: no root, no traffic
	@$(PY) -m netmon_cli.first_minutes demo

install: $(STAMP) ## Install for this machine: root's own copy, services, pages (asks for sudo); DASHBOARD=no saves 0.5 GB
	$(call timed,what is to be installed,$(PY) .ci/stage.py build/image "$(PREFIX)" "$(LIBRARY)" $(if $(filter no,$(DASHBOARD)),no-dashboard))
	@.ci/as-root .ci/install build/image "$(PREFIX)" "$(LIBRARY)"
	@rm -rf build/image

uninstall: ## Remove what install put there; history stays, unless PURGE=1 (asks for sudo)
	@.ci/as-root .ci/uninstall "$(PREFIX)" "$(LIBRARY)"

sbom: $(STAMP) ## Write dist/netmon.cdx.json: what is installed, with versions, hashes and licences (CycloneDX)
	@mkdir -p dist && $(PY) .ci/bill.py json >dist/netmon.cdx.json && echo "make: wrote dist/netmon.cdx.json"

licences: $(STAMP) ## List what each side is made of, with its licence
	@$(PY) .ci/bill.py text

test: $(STAMP) ## Run all tests; as root the ones on real traffic too
	@.ci/test-tools || [ "$$(id -u)" -ne 0 ]
	$(call timed,unit tests,$(PY) -m pytest -q -n auto -m "not root and not e2e")
	$(call timed,root and e2e tests,$(PY) -m pytest -q -m "root or e2e" --ignore=tests/e2e/browser)
	$(call timed,browser tests,$(PY) -m pytest -q tests/e2e/browser)
	$(call timed,owners by psutil alone,NETMON_OWNERS=psutil $(PY) -m pytest -q $(BASE) $(WAYS))
	$(call timed,owners without eBPF,NETMON_OWNERS=sockdiag $(PY) -m pytest -q $(WAYS))
	$(call timed,owners by lookups alone,NETMON_OWNERS=lookups $(PY) -m pytest -q $(WAYS))

lint: $(STAMP) ## Check style, types, imports and the contract
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/pyright
	@.venv/bin/lint-imports --no-logo
	@cd proto && ../.venv/bin/buf format --diff --exit-code && ../.venv/bin/buf lint
	@$(PY) proto/generate.py --breaking

proto: $(STAMP) ## Make the Python code of the contract, and check it
	@cd proto && ../.venv/bin/buf format --write && ../.venv/bin/buf lint
	@$(PY) proto/generate.py --breaking
	@$(PY) proto/generate.py

bpf: ## Compile the kernel's side of owner lookup (needs clang)
	@cd collector/netmon_collector/host/bpf && for name in owners holders; do \
		clang -target bpf -O2 -g0 -Wall -Werror -idirafter "/usr/include/$$(gcc -dumpmachine)" \
			-c $$name.bpf.c -o $$name.bpf.o || exit 1; done

bench: $(STAMP) ## Measure against the budgets; BENCH=name for one
	@$(PY) -m tests.bench $(BENCH)

fuzz: $(STAMP) ## Fuzz each parser for SECONDS=60; TARGET=name for one (uv pip install --group fuzz)
	@$(PY) -m tests.fuzz --seconds $(or $(SECONDS),60) $(TARGET)

soak: $(STAMP) ## Run everything under churn for HOURS=24, and judge its memory (needs root)
	@$(PY) -m tests.soak --hours $(or $(HOURS),24)

ci: $(STAMP) ## What a merge needs: lint, generated code, tests
	$(call timed,lint,$(MAKE) --no-print-directory lint)
	$(call timed,generated code,$(PY) proto/generate.py --check)
	$(call timed,test,$(MAKE) --no-print-directory test)

clean: ## Remove all that the commands above made
	@rm -rf .venv dist build htmlcov .coverage .coverage.* .hypothesis
	@rm -rf .pytest_cache .ruff_cache .import_linter_cache
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +
