# Two commands are the set-up on a fresh machine: `make up` and `make test`.
SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
PYTHON ?= python3
MANIFEST := web/dist/.vite/manifest.json
LOCALE := src/pingzhan/locale/en/LC_MESSAGES
PIP := .venv/bin/python -m pip install -q --disable-pip-version-check
COMPILE := .venv/bin/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links

.PHONY: up demo test test-long test-pg15 check fmt bench lock assets clean

.venv/.ok: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "需要 Python 3.11 或更高版本，现在是 " + sys.version.split()[0] + "。")'
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps -e .
	touch $@

.venv/.dev: requirements-dev.lock .venv/.ok
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

web/node_modules/.ok: web/package-lock.json web/.npmrc .venv/.ok
	cd web && npm ci --no-progress --loglevel=error
	touch $@

$(MANIFEST): web/node_modules/.ok $(shell find web/src web/public -type f 2>/dev/null) web/vite.config.ts
	cd web && npm run --silent build

$(LOCALE)/django.mo: $(LOCALE)/django.po .venv/.ok
	pingzhan locale compile

assets: $(MANIFEST) $(LOCALE)/django.mo

up: assets        ## database, migrations, demo zone, worker, web server on http://127.0.0.1:8000
	PINGZHAN_DEMO=$${PINGZHAN_DEMO-1} python -m pingzhan up

demo: assets      ## the demo zone into an empty database, then serve
	PINGZHAN_DEMO=1 python -m pingzhan demo
	PINGZHAN_DEMO=1 python -m pingzhan up

test: assets .venv/.dev  ## everything that proves the product; K=word selects tests
	scripts/test-needs
	pytest -n 2 -m "not long and not bench" $(if $(K),-k "$(K)")
	cd web && npx vitest run
	scripts/test-floor

test-long: assets .venv/.dev   ## what takes too long for every submission
	pytest -n 2 -m "long and not bench"

check: assets .venv/.dev  ## all that a submission is refused for, besides tests
	ruff check .
	ruff format --check .
	mypy src tests bench
	lint-imports
	DJANGO_SETTINGS_MODULE=pingzhan.config.settings python -m pingzhan manage makemigrations --check --dry-run
	pingzhan locale check
	pingzhan punct check
	pingzhan modules check
	cd web && npm run --silent check

fmt: .venv/.dev   ## put code and punctuation in order
	ruff check --fix -q . ; ruff format -q .
	pingzhan punct fix
	pingzhan modules write

bench: assets .venv/.dev  ## each promise as a ratio measured in one run
	python -m bench

lock: .venv/.ok   ## new lock files from requirements*.in
	$(PIP) pip-tools
	$(COMPILE) -o requirements.lock requirements.in
	$(COMPILE) -o requirements-dev.lock requirements-dev.in

clean:
	rm -rf .venv web/node_modules web/dist build
