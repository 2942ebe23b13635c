#!/usr/bin/env bash
# The Debian packages that the tests need beside Rust and Node: a browser, a database server, emoji, a tracer of system
# calls. As root they are installed; anybody else is told the one command.
set -euo pipefail

wanted=()
command -v "${CHROMIUM:-chromium}" >/dev/null || wanted+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || wanted+=(postgresql)
compgen -G '/usr/share/fonts/truetype/noto/NotoColorEmoji*' >/dev/null || wanted+=(fonts-noto-color-emoji)
command -v strace >/dev/null || wanted+=(strace)
[ "${#wanted[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
else
  echo "guildhall: the tests need packages. Install them:  sudo apt-get install -y --no-install-recommends ${wanted[*]}" >&2
  exit 1
fi
