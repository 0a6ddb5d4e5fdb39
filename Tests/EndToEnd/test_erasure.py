"""Lawful erasure (个人信息保护法, article 47): the person is gone from every table, and everything that was counted, published
and printed stays what it was."""
import json
import os
import pathlib
import subprocess
import uuid

import psycopg
import pytest
import requests

import makers
from registry import Registry
from training import PRICE, Season, half_days

NAME, MAIDEN = "欧阳雪莲", "欧阳雪"
EMAIL, MOBILE = "ouyang.xuelian@example.cn", "13908350001"
# Of what was written about the person; what others' records say beside the name stays.
WORDS = ["护士", "主管护师", "产假", "补盖章", "夜班", "手机没电", "卷面重核", "多缴", "同名"]
NUMBER = "雅人社通〔2018〕7号"
BODY = {"reason": "本人书面申请", "document": "受理〔2026〕3号"}


@pytest.fixture(scope="module")
def city():
    registry = Registry(clock="2017-06-20T09:00:00+08:00", CEREGISTRY_WEASYPRINT="/nowhere")
    registry.add_bureau_users(["511823"])
    registry.start()
    registry.unit = registry.employer()
    registry.colleague = registry.learner(registry.unit, name="罗小光")
    registry.person = trained(registry)
    registry.move_to("2018-01-10T09:00:00+08:00")
    lived(registry, registry.person)
    registry.decide(registry.claim(registry.colleague), "county-511823")
    registry.move_to("2018-02-10T09:00:00+08:00")
    published = registry.as_("city").post("/api/v1/bulletins", json={"number": NUMBER}, timeout=240)
    assert published.status_code == 201, published.text
    registry.cli("audit", check=False)
    registry.as_("county-511823").made(f"/api/v1/learners/{registry.person['id']}/employments/ends", until="2018-02-09", reason=f"{NAME}调出")
    yield registry
    registry.close()


def trained(registry):
    """A summer with the base: a place on a plan, calls, a seat, a mark, a fee, and words about each of them."""
    registry.add_user("unit", "unitAdmin", employer=registry.unit["creditCode"], name="周单位")
    base, unit = registry.as_("base"), registry.as_("unit")
    person = registry.learner(registry.unit, name=MAIDEN, gender="female", post="护士", title="主管护师")
    registry.as_("county-511823").made(f"/api/v1/learners/{person['id']}/contact", email=EMAIL, mobile=MOBILE)
    classmate = registry.learner(registry.unit, name="同班者")
    people = [person["id"], classmate["id"]]
    plan = unit.made("/api/v1/trainingPlans", subjectYear=2017, learners=people, contact=MOBILE, note=f"{MAIDEN}请安排在七月")
    base.made(f"/api/v1/trainingPlans/{plan['id']}/answers", answer="accept", note=f"{MAIDEN}（{person['idNumber']}）已列入")
    addresses = []
    for code, first in (("2017-E1", "2017-07-03"), ("2017-E2", "2017-09-04")):
        session = base.made("/api/v1/trainingSessions", code=code, subjectYear=2017, place="基地", places=10, feeInFen=20_000, priceDocument=PRICE,
                            halfDays=half_days(first, days=2))
        addresses.append(f"/api/v1/trainingSessions/{session['id']}")
        base.made(addresses[-1] + "/calls", learners=people)
        base.made(addresses[-1] + "/charges", payer="learner" if code == "2017-E1" else "unit")
        # The first of the two is held below.
        if code == "2017-E1": registry.held, halves = addresses[0], session["halfDays"]
    invitations = unit.get("/api/v1/trainingInvitations", params={"session": addresses[1].split("/")[-1]}).json()["items"]
    mine = next(invitation for invitation in invitations if invitation["learnerId"] == person["id"])
    unit.made(f"/api/v1/trainingInvitations/{mine['id']}/answers", answer="cannotCome", reason=f"{MAIDEN}夜班")
    base.made(registry.held + "/receipts", learnerId=person["id"])
    registry.move_to("2017-07-05T09:00:00+08:00")
    base, unit = registry.as_("base"), registry.as_("unit")
    seen = [{"halfDayId": half["id"], "learnerId": classmate["id"], "seenAt": f"{half['day']}T{half['startsAt']}:00+08:00"} for half in halves]
    base.made(registry.held + "/attendance", records=seen)
    registry.seat = {"halfDayId": halves[0]["id"], "learnerId": person["id"], "isPresent": True, "reason": f"{MAIDEN}手机没电"}
    base.made(registry.held + "/attendance/corrections", **registry.seat)
    base.made(registry.held + "/assessments", results=[{"learnerId": person["id"], "mark": 55}, {"learnerId": classmate["id"], "mark": 80}])
    base.made(registry.held + "/assessments/corrections", learnerId=person["id"], mark=50, reason=f"{MAIDEN}卷面重核")
    recognized = base.made(registry.held + "/recognitions", digest=base.get(registry.held + "/recognition").json()["digest"])
    assert (recognized["learners"], len(recognized["leftOut"])) == (1, 1)
    charge = next(charge for charge in base.get(registry.held + "/fees").json()["charges"] if charge["learnerId"] == person["id"])
    base.made(f"/api/v1/trainingCharges/{charge['id']}/refunds", reason=f"{MAIDEN}多缴")
    base.made(addresses[1] + "/cancellations", reason=f"{MAIDEN}等人不能到校")
    return person


