"""The sixteen worked cases of DOMAIN.md through HTTP, and through the command line where a command exists."""
import threading

import pytest
import requests
import yaml

import makers
from registry import ROOT, Registry

DATA = yaml.safe_load((ROOT / "Tests/worked-cases.yaml").read_text())
CASES = {case["case"]: case for case in DATA["cases"]}


def text(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def day_of(step):
    for word in ("claim", "decide", "reverse", "excuse", "certificate", "verify"):
        if word in step: return text(step[word]["day"])
    return None


def play_all(registry):
    """Every step of every case, in the order of business days, so that the clock only moves forward."""
    registry.add_bureau_users()
    registry.start()
    employers = {name: registry.employer(**{"division": None, **kind}) for name, kind in DATA["employers"].items()}
    people = {}
    for number, case in CASES.items():
        learner = registry.learner(employers[case["employer"]], since=text(case["employedFrom"]))
        if "learnerIsOfficerOf" in case:
            registry.add_user(f"self-{number}", "countyOfficer", case["learnerIsOfficerOf"], id_number=learner["idNumber"])
        people[number] = {"case": number, "learner": learner, "claims": {}, "entries": {}, "certificates": {}, "seen": []}
    dated = sorted(((day_of(step), number, index) for number, case in CASES.items() for index, step in enumerate(case["steps"]) if day_of(step)))
    for day, number, index in dated:
        registry.move_to(f"{day}T09:00:00+08:00")
        step = CASES[number]["steps"][index]
        people[number]["seen"].append((index, play(registry, people[number], step)))
    registry.move_to("2019-06-01T09:00:00+08:00")
    registry.people = people
    return registry


BEFORE_THE_CASES = "2019-01-10T08:00:00+08:00"


@pytest.fixture(scope="module")
def played():
    registry = play_all(Registry(clock=BEFORE_THE_CASES))
    yield registry
    registry.close()


def username(authority, case):
    return {"city": "city", "base": "base"}.get(authority) or (f"self-{case}" if authority == "self" else "county-" + authority.split(":")[1])


def play(registry, person, step):
    case = person["case"]
    if "claim" in step:
        claim = step["claim"]
        evidence = {key: text(value) for key, value in claim["evidence"].items()}
        if claim["mode"] == "online": evidence["recordNumber"] = makers.record_number()
        body = {"learnerId": person["learner"]["id"], "subjectYear": claim["year"], "mode": claim["mode"], "evidence": evidence}
        if "reason" in claim: body["reason"] = claim["reason"]
        answer = registry.as_("city").post("/api/v1/claims", json=body)
        if answer.status_code == 201: person["claims"][claim["name"]] = answer.json()["id"]
        return answer
    if "decide" in step:
        decide = step["decide"]
        path = f"/api/v1/claims/{person['claims'][decide['claim']]}/decisions"
        body = {"decision": "recognize", **({"answers": decide["answers"]} if "answers" in decide else {})}
        client = registry.as_(username(decide["by"], case))
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(client.post(path, json=body))) for _ in range(2 if decide.get("twiceAtOnce") else 1)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        answers.sort(key=lambda answer: answer.status_code)
        if answers[0].status_code == 201: person["entries"][decide["claim"]] = answers[0].json()["entry"]
        return answers
    if "reverse" in step:
        entry = person["entries"][step["reverse"]["claim"]]
        return registry.as_(username(step["reverse"]["by"], case)).post(f"/api/v1/register/{entry}/reversals", json={"reason": step["reverse"]["reason"]})
    if "excuse" in step:
        excuse = step["excuse"]
        return registry.as_("county-511823").post(f"/api/v1/learners/{person['learner']['id']}/excuses", json={
            "subjectYear": excuse["year"], "reason": excuse["reason"], "document": excuse["document"], "liftsDuty": excuse["liftsDuty"]})
    if "certificate" in step:
        answer = registry.as_("clerk").post(f"/api/v1/learners/{person['learner']['id']}/certificates")
        person["certificates"][step["certificate"]["name"]] = answer.json()["code"]
        return answer
    if "verify" in step:
        return requests.get(f"{registry.url}/verify/{person['certificates'][step['verify']['certificate']]}", timeout=30)


