# Thin: each line is a command that a person could type. `make run` and `make test` are all one needs on a machine with
# Rust, Node 20, npm and a C compiler.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

# Compiled Rust is large and survives a checkout: it lives in a cache beside it.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/guildhall/target
export PATH := $(HOME)/.cargo/bin:$(PATH)

.PHONY: run demo dev test bench openapi types clean

web_sources := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' \
	-not -path 'web/src/platform/i18n/texts/*' -not -path 'web/src/platform/ui/icons/*' -not -name '*.test.ts')
server_sources := $(shell find server migrations -type f -not -path '*/tests/*') Cargo.toml Cargo.lock

## run: build what has changed and start on http://localhost:8080, data in ./data
run: .build/guildhall
	@exec .build/guildhall serve

## demo: the same with a brand that is already alive
demo: .build/guildhall
	@exec .build/guildhall demo

# A copy, because other checkouts build into the same cache.
.build/guildhall: web/dist/index.html $(server_sources)
	deploy/need.sh cargo cc
	cargo build --release --locked --package guildhall
	@mkdir -p .build
	cp --force "$$CARGO_TARGET_DIR/release/guildhall" $@

web/dist/index.html: web/node_modules/.package-lock.json $(web_sources)
	cd web && npm run build
	@touch $@

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	deploy/need.sh node npm
	cd web && npm ci --prefer-offline --no-audit --no-fund
	@touch $@

## dev: server without optimisation on :8080, web client with reload on :5173
dev: web/node_modules/.package-lock.json
	deploy/need.sh cargo cc
	cargo build --locked --package guildhall
	@trap 'kill 0' EXIT; "$$CARGO_TARGET_DIR/debug/guildhall" serve & cd web && npm run dev

## test: everything, cheap failures first; `make test STEPS="format unit"` runs some
test:
	@deploy/need.sh cargo cc node npm
	@node tests/all.mjs $(STEPS)

## bench: the tables of users, messages and memory, beside a bare broadcast in the same run
bench: .build/guildhall
	cargo build --release --locked --package guildhall-tests --bins
	"$$CARGO_TARGET_DIR/release/bench" $(BENCH)

## openapi: write server/openapi.json and server/realtime.schema.json anew from the code
openapi:
	UPDATE=1 cargo test --locked --package guildhall-tests --test tidy descriptions

## types: the same, and the client's types from it
types: openapi web/node_modules/.package-lock.json
	cd web && npm run types

## clean: take away what was built here (the cache of Rust and the data stay)
clean:
	rm -rf .build web/dist web/node_modules tests/e2e/node_modules tests/e2e/pictures