def lived(registry, person):
    """Somebody to whom everything happened that leaves words or numbers behind."""
    mine = registry.as_("county-511823")
    person["numbers"] = [person["idNumber"], makers.id_number()]
    mine.made(f"/api/v1/learners/{person['id']}/corrections", field="name", value=NAME, reason=f"{MAIDEN}更名", document="户口簿")
    mine.made(f"/api/v1/learners/{person['id']}/corrections", field="idNumber", value=person["numbers"][1], reason="升位", document="身份证")
    twin = registry.learner(registry.unit, name=NAME)
    person["numbers"].append(twin["idNumber"])
    evidence = registry.online(2017)
    person["records"] = [evidence["recordNumber"]]
    returned = registry.claim(twin, evidence=evidence, reason=f"{NAME}本人提交")
    registry.decide(returned, "county-511823", decision="return", reason=f"请{NAME}补盖章")
    mine.made(f"/api/v1/claims/{returned['id']}/resubmissions", evidence=evidence, reason=f"{NAME}已补")
    assert registry.decide(returned, "county-511823").status_code == 201
    mine.made(f"/api/v1/learners/{person['id']}/merges", **{"from": twin["id"]}, reason=f"{NAME}是同一人", document=f"{person['numbers'][1]}身份证")
    mine.made(f"/api/v1/learners/{person['id']}/excuses", subjectYear=2018, reason=f"{NAME}产假", document="诊断书", liftsDuty=False)
    paper = f"证{person['numbers'][0]}"
    person["records"].append(paper)
    opening = f"idNumber,subjectYear,mode,hours,recognizedOn,paperNumber\n{person['numbers'][1]},2016,faceToFace,30,2016-12-01,{paper}\n"
    registry.cli("import", "openings", write(registry, f"{NAME}.csv", opening), "--as", "county-511823")
    # A file that is wrong about the person: the report says what was found.
    wrong = f"idNumber,name,employerCreditCode\n{person['numbers'][1]},{NAME}莲,{registry.unit['creditCode']}\n"
    registry.cli("import", "learners", write(registry, "wrong.csv", wrong), "--as", "county-511823", check=False)
    mine.made(f"/api/v1/learners/{person['id']}/corrections", field="name", value=NAME, reason="改回", document="户口簿")
    person["certificate"] = mine.made(f"/api/v1/learners/{person['id']}/certificates")["code"]
    entry = mine.get(f"/api/v1/learners/{person['id']}/register").json()["items"][-1]
    mine.made(f"/api/v1/register/{entry['id']}/reversals", reason=f"{NAME}的登记年度有误")
    again = registry.claim(person, evidence=registry.online(2017, recordNumber=person["records"][0]), by="city")
    assert registry.decide(again, "county-511823").status_code == 201
    person["notice"] = mine.made(f"/api/v1/learners/{person['id']}/notices", purpose="titlePromotion")["code"]
    registry.sql("""INSERT INTO reminders (learner_id, subject_year, days_before, channel, reminded_on, failed_at, failure)
                    VALUES (%s, 2017, 30, 'email', '2017-12-01', now(), %s)""", (person["id"], f"550 <{EMAIL}> no such mailbox"))
    registry.sql("""INSERT INTO kept_apart (first_id, second_id, first_version, second_version, reason, kept_on, recorded_by)
                    SELECT least(%s::uuid, %s::uuid), greatest(%s::uuid, %s::uuid), 1, 1, %s, '2018-01-10', id FROM users WHERE username = 'city'""",
                 (*[person["id"], registry.colleague["id"]] * 2, f"与{NAME}同名"))
    registry.add_user(person["numbers"][1], "learner", id_number=person["numbers"][1], name=NAME)
    assert requests.post(f"{registry.url}/api/v1/sessions", timeout=30, json={"username": person["numbers"][1], "password": "a pass phrase for tests"}).status_code == 201


