"""A killed daemon, a killed server, a lost answer: whatever was answered is on the register, once."""
import concurrent.futures
import json
import socket
import threading
import time
import uuid

import pytest
import requests

from cluster import Cluster
from registry import Registry
from test_races import fill, tokens


@pytest.fixture(scope="module")
def crashing():
    cluster = Cluster()
    registry = Registry(server=cluster.url)
    registry.cluster = cluster
    registry.add_bureau_users(["511823"])
    registry.start()
    registry.officers = tokens(registry, 4)
    yield registry
    registry.stop(kill=True)
    cluster.remove()


def storm(registry, claims, strike):
    """Decides all claims with 16 clients; `strike` happens in the middle. Returns the claims that were answered 201."""
    answered, struck = {}, threading.Event()
    keys = {claim: str(uuid.uuid4()) for claim in claims}

    def decide(job):
        number, claim = job
        if number == len(claims) // 3 and not struck.is_set():
            struck.set()
            strike()
        try:
            answer = requests.post(f"{registry.url}/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}, timeout=20,
                                   headers={"Authorization": f"Bearer {registry.officers[number % 4]}", "Idempotency-Key": keys[claim]})
            if answer.status_code == 201: answered[claim] = (registry.officers[number % 4], keys[claim], answer.json())
        except requests.RequestException:
            pass

    with concurrent.futures.ThreadPoolExecutor(16) as pool: list(pool.map(decide, enumerate(claims)))
    return answered


def check(registry, claims, answered):
    entries = {str(claim): str(entry) for claim, entry in registry.sql("SELECT claim_id, id FROM register_entries WHERE claim_id = ANY (%s::uuid[])", (claims,))}
    for claim, (_, _, body) in answered.items(): assert entries[claim] == body["entry"]
    halves = registry.sql("""SELECT count(*) FROM claims c WHERE c.id = ANY (%s::uuid[]) AND (c.state = 'recognized') <>
        EXISTS (SELECT FROM decisions d JOIN register_entries e ON e.decision_id = d.id WHERE d.claim_id = c.id)""", (claims,))
    assert halves[0][0] == 0
    # The first answer, also after the restart.
    for claim, (token, key, body) in list(answered.items())[:20]:
        again = requests.post(f"{registry.url}/api/v1/claims/{claim}/decisions", json={"decision": "recognize"}, timeout=30,
                              headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
        assert (again.status_code, again.json()) == (201, body)
    assert registry.found_by_audit() == []


def test_a_killed_daemon_loses_no_answered_decision(crashing):
    claims = fill(crashing, 300)
    answered = storm(crashing, claims, lambda: crashing.process.kill())
    assert 0 < len(answered) < len(claims)
    crashing.stop(kill=True)
    crashing.start()
    check(crashing, claims, answered)


def test_a_killed_server_loses_no_answered_decision_and_the_daemon_finds_it_again(crashing):
    claims = fill(crashing, 300)
    answered = storm(crashing, claims, lambda: crashing.cluster.stop("immediate"))
    assert 0 < len(answered) < len(claims)
    assert requests.get(crashing.url + "/readyz", timeout=30).status_code == 503
    assert requests.get(crashing.url + "/healthz", timeout=30).status_code == 200
    crashing.cluster.start()
    crashing.wait_until_ready()
    check(crashing, claims, answered)


def test_a_lost_answer_is_given_again_with_its_key_across_a_restart_of_both(crashing):
    claim = fill(crashing, 1)[0]
    body = json.dumps({"decision": "recognize"})
    head = (f"POST /api/v1/claims/{claim}/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {crashing.officers[0]}\r\nIdempotency-Key: lost\r\nContent-Length: {len(body)}\r\n\r\n{body}")
    port = int(crashing.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall(head.encode())
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # gone without reading
        time.sleep(0.5)
    entry = crashing.sql("SELECT id FROM register_entries WHERE claim_id = %s", (claim,))
    assert len(entry) == 1
    crashing.stop(kill=True)
    crashing.cluster.stop("immediate")
    crashing.cluster.start()
    crashing.start()
    again = requests.post(f"{crashing.url}/api/v1/claims/{claim}/decisions", data=body, timeout=30,
                          headers={"Authorization": f"Bearer {crashing.officers[0]}", "Idempotency-Key": "lost", "Content-Type": "application/json"})
    assert again.status_code == 201 and again.json()["entry"] == str(entry[0][0])


def test_a_stop_finishes_the_requests_under_way(crashing):
    claims = fill(crashing, 400)
    results = []

    def bulk():
        answer = requests.post(f"{crashing.url}/api/v1/decisions", json={"claims": claims, "decision": "recognize"}, timeout=60,
                               headers={"Authorization": f"Bearer {crashing.officers[1]}"})
        results.append((answer.status_code, len(answer.json()["results"])))

    thread = threading.Thread(target=bulk)
    thread.start()
    time.sleep(0.05)
    crashing.process.terminate()
    thread.join(60)
    assert crashing.process.wait(60) == 0
    crashing.start()
    assert results == [(200, 400)]
