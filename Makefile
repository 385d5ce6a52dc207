# Two commands are the set-up on a fresh machine: `make up` and `make test`.
SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
export PYTHONDONTWRITEBYTECODE := 1
export npm_config_update_notifier := false
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.venv/home
endif
PYTHON ?= python3
MANIFEST := web/dist/.vite/manifest.json
CATALOGUES := $(wildcard src/pingzhan/locale/*/LC_MESSAGES/*.po)
PIP := .venv/bin/python -m pip --disable-pip-version-check install -q
COMPILE := .venv/bin/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links

.PHONY: up demo test test-floor test-long check check-rest fmt bench lock assets clean

.venv/.ok: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "需要 Python 3.11 或更高版本，现在是 " + sys.version.split()[0] + "。")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "不能建立虚拟环境，请由管理员安装 Debian 软件包 python3-venv。" >&2; exit 1; }
	@mkdir -p .venv/home
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock requirements-schemas.lock .venv/.ok
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --require-hashes -r requirements-schemas.lock
	@touch $@

web/node_modules/.ok: web/package.json web/package-lock.json web/.npmrc .venv/.ok
	cd web && npm ci --no-progress --loglevel=error
	@touch $@

# HL7's examples, 190 MB of which four kinds are wanted; the product's own packages do without them.
tests/rest/official/node_modules/.ok: tests/rest/official/package.json tests/rest/official/package-lock.json .venv/.ok
	cd tests/rest/official && npm ci --no-progress --loglevel=error
	find tests/rest/official/node_modules -name '*.json' ! -name package.json ! -name .package-lock.json \
		! -name 'Specimen-*' ! -name 'Observation-*' ! -name 'DiagnosticReport-*' ! -name 'Bundle-*' -delete
	@touch $@

$(MANIFEST): web/node_modules/.ok web/vite.config.ts web/tsconfig.json $(shell find web/src web/public -type f 2>/dev/null)
	cd web && npm run --silent build -- --logLevel warn
	@touch $@

%.mo: %.po .venv/.ok
	pingzhan locale compile
	@touch $@

assets: $(MANIFEST) $(CATALOGUES:.po=.mo)

up: assets        ## database, migrations, demo zone, worker, web server on http://127.0.0.1:8000
	@PINGZHAN_DEMO=$${PINGZHAN_DEMO-1} exec python -m pingzhan up

demo: assets      ## the demo zone into an empty database, then serve
	@PINGZHAN_DEMO=1 python -m pingzhan demo
	@PINGZHAN_DEMO=1 exec python -m pingzhan up

# Most of a child process's start is compiling, which the tests do once.
test test-floor test-long check bench: export PYTHONDONTWRITEBYTECODE :=

# Properties are tried with a part of their examples on every submission and with all of them by test-long.
test: export PINGZHAN_TEST_EXAMPLES ?= 0.4
test: assets .venv/.dev tests/rest/official/node_modules/.ok  ## everything that proves the product; K=word selects tests
	scripts/test-needs
ifdef K
	pytest -n 2 -m "not long and not bench" -k "$(K)"
else
	pytest -n 2 -m "not long and not bench"
	cd web && npx vitest run
endif

test-floor: assets .venv/.dev  ## concurrency and crash tests on PostgreSQL 15, the oldest we support
	scripts/test-floor

# As people have it: with the window around it.
test-long: export PZ_CHROMIUM ?= /usr/bin/chromium
test-long: assets .venv/.dev   ## what takes too long for every submission
	scripts/test-needs long
	pytest -m "long and not bench"
	pytest -n 2 -m "property and not long and not bench"
	scripts/test-floor

check: assets .venv/.dev  ## all that a submission is refused for, besides tests
	scripts/side-by-side 'mypy src tests bench' '$(MAKE) --no-print-directory check-rest $(if $(filter test,$(MAKECMDGOALS)),TESTED=1)'

# With `make check test` the second target runs tests/project; its test_doors.py always belongs to `make test`.
check-rest:
	ruff check .
	ruff format --check .
	lint-imports
	python -W ignore::RuntimeWarning -m pingzhan manage makemigrations --check --dry-run
	pingzhan locale check
	pingzhan punct check
	pingzhan modules check
	$(if $(TESTED),,pytest tests/project --ignore=tests/project/test_doors.py)
	cd web && npm run --silent check

fmt: .venv/.dev   ## put code and punctuation in order
	-ruff check --fix -q .
	ruff format -q .
	pingzhan punct fix
	pingzhan modules write

bench: assets .venv/.dev  ## each promise as a ratio measured in one run
	python -m bench

lock: .venv/.ok   ## new lock files from requirements*.in
	$(PIP) pip-tools
	$(COMPILE) -o requirements.lock requirements.in
	$(COMPILE) -o requirements-dev.lock requirements-dev.in

clean:
	rm -rf .venv web/node_modules web/dist tests/rest/official/node_modules build
