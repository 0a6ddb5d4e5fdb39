"""Every rule of the base's training refuses with its name, and the worked cases 3, 4 and 7 run through it."""
import pytest

from training import PRICE, Season, half_days


@pytest.fixture(scope="module")
def season():
    made = Season(clock="2018-07-02T09:00:00+08:00")
    made.city = made.unit(people=3)
    made.county = made.unit(people=2, level="county", division="511823")
    made.accept(made.plan(made.city))
    yield made
    made.close()


def body(**changes):
    made = {"code": "2018-N1", "subjectYear": 2018, "place": "基地", "places": 2, "feeInFen": 30_000, "priceDocument": PRICE, "halfDays": half_days("2018-09-03")}
    return made | changes


def not_called(season):
    session = season.session("2018-F1", first="2018-08-27", room="F1", teacher="F1")
    season.call(session, learners=[season.city["learners"][0]["id"]])
    stranger = season.county["learners"][0]["id"]
    return season.base.post(f"/api/v1/trainingSessions/{session['id']}/attendance/corrections",
                            json={"halfDayId": session["halfDays"][0]["id"], "learnerId": stranger, "isPresent": True, "reason": "自行前来"})


def not_assessed(season):
    unit = season.unit(people=1)
    season.accept(season.plan(unit))
    session = season.session("2018-Q4", first="2018-07-02", room="Q4", teacher="Q4")
    season.call(session, learners=[unit["learners"][0]["id"]])
    season.attend(session, [unit["learners"][0]["id"]], session["halfDays"][:1])
    return season.base.post("/api/v1/claims", json={"learnerId": unit["learners"][0]["id"], "subjectYear": 2018, "mode": "faceToFace", "evidence": {
        "sessionCode": session["code"], "startedOn": "2018-07-02", "endedOn": "2018-07-02", "hours": 5, "assessmentPassed": True}})


REFUSALS = {
    "M1": lambda s: s.unit()["admin"].post("/api/v1/trainingPlans", json={"subjectYear": 2018, "kind": "request", "fromRoster": True}),
    "M2": lambda s: s.county["admin"].post("/api/v1/trainingPlans", json={"subjectYear": 2018, "kind": "plan", "fromRoster": True}),
    "F1": not_called,
    "F2": lambda s: s.base.post("/api/v1/trainingSessions", json=body(halfDays=half_days("2018-12-03"))),
    "F3": lambda s: s.county["admin"].post("/api/v1/trainingPlans", json={"subjectYear": 2018, "learners": [s.city["learners"][0]["id"]]}),
    "R3": lambda s: s.registry.as_("city").post(f"/api/v1/trainingSessions/{s.session('2018-R3', first='2018-09-24', room='R3', teacher='R3')['id']}/recognitions"),
    "P2": lambda s: s.base.post("/api/v1/trainingSessions", json=body(feeInFen=30_001)),
    "Q4": not_assessed,
    "Q6": lambda s: s.city["admin"].post("/api/v1/claims", json={"learnerId": s.city["learners"][0]["id"], "subjectYear": 2018, "mode": "online", "evidence": s.registry.online(2018)}),
}


@pytest.mark.parametrize("rule", sorted(REFUSALS))
def test_a_rule_refuses_by_its_name(season, rule):
    answer = REFUSALS[rule](season)
    assert answer.status_code in (403, 409, 422), answer.text
    assert rule in answer.json()["rules"], answer.text
    assert any("一" <= character <= "鿿" for character in answer.json()["messages"]["zh"])


def test_the_database_holds_the_price_and_the_window_by_itself(season):
    """P2 and F2 once more, past the program."""
    import psycopg
    session = season.session("2018-DB", first="2018-10-15", room="DB", teacher="DB")
    with pytest.raises(psycopg.errors.CheckViolation, match="fee_is_within_the_approved_price"):
        season.registry.sql("UPDATE training_sessions SET fee_in_fen = 30001 WHERE id = %s", (session["id"],))
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="price_was_approved"):
        season.registry.sql("UPDATE training_sessions SET approved_fen_per_hour = 2000 WHERE id = %s", (session["id"],))
    with pytest.raises(psycopg.errors.CheckViolation, match="F2"):
        season.registry.sql("UPDATE training_half_days SET day = '2018-12-03' WHERE id = %s", (session["halfDays"][0]["id"],))
    with pytest.raises(psycopg.errors.ExclusionViolation, match="one_session_in_a_room"):
        season.registry.sql("""INSERT INTO training_half_days (session_id, number, day, part, starts_at, ends_at, hours, room, teacher)
                               SELECT (SELECT id FROM training_sessions WHERE code = '2018-R3'), 9, day, 'evening', starts_at, ends_at, 5, room, 'NN'
                               FROM training_half_days WHERE id = %s""", (session["halfDays"][0]["id"],))


def test_worked_case_3_an_institutions_session_completes_by_the_base(season):
    unit = season.unit(people=1)
    learner = unit["learners"][0]
    season.accept(season.plan(unit))
    session = season.session("2018-W3", first="2018-07-02", room="W3", teacher="W3")
    season.call(session, learners=[learner["id"]])
    season.registry.move_to("2018-07-06T09:00:00+08:00")
    season.attend(session, [learner["id"]])
    season.assess(session, {learner["id"]: 85})
    done = season.recognize(session).json()
    assert done["hours"] == 30
    claim = season.registry.as_("city").get(f"/api/v1/claims/{done['recognized'][0]['claim']}").json()
    assert (claim["routedTo"], claim["rules"], claim["state"], claim["evidence"]["sessionCode"]) == ("base", ["R3"], "recognized", "2018-W3")
    refused = season.registry.decide(claim, "city")
    assert refused.status_code == 403 and refused.json()["rules"] == ["R3"]
    assert {year["year"]: year["status"] for year in season.registry.eligibility(learner)["years"]}[2018] == "complete"


def test_worked_case_4_the_same_institutions_learner_online_is_flagged(season):
    claim = season.registry.claim(season.city["learners"][1], year=2018, reason="援藏，不能参加面授")
    assert claim["flags"] == ["faceToFaceExpected"]
    refused = season.registry.decide(claim, "city")
    assert refused.status_code == 422 and refused.json()["rules"] == ["Q6"]


def test_worked_case_7_no_session_is_held_in_december(season):
    answer = season.base.post("/api/v1/trainingSessions", json=body(halfDays=half_days("2018-12-03", days=1), feeInFen=0))
    assert answer.status_code == 422 and answer.json()["rules"] == ["F2"] and answer.json()["reasons"][0]["found"] == "2018-12-03"
    assert season.registry.sql("SELECT count(*) FROM training_sessions WHERE code = '2018-N1'")[0][0] == 0
