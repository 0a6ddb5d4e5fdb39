"""From plan to register: the base's training by the API."""
import pytest

from training import Season


@pytest.fixture(scope="module")
def season():
    made = Season()
    yield made
    made.close()


def test_from_plan_to_eligibility(season):
    unit = season.unit(people=4)
    here, late, absent, failed = unit["learners"]
    plan = season.plan(unit)
    assert plan["kind"] == "plan" and not plan["isLate"] and plan["people"] == 4
    season.accept(plan)
    session = season.session("2018-T01")
    assert session["hours"] == 30 and session["courseTitle"] == "《2018年度大数据时代的互联网信息安全》"
    call = season.call(session)
    assert call["called"] == 4 and call["waiting"] == 0
    for invitation in season.invitations(session): assert season.answer(invitation, unit["admin"]).json()["state"] == "confirmed"

    season.registry.move_to("2018-07-05T09:00:00+08:00")
    season.attend(session, [here["id"], failed["id"]])
    season.attend(session, [late["id"]], session["halfDays"][1:])
    marks = season.assess(session, {here["id"]: 88, late["id"]: 60, failed["id"]: 59, absent["id"]: 90})
    assert [row["hasPassed"] for row in marks["results"]] == [True, True, False, True]

    preview = season.preview(session)
    assert (preview["learners"], preview["hours"], preview["leftOut"]) == (2, 55, 2)
    reasons = {line["learnerId"]: [reason["rule"] for reason in line["reasons"]] for line in preview["lines"]}
    assert reasons == {here["id"]: [], late["id"]: [], failed["id"]: ["Q4"], absent["id"]: ["F1"]}
    done = season.recognize(session, digest=preview["digest"])
    assert done.status_code == 201, done.text
    assert {line["learnerId"]: line["hours"] for line in done.json()["recognized"]} == {here["id"]: 30, late["id"]: 25}

    entries = season.registry.as_("city").get(f"/api/v1/learners/{here['id']}/register").json()["items"]
    assert [(entry["mode"], entry["hours"], entry["subjectYear"]) for entry in entries] == [("faceToFace", 30, 2018)]
    years = {year["year"]: year["status"] for year in season.registry.eligibility(here)["years"]}
    assert years[2018] == "complete"
    assert {year["year"]: year["status"] for year in season.registry.eligibility(late)["years"]}[2018] == "inProgress"


# Plans

def test_a_plan_after_the_day_is_taken_and_marked(season):
    season.registry.move_to("2018-07-05T09:00:00+08:00")
    plan = season.plan(season.unit(people=1))
    assert plan["isLate"] and plan["dueOn"] == "2018-06-30" and plan["state"] == "sent"


def test_a_county_unit_asks_for_places_and_owes_no_plan(season):
    unit = season.unit(people=2, level="county", division="511823")
    plan = season.plan(unit)
    assert plan["kind"] == "request" and not plan["isLate"] and "dueOn" not in plan


def test_a_roster_leaves_out_who_has_completed_the_year(season):
    unit = season.unit(people=2)
    done, owes = unit["learners"]
    claim = season.registry.claim(done, year=2018, reason="外派")
    assert season.registry.decide(claim, "city", answers={"faceToFaceExpected": "同意"}).status_code == 201
    roster = unit["admin"].get("/api/v1/trainingRoster", params={"year": 2018}).json()["items"]
    assert [person["learnerId"] for person in roster] == [owes["id"]]
    assert [person["learnerId"] for person in season.plan(unit)["learners"]] == [owes["id"]]


def test_a_unit_sees_its_own_plan_and_no_other(season):
    mine, other = season.unit(people=1), season.unit(people=1)
    plan = season.plan(mine)
    assert mine["admin"].get(f"/api/v1/trainingPlans/{plan['id']}").status_code == 200
    answer = other["admin"].get(f"/api/v1/trainingPlans/{plan['id']}")
    assert answer.status_code == 403 and answer.json()["code"] == "outsideJurisdiction"
    assert season.base.get(f"/api/v1/trainingPlans/{plan['id']}").status_code == 200


# Sessions

