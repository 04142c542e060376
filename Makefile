# make run: the application, also as .venv/bin/playground.
# make test, make test-fast (the quick ones), make lint, make gallery, make labs: its checks.
# make bench [core|gallery|window|data|search|labs|sklearn|films|cycles]: its speed.
# make soak [MINUTES=3] [SEED=1] [ACTIONS=…] [BUILT=0]: random use on a virtual screen, judged at its end.
# make fuzz [COUNT=2000] [SEED=1]: damaged inputs for every reader, and odd command lines.
# make translations: collect the texts for translation and compile the translations.
# make guide: the pictures of the user guide, from the running application.
# make dist, make bundle, make deb: packages in dist/, built and checked; see docs/packaging.md.
# Everything sets itself up first: see scripts/setup.sh.

PY := .venv/bin/python
RUN_READY := .venv/.ready-to-run
DEV_READY := .venv/.ready-to-test
SETUP := scripts/setup.sh
# How many test processes run at once: "auto" is one for each processor, 0 is none beside pytest.
JOBS ?= auto
PYTEST := $(PY) -m pytest -n $(JOBS) --dist worksteal

.PHONY: run soak fuzz translations guide test test-fast labs lint format gallery bench catalogue dist bundle deb lock clean help
.DEFAULT_GOAL := help

help:
	@sed -n '1,9s/^# //p' Makefile

run: $(RUN_READY)
	@$(PY) -m playground $(ARGS)

test: $(DEV_READY)
	$(PYTEST) $(ARGS)

test-fast: $(DEV_READY)
	PLAYGROUND_TESTS=fast $(PYTEST) -m "not slow" $(ARGS)

lint: $(DEV_READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pyright
	.venv/bin/lint-imports

format: $(DEV_READY)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# `make bench core` runs the benchmarks of that name: the words behind "bench" are no targets.
ifeq (bench,$(firstword $(MAKECMDGOALS)))
FILTER := $(wordlist 2,9,$(MAKECMDGOALS))
.PHONY: $(FILTER)
$(FILTER):
	@:
else
# Every experiment of the gallery, on data that come with the application: a minute or two.
gallery: $(RUN_READY)
	@$(PY) -m playground gallery run all --check --bundled $(ARGS)
endif
# Every lab, from its first step to its last.
labs: $(RUN_READY)
	@$(PY) -m playground lab run all --check $(ARGS)

bench: $(DEV_READY)
	$(PY) -m tests.bench $(FILTER)

soak: $(DEV_READY)
	@MINUTES=$(or $(MINUTES),3) SEED=$(or $(SEED),1) $(PY) -m tests.soak

fuzz: $(DEV_READY)
	@COUNT=$(or $(COUNT),2000) SEED=$(or $(SEED),1) $(PY) -m tests.fuzz

catalogue: $(RUN_READY)
	$(PY) -m playground catalogue > docs/catalogue.md

# Exported Keras scripts against the application; they need Keras and PyTorch.
keras: $(DEV_READY)
	$(PY) -m pip install --disable-pip-version-check --no-input -q keras==3.15.1 torch==2.13.0
	$(PYTEST) tests/core/codegen/test_keras.py $(ARGS)

translations: $(DEV_READY)
	$(PY) -m scripts.translations

# A minute or two; ARGS="timeline lab" makes only these.
guide: $(RUN_READY)
	@$(PY) -m scripts.guide_pictures $(ARGS)

# Wheel and source archive.
dist: $(DEV_READY)
	@$(PY) -m installers.wheel

# The program as one folder that needs no Python.
bundle: $(DEV_READY)
	@$(PY) -m installers.bundle

# That folder as a package of Debian and Ubuntu.
deb: bundle
	@$(PY) -m installers.deb

lock:
	scripts/lock.sh

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis

$(RUN_READY): requirements.lock pyproject.toml $(SETUP)
	@$(SETUP) run
	@touch $@

$(DEV_READY): requirements.lock requirements-dev.lock pyproject.toml $(SETUP)
	@$(SETUP) dev
	@touch $(RUN_READY) $@
