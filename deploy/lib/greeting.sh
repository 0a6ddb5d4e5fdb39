# What deploy/up ends with.
# shellcheck shell=bash

# A database that already holds a real register is left alone.
load_demo() {
  local report="$DATA_DIR/demo.json"
  if run_program demo load --learners "$LEARNERS" --seed "$SEED" --json >"$report.next" 2>"$report.why"; then
    mv "$report.next" "$report"
    chmod 644 "$report"
  else
    cat "$report.why" >&2
    [ -s "$report" ] || fail "demo data could not be loaded"
    say "demo data as it was loaded before."
  fi
  rm -f "$report.next" "$report.why"
}

greet() {
  if [ "$JSON" = yes ]; then greet_json; else greet_person; fi
}

greet_json() {
  URL=$(daemon_url) REPORT="$DATA_DIR/demo.json" DATA_DIR="$DATA_DIR" python3 - <<'PYTHON'
import json, os
report = json.load(open(os.environ["REPORT"]))
print(json.dumps({
    "url": os.environ["URL"],
    "databaseUrl": os.environ["DATABASE_URL"],
    "adminDatabaseUrl": os.environ["CEREGISTRY_ADMIN_DATABASE_URL"],
    "auditDatabaseUrl": os.environ.get("CEREGISTRY_AUDIT_DATABASE_URL"),
    "dataDir": os.environ["DATA_DIR"],
    "logDirectory": os.environ["CEREGISTRY_LOG_DIRECTORY"],
    "idNumbers": report["idNumbers"],
    "users": [{**user, "authority": user.get("authority")} for user in report["users"]],
}, ensure_ascii=False, indent=2))
PYTHON
}

greet_person() {
  local number command="$ROOT/deploy/ceregistry --data-dir $DATA_DIR"
  number=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["idNumbers"][0])' "$DATA_DIR/demo.json")
  cat <<TEXT

ceregistry: $(daemon_url)        data: $DATA_DIR

demo users (everybody may know these passwords):
$(python3 -c '
import json, sys
for user in json.load(open(sys.argv[1]))["users"]:
    print("  %-16s %-26s %-14s %s" % (user["username"], user["password"], user["role"], user.get("authority") or "-"))
' "$DATA_DIR/demo.json")

five things to try:
  $command eligibility --id-number $number --purpose titlePromotion --as-of 2019-01-15 --as clerk-city
  $command claims list --state submitted --limit 5 --as officer-511823
  $command audit
  curl -s $(daemon_url)/api/v1/sessions -H 'Content-Type: application/json' -d '{"username":"clerk-city","password":"demo-clerk-city-2018"}'
  curl -s $(daemon_url)/api/v1/learners/searches -H "Authorization: Bearer \$(curl -s $(daemon_url)/api/v1/sessions -H 'Content-Type: application/json' -d '{"username":"clerk-city","password":"demo-clerk-city-2018"}' | python3 -c 'import json,sys; print(json.load(sys.stdin)["token"])')" -H 'Content-Type: application/json' -d '{"idNumber":"$number"}'

deploy/down stops both and keeps the data.
TEXT
}
