"""The OpenAPI document is valid, and what the daemon answers is in it: schemathesis as every kind of person."""
import json
import subprocess
import sys

import pytest
import requests
from openapi_spec_validator import validate

import makers
from test_rights import TABLE
from training import PRICE, half_days

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,unsupported_method"
# What would end the session under test, or lock its account. Schemathesis tries other methods on every address, so the
# whole address is left out.
LEFT_OUT = r"^/api/v1/(sessions|sessions/current|users/\{username\}/(disablements|passwords))$"


@pytest.fixture(scope="module")
def described(registry):
    return requests.get(registry.url + "/openapi.json").json()


def test_the_document_is_valid(described):
    validate(described)


def test_every_operation_is_told_apart(described):
    operations = [operation for item in described["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) > 50


def stored(registry):
    """Records of every kind, so that tests get beyond 404."""
    employer, other = registry.employer(), registry.employer(division="511802")
    learners = [registry.learner(employer) for _ in range(4)] + [registry.learner(other)]
    claims = [registry.claim(learner) for learner in learners]
    entry = registry.decide(claims[0], "county-511823").json()["entry"]
    registry.decide(claims[1], "county-511823", "return", reason="补正")
    county = registry.as_("county-511823")
    excuse = county.made(f"/api/v1/learners/{learners[3]['id']}/excuses", subjectYear=2018, reason="病", document="批复", liftsDuty=True)
    merge = registry.as_("city").made(f"/api/v1/learners/{learners[2]['id']}/merges", **{"from": learners[3]["id"], "reason": "重复", "document": "证"})
    job = registry.as_("city").post("/api/v1/imports/employers", data=b"creditCode,name\n", headers={"Content-Type": "text/csv"}).json()
    code = registry.as_("city").made(f"/api/v1/learners/{learners[0]['id']}/certificates")["code"]
    # One for each run: a room is taken once at a time.
    name = makers.record_number()
    session = registry.as_("base").made("/api/v1/trainingSessions", code=name, subjectYear=2018, place="基地", places=5, feeInFen=0, priceDocument=PRICE,
                                        halfDays=half_days(room=name, teacher=name, days=1))
    return {"trainingSessions": [session["id"]], "learners": [row["id"] for row in learners], "employers": [employer["id"], other["id"]], "claims": [row["id"] for row in claims],
            "register": [entry], "excuses": [excuse["id"]], "merges": [merge["id"]], "imports": [job["id"]], "verify": [code],
            "credit": [employer["creditCode"], other["creditCode"]]}


def narrowed(described, records, role):
    """The same document with the records that are there in the place of any UUID, and the addresses where the role may anything: that it is
    refused at the others, each time in the document's form, is asked cell by cell in test_rights.py."""
    narrow = json.loads(json.dumps(described))
    may = {path for (_, path), who in TABLE.items() if who == "public" or role in who.split()}
    narrow["paths"] = {path: item for path, item in narrow["paths"].items() if path in may}
    for path, item in narrow["paths"].items():
        parts = path.split("/")
        kind = parts[1] if path.startswith("/verify") else parts[3] if len(parts) > 3 else ""
        for operation in item.values():
            for index, parameter in enumerate(operation["parameters"]):
                if (parameter.get("$ref", "").endswith("/Id") or parameter.get("name") == "code") and kind in records:
                    name = parameter.get("name", "id")
                    operation["parameters"][index] = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "enum": records[kind]}}
                if parameter.get("name") == "purpose": parameter["schema"] = {"type": "string", "enum": ["titlePromotion", "postPromotion", "annualExcellent"]}
    schemas = narrow["components"]["schemas"]
    one_of = lambda values: {"type": "string", "enum": values}
    for name in ["NewLearner", "NewEmployment"]: schemas[name]["properties"]["employerCreditCode"] = one_of(records["credit"])
    schemas["NewLearner"]["properties"]["idNumber"] = one_of([makers.id_number() for _ in range(20)])
    schemas["NewEmployer"]["properties"]["creditCode"] = one_of([makers.credit_code() for _ in range(20)])
    for name in ["NewOnlineClaim", "NewFaceToFaceClaim"]:
        schemas[name]["properties"]["learnerId"] = one_of(records["learners"])
        schemas[name]["properties"]["subjectYear"] = {"type": "integer", "enum": [2017, 2018]}
    schemas["NewDecisions"]["properties"]["claims"]["items"] = one_of(records["claims"])
    schemas["Merge"]["properties"]["from"] = one_of(records["learners"] + records["employers"])
    schemas["LikelyDay"] = one_of(["2017-06-05", "2017-08-01", "2017-11-03", "2018-01-05", "2016-02-29"])
    for name in asked(narrow): schemas[name] = with_likely_days(schemas[name])
    return narrow


def asked(described):
    """The schemas of request bodies."""
    for item in described["paths"].values():
        for operation in item.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                name = media["schema"].get("$ref", "").rpartition("/")[2]
                if name: yield name
                yield from (part["$ref"].rpartition("/")[2] for part in described["components"]["schemas"].get(name, {}).get("oneOf", []))


def with_likely_days(schema):
    if isinstance(schema, list): return [with_likely_days(part) for part in schema]
    if not isinstance(schema, dict): return schema
    if schema.get("$ref") == "#/components/schemas/Day": return {"$ref": "#/components/schemas/LikelyDay"}
    return {key: with_likely_days(part) for key, part in schema.items()}


# The city's officer may ask for everything: some minutes, and on a busy machine many. A request may take as long as the slowest endpoint's
# own limit: a bulletin is printed when it is published.
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("username,role", [("city", "cityOfficer"), ("county-511823", "countyOfficer"), ("base", "baseOfficer"), ("auditor", "auditor"),
                                           ("admin", "admin"), (None, "public")])
def test_answers_are_in_the_document(registry, described, tmp_path, username, role):
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(narrowed(described, stored(registry), role), ensure_ascii=False))
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", registry.url, "--checks", CHECKS, "--exclude-path-regex", LEFT_OUT,
               "--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--continue-on-failure", "--seed", "87", "--request-timeout", "300", "--no-color"]
    if username: command += ["--header", f"Authorization: {registry.as_(username).headers['Authorization']}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1700, cwd=tmp_path)
    said = done.stdout[done.stdout.find("FAILURES"):] if "FAILURES" in done.stdout else done.stdout + done.stderr
    assert done.returncode == 0, said[-6000:]
    assert requests.get(registry.url + "/readyz").status_code == 200
