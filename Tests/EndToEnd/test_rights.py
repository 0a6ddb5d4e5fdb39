"""Eight roles and every address of the OpenAPI document: who may do what, cell by cell."""
import uuid

import pytest
import requests

import makers
from registry import PASSWORD, Registry

ROLES = ["learner", "unitAdmin", "clerk", "countyOfficer", "cityOfficer", "baseOfficer", "auditor", "admin"]
READERS = "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor"
BUREAUS = "countyOfficer cityOfficer"
EVERYBODY = " ".join(ROLES)

# Who may. `public` needs nobody signed in.
TABLE = {
    ("post", "/api/v1/sessions"): "public",
    ("get", "/api/v1/sessions/current"): EVERYBODY,
    ("delete", "/api/v1/sessions/current"): EVERYBODY,
    ("post", "/api/v1/learners/searches"): READERS,
    ("post", "/api/v1/learners"): BUREAUS + " unitAdmin",
    ("get", "/api/v1/learners/{id}"): READERS,
    ("get", "/api/v1/learners/{id}/register"): READERS,
    ("get", "/api/v1/learners/{id}/eligibility"): READERS,
    ("post", "/api/v1/learners/{id}/employments"): BUREAUS,
    ("post", "/api/v1/learners/{id}/employments/ends"): BUREAUS,
    ("post", "/api/v1/learners/{id}/excuses"): BUREAUS,
    ("post", "/api/v1/excuses/{id}/revocations"): BUREAUS,
    ("post", "/api/v1/learners/{id}/corrections"): BUREAUS,
    ("post", "/api/v1/learners/{id}/erasures"): "cityOfficer",
    ("post", "/api/v1/learners/{id}/merges"): BUREAUS,
    ("post", "/api/v1/merges/{id}/reversals"): BUREAUS,
    ("post", "/api/v1/learners/{id}/certificates"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer",
    ("get", "/api/v1/certificates/{code}"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer",
    ("post", "/api/v1/learners/{id}/notices"): BUREAUS + " clerk",
    ("get", "/api/v1/notices/{code}"): READERS,
    ("get", "/api/v1/learners/{id}/contact"): BUREAUS + " learner unitAdmin",
    ("post", "/api/v1/learners/{id}/contact"): BUREAUS + " learner unitAdmin",
    ("delete", "/api/v1/learners/{id}/contact"): BUREAUS + " learner unitAdmin",
    ("post", "/api/v1/account/contact"): "learner unitAdmin",
    ("delete", "/api/v1/account/contact"): "learner unitAdmin",
    ("post", "/api/v1/employers"): BUREAUS + " admin",
    ("post", "/api/v1/employers/searches"): "unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor admin",
    ("get", "/api/v1/employers/{id}"): "unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor admin",
    ("post", "/api/v1/employers/{id}/corrections"): BUREAUS,
    ("post", "/api/v1/employers/{id}/closures"): BUREAUS,
    ("post", "/api/v1/employers/{id}/merges"): BUREAUS,
    ("post", "/api/v1/claims"): "learner unitAdmin countyOfficer cityOfficer baseOfficer",
    ("get", "/api/v1/claims"): "learner unitAdmin countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/claims/{id}"): READERS,
    ("post", "/api/v1/claims/{id}/withdrawals"): "learner unitAdmin countyOfficer cityOfficer baseOfficer",
    ("post", "/api/v1/claims/{id}/resubmissions"): "learner unitAdmin countyOfficer cityOfficer baseOfficer",
    ("post", "/api/v1/claims/{id}/reroutings"): "cityOfficer",
    ("post", "/api/v1/claims/{id}/decisions"): "countyOfficer cityOfficer baseOfficer",
    ("post", "/api/v1/decisions"): "countyOfficer cityOfficer baseOfficer",
    ("post", "/api/v1/register/{id}/reversals"): "countyOfficer cityOfficer baseOfficer",
    # The base's training.
    ("post", "/api/v1/trainingPlans"): "unitAdmin",
    ("get", "/api/v1/trainingPlans"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/trainingPlans/{id}"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("post", "/api/v1/trainingPlans/{id}/learners"): "unitAdmin",
    ("post", "/api/v1/trainingPlans/{id}/withdrawals"): "unitAdmin",
    ("post", "/api/v1/trainingPlans/{id}/answers"): "baseOfficer",
    ("get", "/api/v1/trainingRoster"): "unitAdmin",
    ("get", "/api/v1/trainingNeeds"): "baseOfficer",
    ("post", "/api/v1/trainingSessions"): "baseOfficer",
    ("get", "/api/v1/trainingSessions"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/trainingSessions/{id}"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("post", "/api/v1/trainingSessions/{id}/cancellations"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/calls"): "baseOfficer",
    ("get", "/api/v1/trainingSessions/{id}/calls"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/trainingInvitations"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("post", "/api/v1/trainingInvitations/{id}/answers"): "learner unitAdmin baseOfficer",
    ("get", "/api/v1/trainingSessions/{id}/screens/{halfDay}"): "baseOfficer",
    ("post", "/api/v1/trainingSignIns"): "learner",
    ("get", "/api/v1/trainingSessions/{id}/list"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("post", "/api/v1/trainingSessions/{id}/attendance"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/attendance/corrections"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/assessments"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/assessments/corrections"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/files"): "baseOfficer",
    ("get", "/api/v1/trainingSessions/{id}/recognition"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/recognitions"): "baseOfficer",
    ("get", "/api/v1/trainingSessions/{id}/fees"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("post", "/api/v1/trainingSessions/{id}/charges"): "baseOfficer",
    ("post", "/api/v1/trainingSessions/{id}/receipts"): "baseOfficer",
    ("post", "/api/v1/trainingCharges/{id}/refunds"): "baseOfficer",
    ("get", "/api/v1/trainingSessions/{id}/calendar"): "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/policies"): EVERYBODY,
    ("get", "/api/v1/policies/{notice}"): EVERYBODY,
    ("post", "/api/v1/imports/employers"): BUREAUS + " admin",
    ("post", "/api/v1/imports/learners"): BUREAUS,
    ("post", "/api/v1/imports/completions"): BUREAUS,
    ("post", "/api/v1/imports/openings"): BUREAUS,
    ("get", "/api/v1/imports/{id}"): BUREAUS + " auditor admin",
    ("get", "/api/v1/imports/{id}/findings"): BUREAUS + " auditor admin",
    ("post", "/api/v1/audits"): "cityOfficer admin",
    ("get", "/api/v1/audits/latest"): "cityOfficer auditor admin",
    ("get", "/api/v1/audits/findings"): "cityOfficer auditor admin",
    ("post", "/api/v1/audits/findings/{id}/acknowledgements"): "cityOfficer",
    ("get", "/api/v1/bulletins"): "countyOfficer cityOfficer baseOfficer auditor",
    ("post", "/api/v1/bulletins"): "cityOfficer",
    ("get", "/api/v1/bulletins/{number}"): "countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/bulletin"): "countyOfficer cityOfficer baseOfficer auditor",
    ("get", "/api/v1/access-log"): "cityOfficer auditor",
    ("get", "/api/v1/users"): "admin",
    ("post", "/api/v1/users"): "admin",
    ("post", "/api/v1/users/{username}/disablements"): "admin",
    ("post", "/api/v1/users/{username}/passwords"): "admin",
    ("get", "/verify/{code}"): "public",
    ("get", "/verify/{code}/proof"): "public",
    ("get", "/log/checkpoint"): "public",
    ("get", "/log/keys"): "public",
    ("get", "/log/tile/{path}"): "public",
    ("get", "/.well-known/did.json"): "public",
    ("get", "/openapi.json"): "public",
    ("get", "/healthz"): "public",
    ("get", "/readyz"): "public",
    ("get", "/metrics"): "public",
}


@pytest.fixture(scope="module")
def house():
    """One county with a unit, a learner and an open claim, and a second county beside it."""
    registry = Registry()
    registry.add_bureau_users(["511823", "511802"])
    registry.add_user("clerk-county", "clerk", "county:511823", name="县窗口")
    registry.start()
    unit = registry.employer()
    learner = registry.learner(unit)
    other = registry.learner(registry.employer(division="511802"), name="王远")
    registry.add_user("me", "learner", id_number=learner["idNumber"], name="张小丽")
    registry.add_user("unit", "unitAdmin", employer=unit["creditCode"], name="周单位")
    registry.user_of = {"learner": "me", "unitAdmin": "unit", "clerk": "clerk-county", "countyOfficer": "county-511823",
                        "cityOfficer": "city", "baseOfficer": "base", "auditor": "auditor", "admin": "admin"}
    registry.learner_here, registry.learner_there = learner, other
    registry.claim_here = registry.claim(learner)
    registry.claim_there = registry.claim(other)
    registry.paths = requests.get(registry.url + "/openapi.json", timeout=30).json()["paths"]
    yield registry
    registry.close()


def address(registry, path, there=False):
    learner = registry.learner_there if there else registry.learner_here
    claim = registry.claim_there if there else registry.claim_here
    record = claim["id"] if "/claims/" in path else learner["id"] if "/learners/" in path else learner["employer"]["id"] if "/employers/" in path else str(uuid.uuid4())
    return (path.replace("{id}", record).replace("{notice}", "2017-87").replace("{number}", "2017-1").replace("{username}", "nobody").replace("{code}", "0000").replace("{halfDay}", str(uuid.uuid4())))


def ask(registry, client, method, path, there=False):
    keywords = {"json": {}} if method == "post" and "/imports/" not in path else {}
    if "eligibility" in path: keywords["params"] = {"purpose": "titlePromotion"}
    return client.request(method, registry.url + address(registry, path, there), timeout=60, **keywords)


def in_the_document(registry, method, path, answer):
    """Whether a refusal is one that the document tells of, in the form of its problems (RFC 9457)."""
    told = registry.paths[path][method]["responses"]
    return str(answer.status_code) in told and answer.headers["Content-Type"].startswith("application/problem+json") and {
        "type", "title", "status", "code", "reasons"} <= set(answer.json()) and answer.json()["status"] == answer.status_code


def test_the_table_names_every_address_of_the_document(house):
    document = {(method, path) for path, item in house.paths.items() for method in item if method in ("get", "post", "put", "patch", "delete")}
    assert document == set(TABLE)


@pytest.mark.parametrize("method,path", [cell for cell, who in TABLE.items() if who != "public"])
@pytest.mark.parametrize("role", ROLES)
def test_who_may(house, role, method, path):
    # Signing out would end the others' session.
    client = house.as_(house.user_of[role])
    if method == "delete":
        client = requests.Session()
        token = requests.post(house.url + "/api/v1/sessions", json={"username": house.user_of[role], "password": PASSWORD}, timeout=60).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
    answer = ask(house, client, method, path)
    if role in TABLE[method, path].split():
        assert answer.status_code not in (401, 403, 405) or answer.json()["code"] != "roleMayNot", answer.text
        assert answer.status_code < 500, answer.text
    else:
        # An empty body may be found wanting before the right is; what matters is that nothing is done or shown.
        assert answer.status_code in (403, 422) and in_the_document(house, method, path, answer), answer.text
        if method == "get": assert answer.status_code == 403 and answer.json()["code"] in ("roleMayNot", "outsideJurisdiction")


@pytest.mark.parametrize("method,path", list(TABLE))
def test_who_is_not_signed_in(house, method, path):
    answer = ask(house, requests, method, path)
    if TABLE[method, path] == "public": assert answer.status_code != 401 or path == "/api/v1/sessions"
    else: assert answer.status_code == 401 and in_the_document(house, method, path, answer) and answer.headers["WWW-Authenticate"].startswith("Bearer")


WELL_FORMED = [
    ("/api/v1/employers", "learner unitAdmin clerk baseOfficer auditor", lambda h: {"creditCode": makers.credit_code(), "name": "新单位", "kind": "enterprise", "level": "county", "division": "511823"}),
    ("/api/v1/learners/{id}/excuses", "learner unitAdmin clerk baseOfficer auditor admin", lambda h: {"subjectYear": 2017, "reason": "病假", "document": "文", "liftsDuty": True}),
    ("/api/v1/learners/{id}/erasures", "learner unitAdmin clerk countyOfficer baseOfficer auditor admin", lambda h: {"reason": "本人申请", "document": "受理1号"}),
    ("/api/v1/learners/{id}/corrections", "learner unitAdmin clerk baseOfficer auditor admin", lambda h: {"field": "name", "value": "李四", "reason": "更名", "document": "户口"}),
    ("/api/v1/claims/{id}/decisions", "learner unitAdmin clerk auditor admin", lambda h: {"decision": "recognize"}),
    ("/api/v1/claims/{id}/reroutings", "learner unitAdmin clerk countyOfficer baseOfficer auditor admin", lambda h: {"to": "city", "reason": "调动"}),
    ("/api/v1/users", "learner unitAdmin clerk countyOfficer cityOfficer baseOfficer auditor", lambda h: {"username": "new.one", "personName": "新人", "password": PASSWORD, "role": "auditor"}),
    ("/api/v1/claims", "clerk auditor admin", lambda h: {"learnerId": h.learner_here["id"], "subjectYear": 2017, "mode": "online", "evidence": h.online()}),
]


@pytest.mark.parametrize("path,roles,body", WELL_FORMED, ids=[row[0] for row in WELL_FORMED])
def test_a_well_formed_request_of_the_wrong_role_is_forbidden_and_logged(house, path, roles, body):
    for role in roles.split():
        answer = house.as_(house.user_of[role]).post(address(house, path), json=body(house))
        assert answer.status_code == 403, f"{role}: {answer.text}"
    refused = house.as_("auditor").get("/api/v1/access-log", params={"outcome": "refused"}).json()["items"]
    assert {line["username"] for line in refused} >= {house.user_of[role] for role in roles.split()}


@pytest.mark.parametrize("role", ["learner", "unitAdmin", "clerk", "countyOfficer"])
@pytest.mark.parametrize("path", ["/api/v1/learners/{id}", "/api/v1/learners/{id}/register", "/api/v1/learners/{id}/eligibility", "/api/v1/claims/{id}"])
def test_another_countys_record_is_not_shown(house, role, path):
    answer = ask(house, house.as_(house.user_of[role]), "get", path, there=True)
    assert answer.status_code == 403 and answer.json()["code"] == "outsideJurisdiction"
    assert "王远" not in answer.text


@pytest.mark.parametrize("what,status,code", [
    ("UPDATE users SET password_is_one_time = true WHERE username = 'leaver'", 403, "passwordIsOneTime"),
    ("UPDATE users SET role = 'admin', authority = NULL WHERE username = 'leaver'", 403, "roleMayNot"),
    ("UPDATE sessions SET expires_at = now() WHERE user_id = (SELECT id FROM users WHERE username = 'leaver')", 401, "sessionEnded"),
    ("UPDATE sessions SET revoked_at = now() WHERE user_id = (SELECT id FROM users WHERE username = 'leaver')", 401, "sessionEnded"),
    ("UPDATE users SET disabled_at = now() WHERE username = 'leaver'", 401, "sessionEnded"),
])
def test_a_token_that_opens_nothing_leaves_no_line_of_a_reading(house, what, status, code):
    """Who holds the token is found in the statement before the one that reads and logs."""
    house.sql("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE username = 'leaver'); DELETE FROM users WHERE username = 'leaver'")
    house.add_user("leaver", "clerk", "city", name="离窗口")
    house.clients.pop("leaver", None)
    client = house.as_("leaver")
    path = address(house, "/api/v1/learners/{id}/eligibility")
    assert client.get(path, params={"purpose": "titlePromotion"}).status_code == 200
    [[user]] = house.sql("SELECT id FROM users WHERE username = 'leaver'")
    house.sql(what)
    answer = client.get(path, params={"purpose": "titlePromotion"})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    logged = lambda: house.sql("SELECT outcome, code FROM access_log WHERE user_id = %s AND action = 'readEligibility' ORDER BY id", (user,))[1:]
    refusal = [("refused", "roleMayNot")] if code == "roleMayNot" else []
    assert logged() == refusal
    # The same whatever else is wrong with the question.
    for wrong in (path.replace(house.learner_here["id"], "nobody"), path):
        answer = client.get(wrong, params={"purpose": "none", "asOf": "2018-02-30"})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert logged() == refusal * 3


@pytest.mark.parametrize("role", ["clerk", "countyOfficer", "unitAdmin", "learner"])
def test_a_search_shows_only_what_the_caller_may_see(house, role):
    client = house.as_(house.user_of[role])
    assert [item["id"] for item in client.made("/api/v1/learners/searches", idNumber=house.learner_here["idNumber"])["items"]] == [house.learner_here["id"]]
    assert client.made("/api/v1/learners/searches", idNumber=house.learner_there["idNumber"])["items"] == []


def test_a_queue_holds_only_the_authoritys_own_claims(house):
    for username, authority in (("county-511823", "county:511823"), ("county-511802", "county:511802"), ("base", "base")):
        items = house.as_(username).get("/api/v1/claims").json()["items"]
        assert {item["routedTo"] for item in items} <= {authority}
    assert house.as_("county-511823").get("/api/v1/claims", params={"authority": "county:511802"}).status_code == 403
    assert house.as_("city").get("/api/v1/claims", params={"authority": "county:511802"}).json()["items"]
