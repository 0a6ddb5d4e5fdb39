# The steps of deploy/test.
# shellcheck shell=bash

VENV=.venv-test

prepare_python() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2
  command -v shellcheck >/dev/null || { as_root apt-get update -qq >&2; as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq shellcheck >&2; }
  if ! cmp -s deploy/test-requirements.txt "$VENV/installed.txt"; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install -q --disable-pip-version-check -r deploy/test-requirements.txt >&2
    cp deploy/test-requirements.txt "$VENV/installed.txt"
  fi
}

# Debian's Chromium for the pages' tests, with the fonts that Chinese is set in, and a reader of QR codes.
install_browser() {
  local missing=() package
  for package in chromium fonts-noto-cjk fonts-hanazono fonts-lxgw-wenkai fonts-dejavu-core zbar-tools poppler-utils weasyprint; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing: ${missing[*]}"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

start_test_server() {
  PG_BIN=$(postgres_bin)
  export CEREGISTRY_PG_BIN="$PG_BIN" CEREGISTRY_SQL_DIRECTORY="$ROOT/sql"
  if [ -n "${DATABASE_URL:-}" ]; then
    export CEREGISTRY_TEST_DATABASE_URL="$DATABASE_URL"
    unset DATABASE_URL
    return
  fi
  chmod 755 "$WORK"
  mkdir "$WORK/data"
  if is_root; then chown postgres "$WORK" "$WORK/data"; fi
  local port
  port=$(free_port)
  as_cluster "$PG_BIN/initdb" -D "$WORK/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  as_cluster "$PG_BIN/pg_ctl" -D "$WORK/data" -l "$WORK/postgres.log" -w -o \
    "-p $port -k $WORK -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300 -c shared_buffers=256MB" start >/dev/null </dev/null
  export CEREGISTRY_TEST_DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres"
}

stop_test_server() {
  if [ -d "$WORK/data" ]; then as_cluster "$PG_BIN/pg_ctl" -D "$WORK/data" -m immediate stop >/dev/null 2>&1 || true; fi
  rm -rf "$WORK"
}

# Every step runs, whatever the one before came to. One that failed without a test's name is named itself.
step() {
  local name=$1 named=${#failures[@]}
  shift
  echo
  echo "== $name"
  if ! "$@"; then
    echo "== $name: FAILED"
    step_failed=1
    if [ ${#failures[@]} -eq "$named" ]; then failures+=("step: $name"); fi
  fi
}

check_style() {
  swift format lint --strict --recursive Sources Tests Package.swift deploy/benchmarks/{client,counted}-programs deploy/lib/{client,counted}-package.swift &&
    shellcheck -x deploy/up deploy/down deploy/ceregistry deploy/test deploy/corruption deploy/screenshots deploy/fuzz deploy/bench .ci/run \
      deploy/benchmarks/{table,client,soak,counter,audit,daemons,log,growth,baseline,partitions,shards}
}

# Adds what a runner's own closing line says to the totals: `swift test` counts its tests and names those that failed,
# pytest ends with "616 passed, 1 failed in 142.91s", before it "FAILED path::test - reason". Names, with pytest's reason, go to `failures`.
count() {
  local found
  mapfile -t found < <(python3 - "$1" <<'PYTHON'
import re, sys
text = open(sys.argv[1], errors="replace").read()
passed = failed = 0
for tests in re.findall(r"Test run with (\d+) tests?", text): passed += int(tests)
names = list(dict.fromkeys(re.findall(r"^\S+ Test (?!run )(.+?) failed after", text, re.M)))
passed, failed = passed - len(names), len(names)
for line in re.findall(r"^(?:=+ )?(\d+ (?:passed|failed|error)[^\n]*) in [\d.]+s", text, re.M):
    for number, word in re.findall(r"(\d+) (passed|failed|error)", line):
        if word == "passed": passed += int(number)
        else: failed += int(number)
names += [line[:400] for line in re.findall(r"^(?:FAILED|ERROR) (\S+::.+)$", text, re.M)]
print(passed, failed, *names, sep="\n")
PYTHON
  )
  passed=$((passed + found[0]))
  failed=$((failed + found[1]))
  failures+=("${found[@]:2}")
}

logged() {
  local log status=0
  log=$(mktemp)
  "$@" 2>&1 | tee "$log" || status=1
  count "$log"
  rm -f "$log"
  return $status
}

# The work of deploy/bench over a small city, without a word about time.
bench_tests() { PYTHONDONTWRITEBYTECODE=1 CEREGISTRY_BINARY="$(swift build --show-bin-path)/ceregistry" logged "$VENV/bin/python" -m pytest -q -p no:cacheprovider -rfE Tests/Bench; }

house_tests() { PYTHONDONTWRITEBYTECODE=1 logged "$VENV/bin/python" -m pytest -q -p no:cacheprovider -rfE Tests/House; }

# PostgresClient by itself: its trials count how long the client takes, and share two threads with whatever else runs in the process.
swift_tests() {
  local run=(logged swift test --skip-build --disable-xctest)
  export CEREGISTRY_FAULT_STRIDE=${CEREGISTRY_FAULT_STRIDE:-3} CEREGISTRY_FAULT_SCHEDULES=${CEREGISTRY_FAULT_SCHEDULES:-600}
  if [ -n "$FILTER" ]; then
    "${run[@]}" --filter "$FILTER"
    return
  fi
  local status=0
  "${run[@]}" --filter PostgresClientTests || status=1
  "${run[@]}" --skip PostgresClientTests || status=1
  return $status
}

end_to_end_tests() {
  local arguments=(-q -p no:cacheprovider -rfE -n 3 --dist loadgroup --no-loadscope-reorder --timeout 600 --durations 20 --durations-min 5 Tests/EndToEnd)
  # `swift test` takes a pattern, pytest words joined by "or".
  if [ -n "$FILTER" ]; then arguments+=(-k "${FILTER//|/ or }"); fi
  CEREGISTRY_BINARY="$(swift build --show-bin-path)/ceregistry"
  export CEREGISTRY_BINARY
  local status=0
  PYTHONDONTWRITEBYTECODE=1 logged "$VENV/bin/python" -m pytest "${arguments[@]}" || status=$?
  # pytest says 5 where a filter fits no test of it.
  if [ -n "$FILTER" ] && [ "$status" -ne 0 ]; then PYTHONDONTWRITEBYTECODE=1 "$VENV/bin/python" -m pytest "${arguments[@]}" --collect-only >/dev/null || return 0; fi
  return $status
}

# PostgresClient alone in a package of its own: under a sanitizer nothing else is built.
sanitized_tests() {
  local folder="$ROOT/.build-$1"
  client_package "$folder/package"
  CEREGISTRY_SANITIZER=$1 CEREGISTRY_FAULT_STRIDE=24 CEREGISTRY_FAULT_SCHEDULES=80 logged swift test --package-path "$folder/package" --scratch-path "$folder/build" --disable-xctest --sanitize="$1"
}
