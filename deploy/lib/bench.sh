# A PostgreSQL of a benchmark's own, in a temporary folder, without durability. Sets WORK and PORT.
# shellcheck shell=bash

# The daemon that is measured: CEREGISTRY_BINARY where it is set, else a release build. Sets PROGRAM.
built_program() {
  if [ -z "${CEREGISTRY_BINARY:-}" ]; then
    install_swift
    swift build -c release --product ceregistry >&2
    CEREGISTRY_BINARY="$(swift build -c release --show-bin-path)/ceregistry"
  fi
  # The reports name the compiler.
  PATH="$PATH:$(find_swift)"
  # shellcheck disable=SC2034 # read by those who source this
  PROGRAM=$CEREGISTRY_BINARY
}

# A command, and the Debian package that has it where that is called otherwise.
bench_needs() {
  if command -v "$1" >/dev/null; then return; fi
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${2:-$1}" >&2
}

# Python with the packages that a file of requirements names. Sets VENV.
bench_python() {
  local marker
  VENV="$ROOT/.venv-bench"
  marker="$VENV/$(basename "$(dirname "$1")")-$(basename "$1")"
  if cmp -s "$1" "$marker"; then return; fi
  python3 -c 'import venv, ensurepip' 2>/dev/null || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install -q --disable-pip-version-check -r "$1" >&2
  cp "$1" "$marker"
}

# Arguments are further options of the server, and win.
start_bench_server() {
  WORK=$(mktemp -d /tmp/ceregistry-bench.XXXXXX)
  chmod 755 "$WORK"
  trap stop_bench_server EXIT
  mkdir "$WORK/data"
  if is_root; then chown postgres "$WORK" "$WORK/data"; fi
  PORT=$(free_port)
  SERVER_OPTIONS="-p $PORT -k $WORK -c fsync=off $*"
  as_cluster "$PG_BIN/initdb" -D "$WORK/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  bench_server start
}

bench_server() { as_cluster "$PG_BIN/pg_ctl" -D "$WORK/data" -l "$WORK/postgres.log" -w -o "$SERVER_OPTIONS" "$@" >/dev/null </dev/null; }

stop_bench_server() {
  bench_server -m immediate stop 2>/dev/null || true
  rm -rf "$WORK"
}

# The invented city of so many learners. A million take some ten minutes: with CEREGISTRY_BENCH_CITIES, a folder, a city of this
# schema is kept there once made, and copied from there the next time.
load_city() {
  local kept=
  if [ -n "${CEREGISTRY_BENCH_CITIES:-}" ]; then kept="$CEREGISTRY_BENCH_CITIES/$1-$(cat "$ROOT"/sql/*.sql | sha256sum | cut -c1-12)"; fi
  if [ -d "$kept" ]; then
    bench_server -m fast stop
    rm -rf "$WORK/data"
    cp -a "$kept" "$WORK/data"
    bench_server start
    return
  fi
  local city=(env "DATABASE_URL=postgresql://postgres@127.0.0.1:$PORT/postgres" "CEREGISTRY_SQL_DIRECTORY=$ROOT/sql"
    CEREGISTRY_ENVIRONMENT=test CEREGISTRY_CLOCK=2018-12-20T09:00:00+08:00)
  "${city[@]}" "$PROGRAM" migrate >&2
  "${city[@]}" "$PROGRAM" policy load "$ROOT/sql/policies/2017-87.yaml" >&2
  "${city[@]}" "$PROGRAM" demo load --learners "$1" >&2
  as_cluster "$PG_BIN/psql" -q -h "$WORK" -p "$PORT" -U postgres -c "VACUUM (ANALYZE, FREEZE)" </dev/null
  [ -n "$kept" ] || return 0
  mkdir -p "$CEREGISTRY_BENCH_CITIES"
  bench_server -m fast stop
  cp -a "$WORK/data" "$kept"
  bench_server start
}
