# A PostgreSQL of a benchmark's own, in a temporary folder, without durability. Sets WORK and PORT.
# shellcheck shell=bash

# The daemon that is measured: CEREGISTRY_BINARY where it is set, else a release build. Sets PROGRAM.
built_program() {
  if [ -z "${CEREGISTRY_BINARY:-}" ]; then
    install_swift
    swift build -c release --product ceregistry >&2
    CEREGISTRY_BINARY="$(swift build -c release --show-bin-path)/ceregistry"
  fi
  # shellcheck disable=SC2034 # read by those who source this
  PROGRAM=$CEREGISTRY_BINARY
}

# Arguments are further options of the server, and win.
start_bench_server() {
  WORK=$(mktemp -d /tmp/ceregistry-bench.XXXXXX)
  chmod 755 "$WORK"
  trap stop_bench_server EXIT
  mkdir "$WORK/data"
  if is_root; then chown postgres "$WORK" "$WORK/data"; fi
  PORT=$(free_port)
  as_cluster "$PG_BIN/initdb" -D "$WORK/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  as_cluster "$PG_BIN/pg_ctl" -D "$WORK/data" -l "$WORK/postgres.log" -w -o "-p $PORT -k $WORK -c fsync=off $*" start >/dev/null </dev/null
}

stop_bench_server() {
  as_cluster "$PG_BIN/pg_ctl" -D "$WORK/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$WORK"
}
