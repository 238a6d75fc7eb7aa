# YABOT's commands. Each makes what it needs first; nothing has to be installed by hand but Python 3.11 or newer.
#
#   make demo     try YABOT in the browser, without a Telegram account
#   make run      the same with a real bot: put TELEGRAM_TOKEN into .env
#   make cluster  the same as many processes, with servers from packages; DATABASE=mongodb for MongoDB
#   make test     every test, with coverage, on SQLite
#   make test-all every test on SQLite, PostgreSQL and MongoDB; their servers come from packages
#   make lint     every check that is not a test
#   make bench    measure it against a hand-written bot
#   make clean    forget the demo's data and what tools left behind

VENV ?= .venv
BIN := $(VENV)/bin
PACKAGES := yabot gamification narrative channeladmin
JOBS ?= 2
COVERAGE ?= 90
LONG_SECRET := only-for-the-deployment-check-0123456789-abcdefghijklmnopqrstuvwxyz-XYZ

# The first Python that is new enough; `make install PYTHON=...` chooses another.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))

.PHONY: help install demo cluster run test test-all lint bench messages clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

install: $(VENV)/.development

$(VENV)/.runtime: requirements.txt
	@$(MAKE) --no-print-directory new-environment
	@echo "Installing what YABOT runs on (the first time this takes a minute) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt
	@$(MAKE) --no-print-directory new-environment
	@echo "Installing what building and testing YABOT needs (the first time this takes a minute or two) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.runtime $@

.PHONY: new-environment
new-environment:
	@$(BIN)/python -c '' 2>/dev/null || { \
		if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "YABOT needs Python 3.11 or newer, and found none. Install one, or say where it is: make PYTHON=/path/to/python3.12" >&2; \
			exit 2; \
		fi; \
		echo "Making $(VENV) with $$($(PYTHON) --version) ..."; \
		$(PYTHON) -m venv --clear $(VENV) || { \
			echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }; }

demo: $(VENV)/.runtime
	@exec $(BIN)/python manage.py demo

DATABASE ?= postgres
cluster: $(VENV)/.development
	@exec $(BIN)/python manage.py cluster --database $(DATABASE)

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py run

test: $(VENV)/.development
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=
	@$(BIN)/coverage report
	@failed=0; for package in $(PACKAGES); do \
		total=$$($(BIN)/coverage report --include="$$package/*" --format=total --fail-under=0) || exit 1; \
		echo "$$package: $$total % covered"; \
		[ "$$total" -ge $(COVERAGE) ] || { echo "$$package is below $(COVERAGE) %." >&2; failed=1; }; \
	done; exit $$failed

# The whole suite, on the other engines too.
ENGINE_TESTS ?= tests

test-all: test
	@failed=""; for engine in postgres mongodb; do \
		echo "--- $$engine"; \
		YABOT_TEST_ENGINE=$$engine $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ENGINE_TESTS) || failed="$$failed $$engine"; \
	done; [ -z "$$failed" ] || { echo "Tests failed on:$$failed" >&2; exit 1; }

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports --no-logo
	DEBUG=0 HTTPS=1 SECRET_KEY=$(LONG_SECRET) ALLOWED_HOSTS=yabot.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(VENV)/.development
	@$(BIN)/python -m bench.run

# Collects new texts into locale/ and compiles what is translated.
messages: $(VENV)/.development
	@$(BIN)/python -m tools.messages

clean:
	rm -rf var/demo .coverage .coverage.* htmlcov .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