@pytest.mark.parametrize("changes,code", [({"teacher": "另一位"}, "roomTaken"), ({"room": "另一间"}, "teacherTaken")])
def test_a_room_and_a_teacher_are_in_one_place_at_a_time(season, changes, code):
    first = "2018-08-06" if code == "roomTaken" else "2018-08-13"
    season.session(f"2018-R-{code}", first=first, room=f"R{code}", teacher=f"T{code}")
    answer = season.base.post("/api/v1/trainingSessions", json=session_body(f"2018-X-{code}", first, **{"room": f"R{code}", "teacher": f"T{code}"} | changes))
    assert answer.status_code == 409 and answer.json()["code"] == code


def session_body(code, first="2018-08-20", fee=30_000, **changes):
    from training import PRICE, half_days
    return {"code": code, "subjectYear": 2018, "place": "基地", "places": 3, "feeInFen": fee, "priceDocument": PRICE, "halfDays": half_days(first, **changes)}


def test_a_cancelled_session_frees_its_room_and_gives_the_money_back(season):
    unit = season.unit(people=2)
    season.accept(season.plan(unit))
    session = season.session("2018-C1", first="2018-10-08", room="C1", teacher="C1")
    season.call(session, learners=[learner["id"] for learner in unit["learners"]])
    address = f"/api/v1/trainingSessions/{session['id']}"
    season.base.made(address + "/charges", payer="unit")
    season.base.made(address + "/receipts", employerId=unit["employer"]["id"])
    season.base.made(address + "/cancellations", reason="停电")
    fees = season.base.get(address + "/fees").json()
    assert (fees["chargedInFen"], fees["paidInFen"], fees["refundedInFen"], fees["dueInFen"]) == (60_000, 60_000, 60_000, 0)
    assert {person["state"] for person in season.list(session)} == {"released"}
    again = season.session("2018-C2", first="2018-10-08", room="C1", teacher="C1")
    assert season.call(again, learners=[learner["id"] for learner in unit["learners"]])["called"] == 2
    assert "STATUS:CANCELLED" in season.base.get(address + "/calendar").text


# Calls

def test_who_cannot_come_makes_room_for_who_waits(season):
    unit = season.unit(people=3)
    season.accept(season.plan(unit))
    session = season.session("2018-W1", places=1, first="2018-10-15", room="W1", teacher="W1")
    season.call(session, waiting=2, learners=[learner["id"] for learner in unit["learners"]])
    called, first, second = season.invitations(session)
    assert [i["state"] for i in (called, first, second)] == ["called", "waiting", "waiting"]
    assert season.answer(first, unit["admin"]).json()["code"] == "waiting"
    assert season.answer(called, unit["admin"], "cannotCome", "病假").status_code == 201
    states = [(i["state"], i.get("movedUpOn")) for i in season.invitations(session, unit["admin"])]
    assert states == [("declined", None), ("called", "2018-07-05"), ("waiting", None)]
    assert season.answer(called, unit["admin"]).json()["code"] == "callClosed"


def test_nobody_is_called_to_two_sessions_at_one_time(season):
    unit = season.unit(people=1)
    season.accept(season.plan(unit))
    people = [unit["learners"][0]["id"]]
    one = season.base.made("/api/v1/trainingSessions", **(session_body("2018-D1", "2018-10-22", room="D1", teacher="D1") | {"halfDays": session_body("x", "2018-10-22", room="D1", teacher="D1")["halfDays"][:2], "feeInFen": 0}))
    two = season.base.made("/api/v1/trainingSessions", **(session_body("2018-D2", "2018-10-22", room="D2", teacher="D2") | {"halfDays": session_body("x", "2018-10-22", room="D2", teacher="D2")["halfDays"][:2], "feeInFen": 0}))
    assert season.call(one, learners=people)["called"] == 1
    answer = season.base.post(f"/api/v1/trainingSessions/{two['id']}/calls", json={"learners": people})
    assert answer.status_code == 409 and answer.json()["code"] == "nobodyToCall"


# Attendance

@pytest.fixture(scope="module")
def held(season):
    """A session of two days that is on, with four people and their phones."""
    season.registry.move_to("2018-07-05T09:00:00+08:00")
    unit = season.unit(people=5)
    season.accept(season.plan(unit, learners=[learner["id"] for learner in unit["learners"][:4]], fromRoster=False))
    session = season.session("2018-H1", first="2018-09-03", room="H1", teacher="H1")
    season.call(session, learners=[learner["id"] for learner in unit["learners"][:4]])
    season.phones = [season.phone(learner) for learner in unit["learners"]]
    season.registry.move_to("2018-09-03T08:20:00+08:00")
    session["unit"] = unit
    return session


