#!/usr/bin/env bash
# The walks in a real browser: Debian's Chromium against the development binary, which reads web/dist from disk.
#   tests/e2e/run.sh                    all
#   tests/e2e/run.sh walks/job.test.mjs one
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/guildhall/target}"

tests/packages.sh
make --no-print-directory web/dist/index.html
cargo build --workspace --locked
cd tests/e2e
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --prefer-offline --no-audit --no-fund
  touch node_modules/.package-lock.json
fi
export E2E_BINARY="$CARGO_TARGET_DIR/debug/guildhall"
if [ "$#" -eq 0 ]; then set -- walks/*.test.mjs; fi
exec node house/run.mjs "$@"
