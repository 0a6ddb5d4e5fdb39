# A private PostgreSQL cluster in DATA_DIR/postgres: TCP on loopback, a port of its own, a socket folder of its own.
# shellcheck shell=bash

cluster_paths() {
  CLUSTER="$DATA_DIR/postgres"
  CLUSTER_ENV="$DATA_DIR/cluster.env"
  SECRETS="$DATA_DIR/secrets"
  PG_BIN=$(postgres_bin)
}

# Socket paths are limited to 107 bytes.
socket_folder() {
  if [ ${#DATA_DIR} -lt 80 ]; then echo "$DATA_DIR/socket"; else mktemp -d /tmp/ceregistry.XXXXXX; fi
}

make_cluster() {
  local account socket password
  account=$(cluster_account)
  socket=$(socket_folder)
  password=$(mktemp)
  umask 077
  random_word >"$password"
  { echo "SUPERUSER_PASSWORD=$(cat "$password")"; echo "DAEMON_PASSWORD=$(random_word)"; echo "AUDITOR_PASSWORD=$(random_word)"; } >"$SECRETS"
  umask 022
  mkdir -p "$CLUSTER" "$socket" "$DATA_DIR/log"
  if is_root; then chown "$account" "$CLUSTER" "$socket" "$DATA_DIR/log" "$password"; fi
  as_cluster "$PG_BIN/initdb" -D "$CLUSTER" -U postgres --auth=scram-sha-256 --pwfile="$password" --encoding=UTF8 \
    --locale=C.UTF-8 --data-checksums >&2
  rm -f "$password"
  { echo "CLUSTER_PORT=$(free_port)"; echo "CLUSTER_SOCKET=$socket"; } >"$CLUSTER_ENV"
}

read_cluster() {
  # shellcheck disable=SC1090
  . "$CLUSTER_ENV"
  # shellcheck disable=SC1090
  . "$SECRETS"
  ADMIN_URL="postgresql://postgres:$SUPERUSER_PASSWORD@127.0.0.1:$CLUSTER_PORT/ceregistry"
  DAEMON_URL="postgresql://ceregistry_daemon:$DAEMON_PASSWORD@127.0.0.1:$CLUSTER_PORT/ceregistry"
  AUDITOR_URL="postgresql://ceregistry_auditor:$AUDITOR_PASSWORD@127.0.0.1:$CLUSTER_PORT/ceregistry"
}

cluster_runs() { runs "$CLUSTER/postmaster.pid" postgres; }

# An eighth of the memory, at most 2 GB.
shared_buffers() {
  awk '/MemTotal/ { mb = int($2 / 1024 / 8); if (mb > 2048) mb = 2048; if (mb < 128) mb = 128; print mb "MB" }' /proc/meminfo
}

start_cluster() {
  local options
  # The port was free when it was chosen; another program may have taken it since.
  if ! python3 -c "import socket; socket.socket().bind(('127.0.0.1', $CLUSTER_PORT))" 2>/dev/null; then
    CLUSTER_PORT=$(free_port)
    { echo "CLUSTER_PORT=$CLUSTER_PORT"; echo "CLUSTER_SOCKET=$CLUSTER_SOCKET"; } >"$CLUSTER_ENV"
    read_cluster
  fi
  mkdir -p "$CLUSTER_SOCKET"
  if is_root; then chown "$(cluster_account)" "$CLUSTER_SOCKET"; fi
  options="-p $CLUSTER_PORT -k $CLUSTER_SOCKET -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=$(shared_buffers)"
  options="$options -c wal_level=replica -c log_timezone=Asia/Shanghai ${CEREGISTRY_CLUSTER_OPTIONS:-}"
  # Closed standard streams, or whoever reads ours would wait for the server's end.
  as_cluster "$PG_BIN/pg_ctl" -D "$CLUSTER" -l "$DATA_DIR/log/postgres.log" -o "$options" -w -t 60 start >/dev/null </dev/null ||
    fail "PostgreSQL did not start; see $DATA_DIR/log/postgres.log"
}

admin_sql() {
  PGPASSWORD=$SUPERUSER_PASSWORD "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$CLUSTER_PORT" -U postgres "$@"
}

ensure_database() {
  if [ -z "$(admin_sql -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = 'ceregistry'")" ]; then
    admin_sql -d postgres -c "CREATE DATABASE ceregistry ENCODING 'UTF8' TEMPLATE template0"
  fi
}

# Through standard input: arguments are seen by everybody on the machine.
set_role_passwords() {
  admin_sql -d ceregistry <<SQL
ALTER ROLE ceregistry_daemon PASSWORD '$DAEMON_PASSWORD';
ALTER ROLE ceregistry_auditor PASSWORD '$AUDITOR_PASSWORD';
SQL
}
