# The front door. `make` lists what there is; every target may be run at any time and installs what it needs first.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/reelfarm
# Clones share what is compiled of other people's crates.
export CARGO_TARGET_DIR ?= $(cache)/target
export PATH := $(cache)/tools/cargo/bin:$(cache)/tools/nodejs/bin:$(PATH)

coordinator := $(CARGO_TARGET_DIR)/debug/reelfarm-coordinator

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: ## Install what building and testing need (Debian packages, nats-server, Cargo tools)
	@tools/setup test
	@tools/own-crates

.PHONY: build
build: ## Build everything in the development profile
	@tools/setup run
	@tools/own-crates
	cargo build --locked --workspace

.PHONY: check
check: setup check-format check-lints check-dependencies check-generated check-dashboard ## Formatting, lints, dependencies, generated files

.PHONY: check-format
check-format:
	cargo fmt --all --check

.PHONY: check-lints
check-lints:
	cargo clippy --locked --workspace --all-targets --quiet -- -D warnings

# Licences, sources and bans follow from Cargo.lock and the crates themselves. Known advisories need a database that
# is fetched from elsewhere, so they have a target of their own: what is green here stays green.
.PHONY: check-dependencies
check-dependencies:
	cargo deny --locked --log-level error check --hide-inclusion-graph bans licenses sources

.PHONY: check-generated
check-generated: programs
	@$(coordinator) openapi | diff --brief - schema/openapi.json >/dev/null || \
		{ echo 'schema/openapi.json is stale: run `make gen` and commit the result' >&2; exit 1; }

# Types, lints and what is generated of the dashboard; its packages are installed once for each lock file.
.PHONY: check-dashboard
check-dashboard:
	tools/dashboard packages
	cd dashboard && npm run --silent check

.PHONY: test-dashboard
test-dashboard: check-dashboard
	cd dashboard && npm run --silent test

.PHONY: screenshots
screenshots: ## Take a picture of every page of the dashboard into dashboard/screenshots
	tools/dashboard packages
	cd dashboard && npm run --silent screenshots

.PHONY: advisories
advisories: setup ## Look for known faults in dependencies (fetches the advisory database)
	cargo deny check advisories

.PHONY: programs
programs:
	@tools/own-crates
	@tools/dashboard build
	cargo build --locked --quiet --workspace --bins

# The farm tests run the programs that `programs` has just built, with the dashboard inside: nothing is built twice, and
# nothing in release.
.PHONY: test
test: check test-dashboard programs ## Everything that must pass: the checks and all tests
	cargo nextest run --locked --workspace
	cd dashboard && npm run --silent e2e

.PHONY: test-browser
test-browser: setup programs ## Try the dashboard in Chromium: its pages on a mock farm, the whole way on a real one
	tools/dashboard packages
	cd dashboard && npm run --silent e2e

.PHONY: gen
gen: ## Write the generated files again
	@tools/own-crates
	cargo build --locked --quiet -p reelfarm-coordinator
	$(coordinator) openapi >schema/openapi.json.new
	mv schema/openapi.json.new schema/openapi.json
	cd dashboard && npm run --silent gen

.PHONY: fuzz
fuzz: setup programs ## Try the HTTP API by its own document for REELFARM_FUZZ_SECONDS (600)
	REELFARM_FUZZ_SECONDS=$${REELFARM_FUZZ_SECONDS:-600} cargo nextest run --locked --workspace --profile large -E 'binary(schema)'

.PHONY: media-table
media-table: programs ## Write docs/media.md: every file of the folder REELFARM_MEDIA through a farm
	@[ -d "$${REELFARM_MEDIA:-}" ] || { echo 'name a folder of media: make media-table REELFARM_MEDIA=FOLDER' >&2; exit 1; }
	cargo run --locked --quiet -p reelfarm-tests --example media-table -- "$$REELFARM_MEDIA" >docs/media.md.new
	mv docs/media.md.new docs/media.md

.PHONY: bench
bench: ## Measure against one ffmpeg command, and how little is read (see bench/README.md)
	tools/setup test
	bench/against-ffmpeg
	bench/cost-of-parts
	bench/range-reads
	bench/slow-connections
	bench/sound
	bench/vp9-parts
