#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own: Debian's server on a temporary folder and a free port, gone afterwards.
#   tests/postgres.sh cargo test --package guildhall-tests
# The command finds it in GUILDHALL_TEST_POSTGRES. Nothing is flushed to disk: these tests are about what is stored, the
# tests of durability choose their own settings.
set -euo pipefail

initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) ||
  { echo "guildhall: PostgreSQL is missing. Install it:  sudo apt-get install -y postgresql" >&2; exit 1; }
bin=$(dirname "$initdb")

folder=$(mktemp -d "${TMPDIR:-/tmp}/guildhall-postgres.XXXXXX")
as_server() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  # The server refuses to run as root.
  chown postgres: "$folder"
  as_server() { (cd / && runuser -u postgres -- "$@"); }
fi
finish() {
  as_server "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --silent stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT

as_server "$bin/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 \
  --no-sync >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
rm -f "$folder.log"

started=no
for _ in 1 2 3 4 5; do
  port=$((RANDOM % 20000 + 20000))
  if as_server "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/server.log" --silent --wait --timeout 60 start --options \
    "-h 127.0.0.1 -p $port -k $folder -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=400" \
    >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ "$started" = yes ] || { cat "$folder/server.log" >&2; exit 1; }

export GUILDHALL_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
"$@"
