# Shared by the scripts of deploy/; sourced, never run.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; exit 2; }

root_folder() { cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a command as root: directly, or with sudo.
as_root() {
  if is_root; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else fail "this needs root or sudo: $*"
  fi
}

# The account that owns the private cluster: PostgreSQL refuses to run as root.
cluster_account() { if is_root; then echo postgres; else id -un; fi; }

# Runs a command as the cluster's account, in a folder it can read. A server that it starts does not inherit the lock.
as_cluster() {
  if is_root; then (cd / && runuser -u postgres -- "$@" 9>&-); else (cd / && "$@" 9>&-); fi
}

default_data_dir() {
  if is_root; then echo /var/lib/ceregistry; else echo "${XDG_DATA_HOME:-$HOME/.local/share}/ceregistry"; fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# True while the process of a pid file runs the named program.
runs() {
  local pid
  [ -s "$1" ] || return 1
  pid=$(head -n 1 "$1")
  kill -0 "$pid" 2>/dev/null || { is_root || return 1; [ -d "/proc/$pid" ]; } || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "$2"
}

random_word() { head -c 24 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 28; }