@pytest.mark.parametrize("number", CASES, ids=[f"{n} {case['title']}" for n, case in CASES.items()])
def test_worked_case_through_http(played, number):
    check_case(played, number)


def check_case(played, number):
    case, person = CASES[number], played.people[number]
    seen = dict(person["seen"])
    for index, step in enumerate(case["steps"]):
        if "eligibility" in step:
            check_eligibility(step, played.eligibility(person["learner"], step["eligibility"]["purpose"], asOf=text(step["eligibility"]["asOf"])))
        else:
            check(played, person, step, seen[index])


@pytest.mark.parametrize("number", CASES, ids=[f"{n} {case['title']}" for n, case in CASES.items()])
def test_worked_case_through_the_command_line(played, number):
    case, person = CASES[number], played.people[number]
    for step in case["steps"]:
        if "eligibility" in step:
            asked = step["eligibility"]
            answer = played.cli_json("eligibility", "--id-number", person["learner"]["idNumber"], "--purpose", asked["purpose"],
                                     "--as-of", text(asked["asOf"]), "--as", "clerk")
            check_eligibility(step, answer)
        if "decide" in step and step["outcome"] in ("recognized", "conflict"):
            # Decided long ago by now: the command line meets the same conflict and names the entry.
            decide = step["decide"]
            done = played.cli("claims", "decide", person["claims"][decide["claim"]], "--decision", "recognize", "--as",
                              username(decide["by"], number), "--answer", "faceToFaceExpected=同意", "--json", check=False)
            assert done.returncode == 1
            assert '"status" : 409' in done.stdout and person["entries"][decide["claim"]] in done.stdout
        if "verify" in step and step["status"] == "superseded":
            done = played.cli("certificate", "verify", person["certificates"][step["verify"]["certificate"]], check=False)
            assert done.returncode == 1 and "superseded" in done.stdout


def check_eligibility(step, answer):
    expected = step["answer"]
    assert answer["outcome"] == expected["outcome"]
    status = {year["year"]: year["status"] for year in answer["years"]}
    for year, word in expected.get("years", {}).items(): assert status[year] == word
    assert [reason["rule"] for reason in answer["reasons"]] == expected.get("rules", [])
    if "reasonYears" in expected: assert [reason["subjectYear"] for reason in answer["reasons"]] == expected["reasonYears"]
    for reason in answer["reasons"]: assert reason["messages"]["zh"] and reason["messages"]["en"]


def check(registry, person, step, answer):
    if "claim" in step:
        if "accepted" in step:
            assert answer.status_code == 201, answer.text
            for field, value in step["accepted"].items(): assert answer.json()[field] == value
        elif "refused" in step:
            assert answer.status_code == 422, answer.text
            assert answer.json()["rules"] == step["refused"]
        else:
            assert answer.status_code == 409, answer.text
            assert answer.json()["code"] == step["conflict"]["code"]
            assert answer.json()["entry"] == person["entries"][step["conflict"]["entryOf"]]
    elif "decide" in step:
        codes = [one.status_code for one in answer]
        expected = {"recognized": 201, "forbidden": 403, "unanswered": 422, "conflict": 409}[step["outcome"]]
        assert codes == ([201, 409] if step["decide"].get("twiceAtOnce") else [expected]), [one.text for one in answer]
        if "rules" in step: assert answer[0].json()["rules"] == step["rules"]
        if step["decide"].get("logged"):
            refused = registry.as_("auditor").get("/api/v1/access-log", params={"outcome": "refused"}).json()["items"]
            claim = person["claims"][step["decide"]["claim"]]
            assert any(line["recordId"] == claim and line["action"] == "decideClaim" and line["username"] == "county-511802" for line in refused)
        entries = registry.sql("SELECT count(*) FROM register_entries WHERE claim_id = %s", (person["claims"][step["decide"]["claim"]],))
        assert entries[0][0] <= 1
    elif "verify" in step:
        assert answer.status_code == 200 and answer.json()["status"] == step["status"]
        assert person["learner"]["name"] not in answer.text
    else:
        assert answer.status_code == 201, answer.text