def screen(season, session, number=1):
    half = session["halfDays"][number - 1]
    return season.base.get(f"/api/v1/trainingSessions/{session['id']}/screens/{half['id']}").json()


def test_a_phone_signs_in_once_for_each_half_day(season, held):
    code = screen(season, held)["code"]
    first = season.phones[0].post("/api/v1/trainingSignIns", json={"code": code})
    assert first.status_code == 201 and first.json()["method"] == "code"
    again = season.phones[0].post("/api/v1/trainingSignIns", json={"code": code})
    assert again.status_code == 409 and again.json()["code"] == "signedInAlready"
    assert screen(season, held)["present"] == 1


def test_who_was_not_called_does_not_sign_in(season, held):
    answer = season.phones[4].post("/api/v1/trainingSignIns", json={"code": screen(season, held)["code"]})
    assert answer.status_code == 422 and answer.json()["rules"] == ["F1"] and answer.json()["code"] == "notCalled"


def test_a_code_ends_with_its_slot_and_is_nobodys_invention(season, held):
    code = screen(season, held)["code"]
    forged = code[:-2] + ("AA" if code[-2:] != "AA" else "BB")
    assert season.phones[1].post("/api/v1/trainingSignIns", json={"code": forged}).json()["code"] == "codeInvalid"
    season.registry.move_to("2018-09-03T08:21:00+08:00")
    assert season.phones[1].post("/api/v1/trainingSignIns", json={"code": code}).json()["code"] == "codeInvalid"
    assert "code" not in screen(season, held, number=2)


def test_a_list_from_the_site_doubles_nobody(season, held):
    half = held["halfDays"][0]
    people = [learner["id"] for learner in held["unit"]["learners"]]
    body = {"uploadId": "6f9619ff-8b86-4011-b42d-00c04fc964ff", "records": [{"halfDayId": half["id"], "learnerId": learner, "seenAt": "2018-09-03T08:30:00+08:00"} for learner in people + people[:1]]}
    first = season.base.made(f"/api/v1/trainingSessions/{held['id']}/attendance", **body)
    assert [row["code"] for row in first["results"]] == ["already", "recorded", "recorded", "recorded", "notCalled", "already"]
    second = season.base.made(f"/api/v1/trainingSessions/{held['id']}/attendance", **body)
    assert second["recorded"] == 0 and second["already"] == 5
    assert screen(season, held)["present"] == 4


def test_a_correction_is_a_record_with_its_reason(season, held):
    half, learner = held["halfDays"][0], held["unit"]["learners"][1]
    address = f"/api/v1/trainingSessions/{held['id']}/attendance/corrections"
    body = {"halfDayId": half["id"], "learnerId": learner["id"], "isPresent": False}
    assert season.base.post(address, json={**body, "reason": " "}).status_code == 422
    season.base.made(address, **body, reason="代签，本人未到")
    assert [person["attended"] for person in season.list(held) if person["learnerId"] == learner["id"]] == [[]]
    season.base.made(address, **{**body, "isPresent": True}, reason="查监控确认在场")
    rows = season.registry.sql("SELECT method, is_present FROM training_attendance WHERE learner_id = %s ORDER BY recorded_at", (learner["id"],))
    assert rows == [("offline", True), ("correction", False), ("correction", True)]


