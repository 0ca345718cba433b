.DEFAULT_GOAL := help
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -q

.DELETE_ON_ERROR:
.PHONY: help demo test check bench docs lock

help: ## What there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

.venv/.runtime: requirements/runtime.txt pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ .venv/.runtime

demo: .venv/.runtime ## Install, load the demonstration, serve on 127.0.0.1:8000 and print the log-ins
	.venv/bin/gongying init
	.venv/bin/gongying demo
	.venv/bin/gongying serve

test: .venv/.dev ## Install and run the suite
	GONGYING_DATA=$${GONGYING_DATA:-var/test} $(PY) -m pytest -p no:cacheprovider

check: .venv/.dev ## Lint, types, contracts, migrations
	$(PY) -m ruff check src tests bench
	$(PY) -m ruff format --check src tests bench
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m bandit -q -r src -c pyproject.toml
	GONGYING_DATA=var/test .venv/bin/gongying manage makemigrations --check --dry-run

bench: .venv/.dev ## Measure, with a baseline in the same run
	$(PY) bench/import_speed.py
	$(PY) bench/settlement_speed.py
	$(PY) bench/replay_speed.py
	$(PY) bench/stock_speed.py
	test -z "$$GONGYING_BENCH_DATABASE_URL" || $(PY) bench/order_speed.py
	test -z "$$GONGYING_BENCH_DATABASE_URL" || $(PY) bench/order_list.py
	test -z "$$GONGYING_ADVENTUREWORKS" || $(PY) bench/pages.py

docs: .venv/.dev ## Write the generated pages of docs/
	GONGYING_DATA=var/test .venv/bin/gongying map > docs/map.md
	GONGYING_DATA=var/test .venv/bin/gongying api > docs/api.md

lock: .venv/.dev ## Pin and hash the dependencies anew
	$(PIP) install uv
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/runtime.txt pyproject.toml requirements/build.in
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev -o requirements/dev.txt pyproject.toml requirements/build.in