def write(registry, name, text):
    path = registry.folder / name
    path.write_text(text)
    return str(path)


def dump(registry):
    program = pathlib.Path(os.environ["CEREGISTRY_PG_BIN"]) / "pg_dump"
    done = subprocess.run([str(program), "--data-only", "--inserts", registry.database_url], capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def traces(registry):
    """What of the person a dump of the whole database still says; uploaded bytes are written out in hexadecimal."""
    text, person = dump(registry), registry.person
    secrets = [NAME, MAIDEN, EMAIL, MOBILE, *person["numbers"], *person["records"], *WORDS]
    return [word for word in secrets if word.encode() in text or word.encode().hex().encode() in text]


def erase(registry, by="city", **body):
    return registry.as_(by).post(f"/api/v1/learners/{registry.person['id']}/erasures", json={**BODY, **body})


def test_not_while_the_hours_are_still_to_be_kept(city):
    assert set(traces(city)) == {NAME, MAIDEN, EMAIL, MOBILE, *city.person["numbers"], *city.person["records"], *WORDS}
    early = erase(city)
    assert (early.status_code, early.json()["code"]) == (409, "erasureTooEarly") and "2023-02-09" in early.text
    city.move_to("2023-02-10T09:00:00+08:00")
    still = city.as_("city").post(f"/api/v1/learners/{city.colleague['id']}/erasures", json=BODY)
    assert (still.status_code, still.json()["code"]) == (409, "erasureInPost")


def test_not_with_a_claim_open_nor_of_an_officer(city):
    stranger = city.learner(city.unit, name="误录者")
    claim = city.claim(stranger, by="city")
    path = f"/api/v1/learners/{stranger['id']}/erasures"
    assert city.as_("city").post(path, json=BODY).json()["code"] == "erasureClaimOpen"
    city.as_("city").made(f"/api/v1/claims/{claim['id']}/withdrawals", reason="误录")
    city.add_user("officer-too", "clerk", "city", id_number=stranger["idNumber"], name="误录者")
    assert city.as_("city").post(path, json=BODY).json()["code"] == "erasureHoldsOffice"


def test_by_the_city_bureau_alone_and_in_words_that_do_not_name_the_person(city):
    assert erase(city, by="county-511823").status_code == 403
    for field in ("reason", "document"):
        named = erase(city, **{field: f"{NAME}申请"})
        assert (named.status_code, named.json()["code"]) == (422, "erasureNamesPerson")
    assert erase(city, document=" ").status_code == 422
    assert NAME in city.as_("city").get(f"/api/v1/learners/{city.person['id']}").text


def test_nothing_of_the_person_is_left_and_everything_else_is(city):
    counts = lambda: {table: city.sql(f"SELECT count(*) FROM {table}")[0][0] for table in (
        "register_entries", "standing_entries", "decisions", "reversals", "claims", "employments", "excuses", "certificates", "merges",
        "notices", "reminders", "kept_apart", "training_plan_learners", "training_invitations", "training_answers", "training_attendance",
        "training_assessments", "training_recognitions", "training_charges", "training_receipts", "training_refunds")}
    before, live = counts(), city.as_("city").get("/api/v1/bulletin").json()
    report = city.cli_json("audit", "--full", check=False)
    assert report["totals"]["errors"] == 0, report["findings"]
    done = city.as_("city").post(f"/api/v1/learners/{city.person['id']}/erasures", json=BODY, headers={"Idempotency-Key": "erasing"})
    assert done.status_code == 201 and len(done.json()["records"]) == 2 and done.json()["erasedOn"] == "2023-02-10"
    again = city.as_("city").post(f"/api/v1/learners/{city.person['id']}/erasures", json=BODY, headers={"Idempotency-Key": "erasing"})
    assert again.json() == done.json()
    assert traces(city) == []
    # What was written of several people says of the others what it said.
    words = [*city.sql("SELECT note, answer_note, contact FROM training_plans"), *city.sql("SELECT cancelled_because FROM training_sessions WHERE state = 'cancelled'"),
             *city.sql("SELECT DISTINCT reason FROM training_refunds WHERE reason LIKE '%%不能到校'")]
    assert words == [("〔已依法删除〕请安排在七月", "〔已依法删除〕（〔已依法删除〕）已列入", "〔已依法删除〕"), *[("〔已依法删除〕等人不能到校",)] * 2]
    assert counts() == before and city.as_("city").get("/api/v1/bulletin").json() == live
    log = city.as_("auditor").get("/api/v1/access-log", params={"limit": 50}).json()["items"]
    assert any(line["action"] == "erasePerson" and line["recordId"] == done.json()["id"] for line in log)


def test_the_person_is_not_found_and_the_certificate_says_so(city):
    search = lambda **body: city.as_("city").made("/api/v1/learners/searches", **body)["items"]
    assert [search(idNumber=number) for number in city.person["numbers"]] == [[], [], []]
    assert search(q=NAME) == [] and search(q="删除") == []
    verified = requests.get(f"{city.url}/verify/{city.person['certificate']}", headers={"Accept": "application/json"}, timeout=30).json()
    assert verified["status"] == "erased" and verified["years"]
    page = lambda language: requests.get(f"{city.url}/verify/{city.person['certificate']}", timeout=30, headers={"Accept": "text/html", "Accept-Language": language}).text
    assert "已依法删除" in page("zh-CN") and "erased by law" in page("en")
    notice = requests.get(f"{city.url}/verify/{city.person['notice']}", headers={"Accept": "application/json"}, timeout=30).json()
    assert (notice["kind"], notice["status"]) == ("notice", "erased")
    shown = city.as_("city").get(f"/api/v1/notices/{city.person['notice']}").json()["notice"]
    assert shown["content"]["holder"] == {"idNumberMasked": "〔已依法删除〕"} and shown["outcome"] == "accepted"
    assert city.cli("certificate", "verify", city.person["certificate"], check=False).returncode == 1


def test_the_audit_stays_clean_and_the_bulletin_the_same(city):
    # An erasure takes seals away, which has the next run look at everything; the one after has no reason to.
    for kind in ("full", "incremental"):
        found = city.cli_json("audit", check=False)
        assert (found["kind"], found["totals"]["errors"]) == (kind, 0), found["findings"]
    whole = city.cli_json("audit", "--full", check=False)
    assert (whole["totals"]["errors"], whole["totals"]["opened"], whole["totals"]["closed"]) == (0, 0, 0), whole["findings"]
    assert city.cli("bulletin", "verify", NUMBER, "--as", "city", check=False).returncode == 0


def test_it_cannot_be_done_twice_or_undone_and_nothing_more_is_recorded(city):
    assert erase(city).json()["code"] == "personErased"
    # Asking once more brought what waits into the log: the erasure is a leaf, and says of whom to nobody.
    leaf, = [json.loads(data) for data, in city.sql("SELECT data FROM log_leaves WHERE kind = 'erasure'")]
    assert set(leaf) == {"authority", "erasedOn", "id", "kind", "recordedAt", "text", "user", "v"}
    assert (leaf["authority"], leaf["erasedOn"]) == ("city", "2023-02-10") and city.person["id"] not in json.dumps(leaf)
    person, city_bureau = city.person["id"], city.as_("city")
    merge = city.sql("SELECT id FROM merges")[0][0]
    for by, path, body in [("base", city.held + "/attendance/corrections", {**city.seat, "isPresent": False}),
                           ("city", f"/api/v1/learners/{person}/contact", {"email": EMAIL}), ("city", f"/api/v1/learners/{person}/notices", {"purpose": "titlePromotion"})]:
        answer = city.as_(by).post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "personErased"), f"{path}: {answer.text}"
    for path, body in [(f"/api/v1/learners/{person}/corrections", {"field": "name", "value": "某人", "reason": "更名", "document": "户口簿"}),
                       (f"/api/v1/learners/{person}/employments", {"employerCreditCode": city.unit["creditCode"], "from": "2023-02-10"}),
                       (f"/api/v1/learners/{person}/excuses", {"subjectYear": 2018, "reason": "病", "document": "假条", "liftsDuty": True}),
                       (f"/api/v1/learners/{person}/certificates", {}),
                       (f"/api/v1/learners/{city.colleague['id']}/merges", {"from": person, "reason": "同一人", "document": "户口簿"}),
                       (f"/api/v1/merges/{merge}/reversals", {"reason": "不是同一人"}),
                       ("/api/v1/claims", {"learnerId": person, "subjectYear": 2018, "mode": "online", "evidence": city.online(2018)})]:
        # An excuse is the own bureau's to give (Q3).
        answer = (city.as_("county-511823") if path.endswith("excuses") else city_bureau).post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "personErased"), f"{path}: {answer.text}"
    for statement in ("UPDATE learner_corrections SET new_value = 'x'", "DELETE FROM erasures", "UPDATE certificates SET name = 'x'", "UPDATE notices SET name = 'x'",
                      "UPDATE training_answers SET reason = 'x'", "UPDATE training_attendance SET reason = 'x'", "UPDATE training_refunds SET reason = 'x'", "DELETE FROM learner_id_numbers"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation): city.sql(statement, role="ceregistry_owner")
    for statement in ("INSERT INTO reminders (learner_id, subject_year, days_before, channel, reminded_on) VALUES (%s, 2018, 30, 'email', '2023-02-10')",
                      "INSERT INTO kept_apart SELECT gen_random_uuid(), %s, 'ffffffff-ffff-4fff-8fff-ffffffffffff' FROM kept_apart",
                      "INSERT INTO training_answers (invitation_id, answer, answered_on, recorded_by) SELECT i.id, 'willCome', '2023-02-10', c.recorded_by FROM training_invitations i JOIN training_calls c ON c.id = i.call_id WHERE i.learner_id = %s",
                      "WITH p AS (INSERT INTO training_plans (employer_id, subject_year, kind, sent_on, recorded_by) SELECT employer_id, 2018, 'request', '2018-06-01', recorded_by FROM training_plans RETURNING *) INSERT INTO training_plan_learners (plan_id, learner_id, proposed_on, recorded_by) SELECT id, %s, sent_on, recorded_by FROM p",
                      "INSERT INTO users (username, person_name, password_hash, role, learner_id) VALUES ('again', '又来', '-', 'learner', %s)"):
        with pytest.raises(psycopg.errors.CheckViolation, match="the person was erased"): city.sql(statement, (person,))
    # A reminder that was on its way fails afterwards.
    city.sql("UPDATE reminders SET failure = %s WHERE learner_id = %s", (f"550 {EMAIL}", person))
    assert traces(city) == []
    # Whoever holds the number is recorded as somebody new.
    new = city.learner(city.unit, name="新来的人", number=city.person["numbers"][0])
    assert new["id"] != person
    assert city.as_("city").get(f"/api/v1/learners/{new['id']}/register").json()["items"] == []


