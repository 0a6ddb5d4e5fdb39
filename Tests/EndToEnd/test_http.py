"""What HTTP clients rely on: problems, versions, keys, languages, limits, shutdown."""
import gzip
import http.client
import json
import re
import threading
import time
import uuid

import pytest
import requests

import makers

PROBLEM = "application/problem+json; charset=utf-8"


def problem(answer, status, code=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status and body["type"] == f"urn:ceregistry:problem:{body['code']}"
    assert body["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"
    assert body["messages"]["zh"] and body["messages"]["en"] and body["detail"]
    for reason in body["reasons"]:
        assert reason["message"] in (reason["messages"]["zh"], reason["messages"]["en"])
    if code: assert body["code"] == code
    return body


def test_addresses_and_methods(registry):
    problem(requests.get(registry.url + "/nothing/here"), 404, "routeUnknown")
    for path, allow in [("/api/v1/claims", "GET, HEAD, POST"), ("/api/v1/imports/learners", "POST"),
                        (f"/api/v1/imports/{uuid.uuid4()}", "GET, HEAD"), ("/healthz", "GET, HEAD"), ("/api/v1/sessions/current", "DELETE, GET, HEAD")]:
        for method in ["PUT", "PATCH", "OPTIONS", "TRACE", "QUERY"]:
            answer = requests.request(method, registry.url + path)
            problem(answer, 405, "methodNotAllowed")
            assert answer.headers["Allow"] == allow
    answer = requests.head(registry.url + "/openapi.json")
    assert answer.status_code == 200 and not answer.content


def test_who_is_not_signed_in(registry):
    for headers in [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}]:
        answer = requests.get(registry.url + "/api/v1/claims", headers=headers)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_signing_out_ends_the_token(registry):
    registry.add_user("leaving", "auditor")
    client = registry.as_("leaving")
    assert client.get("/api/v1/sessions/current").json()["username"] == "leaving"
    assert client.delete("/api/v1/sessions/current").status_code == 204
    problem(client.get("/api/v1/sessions/current"), 401, "sessionEnded")


def test_five_failures_lock_an_account(registry):
    registry.add_user("forgetful", "auditor")
    sign_in = lambda password: requests.post(registry.url + "/api/v1/sessions", json={"username": "forgetful", "password": password})
    for _ in range(5): problem(sign_in("wrong pass phrase"), 401, "badCredentials")
    answer = sign_in("a pass phrase for tests")
    problem(answer, 429, "loginLocked")
    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_language(registry):
    chinese = requests.get(registry.url + "/nothing").json()
    english = requests.get(registry.url + "/nothing", headers={"Accept-Language": "en-GB,en;q=0.7"})
    assert chinese["detail"] == chinese["messages"]["zh"] and english.json()["detail"] == english.json()["messages"]["en"]
    assert english.headers["Content-Language"] == "en"


def test_request_ids(registry):
    answer = requests.get(registry.url + "/healthz", headers={"X-Request-Id": "counter-3.17"})
    assert answer.headers["X-Request-Id"] == "counter-3.17"
    for odd in ["x" * 129, "a b", 'quote"']:
        assert requests.get(registry.url + "/healthz", headers={"X-Request-Id": odd}).headers["X-Request-Id"] != odd


def test_bodies_within_bounds(registry):
    city = registry.as_("city")
    send = lambda data, kind="application/json", **headers: city.post(
        "/api/v1/employers/searches", data=data, headers={"Content-Type": kind, **headers})
    problem(send(b" " * (1 << 20) + b"{}"), 413, "bodyTooLarge")
    problem(send(b"q=1", "application/x-www-form-urlencoded"), 415, "unsupportedMediaType")
    problem(send(b"{}", "application/jsonlike"), 415, "unsupportedMediaType")
    problem(send(gzip.compress(b"{}"), **{"Content-Encoding": "gzip"}), 415, "unsupportedMediaType")
    problem(send(b"{"), 400, "malformedJSON")
    problem(send(b'{"q":"\xff"}'), 400, "malformedJSON")
    problem(send(b"[" * 10_000), 400, "jsonTooDeep")
    problem(send(b'{"a":' * 10_000), 400, "jsonTooDeep")
    problem(send(b'{"q":"a\\u0000b"}'), 422, "nulCharacter")
    assert problem(send(b'{"limit":"many"}'), 422, "invalidField")["reasons"][0]["field"] == "limit"
    assert send(b'{"q":"a"}', "application/json; charset=utf-8").status_code == 200


def test_queries_that_cannot_be(registry):
    employer = registry.employer()
    learner = registry.learner(employer)
    for query, field in [("purpose=zzz", "purpose"), ("", "purpose"), ("purpose=titlePromotion&asOf=2018-02-31", "asOf"),
                         ("purpose=titlePromotion&knownAt=yesterday", "knownAt"), ("purpose=titlePromotion&year=1e3", "year"),
                         ("purpose=a%00b", "purpose")]:
        answer = registry.as_("clerk").get(f"/api/v1/learners/{learner['id']}/eligibility?{query}")
        assert problem(answer, 422, "invalidField")["reasons"][0]["field"] == field
    for query in ["state=open", "authority=county:1", "year=99999", "limit=0", "limit=201", "cursor=%FF", "cursor=e30", "learner=1"]:
        problem(registry.as_("city").get(f"/api/v1/claims?{query}"), 422)


def test_a_plus_in_an_instant_may_be_a_space(registry):
    learner = registry.learner(registry.employer())
    answer = registry.as_("clerk").get(f"/api/v1/learners/{learner['id']}/register?knownAt=2018-03-01T09:00:00+08:00")
    assert answer.status_code == 200 and answer.json() == {"items": []}


def test_gzip_where_it_is_asked_for(registry):
    packed = requests.get(registry.url + "/openapi.json", headers={"Accept-Encoding": "gzip"})
    plain = requests.get(registry.url + "/openapi.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert packed.json() == plain.json() and int(packed.headers["Content-Length"]) * 4 < len(plain.content)
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_answers_are_not_kept_by_anybody(registry):
    answer = registry.as_("city").get("/api/v1/claims")
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"


def test_versions(registry):
    learner = registry.learner(registry.employer())
    city, path = registry.as_("city"), f"/api/v1/learners/{learner['id']}"
    first = city.get(path)
    assert first.headers["ETag"] == '"1"'
    for held in ['"1"', 'W/"1"', '"7", "1"', "*"]:
        assert city.get(path, headers={"If-None-Match": held}).status_code == 304
    change = {"field": "title", "value": "高级", "reason": "评审", "document": "证书"}
    assert city.post(path + "/corrections", json=change, headers={"If-Match": '"1"'}).headers["ETag"] == '"2"'
    answer = city.post(path + "/corrections", json=change, headers={"If-Match": '"1"'})
    problem(answer, 412, "stale")
    assert answer.headers["ETag"] == '"2"'
    assert city.get(path, headers={"If-None-Match": '"1"'}).status_code == 200


def changes(registry):
    """One request of every kind that may be repeated with a key."""
    employer = registry.employer()
    learner = registry.learner(employer)
    other = registry.learner(employer)
    person = f"/api/v1/learners/{learner['id']}"
    claim = lambda: registry.claim(registry.learner(employer))
    yield "city", "/api/v1/employers", {"creditCode": makers.credit_code(), "name": "新单位", "kind": "enterprise", "level": "city"}
    yield "city", f"/api/v1/employers/{employer['id']}/corrections", {"field": "name", "value": "更名单位", "reason": "更名"}
    yield "city", "/api/v1/learners", {"idNumber": makers.id_number(), "name": "李新", "employerCreditCode": employer["creditCode"], "employedFrom": "2015-01-01"}
    yield "city", person + "/corrections", {"field": "post", "value": "主任", "reason": "任命", "document": "文件"}
    yield "county-511823", person + "/excuses", {"subjectYear": 2017, "reason": "重病", "document": "批复", "liftsDuty": True}
    yield "city", person + "/certificates", None
    yield "city", person + "/employments/ends", {"until": "2018-01-01", "reason": "离职"}
    yield "city", person + "/employments", {"employerCreditCode": employer["creditCode"], "from": "2018-01-05"}
    yield "city", person + "/merges", {"from": other["id"], "reason": "重复", "document": "身份证"}
    yield "city", "/api/v1/claims", {"learnerId": registry.learner(employer)["id"], "subjectYear": 2017, "mode": "online", "evidence": registry.online()}
    yield "city", f"/api/v1/claims/{claim()['id']}/withdrawals", {}
    yield "city", f"/api/v1/claims/{claim()['id']}/reroutings", {"to": "city", "reason": "调动"}
    yield "county-511823", f"/api/v1/claims/{claim()['id']}/decisions", {"decision": "recognize"}
    yield "county-511823", "/api/v1/decisions", {"claims": [claim()["id"], claim()["id"]], "decision": "reject", "reason": "不符"}
    yield "admin", "/api/v1/users", {"username": f"u{uuid.uuid4().hex[:8]}", "personName": "新人", "password": "a pass phrase for tests", "role": "auditor"}
    yield "city", "/api/v1/audits", None


def test_a_repeat_gets_the_first_answer_byte_for_byte(registry):
    for username, path, body in changes(registry):
        client, headers = registry.as_(username), {"Idempotency-Key": str(uuid.uuid4())}
        first = client.post(path, json=body, headers=headers)
        assert first.status_code in (200, 201), f"{path}: {first.text}"
        time.sleep(0.01)
        again = client.post(path, json=body, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content), path
        if body is not None:
            other = {**body, "personName" if path.endswith("/users") else "reason": "另一个"}
            problem(client.post(path, json=other, headers=headers), 422, "idempotencyKeyReused")


def test_a_refusal_is_repeated_too(registry):
    client, headers = registry.as_("city"), {"Idempotency-Key": str(uuid.uuid4())}
    body = {"creditCode": "12511800M0000000XX", "name": "单位", "kind": "enterprise", "level": "city"}
    first, again = (client.post("/api/v1/employers", json=body, headers=headers) for _ in range(2))
    assert problem(first, 422)["reasons"] == problem(again, 422)["reasons"]


def test_a_key_belongs_to_its_person(registry):
    headers = {"Idempotency-Key": "shared"}
    learner = registry.learner(registry.employer())
    path = f"/api/v1/learners/{learner['id']}/certificates"
    first, second = registry.as_("city").post(path, headers=headers), registry.as_("base").post(path, headers=headers)
    assert first.status_code == second.status_code == 201 and first.json()["code"] != second.json()["code"]


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel".encode("latin-1")])
def test_keys_that_cannot_be(registry, key):
    answer = registry.as_("city").post(f"/api/v1/learners/{uuid.uuid4()}/certificates", headers={"Idempotency-Key": key})
    problem(answer, 400, "idempotencyKeyInvalid")


def test_the_same_file_with_the_same_key_is_one_job(registry):
    city, headers = registry.as_("city"), {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "text/csv"}
    file = "creditCode,name,kind,level,division\n".encode()
    first = city.post("/api/v1/imports/employers?fileName=单位.csv", data=file, headers=headers)
    again = city.post("/api/v1/imports/employers?fileName=单位.csv", data=file, headers=headers)
    assert first.status_code == 202 and first.headers["Location"] == f"/api/v1/imports/{first.json()['id']}"
    assert again.json()["id"] == first.json()["id"] and first.json()["fileName"] == "单位.csv"
    problem(city.post("/api/v1/imports/employers?fileName=单位.csv", data=file + b"x", headers=headers), 422, "idempotencyKeyReused")
    problem(city.post("/api/v1/imports/employers", files={"file": file}), 415, "unsupportedMediaType")


def test_a_certificate_for_programs_and_for_people(registry):
    learner = registry.learner(registry.employer(), name="欧阳小丽")
    code = registry.as_("city").made(f"/api/v1/learners/{learner['id']}/certificates")["code"]
    verification = requests.get(f"{registry.url}/verify/{code.lower().replace('-', '')}").json()
    assert verification["status"] == "stands" and verification["nameMasked"] != "欧阳小丽"
    page = requests.get(f"{registry.url}/verify/{code}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["Content-Type"].startswith("text/html") and "欧阳小丽" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    problem(requests.get(f"{registry.url}/verify/0000-0000-0000-0000"), 404, "certificateUnknown")
    missing = requests.get(f"{registry.url}/verify/%3Cscript%3E", headers={"Accept": "text/html"})
    assert missing.status_code == 404 and "<script>" not in missing.text


def test_metrics(registry):
    registry.as_("city").get("/api/v1/claims")
    text = requests.get(registry.url + "/metrics").text
    assert re.search(r'^ceregistry_http_requests_total\{method="GET",route="/api/v1/claims",status="200"\} \d+$', text, re.M)
    assert re.search(r"^process_resident_memory_bytes [1-9]\d+$", text, re.M)
    assert "# TYPE ceregistry_http_request_seconds histogram" in text


def test_logs_hold_no_person(registry):
    learner = registry.learner(registry.employer(), name="司徒不见")
    registry.as_("city").made("/api/v1/learners/searches", idNumber=learner["idNumber"])
    registry.as_("city").made("/api/v1/learners/searches", q="司徒不见")
    registry.as_("city").get(f"/api/v1/learners/{learner['id']}?note={learner['idNumber']}")
    requests.post(registry.url + "/api/v1/sessions", json={"username": learner["idNumber"], "password": "no secret of mine"})
    logged = registry.logged()
    assert learner["idNumber"] not in logged and "司徒不见" not in logged and "no secret of mine" not in logged
    lines = [json.loads(line) for line in logged.splitlines() if '"message":"request"' in line]
    assert any(line["route"] == "/api/v1/learners/{id}" and "userId" in line for line in lines)


def test_a_slow_sender_does_not_hold_the_daemon(registry):
    """A body that never comes: others are served meanwhile."""
    host, port = registry.url.removeprefix("http://").split(":")
    slow = http.client.HTTPConnection(host, int(port))
    slow.putrequest("POST", "/api/v1/sessions")
    slow.putheader("Content-Type", "application/json")
    slow.putheader("Content-Length", "100")
    slow.endheaders()
    slow.send(b"{")
    started = time.time()
    assert requests.get(registry.url + "/readyz", timeout=5).status_code == 200 and time.time() - started < 2
    slow.close()


def test_a_stop_finishes_what_is_under_way(registry):
    """Passwords take a while to hash: eight such requests are under way when the daemon is told to stop."""
    admin = registry.as_("admin")
    answers = []

    def work(index):
        session = requests.Session()
        session.headers.update(admin.headers)
        assert session.get(registry.url + "/healthz").status_code == 200
        barrier.wait()
        body = {"username": f"late-{index}", "personName": "晚到", "password": "a pass phrase for tests", "role": "auditor"}
        answers.append(session.post(registry.url + "/api/v1/users", json=body, timeout=30).status_code)

    barrier = threading.Barrier(9)
    threads = [threading.Thread(target=work, args=[index]) for index in range(8)]
    for thread in threads: thread.start()
    barrier.wait()
    time.sleep(0.05)
    registry.process.terminate()
    assert registry.process.wait(30) == 0
    for thread in threads: thread.join()
    assert answers == [201] * 8
    registry.start()
    assert {user["username"] for user in registry.as_("admin").get("/api/v1/users").json()["items"]} >= {f"late-{index}" for index in range(8)}
