#!/usr/bin/env bash
# Says which tools are missing, and the one command that brings each. Installs nothing.
#   deploy/need.sh cargo cc node npm
set -euo pipefail

missing=0
complain() {
  missing=1
  printf 'guildhall: %s\n' "$1" >&2
}

oldest_node="20.19.0"
for tool in "$@"; do
  case "$tool" in
    cargo)
      command -v cargo >/dev/null ||
        complain "Rust is missing. Install it:  curl --proto '=https' -sSf https://sh.rustup.rs | sh -s -- -y"
      ;;
    cc)
      command -v cc >/dev/null ||
        complain "a C compiler is missing. Install it:  sudo apt-get install -y build-essential"
      ;;
    node)
      if ! command -v node >/dev/null; then
        complain "Node $oldest_node or newer is missing. Install it:  sudo apt-get install -y nodejs npm  (or from https://nodejs.org)"
      elif ! node -e 'const at = (v) => v.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0);
                      process.exit(at(process.versions.node) < at(process.argv[1]) ? 1 : 0)' "$oldest_node"; then
        complain "Node $(node --version) is too old; $oldest_node or newer is needed:  https://nodejs.org"
      fi
      ;;
    npm)
      command -v npm >/dev/null || complain "npm is missing. Install it:  sudo apt-get install -y npm"
      ;;
    *)
      complain "no such tool in this list: $tool"
      ;;
  esac
done
exit "$missing"
