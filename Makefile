PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := .tools/.ready

.PHONY: demo site test test-slow test-dates lint generated bench lock bundle clean

demo: $(READY)
	$(BIN)/xianjie demo demo

# A public site of the sample county, to look at or to host as it is.
site: $(READY)
	$(BIN)/xianjie publish ledgers/xiushan --output site --period 2023

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-slow: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

# The fast suite on other days, without browsers: leap days, ends of years, years that no calendar of holidays knows.
DATES := 2027-02-28 2028-02-29 2028-12-31 2031-01-01
test-dates: $(READY)
	for day in $(DATES); do \
	    FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f "@$$day 12:00:00" $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not browser and not timing" $(SUITE) || exit 1; \
	done

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

# What is made from the code: the sample county, the rule pages and their examples. Run it after a change of rules or generator.
generated: $(READY)
	$(BIN)/python -m samples
	$(BIN)/python -m reports.rulebook.pages

bench: $(READY)
	$(BIN)/python -m benchmarks

# What a deployment installs, every file by its hash; to be made anew when setup.cfg changes.
lock: $(TOOLS)
	.tools/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock setup.cfg

# One archive for machines without a network: wheels for both processors, installer, services, SBOM (docs/deploy.md).
PYTHONS := 3.11 3.13
bundle: $(TOOLS)
	deploy/bundle.sh xianjie-bundle.tar.gz .tools/bin/pip "$(PYTHONS)" .tools/bin/cyclonedx-py

$(TOOLS):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet pip-tools==7.6.2 cyclonedx-bom==7.5.0
	touch $(TOOLS)

$(READY): setup.cfg pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $(READY)

clean:
	rm -rf $(VENV) .tools demo site build xianjie-bundle.tar.gz *.egg-info
