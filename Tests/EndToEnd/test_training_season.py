"""A whole season: 40 units, 6 sessions of 120 places, and everybody's register, certificate, eligibility and fee right at the end."""
import collections
import concurrent.futures
import hashlib
import json
import random
import uuid

import pytest

import makers
from training import Season

UNITS, PEOPLE, FEE = 40, 19, 30_000
FIRST = ["2018-07-02", "2018-07-09", "2018-07-16", "2018-09-03", "2018-09-10", "2018-09-17"]

TRAINING_CHECKS = {"hoursWithoutAttendance", "hoursWithoutAssessment", "entryOutsideTheList", "inTwoSessions", "roomOrTeacherTwice", "sessionWindow",
                   "feeAboveApproved", "feesDoNotAddUp", "receiptNumbers", "drawRepeated", "placesOverbooked", "faceToFaceWindow", "constraint", "orphan",
                   "standing", "completion", "claimHours", "decisionRouting"}


@pytest.fixture(scope="module")
def season():
    made = Season(clock="2018-06-25T09:00:00+08:00")
    found(made)
    yield made
    made.close()


def found(season):
    """40 institutions of the city with 19 people each, by the road of imports, and an administrator for each."""
    codes = [makers.credit_code() for _ in range(UNITS)]
    numbers = [[makers.id_number() for _ in range(PEOPLE)] for _ in codes]
    folder = season.registry.folder
    (folder / "employers.csv").write_text("creditCode,name,kind,level,division\n" + "".join(f"{code},市直单位{n},publicInstitution,city,\n" for n, code in enumerate(codes)))
    (folder / "learners.csv").write_text("idNumber,name,gender,employerCreditCode,post,title,professionalSince\n" + "".join(
        f"{number},学员{unit}之{n},女,{codes[unit]},教师,讲师,2010-07-01\n" for unit, row in enumerate(numbers) for n, number in enumerate(row)))
    season.registry.cli("import", "employers", folder / "employers.csv", "--as", "city")
    season.registry.cli("import", "learners", folder / "learners.csv", "--as", "city")
    employers = [season.registry.sql("SELECT id FROM employers WHERE credit_code = %s", (code,))[0][0] for code in codes]
    season.employers = {f"unit{n}": employer for n, employer in enumerate(employers)}
    season.admins = season.accounts("unitAdmin", season.employers)


def each(work, items):
    with concurrent.futures.ThreadPoolExecutor(8) as pool: return list(pool.map(work, items))


def owed(season): return dict(season.registry.sql("SELECT l.id::text, l.employer_id::text FROM learners l"))


