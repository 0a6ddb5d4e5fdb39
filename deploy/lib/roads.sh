# The roads on which PostgresClient's tests reach a server: Unix socket, TCP, TLS with verification, PgBouncer; and HAProxy, behind which
# the end-to-end tests put several daemons. A server of their own, so that what the tests break is nobody else's. Needs WORK and PG_BIN.
# shellcheck shell=bash

# Debian's packages that only the roads need.
install_roads() {
  local missing=() package
  for package in pgbouncer haproxy openssl; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing: ${missing[*]}"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Sets CEREGISTRY_TEST_ROADS to a file with a conninfo for each road.
start_roads() {
  local port
  ROADS="$WORK/roads"
  chmod 755 "$WORK"
  mkdir "$ROADS"
  make_certificates
  if is_root; then chown -R postgres "$ROADS"; fi
  port=$(free_port)
  as_cluster "$PG_BIN/initdb" -D "$ROADS/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  as_cluster tee "$ROADS/data/pg_hba.conf" >/dev/null <<'TEXT'
local     all all                     trust
hostssl   all ceregistry_tls samehost scram-sha-256
hostnossl all ceregistry_tls samehost reject
host      all all            samehost trust
TEXT
  as_cluster "$PG_BIN/pg_ctl" -D "$ROADS/data" -l "$ROADS/postgres.log" -w -o "-p $port -k $ROADS -c listen_addresses=127.0.0.1 -c fsync=off \
    -c max_connections=400 -c shared_buffers=128MB -c ssl=on -c ssl_cert_file=$ROADS/server.crt -c ssl_key_file=$ROADS/server.key" \
    start >/dev/null </dev/null
  "$PG_BIN/psql" -qX -h "$ROADS" -p "$port" -U postgres -d postgres -c "CREATE ROLE ceregistry_tls SUPERUSER LOGIN PASSWORD 'tls'"
  start_bouncer "$port"
  write_roads "$port"
  export CEREGISTRY_TEST_ROADS="$ROADS/roads.json"
}

# A certificate authority, a certificate of it for `localhost` alone, and another authority that certified nobody.
make_certificates() {
  local name
  for name in authority stranger; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=ceregistry test $name" \
      -keyout "$ROADS/$name.key" -out "$ROADS/$name.crt" 2>/dev/null
  done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout "$ROADS/server.key" \
    -out "$ROADS/server.csr" 2>/dev/null
  printf 'subjectAltName=DNS:localhost\n' >"$ROADS/server.ext"
  openssl x509 -req -in "$ROADS/server.csr" -CA "$ROADS/authority.crt" -CAkey "$ROADS/authority.key" -CAcreateserial -days 2 \
    -extfile "$ROADS/server.ext" -out "$ROADS/server.crt" 2>/dev/null
  chmod 600 "$ROADS"/*.key
}

# Transaction mode with fewer server connections than the tests have clients: they share for certain.
start_bouncer() {
  BOUNCER_PORT=$(free_port)
  echo '"postgres" ""' | as_cluster tee "$ROADS/users.txt" >/dev/null
  as_cluster tee "$ROADS/pgbouncer.ini" >/dev/null <<TEXT
[databases]
postgres = host=$ROADS port=$1 dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $BOUNCER_PORT
unix_socket_dir =
auth_type = trust
auth_file = $ROADS/users.txt
pool_mode = transaction
default_pool_size = 4
max_client_conn = 400
pidfile = $ROADS/pgbouncer.pid
logfile = $ROADS/pgbouncer.log
log_connections = 0
log_disconnections = 0
TEXT
  as_cluster /usr/sbin/pgbouncer -q -d "$ROADS/pgbouncer.ini" </dev/null >/dev/null
}

write_roads() {
  local tcp="host=127.0.0.1 user=postgres dbname=postgres sslmode=disable gssencmode=disable"
  local tls="host=localhost port=$1 user=ceregistry_tls password=tls dbname=postgres sslmode=verify-full channel_binding=require"
  as_cluster tee "$ROADS/roads.json" >/dev/null <<JSON
{
  "unixSocket": "host=$ROADS port=$1 user=postgres dbname=postgres",
  "tcp": "$tcp port=$1",
  "tls": "$tls sslrootcert=$ROADS/authority.crt",
  "pgBouncer": "$tcp port=$BOUNCER_PORT",
  "tlsOfAStranger": "$tls sslrootcert=$ROADS/stranger.crt",
  "serverPort": "$1"
}
JSON
}

stop_roads() {
  [ -n "${ROADS:-}" ] && [ -d "$ROADS" ] || return 0
  if [ -s "$ROADS/pgbouncer.pid" ]; then as_cluster kill "$(cat "$ROADS/pgbouncer.pid")" 2>/dev/null || true; fi
  if [ -d "$ROADS/data" ]; then as_cluster "$PG_BIN/pg_ctl" -D "$ROADS/data" -m immediate stop >/dev/null 2>&1 || true; fi
}
