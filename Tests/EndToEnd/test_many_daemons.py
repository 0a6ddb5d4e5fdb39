"""Two daemons and three behind HAProxy are one register: the worked cases, the races, and what one daemon must learn of another."""
import concurrent.futures
import uuid

import pytest
import requests

import makers
from daemons import Daemons, at, eventually
from registry import ROOT, Client
from streams import Stream
from test_races import (CLIENTS, check_that_every_claim_was_decided_once, check_that_every_repeat_was_answered_as_the_first, fill, race,
                        tokens)
from test_worked_cases import BEFORE_THE_CASES, CASES, check_case, play_all

COUNTS = pytest.mark.parametrize("count", [2, 3], ids=["two", "three"])


@COUNTS
def test_the_worked_cases_hold_with_several_daemons(count):
    registry = Daemons(count, clock=BEFORE_THE_CASES)
    try:
        play_all(registry)
        for number in CASES: check_case(registry, number)
        shares = registry.answered()  # of the last day, after the last restart
        assert sum(share > 0 for share in shares) > 1, shares
    finally:
        registry.close()


@COUNTS
def test_a_race_of_sixty_four_clients_ends_as_with_one_daemon(count):
    registry = Daemons(count)
    try:
        registry.add_bureau_users(["511823"])
        registry.start()
        claims, answers = race(registry, 200, each=10)
        check_that_every_claim_was_decided_once(registry, claims, answers)
        check_that_every_repeat_was_answered_as_the_first(answers)
        shares = registry.answered()
        assert min(shares) > 0.7 * max(shares)
        assert registry.found_by_audit() == []
    finally:
        registry.close()


@pytest.fixture(scope="module")
def three():
    registry = Daemons(3)
    registry.add_bureau_users(["511823"])
    registry.start()
    yield registry
    registry.close()


def test_a_session_opened_at_one_daemon_is_known_at_the_others_and_ends_at_all(three):
    with at(three, three.url_of(1)): officer = Client(three, "county-511823")
    asked = [lambda number=number: officer.get(three.url_of(number) + "/api/v1/claims").status_code for number in (1, 2, 3)]
    assert [ask() for ask in asked] == [200, 200, 200]
    assert officer.delete(three.url_of(2) + "/api/v1/sessions/current").status_code == 204
    assert [ask() for ask in asked] == [401, 401, 401]


def test_five_wrong_passwords_at_different_daemons_lock_the_account_at_all(three):
    three.add_user("forgetful", "countyOfficer", "county:511823")
    signing = [requests.post(three.url_of(number % 3 + 1) + "/api/v1/sessions", json={"username": "forgetful", "password": "wrong"}, timeout=30)
               for number in range(6)]
    assert [answer.status_code for answer in signing] == [401] * 5 + [429]


def test_a_notice_loaded_at_one_daemon_is_in_force_at_all(three, tmp_path):
    learner = three.learner(three.employer())
    changed = tmp_path / "changed.yaml"
    changed.write_text((ROOT / "sql/policies/2017-87.yaml").read_text().replace("claimWaitingDays: 30", "claimWaitingDays: 31"))
    version = three.eligibility(learner)["policy"]["version"]
    three.cli("policy", "load", changed)

    def versions():
        found = set()
        for number in (1, 2, 3):
            with at(three, three.url_of(number)): found.add(three.eligibility(learner)["policy"]["version"])
        return found
    assert eventually(lambda: versions() == {version + 1}, 5)


def test_a_repeat_at_another_daemon_gets_the_first_answer_also_at_the_same_moment(three):
    claims = fill(three, 60)
    officer = tokens(three, 1)[0]

    def decide(job):
        claim, number = job
        return requests.post(f"{three.url_of(number)}/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}, timeout=60,
                             headers={"Authorization": f"Bearer {officer}", "Idempotency-Key": f"once-{claim}"})
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(decide, [(claim, number) for claim in claims for number in (1, 2, 3)]))
    assert {answer.status_code for answer in answers} == {201}
    for index in range(0, len(answers), 3): assert len({answer.text for answer in answers[index:index + 3]}) == 1


def test_a_decision_at_one_daemon_is_told_to_who_watches_at_another(three):
    officer = Client(three, "county-511823")
    token = officer.headers["Authorization"].removeprefix("Bearer ")
    streams = [Stream(url, {"ceregistry_session": token}) for url in (three.url_of(2), three.url_of(3), three.url)]
    for stream in streams: assert stream.wait(lambda s: s.text.count("event: anew") >= 2)
    claim = fill(three, 1)[0]
    decided = officer.post(three.url_of(1) + f"/api/v1/claims/{claim}/decisions", json={"decision": "recognize"})
    assert decided.status_code == 201
    for stream in streams: assert stream.wait(lambda s: claim in s.text and "recognized" in s.text)


def test_an_import_begun_at_one_daemon_is_followed_at_another(three):
    employer = three.employer()
    rows = "".join(f"{makers.id_number()},学员{number},{employer['creditCode']}\n" for number in range(50))
    officer = three.as_("county-511823")
    job = officer.post(three.url_of(1) + "/api/v1/imports/learners", data=("idNumber,name,employerCreditCode\n" + rows).encode(),
                       headers={"Content-Type": "text/csv"})
    assert job.status_code == 202, job.text
    followed = eventually(lambda: next((seen for seen in [officer.get(three.url_of(3) + f"/api/v1/imports/{job.json()['id']}").json()]
                                        if seen["state"] in ("done", "failed")), None))
    assert (followed["state"], followed["rowsNew"]) == ("done", 50)


def test_a_daemon_killed_in_the_middle_loses_nothing_and_its_clients_go_on_at_the_others(three):
    claims = fill(three, 400)
    officers = tokens(three, 4)
    jobs = [(claim, officers[number % 4], str(uuid.uuid4()), number) for number, claim in enumerate(claims)]
    answered, unanswered = {}, []

    def decide(job):
        claim, token, key, number = job
        if number == len(claims) // 3: three.kill(2)
        for attempt in range(20):
            try:
                answer = requests.post(f"{three.url}/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}, timeout=30,
                                       headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
            except requests.RequestException:
                continue
            if answer.status_code < 500:
                answered[claim] = answer
                return
            unanswered.append(claim)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool: list(pool.map(decide, jobs))
    assert {answer.status_code for answer in answered.values()} == {201} and set(answered) == set(claims)
    entries = {str(claim): str(entry) for claim, entry in three.sql("SELECT claim_id, id FROM register_entries WHERE claim_id = ANY (%s::uuid[])", (claims,))}
    assert entries == {claim: answer.json()["entry"] for claim, answer in answered.items()}
    three.revive(2)
    assert eventually(lambda: requests.get(three.url_of(2) + "/readyz", timeout=5).status_code == 200)
    for claim, token, key, _ in jobs[:30]:
        again = requests.post(f"{three.url_of(2)}/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}, timeout=30,
                              headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
        assert (again.status_code, again.json()) == (201, answered[claim].json())
    assert three.found_by_audit() == []