def test_a_season(season):
    registry, base = season.registry, season.base
    people = owed(season)
    assert len(people) == UNITS * PEOPLE

    # Plans: 37 in time, 3 after the day.
    plans = each(lambda name: season.plan({"admin": season.admins[name]}), [f"unit{n}" for n in range(UNITS - 3)])
    assert {(plan["kind"], plan["isLate"], plan["people"]) for plan in plans} == {("plan", False, PEOPLE)}
    registry.move_to("2018-07-01T09:00:00+08:00")
    late = each(lambda name: season.plan({"admin": season.admins[name]}), [f"unit{n}" for n in range(UNITS - 3, UNITS)])
    assert [plan["isLate"] for plan in late] == [True] * 3
    needs = base.get("/api/v1/trainingNeeds", params={"year": 2018}).json()
    assert (needs["plans"], needs["latePlans"], needs["openPlans"], needs["people"]) == (40, 3, 40, 760)
    each(season.accept, plans + late)

    # Six sessions, two rooms and teachers at most at one time.
    sessions = [season.session(f"2018-S{n}", first=first, fee=FEE) for n, first in enumerate(FIRST, 1)]
    assert base.get("/api/v1/trainingNeeds", params={"year": 2018}).json()["places"] == 720

    dice = random.Random(87)
    # What each has on the register by now; who was away for a half-day or failed is called again.
    total, refusals, moved = collections.Counter(), 0, 0
    for session in sessions:
        # The call, and its draw made again from what is kept.
        call = season.call(session, waiting=20)
        drawn = season.invitations(session)
        owing = {learner for learner in people if total[learner] < 30}
        assert (call["called"], call["waiting"]) == (120, 20) and {i["learnerId"] for i in drawn} <= owing
        for invitation in drawn:
            assert invitation["lot"] == hashlib.sha256(f"{call['seed']} {invitation['learnerId']}".encode()).hexdigest()[:16]
        keys = [(not i["owes"], not i["isExpected"], -i["missedBefore"], i["askedOn"], i["lot"]) for i in drawn]
        assert keys == sorted(keys)

        # Answers by the units, many at once: some cannot come, and whoever waits moves up at once.
        client = {employer: season.admins[name] for name, employer in ((n, str(e)) for n, e in season.employers.items())}
        cannot = {i["id"] for i in dice.sample(drawn[:120], 8)}
        answers = each(lambda i: season.answer(i, client[i["employerId"]], "cannotCome" if i["id"] in cannot else "willCome", "单位安排出差" if i["id"] in cannot else None), drawn[:120])
        assert {answer.status_code for answer in answers} == {201}
        refusals += 8
        now = season.invitations(session)
        up = [i for i in now if i.get("movedUpOn")]
        assert [i["rank"] for i in up] == list(range(121, 129))
        moved += len(up)
        assert sum(i["state"] in ("called", "confirmed") for i in now) == 120
        for i in up: assert season.answer(i, client[i["employerId"]]).status_code == 201
        here = [i["learnerId"] for i in now if i["state"] in ("called", "confirmed")]

        # Three days; each half-day one in twenty is away. In the fifth the network is away, and the list comes later, twice.
        first = session["startsOn"]
        registry.move_to(f"{first[:8]}{int(first[8:]) + 2:02d}T18:00:00+08:00")
        attended = collections.Counter()
        for half in session["halfDays"]:
            away = set(dice.sample(here, len(here) // 20))
            seen = [learner for learner in here if learner not in away]
            attended.update(seen)
            if half["number"] == 5:
                records = [{"id": str(uuid.uuid4()), "halfDayId": half["id"], "learnerId": learner, "seenAt": f"{half['day']}T08:31:00+08:00"} for learner in seen]
                upload = {"uploadId": str(uuid.uuid4()), "records": records}
                results = [base.made(f"/api/v1/trainingSessions/{session['id']}/attendance", **upload) for _ in range(2)]
                assert [(r["recorded"], r["already"], r["refused"]) for r in results] == [(len(seen), 0, 0), (0, len(seen), 0)]
            else:
                assert season.attend(session, seen, [half])["recorded"] == len(seen)

        # The assessment: one in ten fails, half of those pass the second time.
        failed = dice.sample(here, len(here) // 10)
        again = failed[: len(failed) // 2]
        season.assess(session, {learner: 40 if learner in failed else 75 for learner in here})
        second = season.assess(session, {learner: 61 for learner in again})
        assert {(r["attempt"], r["hasPassed"]) for r in second["results"]} == {(2, True)}
        passed = {learner for learner in here if learner not in failed or learner in again}

        # Fees: every unit pays for its people under one number.
        base.made(f"/api/v1/trainingSessions/{session['id']}/charges", payer="unit")
        units = {people[learner] for learner in here}
        receipts = [base.made(f"/api/v1/trainingSessions/{session['id']}/receipts", employerId=unit) for unit in sorted(units)]
        fees = base.get(f"/api/v1/trainingSessions/{session['id']}/fees").json()
        assert fees["chargedInFen"] == fees["paidInFen"] == sum(r["amountInFen"] for r in receipts) == FEE * len(here)
        assert fees["dueInFen"] == fees["refundedInFen"] == 0

        # Recognition in one act: exactly those who were there and passed, with their hours; repeated, the first answer.
        preview = season.preview(session)
        right = {learner: 5 * attended[learner] for learner in passed if attended[learner]}
        assert {line["learnerId"]: line["hours"] for line in preview["lines"] if not line["reasons"]} == right
        key = {"Idempotency-Key": f"recognize-{session['id']}"}
        address = f"/api/v1/trainingSessions/{session['id']}/recognitions"
        done = base.post(address, json={"digest": preview["digest"]}, headers=key)
        assert done.status_code == 201 and done.json()["learners"] == len(right) and done.json()["hours"] == sum(right.values())
        assert base.post(address, json={"digest": preview["digest"]}, headers=key).json() == done.json()
        assert season.recognize(session).status_code == 409
        total.update(right)

    # Numbers of receipts run on without a gap.
    numbers = [number for number, in registry.sql("SELECT number FROM training_receipts ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1))

    # The register of everybody, and what it lets them apply for when the year is over.
    entries = dict(registry.sql("SELECT learner_id::text, sum(hours)::int FROM register_entries GROUP BY learner_id"))
    assert entries == dict(total)
    doubled = registry.sql("SELECT learner_id, session_code FROM register_entries GROUP BY 1, 2 HAVING count(*) > 1")
    assert doubled == []
    registry.move_to("2019-01-10T09:00:00+08:00")
    clerk = registry.as_("clerk")
    def status(learner):
        answer = clerk.get(f"/api/v1/learners/{learner}/eligibility", params={"purpose": "annualExcellent", "asOf": "2019-01-10"}).json()
        return learner, next(year["status"] for year in answer["years"] if year["year"] == 2018)
    for learner, found in each(status, sorted(people)):
        assert found == ("complete" if total[learner] >= 30 else "incomplete"), learner
    sample = dice.sample(sorted(entries), 10)
    for learner in sample:
        code = registry.as_("city").made(f"/api/v1/learners/{learner}/certificates")["code"]
        checked = registry.as_("city").get(f"/verify/{code}", headers={"Accept": "application/json"}).json()
        assert {year["year"] for year in checked["years"]} == {2018}
        assert sum(year["hours"] for year in checked["years"] if not year["reversed"]) == entries[learner]

    # And the audit, which knows nothing of this test, finds nothing of training in it.
    found = registry.cli("audit", "--json", check=False)
    assert found.returncode in (0, 1), found.stderr
    names = {finding["check"] for finding in json.loads(found.stdout)["findings"]}
    assert not names & TRAINING_CHECKS, names
    assert refusals == moved == 48
