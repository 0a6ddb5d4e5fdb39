"""A register laid out in partitions by subject year answers, refuses and is audited as before (sql/options/partition_by_subject_year.sql)."""
import concurrent.futures
import pathlib

import psycopg
import pytest

import makers
from registry import ROOT, SQL, Registry
from test_races import fill

GUARDS = pathlib.Path(SQL) / "options/partition_by_subject_year.json"


@pytest.fixture(scope="module")
def converted():
    """A demo city with its audit and its seals, converted under a running daemon; closed years in a tablespace of their own."""
    registry = Registry(clock="2018-12-31T09:00:00+08:00")
    registry.tablespace = f"closed_{registry.database}"
    registry.add_bureau_users(["511823", "511802"])
    registry.cli("demo", "load", "--learners", 300)
    registry.start()
    registry.claims = fill(registry, 12)
    reversal = registry.sql("SELECT id::text FROM register_entries ORDER BY entry_number LIMIT 1")[0][0]
    registry.as_("city").made(f"/api/v1/register/{reversal}/reversals", reason="录入有误")
    audit(registry)
    registry.before = answers(registry)
    registry.cli("migrate", "--partition-by-year")
    yield registry
    registry.close()
    with psycopg.connect(registry.server, autocommit=True) as connection: connection.execute(f"DROP TABLESPACE IF EXISTS {registry.tablespace}")


def answers(registry):
    """What the register says of eighty people, of everybody together, and of its own numbers."""
    clerk, people = registry.as_("clerk"), [row[0] for row in registry.sql("SELECT id::text FROM learners ORDER BY id LIMIT 80")]
    path = "/api/v1/learners/{}/eligibility?purpose=titlePromotion"
    return {"verdicts": [clerk.get(path.format(person)).json() for person in people],
            "registers": [clerk.get(f"/api/v1/learners/{person}/register").json() for person in people],
            "known": [clerk.get(path.format(person) + "&knownAt=2018-06-30T00:00:00Z").json() for person in people[:10]],
            "bulletin": registry.as_("city").get("/api/v1/bulletin", params={"asOf": "2018-06-30"}).json(),
            "entries": registry.sql("SELECT md5(string_agg(md5((id, entry_number, learner_id, subject_year, hours, recorded_at)::text), '' ORDER BY id)) FROM register_entries")}


def audit(registry, *arguments):
    """What is open after an audit, apart from what a test put straight into the tables."""
    report = registry.cli_json("audit", *arguments, check=False)
    counts = {check["name"]: check["findings"] for check in report["checks"] if check["findings"]}
    return {name: count for name, count in counts.items() if name != "unlogged"}


def test_every_answer_is_what_it_was(converted):
    assert [row[0] for row in converted.sql("""SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'register_entries'::regclass ORDER BY 1""")] == ["earlier", "later", *sorted(years(converted))]
    assert answers(converted) == converted.before


def years(registry):
    first = registry.sql("SELECT least(min(subject_year), 2017) FROM register_entries")[0][0]
    return [f"year_{year}" for year in range(first, 2019)]


def test_the_audit_finds_what_it_found_and_every_seal_unbroken(converted):
    before = dict(converted.sql("SELECT check_name, count(*) FROM audit_open_findings WHERE check_name <> 'unlogged' GROUP BY 1"))
    assert audit(converted) == audit(converted, "--full") == before
    assert not {"guardChanged", "guardDisabled", "guardMissing", "sealed", "checkFailed", "keyTwice", "orphan"} & set(before)


def test_the_guards_of_this_form_are_written_down(converted):
    assert converted.cli("audit", "guards").stdout == GUARDS.read_text()


def test_converting_again_changes_nothing(converted):
    oid = converted.sql("SELECT 'register_entries'::regclass::oid")
    converted.cli("migrate", "--partition-by-year")
    converted.cli("migrate")
    assert converted.sql("SELECT 'register_entries'::regclass::oid") == oid


