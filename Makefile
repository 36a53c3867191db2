# `make demo` shows it, `make test` proves it. Both need nothing but Python >= 3.11, make and the package registries.

PORT ?= 8000
FUZZ_SECONDS ?= 20

# The two ends of what is supported. Each has an environment of its own.
OLD := .venvs/python3.11-django5.2
NEW := .venvs/python3.13-django6.1
DEMO := .venvs/demo

# node and npm come from PyPI, so that a machine needs neither.
export PATH := $(CURDIR)/$(OLD)/bin:$(PATH)
NPM := npm --prefix js
NPM_CLIENTS := npm --prefix tests/clients

PIP := -m pip --disable-pip-version-check --quiet

.PHONY: demo demo-postgres demo-redis test lint types unit fuzz javascript browser package docs benchmark format clean

demo: $(DEMO)/ready
	cd demo && ../$(DEMO)/bin/python manage.py migrate --verbosity 0
	cd demo && ../$(DEMO)/bin/python manage.py seed
	@echo "The newsroom opens at http://127.0.0.1:$(PORT)/ - look at it in two browsers. Ctrl-C closes it."
	cd demo && ../$(DEMO)/bin/python manage.py runserver $(PORT)

# The same on PostgreSQL: DEMO_DATABASE_URL says which; else it starts one of its own, and takes it away again.
demo-postgres: $(DEMO)/ready
	$(DEMO)/bin/python $(PIP) install "psycopg[binary]>=3.2.4"
	test -n "$$DEMO_DATABASE_URL" || scripts/install-postgresql
	@echo "The newsroom opens at http://127.0.0.1:$(PORT)/, on PostgreSQL. Ctrl-C closes it."
	$(DEMO)/bin/python -m demo.postgresql $(PORT)

# The same in two processes, which share it through Redis: ONAIR_URL says which; else it starts one of its own.
demo-redis: $(DEMO)/ready
	$(DEMO)/bin/python $(PIP) install "hiredis>=3"
	test -n "$$ONAIR_URL" || scripts/install-redis
	@echo "The newsroom opens at http://127.0.0.1:$(PORT)/, in two processes. Ctrl-C closes it."
	$(DEMO)/bin/python -m demo.on_redis $(PORT)

test: lint types javascript unit fuzz package docs

lint: $(OLD)/ready
	$(OLD)/bin/ruff check
	$(OLD)/bin/ruff format --check

types: $(OLD)/ready
	$(OLD)/bin/mypy

javascript: $(OLD)/ready
	$(NPM) ci --no-audit --no-fund --silent
	$(NPM) test
	$(NPM_CLIENTS) ci --no-audit --no-fund --silent

# Real servers, real sockets and real browsers are among these; see tests/.
# The older end runs all tests as sites run, without the interpreter's development mode, which slows every process
# down. The newer end runs in that mode, where warnings of what will go come first, and leaves out what is marked
# `once`: what takes long and depends on neither Python's version nor Django's, so that a second run proves nothing.
unit: $(OLD)/ready $(NEW)/ready javascript
	scripts/install-chromium
	scripts/install-postgresql
	scripts/install-redis
	scripts/install-nginx
	scripts/install-systemd
	scripts/run-tests $(OLD)/bin/python
	PYTHONDEVMODE=1 scripts/run-tests $(NEW)/bin/python -m "not once"

# Random bytes for the parsers, and random queries and writes for live pages, for some seconds each.
# `python -m tests.fuzz.run --help` and `python -m tests.live.soundness --help` for longer.
fuzz: $(OLD)/ready
	$(OLD)/bin/python $(PIP) install --group fuzz
	$(OLD)/bin/python -m tests.fuzz.run frames --seconds $(FUZZ_SECONDS)
	$(OLD)/bin/python -m tests.fuzz.run messages --seconds $(FUZZ_SECONDS)
	$(OLD)/bin/python -m tests.live.soundness --seconds $(FUZZ_SECONDS)

# The package as a user gets it: built once, installed into an empty environment, and asked for its files.
package: $(OLD)/ready
	scripts/install-redis
	$(OLD)/bin/python scripts/check-package.py

docs: $(OLD)/ready
	$(OLD)/bin/python -m sphinx -q -W -b html docs docs/_build

benchmark: $(OLD)/ready
	$(OLD)/bin/python $(PIP) install --group benchmark
	cd benchmarks && npm ci --no-audit --no-fund --silent
	scripts/install-postgresql
	scripts/install-redis
	$(OLD)/bin/python -m benchmarks --output benchmarks/RESULTS.md
	$(OLD)/bin/python -m benchmarks.engines --output benchmarks/RESULTS.md
	$(OLD)/bin/python -m benchmarks.chaos --output benchmarks/RESULTS.md
	$(OLD)/bin/python -m benchmarks.soak --output benchmarks/RESULTS.md
	$(OLD)/bin/python -m benchmarks.publish --output benchmarks/PUBLISH.md
	$(OLD)/bin/python -m benchmarks.capture --output benchmarks/CAPTURE.md
	$(OLD)/bin/python -m benchmarks.matching --output benchmarks/MATCHING.md
	$(OLD)/bin/python -m benchmarks.live --output benchmarks/LIVE.md

format: $(OLD)/ready
	$(OLD)/bin/ruff check --fix
	$(OLD)/bin/ruff format

clean:
	rm -rf .venvs build dist docs/_build js/node_modules tests/clients/node_modules

$(OLD)/ready: pyproject.toml
	python=$$(scripts/find-python 3.11) && "$$python" -m venv $(OLD)
	$(OLD)/bin/python $(PIP) install --upgrade "pip>=25.1"
	$(OLD)/bin/python $(PIP) install --editable ".[pusher]" --group test --group lint --group docs "django==5.2.*"
	touch $@

$(NEW)/ready: pyproject.toml
	python=$$(scripts/find-python 3.13 3.12) && "$$python" -m venv $(NEW)
	$(NEW)/bin/python $(PIP) install --upgrade "pip>=25.1"
	$(NEW)/bin/python $(PIP) install --editable ".[pusher]" --group test "django==6.1.*"
	touch $@

$(DEMO)/ready: pyproject.toml
	python=$$(scripts/find-python 3.13 3.12 3.11) && "$$python" -m venv $(DEMO)
	$(DEMO)/bin/python $(PIP) install --upgrade "pip>=25.1"
	$(DEMO)/bin/python $(PIP) install --editable ".[drf]"
	touch $@
