"""Behind PgBouncer in transaction mode, with four server connections for everything, the register is what it was."""
import concurrent.futures

import psycopg
import pytest

import makers
from bouncer import Bouncer, Pooled
from daemons import eventually
from registry import Client
from streams import Stream
from test_races import check_that_every_claim_was_decided_once, check_that_every_repeat_was_answered_as_the_first, fill, race
from test_worked_cases import BEFORE_THE_CASES, CASES, check_case, play_all


@pytest.fixture(scope="module")
def pooled():
    registry = Pooled()
    registry.add_bureau_users(["511823"])
    registry.start()
    yield registry
    registry.close()


def test_the_worked_cases_hold_behind_pgbouncer():
    registry = Pooled(clock=BEFORE_THE_CASES)
    try:
        play_all(registry)
        for number in CASES: check_case(registry, number)
    finally:
        registry.close()


def test_a_race_of_sixty_four_clients_shares_four_sessions(pooled):
    claims, answers = race(pooled, 200, each=10)
    check_that_every_claim_was_decided_once(pooled, claims, answers)
    check_that_every_repeat_was_answered_as_the_first(answers)
    sessions = pooled.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'ceregistry_daemon' AND query !~* '^(UN)?LISTEN'")
    assert 0 < sessions[0][0] <= 4
    assert pooled.found_by_audit() == []


def test_an_import_an_export_and_an_audit_go_through_beside_each_other(pooled):
    employer = pooled.employer()
    officer = pooled.as_("county-511823")

    def import_some(number):
        rows = "".join(f"{makers.id_number()},学员{row},{employer['creditCode']}\n" for row in range(200))
        made = officer.post("/api/v1/imports/learners", data=("idNumber,name,employerCreditCode\n" + rows).encode(), headers={"Content-Type": "text/csv"})
        assert made.status_code == 202, made.text
        return eventually(lambda: next((job for job in [officer.get(f"/api/v1/imports/{made.json()['id']}").json()] if job["state"] in ("done", "failed")), None), 60)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        imports = [pool.submit(import_some, number) for number in range(3)]
        audit = pool.submit(pooled.cli, "audit", "--full", check=False)
        assert [(job.result()["state"], job.result()["rowsNew"]) for job in imports] == [("done", 200)] * 3
        assert audit.result().returncode in (0, 1), audit.result().stderr
    assert pooled.cli("export", "learners", "--as", "city").stdout.count("\n") > 600


def test_what_colleagues_do_is_told_around_pgbouncer(pooled):
    officer = Client(pooled, "county-511823")
    stream = Stream(pooled.url, {"ceregistry_session": officer.headers["Authorization"].removeprefix("Bearer ")})
    assert stream.wait(lambda s: s.text.count("event: anew") >= 2)
    claim = fill(pooled, 1)[0]
    assert officer.post(f"/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}).status_code == 201
    assert stream.wait(lambda s: claim in s.text)


def refused(registry, **environment):
    done = registry.cli("serve", check=False, CEREGISTRY_PORT="0", **environment)
    assert done.returncode != 0
    return done.stdout + done.stderr


@pytest.fixture
def stranger(pooled):
    """A login that was granted nothing."""
    with psycopg.connect(pooled.server, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'register_stranger'").fetchone(): admin.execute("CREATE ROLE register_stranger LOGIN")
    return "register_stranger"


def test_a_daemon_that_was_not_told_of_the_pooler_does_not_serve(pooled, stranger):
    silent = {"CEREGISTRY_POOLER": "none"}
    assert "CEREGISTRY_POOLER=transaction" in refused(pooled, **silent)
    # Nor where PgBouncer drops what a session is told without a word, whoever logs in: the audit's role is then another at the least.
    dropping = Bouncer(pooled.server, ignore_startup_parameters="options")
    try:
        for user in ("ceregistry_daemon", stranger):
            words = refused(pooled, DATABASE_URL=pooled.through(dropping, user), **silent)
            assert "instead of" in words and "CEREGISTRY_POOLER=transaction" in words
    finally:
        dropping.close()


def test_a_login_that_may_not_take_the_daemons_role_runs_no_statement(pooled, stranger):
    assert "GRANT ceregistry_daemon" in refused(pooled, DATABASE_URL=pooled.through(pooled.bouncer, stranger))


def test_what_takes_a_session_of_its_own_asks_for_a_way_around(pooled):
    assert "CEREGISTRY_LISTEN_DATABASE_URL" in refused(pooled, CEREGISTRY_LISTEN_DATABASE_URL="")
    pooled.changes["CEREGISTRY_ADMIN_DATABASE_URL"] = ""
    try:
        done = pooled.cli("migrate", check=False)
    finally:
        del pooled.changes["CEREGISTRY_ADMIN_DATABASE_URL"]
    assert done.returncode != 0 and "CEREGISTRY_ADMIN_DATABASE_URL" in done.stderr
