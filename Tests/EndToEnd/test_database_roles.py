"""What the database refuses to the daemon's own role."""
import psycopg
import pytest

from test_races import fill

ROLES = ["learner", "unitAdmin", "countyOfficer", "cityOfficer", "baseOfficer", "clerk", "auditor", "admin", "verifier", ""]


@pytest.fixture(scope="module")
def stocked(registry):
    claims = fill(registry, 4)
    mine = registry.as_("county-511823")
    registry.entry = mine.made(f"/api/v1/claims/{claims[0]}/decisions", decision="recognize")["entry"]
    registry.claims = claims
    return registry


def as_daemon(registry, statement, parameters=(), username="county-511823"):
    """As the daemon's role would, on behalf of an officer."""
    with psycopg.connect(registry.database_url) as connection:
        user = connection.execute("SELECT id, role, authority FROM users WHERE username = %s", (username,)).fetchone()
        connection.execute("SET ROLE ceregistry_daemon")
        for name, value in zip(("user_id", "role", "authority"), user):
            connection.execute("SELECT set_config(%s, %s, true)", (f"ceregistry.{name}", str(value)))
        cursor = connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refused(registry, statement, parameters=(), **keywords):
    with pytest.raises(psycopg.Error) as caught: as_daemon(registry, statement, parameters, **keywords)
    return caught.value


@pytest.mark.parametrize("statement", [
    "UPDATE register_entries SET hours = 60", "DELETE FROM register_entries", "TRUNCATE register_entries CASCADE",
    "UPDATE reversals SET reason = 'x'", "DELETE FROM reversals", "UPDATE decisions SET reason = 'x'", "DELETE FROM decisions",
    "DELETE FROM access_log", "UPDATE access_log SET outcome = 'allowed'", "TRUNCATE access_log", "DELETE FROM claims",
    "UPDATE standing_entries SET completes = false", "INSERT INTO standing_entries SELECT * FROM standing_entries",
    "DELETE FROM certificates", "UPDATE policies SET document = '{}'", "UPDATE audit_runs SET findings = 0", "DROP TABLE register_entries",
    "ALTER TABLE register_entries DISABLE TRIGGER ALL", "UPDATE learner_id_numbers SET learner_id = NULL",
    "INSERT INTO access_log (action, outcome, recorded_at) VALUES ('x', 'allowed', '2017-01-01')",
])
def test_the_daemon_may_not(stocked, statement):
    assert refused(stocked, statement).sqlstate == "42501"


def test_an_entry_is_not_changed_even_by_its_owner(stocked):
    for statement in ("UPDATE register_entries SET hours = 60", "DELETE FROM register_entries", "TRUNCATE register_entries CASCADE"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation): stocked.sql(statement, role="ceregistry_owner")


DECISION = """INSERT INTO decisions (claim_id, routing, authority, decision, decided_by, decided_on)
    SELECT %s, 1, u.authority, 'recognize', u.id, '2018-01-10' FROM users u WHERE u.username = %s"""


def test_a_county_does_not_decide_what_lies_with_another(stocked):
    claim = stocked.claims[1]
    error = refused(stocked, DECISION, (claim, "county-511802"), username="county-511802")
    assert error.sqlstate in ("42501", "23503", "23514")
    # Nor by writing the other authority's name.
    other = """INSERT INTO decisions (claim_id, routing, authority, decision, decided_by, decided_on)
        SELECT %s, 1, 'county:511823', 'recognize', u.id, '2018-01-10' FROM users u WHERE u.username = 'county-511802'"""
    assert refused(stocked, other, (claim,), username="county-511802").sqlstate in ("42501", "23514")


def test_a_claim_that_was_decided_is_not_decided_again(stocked):
    assert refused(stocked, DECISION, (stocked.claims[0], "county-511823")).diag.constraint_name == "decision_on_an_open_claim"


ENTRY = """INSERT INTO register_entries (kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on, recorded_by)
    SELECT 'opening', e.learner_id, e.subject_year, 'online', %s, 'P-1', 'county:511823', '2018-01-10', u.id
    FROM register_entries e, users u WHERE e.id = %s AND u.username = 'county-511823'"""