def test_officers_decide_at_once_and_one_entry_stands(converted):
    officer, claims = converted.as_("county-511823"), converted.claims[:8]
    decide = lambda claim: officer.post(f"/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}).status_code
    with concurrent.futures.ThreadPoolExecutor(8) as pool: codes = list(pool.map(decide, claims * 4))
    assert sorted(codes) == [201] * 8 + [409] * 24
    rows = converted.sql("SELECT count(*), count(DISTINCT claim_id), count(DISTINCT tableoid) FROM register_entries WHERE claim_id = ANY (%s::uuid[])", (claims,))
    assert rows == [(8, 8, 1)]


def test_a_reversal_refers_to_its_entry_and_takes_the_year_back(converted):
    learner = converted.learner(converted.employer())
    entry = converted.decide(converted.claim(learner), "county-511823").json()["entry"]
    assert next(year for year in converted.eligibility(learner)["years"] if year["year"] == 2017)["status"] == "complete"
    reverse = lambda by: converted.as_(by).post(f"/api/v1/register/{entry}/reversals", json={"reason": "重复"}).status_code
    assert [reverse("county-511802"), reverse("county-511823"), reverse("county-511823")] == [403, 201, 409]
    assert converted.eligibility(learner)["outcome"] == "refused"
    assert converted.sql("SELECT subject_year FROM reversals WHERE entry_id = %s", (entry,)) == [(2017,)]
    assert converted.decide(converted.claim(learner), "county-511823").status_code == 201


def planted(registry, change):
    """What an audit finds with this change in place, past every trigger; then it is taken back."""
    statements, back = change
    with psycopg.connect(registry.database_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        try:
            connection.execute(statements)
            return audit(registry)
        finally:
            connection.execute(back)


# One online entry of 2017 once more, in 2018. It was reversed: what stands does not hold it up.
AGAIN = """INSERT INTO register_entries (id, kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision, completion_record_id,
                                   paper_number, recognized_by, recognized_on, recorded_by)
    SELECT {}, learner_id, 2018, mode, hours, {}, recognized_by, recognized_on, recorded_by
    FROM register_entries e WHERE kind = 'recognition' AND mode = 'online' AND subject_year = 2017 AND EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id) LIMIT 1"""
OTHER = "(SELECT c.id FROM claims c WHERE c.subject_year = 2018 AND c.mode = 'online' LIMIT 1)"


@pytest.mark.parametrize(("column", "constraint"), [
    # Another year has another partition, and with it other unique indexes: what holds then is named here.
    ("id", "log_openings_pkey"), ("claim", "entry_is_of_its_claims_year"), ("decision", "entry_follows_a_recognition")])
def test_what_was_unique_is_unique_across_years(converted, column, constraint):
    statement = AGAIN.format(*{"id": ("id, 'opening'", "NULL, NULL, NULL, NULL, 'P-77'"), "claim": ("gen_random_uuid(), kind", "claim_id, decision_id, decision, completion_record_id, NULL"),
                               "decision": ("gen_random_uuid(), kind", f"{OTHER}, decision_id, decision, completion_record_id, NULL")}[column])
    with pytest.raises(psycopg.errors.IntegrityError) as caught: converted.sql(statement, role="ceregistry_owner")
    assert caught.value.diag.constraint_name == constraint


@pytest.mark.parametrize("statement", [
    "UPDATE {} SET hours = 60", "DELETE FROM {}", "TRUNCATE {} CASCADE", "INSERT INTO {} SELECT * FROM {} LIMIT 1",
    "COPY {} (hours) FROM STDIN"])
def test_a_partition_is_not_written_past_the_register(converted, statement):
    with psycopg.connect(converted.database_url, autocommit=True) as connection:
        for role, error in (("ceregistry_owner", psycopg.errors.IntegrityConstraintViolation), ("ceregistry_daemon", psycopg.errors.InsufficientPrivilege)):
            connection.execute(f"SET ROLE {role}")
            with pytest.raises(error):
                if "COPY" in statement:
                    with connection.cursor().copy(statement.format("register_years.year_2017")) as copy: copy.write("1\n")
                else:
                    connection.execute(statement.replace("{}", "register_years.year_2017"))


def test_nobody_reads_a_partition_past_the_rules_of_who_sees_whom(converted):
    for role in ("ceregistry_daemon", "ceregistry_auditor"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege): converted.sql("SELECT FROM register_years.year_2017", role=role)
    assert converted.sql("SELECT count(*) FROM register_entries", role="ceregistry_daemon") == [(0,)]
    assert converted.sql("SELECT count(*) > 0 FROM register_entries", role="ceregistry_auditor") == [(True,)]


YEAR = "register_years.year_2017"
LOSSES = {
    "a trigger is gone": ("guardChanged", f"ALTER TABLE {YEAR} DISABLE TRIGGER written_through_the_register; ALTER TABLE {YEAR} DISABLE TRIGGER append_only_truncate",
                          f"ALTER TABLE {YEAR} ENABLE TRIGGER written_through_the_register; ALTER TABLE {YEAR} ENABLE TRIGGER append_only_truncate"),
    "a trigger sleeps": ("guardDisabled", f"ALTER TABLE {YEAR} DISABLE TRIGGER append_only", f"ALTER TABLE {YEAR} ENABLE TRIGGER append_only"),
    "somebody may read it": ("guardChanged", f"GRANT USAGE ON SCHEMA register_years TO PUBLIC; GRANT SELECT ON {YEAR} TO ceregistry_daemon",
                             f"REVOKE USAGE ON SCHEMA register_years FROM PUBLIC; REVOKE SELECT ON {YEAR} FROM ceregistry_daemon"),
    "row security is off": ("guardDisabled", "ALTER TABLE register_entries NO FORCE ROW LEVEL SECURITY", "ALTER TABLE register_entries FORCE ROW LEVEL SECURITY"),
    "a partition is somebody else's": ("guardChanged", f"ALTER TABLE {YEAR} OWNER TO ceregistry_auditor", f"ALTER TABLE {YEAR} OWNER TO ceregistry_owner"),
    "an entry is changed": ("sealed", "UPDATE register_entries SET recognized_on = recognized_on - 1 WHERE kind = 'opening'",
                            "UPDATE register_entries SET recognized_on = recognized_on + 1 WHERE kind = 'opening'"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_the_audit_sees_that(converted, loss):
    check, *change = LOSSES[loss]
    assert check in planted(converted, change)


def test_a_closed_year_lies_in_another_tablespace(converted):
    # What the tests before this one decided counts too.
    before = answers(converted)
    with psycopg.connect(converted.database_url, autocommit=True) as connection:
        connection.execute("SET allow_in_place_tablespaces = true")
        connection.execute(f"CREATE TABLESPACE {converted.tablespace} LOCATION ''")
    converted.cli("migrate", "--partition-by-year", "--closed-years-in", converted.tablespace)
    moved = converted.sql("""SELECT DISTINCT t.relname FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace
        LEFT JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
        WHERE t.relkind = 'r' AND s.spcname = %s""", (converted.tablespace,))
    # By the database's own day 2018 is over too.
    assert sorted(row[0] for row in moved) == ["earlier", *years(converted)]
    after = answers(converted)
    assert {key: after[key] for key in ("known", "bulletin")} == {key: before[key] for key in ("known", "bulletin")}
    assert not {"guardChanged", "sealed", "checkFailed"} & set(audit(converted, "--full"))


def test_a_new_notice_brings_its_year(converted):
    converted.cli("policy", "load", ROOT / "Tests/RegistryDomainTests/Policies/invented.yaml")
    converted.cli("migrate", "--partition-by-year")
    names = {row[0] for row in converted.sql("SELECT relname FROM pg_class WHERE relnamespace = 'register_years'::regnamespace AND relkind = 'r'")}
    last = converted.sql("SELECT max(year) FROM subject_years")[0][0]
    assert f"year_{last}" in names and "later" in names
    assert not {"guardChanged", "guardDisabled", "checkFailed"} & set(audit(converted))
