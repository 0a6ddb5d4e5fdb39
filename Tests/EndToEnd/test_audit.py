"""The audit as whoever watches it meets it: exit codes, the summary, metrics, acknowledgements, and being killed."""
import json
import random
import re
import subprocess
import time

import psycopg
import pytest
import requests

from registry import BINARY, Registry


@pytest.fixture(scope="module")
def city():
    registry = Registry(clock="2018-12-31T09:00:00+08:00")
    registry.add_bureau_users(["511823"])
    registry.cli("demo", "load", "--learners", 400)
    registry.start()
    yield registry
    registry.close()


def spoil(registry, statement):
    with psycopg.connect(registry.database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


def audit(registry, *arguments):
    return registry.cli_json("audit", *arguments, check=False)


def test_nothing_found_findings_and_could_not_have_exit_codes_of_their_own(tmp_path):
    registry = Registry()
    try:
        clean = registry.cli("audit", check=False)
        assert clean.returncode == 0 and clean.stdout.startswith("✔ 2018-01-10 核查：没有发现问题。")
        assert "nothing found" in registry.cli("audit", "--language", "en").stdout
        spoil(registry, "INSERT INTO learners (id_number, name) VALUES ('511823198502140011', '无单位')")
        found = registry.cli("audit", check=False)
        assert found.returncode == 1 and found.stdout.startswith("✘ 2018-01-10 核查：错误")
        for environment in ({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, {"CEREGISTRY_SQL_DIRECTORY": str(tmp_path)}):
            assert registry.cli("audit", check=False, **environment).returncode == 2
    finally:
        registry.close()


def test_the_summary_is_read_in_a_minute(city):
    spoil(city, "UPDATE claims SET hours = 17 WHERE id IN (SELECT claim_id FROM register_entries WHERE claim_id IS NOT NULL ORDER BY entry_number LIMIT 7)")
    text = city.cli("audit", check=False).stdout
    assert len(text.splitlines()) < 40
    first, size, *groups = text.splitlines()
    assert re.match(r"✘ 2018-12-31 核查：错误7处，提醒\d+处。", first) and "项检查" in size
    # Errors come first, with rule, count, three records, and what to do.
    assert groups[1] == "[Q9] 错误 ×7 claimHours"
    assert sum("entry" in line and "17" in line for line in groups[2:6]) == 3 and groups[5].strip() == "… 另有4处" and groups[6].strip().startswith("处理：")
    assert "[V1] 提醒" in text


def test_metrics_say_how_much_is_open_and_how_old_the_run_is(city):
    report = audit(city)
    metrics = requests.get(city.url + "/metrics", timeout=30).text
    values = dict(re.findall(r"^(ceregistry_audit\S+) (\S+)$", metrics, re.M))
    for severity, key in (("error", "errors"), ("warning", "warnings"), ("acknowledged", "acknowledged")):
        assert int(values[f'ceregistry_audit_findings{{severity="{severity}"}}']) == report["totals"][key]
    assert 0 <= float(values['ceregistry_audit_age_seconds{kind="any"}']) < 60
    assert float(values['ceregistry_audit_age_seconds{kind="full"}']) >= float(values['ceregistry_audit_age_seconds{kind="any"}'])


def test_a_run_over_http_is_incremental_unless_asked(city):
    assert city.as_("city").made("/api/v1/audits")["kind"] == "incremental"
    whole = city.as_("city").made("/api/v1/audits", full=True, asOf="2018-12-30")
    assert (whole["kind"], whole["cause"], whole["asOf"]) == ("full", "asked", "2018-12-30")
    assert city.as_("auditor").get("/api/v1/audits/latest").json()["id"] == whole["id"]
    audit(city)


def test_a_finding_is_acknowledged_over_http_and_on_the_command_line(city):
    before = audit(city)["totals"]
    page = city.as_("auditor").get("/api/v1/audits/findings", params={"check": "claimHours", "limit": 2}).json()
    assert len(page["items"]) == 2 and page["nextCursor"]
    rest = city.as_("auditor").get("/api/v1/audits/findings", params={"check": "claimHours", "cursor": page["nextCursor"]}).json()
    ids = [item["id"] for item in page["items"] + rest["items"]]
    assert len(set(ids)) == 7 and all(item["remedy"]["zh"] for item in page["items"])
    path = f"/api/v1/audits/findings/{ids[0]}/acknowledgements"
    assert city.as_("auditor").post(path, json={"reason": "已核"}).status_code == 403
    assert city.as_("city").post(path, json={"reason": " "}).status_code == 422
    assert city.as_("city").post(path, json={"reason": "与原件核对无误"}).status_code == 201
    assert city.as_("city").post(path, json={"reason": "再来"}).json()["code"] == "findingAcknowledged"
    city.cli("audit", "acknowledge", ids[1], "--reason", "同上", "--as", "city")
    after = audit(city)["totals"]
    assert (after["errors"], after["acknowledged"]) == (before["errors"] - 2, before["acknowledged"] + 2)
    assert ids[0] not in city.cli("audit", "findings", "--as", "auditor").stdout
    assert "与原件核对无误" in city.cli("audit", "findings", "--acknowledged", "--as", "auditor").stdout
    known = city.as_("city").get("/api/v1/audits/findings", params={"acknowledged": "true"}).json()["items"]
    assert {item["acknowledged"]["by"] for item in known} == {"王市局"}
    # The same record, otherwise wrong: it is back.
    spoil(city, "UPDATE claims SET hours = 18 WHERE hours = 17")
    counts = {check["name"]: check["findings"] for check in audit(city)["checks"]}
    # And each claim is not what the audit had sealed.
    assert (counts["claimHours"], counts["sealed"]) == (7, 7)


def test_a_run_that_is_killed_counts_nothing_and_the_next_counts_once(city):
    spoil(city, "DELETE FROM standing_entries; UPDATE learners SET area = 'county:511827'; DELETE FROM learner_id_numbers")
    runs = city.sql("SELECT count(*) FROM audit_runs")[0][0]
    generator, killed = random.Random(7), 0
    for _ in range(12):
        process = subprocess.Popen([BINARY, "audit", "--full"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=city.environment())
        time.sleep(generator.uniform(0.05, 1.2))
        if process.poll() is None: killed += 1
        process.kill()
        process.wait(30)
    finished = city.sql("SELECT count(*) FROM audit_runs")[0][0] - runs
    assert killed > 3 and finished <= 12 - killed + 1
    # A killed run's connection may hold on to its lock for a moment.
    for _ in range(50):
        done = city.cli("audit", "--json", check=False)
        if done.returncode == 1: break
        time.sleep(0.1)
    report = json.loads(done.stdout)
    learners = city.sql("SELECT count(*) FROM learners")[0][0]
    entries = city.sql("SELECT count(*) FROM register_entries WHERE id NOT IN (SELECT entry_id FROM reversals)")[0][0]
    counts = {check["name"]: check["findings"] for check in report["checks"]}
    assert (counts["standing"], counts["idNumberLost"]) == (entries, learners)
    assert city.sql("SELECT count(*), count(DISTINCT (check_name, record_id, detail)) FROM audit_open_findings")[0] == (sum(counts.values()),) * 2
    assert city.sql("SELECT count(*) FROM audit_staged_findings")[0][0] == 0
    # Again, from the beginning: the same.
    again = audit(city, "--full")
    assert (again["totalFindings"], again["totals"]["opened"], again["totals"]["closed"]) == (report["totalFindings"], 0, 0)


def test_two_runs_at_once_do_not_count_twice(city):
    processes = [subprocess.Popen([BINARY, "audit", "--full", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=city.environment())
                 for _ in range(3)]
    answers = [(process.communicate(timeout=120)[0], process.returncode) for process in processes]
    assert {code for _, code in answers} <= {1, 2} and any(code == 1 for _, code in answers)
    totals = {json.loads(output)["totalFindings"] for output, code in answers if code == 1}
    assert totals == {audit(city)["totalFindings"]}
