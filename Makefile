# Every target installs the packages that it lacks and can be repeated. `make` alone lists the targets.

PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint fuzz format bench install uninstall clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install the packages that building, testing and installing need
	@scripts/setup

build: setup ## make the release build: .build/release/tidemill, its plugins and the SDK
	@scripts/build

demo: setup ## build, then run live readings and 1,000,000 events through plugins compiled on the spot
	@scripts/demo

test: setup ## format, warnings, models, release build, all tests, thread sanitizer, half a minute of fuzzing
	@scripts/test

lint: setup ## the format and warning checks of `make test` alone
	@scripts/lint

fuzz: setup ## feed frames, records and expressions made to break things to all that reads them, for FUZZ_SECONDS (default 600)
	@scripts/fuzz

format: ## rewrite the Swift files in the project's format
	@scripts/format

bench: setup ## measure the release build on this machine
	@scripts/bench

install: setup ## install under PREFIX (default /usr/local), below DESTDIR if given
	@scripts/build
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

uninstall: ## remove what `make install` with the same PREFIX put there
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/uninstall

clean: ## remove everything that was built
	rm -rf .build .build-tsan
