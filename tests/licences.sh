#!/usr/bin/env bash
# Licences, sources, bans and advisories of all crates (deny.toml). Advisories come from the network: where it does not
# answer, that part is skipped loudly.
set -euo pipefail
if ! cargo deny --version >/dev/null 2>&1; then
  echo "SKIPPED licences: cargo-deny is not installed (cargo install --locked cargo-deny)"
  exit 0
fi
cargo deny --offline --locked check licenses bans sources
if ! cargo deny --locked fetch db >/dev/null 2>&1; then
  echo "SKIPPED advisories: the advisory database cannot be fetched from here"
  exit 0
fi
cargo deny --locked check advisories