def test_a_second_completing_recognition_does_not_stand(stocked):
    assert refused(stocked, ENTRY, (30, stocked.entry)).diag.constraint_name == "one_completing_recognition_stands"


def test_hours_are_above_zero(stocked):
    assert refused(stocked, ENTRY, (0, stocked.entry)).diag.constraint_name == "hours_are_above_zero"


def test_an_entry_follows_a_recognizing_decision(stocked):
    forged = """INSERT INTO register_entries (kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision, completion_record_id, recognized_by, recognized_on, recorded_by)
        SELECT 'recognition', c.learner_id, 2017, 'online', 30, c.id, gen_random_uuid(), 'recognize', c.completion_record_id, 'county:511823', '2018-01-10', u.id
        FROM claims c, users u WHERE c.id = %s AND u.username = 'county-511823'"""
    assert refused(stocked, forged, (stocked.claims[2],)).diag.constraint_name == "entry_follows_a_recognition"


def test_an_entry_is_reversed_once_and_by_its_authority(stocked):
    reversal = """INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
        SELECT %s, '错', u.authority, '2018-01-10', u.id FROM users u WHERE u.username = %s"""
    error = refused(stocked, reversal, (stocked.entry, "county-511802"), username="county-511802")
    assert error.diag.constraint_name == "reversed_by_its_authority_or_the_city"
    as_daemon(stocked, reversal, (stocked.entry, "county-511823"))
    assert refused(stocked, reversal, (stocked.entry, "county-511823")).diag.constraint_name == "reversals_pkey"


def test_without_a_caller_nothing_is_seen(stocked):
    for table in ("learners", "claims", "register_entries", "standing_entries", "decisions", "employments", "certificates"):
        assert stocked.sql(f"SELECT count(*) FROM {table}", role="ceregistry_daemon")[0][0] == 0, table


def test_the_auditor_reads_everything_but_secrets_and_writes_nothing(stocked):
    assert stocked.sql("SELECT count(*) FROM register_entries", role="ceregistry_auditor")[0][0] > 0
    for statement in ("SELECT password_hash FROM users", "SELECT * FROM sessions", "INSERT INTO audit_runs DEFAULT VALUES", "DELETE FROM claims"):
        with pytest.raises(psycopg.Error): stocked.sql(statement, role="ceregistry_auditor")


def test_a_history_is_read_by_whoever_sees_the_learner_and_by_nobody_else(registry):
    """`read_history` repeats the policy on learners: both are asked of every kind of caller."""
    fill(registry, 3, county="511824")
    moved = fill(registry, 4, county="511825")[0]
    [[other, area]] = registry.sql("SELECT employer_id, area FROM learners WHERE area = 'county:511824' LIMIT 1")
    # A claim that stays where it was routed when the learner moved on (Q7).
    registry.sql("UPDATE learners SET employer_id = %s, area = %s WHERE id = (SELECT learner_id FROM claims WHERE id = %s)", (other, area, moved))
    learners = [row[0] for row in registry.sql("SELECT id FROM learners")]
    asked = "FROM unnest(%s::uuid[]) x (id)"
    by_policy = f"SELECT x.id {asked} WHERE EXISTS (SELECT FROM learners l WHERE l.id = x.id)"
    by_function = f"SELECT x.id {asked} CROSS JOIN LATERAL read_history(x.id, NULL, 'titlePromotion', NULL) h WHERE h.fact = 'allowed'"
    counts = set()
    for role in ROLES:
        for authority in ("", "city", "base", "county:511824", "county:511825", "county:511802"):
            for employer, learner in (("", ""), (other, ""), ("", learners[0]), (other, learners[-1])):
                caller = {"role": role, "authority": authority, "employer_id": employer, "learner_id": learner}
                with psycopg.connect(registry.database_url) as connection:
                    connection.execute("SET ROLE ceregistry_daemon")
                    for name, value in caller.items(): connection.execute("SELECT set_config(%s, %s, true)", (f"ceregistry.{name}", str(value)))
                    seen, read = ({row[0] for row in connection.execute(text, (learners,))} for text in (by_policy, by_function))
                    connection.rollback()
                # Nobody reads a history without a role, whatever else they say of themselves.
                assert read == (seen if role else set()), caller
                counts.add(len(seen))
    assert len(counts) > 4, counts