def test_what_the_training_says_of_the_person_goes_too():
    season = Season(clock="2018-06-20T09:00:00+08:00", CEREGISTRY_WEASYPRINT="/nowhere")
    try:
        unit = season.unit(people=0)
        absent, corrected = (season.registry.learner(unit["employer"], name=name) for name in ("尉迟长风", "尉迟短雨"))
        session = season.session()
        season.accept(season.plan(unit))
        season.call(session)
        list_ = {person["learnerId"]: person for person in season.invitations(session)}
        assert season.answer(list_[absent["id"]], unit["admin"], "cannotCome", "尉迟长风外出").status_code == 201
        assert season.answer(list_[corrected["id"]], unit["admin"]).status_code == 201
        season.registry.move_to("2018-07-06T09:00:00+08:00")
        season.attend(session, [corrected["id"]])
        season.base.made(f"/api/v1/trainingSessions/{session['id']}/attendance/corrections", halfDayId=session["halfDays"][0]["id"],
                         learnerId=corrected["id"], isPresent=False, reason="尉迟短雨代签")
        people = {person["id"]: person for person in (absent, corrected)}
        season.registry.sql("INSERT INTO contacts (learner_id, email, mobile, recorded_by) SELECT %s, 'yuchi@example.test', '13900002222', id FROM users WHERE role = 'unitAdmin' LIMIT 1",
                            (absent["id"],))
        season.registry.sql("INSERT INTO reminders (learner_id, subject_year, days_before, channel, reminded_on, failed_at, failure) VALUES (%s, 2018, 30, 'email', '2018-07-06', now(), 'no yuchi@example.test')",
                            (absent["id"],))
        secrets = ["尉迟长风", "尉迟短雨", "yuchi@example.test", "13900002222", *(person["idNumber"] for person in people.values())]
        text = dump(season.registry)
        assert [word for word in secrets if word.encode() not in text] == []
        season.registry.cli("audit", check=False)
        for person in people:
            done = season.registry.as_("city").post(f"/api/v1/learners/{person}/erasures", json=BODY)
            assert done.status_code == 201, done.text
        text = dump(season.registry)
        assert [word for word in secrets if word.encode() in text] == []
        report = season.registry.cli_json("audit", "--full", check=False)
        assert report["totals"]["errors"] == 0, report["findings"]
        with pytest.raises(psycopg.errors.CheckViolation):
            season.registry.sql("INSERT INTO contacts (learner_id, mobile, recorded_by) SELECT %s, '13900002222', id FROM users LIMIT 1", (absent["id"],))
    finally:
        season.close()


