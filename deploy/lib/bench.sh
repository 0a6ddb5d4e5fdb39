# A PostgreSQL of a benchmark's own, in a temporary folder, without durability. Sets WORK and PORT.
# shellcheck shell=bash

# Arguments are further options of the server.
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
