"""120 people at the door within two minutes: everybody is on the list once, whoever else pushes."""
import concurrent.futures
import time

import pytest

import makers
from training import Season

PEOPLE = 120


@pytest.fixture(scope="module")
def hall():
    season = Season(clock="2018-06-25T09:00:00+08:00")
    code = makers.credit_code()
    numbers = [makers.id_number() for _ in range(PEOPLE)]
    folder = season.registry.folder
    (folder / "employers.csv").write_text(f"creditCode,name,kind,level,division\n{code},市直大单位,publicInstitution,city,\n")
    (folder / "learners.csv").write_text("idNumber,name,gender,employerCreditCode,post,title,professionalSince\n" + "".join(f"{number},学员{n},男,{code},教师,讲师,2010-07-01\n" for n, number in enumerate(numbers)))
    season.registry.cli("import", "employers", folder / "employers.csv", "--as", "city")
    season.registry.cli("import", "learners", folder / "learners.csv", "--as", "city")
    season.registry.add_user("hall", "unitAdmin", employer=code)
    unit = {"admin": season.registry.as_("hall")}
    season.accept(season.plan(unit))
    season.hall = season.session("2018-HALL", places=PEOPLE)
    season.call(season.hall)
    people = dict(season.registry.sql("SELECT 'phone' || row_number() OVER (ORDER BY id), id FROM learners"))
    season.registry.move_to("2018-07-02T08:00:00+08:00")
    season.phones = list(season.accounts("learner", people).values())
    yield season
    season.close()


def test_120_people_sign_in_and_none_is_lost_or_doubled(hall):
    half = hall.hall["halfDays"][0]
    address = f"/api/v1/trainingSessions/{hall.hall['id']}/screens/{half['id']}"
    started = time.monotonic()

    def sign_in(phone):
        """Scans what the screen shows; a code that changed meanwhile is scanned again. Some touch twice."""
        answers = []
        for _ in range(5):
            code = hall.base.get(address).json()["code"]
            answers = [phone.post("/api/v1/trainingSignIns", json={"code": code}).status_code for _ in range(2)]
            if answers != [422, 422]: break
        return answers

    with concurrent.futures.ThreadPoolExecutor(24) as pool: answers = list(pool.map(sign_in, hall.phones))
    assert {tuple(sorted(pair)) for pair in answers} == {(201, 409)}
    rows = hall.registry.sql("SELECT count(*), count(DISTINCT learner_id) FROM training_attendance WHERE half_day_id = %s", (half["id"],))
    assert rows == [(PEOPLE, PEOPLE)]
    assert hall.base.get(address).json()["present"] == PEOPLE
    print(f"{PEOPLE} people signed in, each touching twice, in {time.monotonic() - started:.1f} s")


def test_phone_and_list_at_one_moment_are_one_record(hall):
    """The base ticks everybody while everybody scans."""
    half = hall.hall["halfDays"][1]
    hall.registry.move_to("2018-07-02T13:40:00+08:00")
    address = f"/api/v1/trainingSessions/{hall.hall['id']}/screens/{half['id']}"
    code = hall.base.get(address).json()["code"]
    people = [person["learnerId"] for person in hall.list(hall.hall)]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        ticked = pool.submit(hall.attend, hall.hall, people, [half])
        scanned = list(pool.map(lambda phone: phone.post("/api/v1/trainingSignIns", json={"code": code}).status_code, hall.phones))
    assert set(scanned) <= {201, 409, 422}
    assert ticked.result()["refused"] == 0 and ticked.result()["recorded"] + scanned.count(201) == PEOPLE
    assert hall.registry.sql("SELECT count(*), count(DISTINCT learner_id) FROM training_attendance WHERE half_day_id = %s", (half["id"],)) == [(PEOPLE, PEOPLE)]