def test_the_list_goes_out_as_a_spreadsheet_and_comes_back(season, held):
    import io
    import openpyxl
    answer = season.base.get(f"/api/v1/trainingSessions/{held['id']}/list", params={"form": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    afternoon = next(index for index, name in enumerate(header, 1) if name.startswith("2 "))
    mark = header.index("考核成绩") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, afternoon).value = "到"
        sheet.cell(row, mark).value = 80
    sheet.cell(2, mark).value = "很好"
    out = io.BytesIO()
    book.save(out)
    headers = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    done = season.base.post(f"/api/v1/trainingSessions/{held['id']}/files", data=out.getvalue(), headers=headers)
    assert done.status_code == 201, done.text
    assert (done.json()["attendance"]["recorded"], done.json()["assessments"]["recorded"]) == (4, 3)
    assert [(row["row"], row["field"], row["found"]) for row in done.json()["unread"]] == [(2, "考核成绩", "很好")]
    again = season.base.post(f"/api/v1/trainingSessions/{held['id']}/files", data=out.getvalue(), headers=headers).json()
    assert again["attendance"]["recorded"] == 0 and again["assessments"]["results"] == []
    assert "序号" in season.base.get(f"/api/v1/trainingSessions/{held['id']}/list", params={"form": "csv"}).content.decode("utf-8-sig")


def test_a_calendar_is_rfc_5545_in_shanghai(season, held):
    answer = season.phones[0].get(f"/api/v1/trainingSessions/{held['id']}/calendar")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    text = answer.content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n") and text.count("BEGIN:VEVENT") == 6
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "DTSTART;TZID=Asia/Shanghai:20180903T083000" in text.replace("\r\n ", "")


# Recognition

def test_nobody_of_the_base_recognizes_their_own_hours(season):
    season.registry.move_to("2018-09-03T09:00:00+08:00")
    unit = season.unit(people=2)
    season.accept(season.plan(unit))
    own = unit["learners"][0]
    season.registry.sql("UPDATE users SET learner_id = %s WHERE username = 'base'", (own["id"],))
    season.registry.add_user("base-2", "baseOfficer", "base", name="曾基地")
    session = season.session("2018-O1", first="2018-09-10", room="O1", teacher="O1")
    season.call(session, learners=[learner["id"] for learner in unit["learners"]])
    season.registry.move_to("2018-09-13T09:00:00+08:00")
    season.attend(session, [learner["id"] for learner in unit["learners"]])
    season.assess(session, {learner["id"]: 70 for learner in unit["learners"]})
    done = season.recognize(session).json()
    assert [line["learnerId"] for line in done["recognized"]] == [unit["learners"][1]["id"]]
    assert [(line["learnerId"], line["reasons"][0]["code"], line["reasons"][0]["rule"]) for line in done["leftOut"]] == [(own["id"], "ownClaim", "R3")]
    assert season.recognize(session).json()["code"] == "nothingToRecognize"
    colleague = season.recognize(session, season.registry.as_("base-2"))
    assert [line["learnerId"] for line in colleague.json()["recognized"]] == [own["id"]]
    season.registry.sql("UPDATE users SET learner_id = NULL WHERE username = 'base'")
    season.stood = session, unit


def test_what_stands_on_the_register_is_not_corrected_beneath_it(season):
    session, unit = season.stood
    learner = unit["learners"][1]
    body = {"halfDayId": session["halfDays"][0]["id"], "learnerId": learner["id"], "isPresent": False, "reason": "查无此人"}
    address = f"/api/v1/trainingSessions/{session['id']}/attendance/corrections"
    answer = season.base.post(address, json=body)
    assert answer.status_code == 409 and answer.json()["rules"] == ["Q8"]
    entry = season.registry.as_("city").get(f"/api/v1/learners/{learner['id']}/register").json()["items"][0]["id"]
    season.base.made(f"/api/v1/register/{entry}/reversals", reason="签到有误")
    season.base.made(address, **body)
    preview = season.preview(session)
    assert [(line["hours"], line["reasons"]) for line in preview["lines"] if line["learnerId"] == learner["id"]] == [(25, [])]
    assert season.recognize(session, digest="stale").json()["code"] == "previewChanged"
    assert season.recognize(session, digest=preview["digest"]).json()["hours"] == 25


def test_typed_hours_are_refused_where_they_differ_from_attendance(season):
    session, unit = season.stood
    learner = unit["learners"][1]
    entry = season.registry.as_("city").get(f"/api/v1/learners/{learner['id']}/register").json()["items"][-1]["id"]
    season.base.made(f"/api/v1/register/{entry}/reversals", reason="再认定一次")
    evidence = {"sessionCode": session["code"], "startedOn": session["startsOn"], "endedOn": session["endsOn"], "hours": 30, "assessmentPassed": True}
    claim = lambda **changes: season.base.post("/api/v1/claims", json={"learnerId": learner["id"], "subjectYear": 2018, "mode": "faceToFace", "evidence": evidence | changes})
    refused = claim()
    assert refused.status_code == 422 and refused.json()["rules"] == ["Q4"] and refused.json()["reasons"][0]["expected"] == "25"
    made = claim(hours=25)
    assert made.status_code == 201
    # The act takes the claim that was handed in; there is no second.
    assert season.recognize(session).json()["recognized"][0]["claim"] == made.json()["id"]


def test_the_database_itself_refuses_hours_that_nobody_attended(season):
    import psycopg
    session, unit = season.stood
    with pytest.raises(psycopg.errors.CheckViolation, match="attendance comes to"):
        season.registry.sql("""INSERT INTO register_entries (kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision, session_code,
                                   recognized_by, recognized_on, recorded_by)
                               SELECT 'recognition', e.learner_id, e.subject_year, e.mode, 29, gen_random_uuid(), gen_random_uuid(), 'recognize', e.session_code,
                                      'base', e.recognized_on, e.recorded_by FROM register_entries e WHERE e.session_code = %s LIMIT 1""", (session["code"],))


def test_sessions_add_up_to_a_year(season):
    """Q4 and Q9: 20 and 20 hours complete the year, credited up to 30."""
    unit = season.unit(people=1)
    season.accept(season.plan(unit))
    learner = unit["learners"][0]
    for code, first in (("2018-Q1", "2018-10-29"), ("2018-Q2", "2018-11-05")):
        body = session_body(code, first, room=code, teacher=code, fee=20_000)
        body["halfDays"] = body["halfDays"][:4]
        session = season.base.made("/api/v1/trainingSessions", **body)
        season.call(session, learners=[learner["id"]])
        season.registry.move_to(f"{first[:8]}{int(first[8:]) + 1:02d}T19:00:00+08:00")
        season.attend(session, [learner["id"]])
        season.assess(session, {learner["id"]: 90})
        assert season.recognize(session).json()["hours"] == 20
    year = next(year for year in season.registry.eligibility(learner)["years"] if year["year"] == 2018)
    assert (year["status"], year["creditedHours"]) == ("complete", 30)


# Who sees what

def test_everybody_sees_their_own_part_of_a_list(season):
    season.registry.move_to("2018-11-07T09:00:00+08:00")
    city, county = season.unit(people=1), season.unit(people=1, level="county", division="511823")
    for unit in (city, county): season.accept(season.plan(unit))
    session = season.session("2018-V1", first="2018-11-12", room="V1", teacher="V1", fee=0)
    people = [unit["learners"][0] for unit in (city, county)]
    season.call(session, learners=[learner["id"] for learner in people])
    phone = season.phone(people[0])
    seen = lambda client: {person["learnerId"] for person in season.list(session, client)}
    both = {learner["id"] for learner in people}
    for username in ("base", "city", "auditor"): assert seen(season.registry.as_(username)) == both
    assert seen(season.registry.as_("county-511823")) == seen(county["admin"]) == {people[1]["id"]}
    assert seen(season.registry.as_("county-511802")) == set()
    assert seen(city["admin"]) == seen(phone) == {people[0]["id"]}
    # Whose places are taken is nobody's secret.
    assert phone.get(f"/api/v1/trainingSessions/{session['id']}").json()["list"]["called"] == 2
    other = next(i for i in season.invitations(session) if i["learnerId"] == people[1]["id"])
    answer = season.answer(other, phone)
    assert answer.status_code == 403 and answer.json()["code"] == "outsideJurisdiction"
    assert season.answer(other, county["admin"]).status_code == 201


@pytest.mark.parametrize("table", ["training_calls", "training_answers", "training_attendance", "training_assessments", "training_recognitions", "training_charges",
                                   "training_receipts", "training_receipt_lines", "training_refunds", "approved_prices", "training_plan_learners"])
def test_what_is_evidence_is_never_changed(season, table):
    import psycopg
    assert season.registry.sql(f"SELECT count(*) > 0 FROM {table}") == [(True,)]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {'session_id = session_id' if table == 'training_receipt_lines' else 'recorded_at = now()' if table not in ('training_refunds', 'approved_prices') else 'document = document' if table == 'approved_prices' else 'reason = reason'}"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"): season.registry.sql(statement)