def test_the_command_line_erases_whoever_was_entered_by_mistake(city):
    stranger = city.learner(city.unit, name="司徒误录")
    done = city.cli("person", "erase", "--id-number", "-", "--reason", "误录", "--document", "受理4号", "--as", "city", stdin=stranger["idNumber"] + "\n")
    assert "已删除" in done.stderr or "erased" in done.stderr
    text = dump(city)
    assert "司徒误录".encode() not in text and stranger["idNumber"].encode() not in text


def test_not_while_a_session_counts_on_the_person_and_no_session_waits_for_who_is_gone():
    season = Season(CEREGISTRY_WEASYPRINT="/nowhere")
    try:
        unit = season.unit(people=4)
        gone, one, *others = unit["learners"]
        plan = season.plan(unit)
        season.accept(plan)
        session = season.session("2018-G1", places=2)
        season.call(session, learners=[gone["id"], one["id"]])
        erased = lambda: season.registry.as_("city").post(f"/api/v1/learners/{gone['id']}/erasures", json=BODY)
        assert (erased().status_code, erased().json()["code"]) == (409, "erasureCallOpen")
        place = next(i for i in season.invitations(session) if i["learnerId"] == gone["id"])
        assert season.answer(place, season.base, "cannotCome", "误录").status_code == 201
        assert erased().status_code == 201
        # Nobody else's call, charge or plan fails because of the person.
        assert season.call(session)["called"] == 1
        assert season.call(season.session("2018-G2", first="2018-07-09", places=9, room="G2", teacher="G2"))["called"] == 1
        charged = season.base.made(f"/api/v1/trainingSessions/{session['id']}/charges", payer="unit")["charges"]
        assert len(charged) == 2 and gone["id"] not in {charge["learnerId"] for charge in charged}
        unit = season.unit(people=2)
        gone = unit["learners"][0]
        assert erased().status_code == 201 and season.plan(unit)["people"] == 1
    finally:
        season.close()
