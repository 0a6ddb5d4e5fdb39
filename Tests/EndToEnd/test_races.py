"""Sixty-four clients decide the same five hundred claims at once, a third of the requests sent twice."""
import concurrent.futures
import json
import random
import uuid

import pytest
import requests

import makers
from registry import PASSWORD, Registry

CLAIMS = 500
CLIENTS = 64


def fill(registry, count, county="511823"):
    """Learners with an open claim each, straight into the tables: the race is what is tested."""
    employer = registry.employer(division=county)
    numbers = [makers.id_number() for _ in range(count)]
    user = registry.sql("SELECT id FROM users WHERE username = %s", (f"county-{county}",))[0][0]
    rows = registry.sql("""
        WITH people AS (INSERT INTO learners (id_number, name, employer_id, area)
                        SELECT n, '学员' || right(n, 6), %(employer)s, %(area)s FROM unnest(%(numbers)s::text[]) n RETURNING id, id_number),
             ids AS (INSERT INTO learner_id_numbers (id_number, learner_id) SELECT id_number, id FROM people),
             posts AS (INSERT INTO employments (learner_id, employer_id, employed_from) SELECT id, %(employer)s, '2010-01-01' FROM people),
             records AS (INSERT INTO completion_records (record_number, learner_id, subject_year, compulsory_hours, elective_hours, test_passed_on, source, recorded_by)
                         SELECT 'RACE-' || id_number, id, 2017, 10, 20, '2017-11-03', 'platform', %(user)s FROM people RETURNING id, learner_id, record_number),
             open AS (INSERT INTO claims (learner_id, subject_year, mode, hours, completion_record_id, evidence, rules, routed_to, employer_id, area, submitted_by, submitted_on, state_since)
                      SELECT learner_id, 2017, 'online', 30, id, jsonb_build_object('recordNumber', record_number, 'compulsoryHours', 10, 'electiveHours', 20, 'testPassedOn', '2017-11-03'),
                             '{R2}', %(area)s, %(employer)s, %(area)s, %(user)s, '2017-12-01', '2017-12-01' FROM records RETURNING id)
        SELECT id FROM open""", {"employer": employer["id"], "area": f"county:{county}", "numbers": numbers, "user": user})
    claims = [str(row[0]) for row in rows]
    registry.sql("INSERT INTO claim_routings (claim_id, routing, authority, recorded_by, routed_on) SELECT id, 1, routed_to, submitted_by, submitted_on FROM claims WHERE id = ANY (%s::uuid[])", (claims,))
    registry.sql("INSERT INTO claim_events (claim_id, event, state, occurred_on, recorded_by) SELECT id, 'submit', 'submitted', submitted_on, submitted_by FROM claims WHERE id = ANY (%s::uuid[])", (claims,))
    return claims


def tokens(registry, count):
    """Several officers of one authority."""
    made = []
    for number in range(count):
        if not registry.sql("SELECT 1 FROM users WHERE username = %s", (f"racer-{number}",)):
            registry.add_user(f"racer-{number}", "countyOfficer", "county:511823", name=f"竞办{number}")
        made.append(requests.post(f"{registry.url}/api/v1/sessions", json={"username": f"racer-{number}", "password": PASSWORD}, timeout=60).json()["token"])
    return made


def race(registry, count=CLAIMS, each=24):
    """So many claims, each decided by many at once: every client asks for `each` of them. Returns the claims, and of each answer its claim,
    key, status and body."""
    claims = fill(registry, count)
    officers = tokens(registry, 4)
    dice = random.Random(87)
    work = []
    for client in range(CLIENTS):
        for claim in dice.sample(claims, each):
            key = str(uuid.uuid4())
            work += [(officers[client % 4], claim, key)] * (2 if dice.random() < 1 / 3 else 1)
    work += [(officers[0], claim, str(uuid.uuid4())) for claim in claims]
    dice.shuffle(work)

    def decide(job):
        token, claim, key = job
        with requests.Session() as session:
            answer = session.post(f"{registry.url}/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}, timeout=120,
                                  headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
            return (claim, key, answer.status_code, answer.content)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return claims, list(pool.map(decide, work))


def check_that_every_claim_was_decided_once(registry, claims, answers):
    assert {status for _, _, status, _ in answers} == {201, 409}
    decided = registry.sql("SELECT count(*), count(DISTINCT claim_id) FROM decisions WHERE claim_id = ANY (%s::uuid[])", (claims,))
    entered = registry.sql("SELECT count(*), count(DISTINCT claim_id) FROM register_entries WHERE claim_id = ANY (%s::uuid[])", (claims,))
    assert decided[0] == entered[0] == (len(claims), len(claims))
    assert registry.sql("""SELECT count(*) FROM standing_entries s JOIN register_entries e ON e.id = s.entry_id
                           WHERE s.completes AND e.claim_id = ANY (%s::uuid[])""", (claims,))[0][0] == len(claims)
    assert {claim for claim, _, status, _ in answers if status == 201} == set(claims)


def check_that_every_repeat_was_answered_as_the_first(answers):
    by_key = {}
    for claim, key, status, body in answers: by_key.setdefault(key, []).append((status, without_instance(body)))
    repeated = [group for group in by_key.values() if len(group) > 1]
    assert len(repeated) > len(by_key) / 6
    for group in repeated: assert group[0] == group[1]


@pytest.fixture(scope="module")
def raced():
    registry = Registry()
    registry.add_bureau_users(["511823"])
    registry.start()
    yield registry, *race(registry)
    registry.close()


def test_every_claim_is_decided_once_and_stands_in_one_entry(raced):
    check_that_every_claim_was_decided_once(*raced)


def test_every_repeat_is_answered_as_the_first(raced):
    check_that_every_repeat_was_answered_as_the_first(raced[2])


def without_instance(body):
    document = json.loads(body)
    document.pop("instance", None)  # the request's own id
    return document


def test_the_audit_finds_nothing_after_the_race(raced):
    registry, _, _ = raced
    assert registry.found_by_audit() == []


def test_a_list_is_decided_in_order_with_a_result_for_each(registry):
    claims = fill(registry, 30)
    city = registry.employer(level="city", kind="enterprise", division=None)
    elsewhere = registry.claim(registry.learner(city))["id"]
    asked = claims[:10] + [elsewhere, str(uuid.uuid4()), claims[0]] + claims[10:]
    results = registry.as_("county-511823").made("/api/v1/decisions", claims=asked, decision="recognize")["results"]
    assert [result["claim"] for result in results] == asked
    assert [result["status"] for result in results] == [201] * 10 + [403, 404, 409] + [201] * 20
    assert all(result.get("entry") for result in results if result["status"] == 201)


def test_two_claims_of_one_person_and_year_in_one_list_end_in_one_entry(registry):
    employer = registry.employer()
    learner = registry.learner(employer)
    first = registry.claim(learner)
    other = registry.learner(employer, name="同一人")
    second = registry.claim(other)
    registry.as_("city").made(f"/api/v1/learners/{learner['id']}/merges", **{"from": other["id"], "reason": "同一人", "document": "户籍证明"})
    answer = registry.as_("county-511823").post("/api/v1/decisions", json={"claims": [first["id"], second["id"]], "decision": "recognize"},
                                                headers={"Idempotency-Key": "twins"})
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 409]
    assert results[1]["code"] == "yearComplete" and results[1]["entry"] == results[0]["entry"]
    again = registry.as_("county-511823").post("/api/v1/decisions", json={"claims": [first["id"], second["id"]], "decision": "recognize"},
                                               headers={"Idempotency-Key": "twins"})
    assert again.json() == answer.json()
