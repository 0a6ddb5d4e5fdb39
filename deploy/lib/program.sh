# The built program in DATA_DIR/program, and the daemon that runs from there.
# shellcheck shell=bash

build_program() {
  say "building (release) …"
  (cd "$ROOT" && swift build -c release --product ceregistry >&2) || fail "the build failed"
}

# The checkout may lie where the daemon's account cannot read; a running daemon keeps the files it started with.
install_program() {
  local built next
  built="$(cd "$ROOT" && swift build -c release --show-bin-path)"
  next="$DATA_DIR/program.next"
  PROGRAM_CHANGED=no
  if ! cmp -s "$built/ceregistry" "$DATA_DIR/program/ceregistry" || ! diff -rq "$ROOT/sql" "$DATA_DIR/program/sql" >/dev/null 2>&1; then
    PROGRAM_CHANGED=yes
    rm -rf "$next"
    mkdir -p "$next"
    cp "$built/ceregistry" "$next/"
    cp -r "$built"/*.resources "$next/"
    cp -r "$ROOT/sql" "$next/sql"
    rm -rf "$DATA_DIR/program.before"
    if [ -d "$DATA_DIR/program" ]; then mv "$DATA_DIR/program" "$DATA_DIR/program.before"; fi
    mv "$next" "$DATA_DIR/program"
    rm -rf "$DATA_DIR/program.before"
    chmod -R go+rX "$DATA_DIR/program"
  fi
}

# What certificates are signed with as credentials: PKCS #8 in PEM. A newer file beside it takes over; old ones stay, so that
# what they signed can be checked.
make_issuer_key() {
  local folder="$DATA_DIR/issuer-keys"
  if ! compgen -G "$folder/*.pem" >/dev/null; then
    say "making a key to sign credentials with: $folder"
    mkdir -p "$folder"
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$folder/0001.pem")
  fi
  chmod 700 "$folder"
  if is_root; then chown -R "$(daemon_account)" "$folder"; fi
}

program_environment() {
  if [ -n "${DATABASE_URL:-}" ]; then
    export CEREGISTRY_ADMIN_DATABASE_URL="${CEREGISTRY_ADMIN_DATABASE_URL:-$DATABASE_URL}"
  else
    export DATABASE_URL="$DAEMON_URL" CEREGISTRY_ADMIN_DATABASE_URL="$ADMIN_URL" CEREGISTRY_AUDIT_DATABASE_URL="$AUDITOR_URL"
  fi
  export CEREGISTRY_SQL_DIRECTORY="$DATA_DIR/program/sql"
  export CEREGISTRY_LOG_DIRECTORY="${CEREGISTRY_LOG_DIRECTORY:-$DATA_DIR/transparency}"
  export CEREGISTRY_LOG_KEY_DIRECTORY="${CEREGISTRY_LOG_KEY_DIRECTORY:-$DATA_DIR/transparency-keys}"
  if [ -d "$DATA_DIR/issuer-keys" ]; then export CEREGISTRY_ISSUER_KEY_DIRECTORY="${CEREGISTRY_ISSUER_KEY_DIRECTORY:-$DATA_DIR/issuer-keys}"; fi
}

run_program() { "$DATA_DIR/program/ceregistry" "$@"; }

daemon_runs() { runs "$DATA_DIR/daemon.pid" ceregistry; }
daemon_url() { echo "http://127.0.0.1:$(cat "$DATA_DIR/port")"; }

# The account that the daemon runs as: its own where root starts it.
daemon_account() {
  if is_root; then
    id ceregistry >/dev/null 2>&1 || useradd --system --home-dir "$DATA_DIR" --no-create-home --shell /usr/sbin/nologin ceregistry
    echo ceregistry
  else
    id -un
  fi
}

# As the daemon's account: it owns the log's keys, and nobody else reads them.
run_as_daemon() {
  if is_root; then (cd / && runuser -u "$(daemon_account)" -- "$DATA_DIR/program/ceregistry" "$@"); else run_program "$@"; fi
}

# A key and a first checkpoint of the transparency log, once; later runs sign what has been recorded since.
set_up_log() {
  local origin folder
  for folder in "$CEREGISTRY_LOG_DIRECTORY" "$CEREGISTRY_LOG_KEY_DIRECTORY"; do
    mkdir -p "$folder"
    if is_root; then chown "$(daemon_account)" "$folder"; fi
  done
  chmod 755 "$CEREGISTRY_LOG_DIRECTORY"
  chmod 700 "$CEREGISTRY_LOG_KEY_DIRECTORY"
  # Its name for ever; two registers never have the same.
  origin="${CEREGISTRY_LOG_ORIGIN:-$(hostname)/ceregistry/$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' \n')}"
  run_as_daemon log key generate --if-missing --origin "$origin" >&2
  run_as_daemon log checkpoint >/dev/null || fail "the transparency log refuses: the register contradicts a checkpoint in $CEREGISTRY_LOG_DIRECTORY"
}

start_daemon() {
  local account start=()
  account=$(daemon_account)
  rm -f "$DATA_DIR/port" "$DATA_DIR/run/port"
  mkdir -p "$DATA_DIR/run" "$DATA_DIR/log"
  touch "$DATA_DIR/log/daemon.log"
  if is_root; then
    chown "$account" "$DATA_DIR/run" "$DATA_DIR/log/daemon.log"
    # The environment carries the secrets; arguments never do.
    start=(runuser -u "$account" --)
  fi
  export CEREGISTRY_PORT="${CEREGISTRY_PORT:-0}" CEREGISTRY_PORT_FILE="$DATA_DIR/run/port" CEREGISTRY_HOST="${CEREGISTRY_HOST:-127.0.0.1}"
  (
    cd /
    exec 9>&-
    setsid "${start[@]}" "$DATA_DIR/program/ceregistry" serve >>"$DATA_DIR/log/daemon.log" 2>&1 </dev/null &
    echo $! >"$DATA_DIR/daemon.pid"
  )
  wait_until_ready
}

wait_until_ready() {
  local attempt
  for attempt in $(seq 1 150); do
    if [ -s "$DATA_DIR/run/port" ]; then
      cp "$DATA_DIR/run/port" "$DATA_DIR/port"
      if curl -fsS -o /dev/null "$(daemon_url)/readyz" 2>/dev/null; then remember_daemon; return; fi
    fi
    if [ "$attempt" -gt 10 ] && ! daemon_runs; then break; fi
    sleep 0.2
  done
  tail -n 5 "$DATA_DIR/log/daemon.log" >&2
  fail "the daemon did not become ready; see $DATA_DIR/log/daemon.log"
}

# runuser stays in front of the daemon: remember the daemon itself.
remember_daemon() {
  local pid child
  pid=$(cat "$DATA_DIR/daemon.pid")
  child=$(pgrep -P "$pid" -f 'ceregistry serve' | head -n 1 || true)
  if [ -n "$child" ]; then echo "$child" >"$DATA_DIR/daemon.pid"; fi
}

stop_daemon() {
  local pid attempt
  daemon_runs || return 0
  pid=$(cat "$DATA_DIR/daemon.pid")
  kill -TERM "$pid"
  for attempt in $(seq 1 100); do
    [ -d "/proc/$pid" ] || break
    [ "$attempt" -lt 100 ] || kill -KILL "$pid"
    sleep 0.2
  done
  rm -f "$DATA_DIR/daemon.pid" "$DATA_DIR/port"
}
