"""People change employers, counties, names and numbers: each is dated, none touches an entry, and every day stays right."""
import makers


def status(registry, learner, year, day, by="clerk"):
    return {one["year"]: one["status"] for one in registry.eligibility(learner, by=by, asOf=day)["years"]}[year]


def recognized(registry, learner, year=2017, by="county-511823"):
    claim = registry.claim(learner, year)
    answer = registry.decide(claim, by)
    assert answer.status_code == 201, answer.text
    return answer.json()["entry"]


def test_a_transfer_between_counties_moves_the_person_and_leaves_the_open_claim_where_it_was(registry):
    here, there = registry.employer(division="511823"), registry.employer(division="511802")
    learner = registry.learner(here)
    claim = registry.claim(learner)
    moved = registry.as_("county-511823").made(f"/api/v1/learners/{learner['id']}/employments", employerCreditCode=there["creditCode"], **{"from": "2018-01-05"})
    assert [(one["from"], one.get("until")) for one in moved["employments"]] == [("2010-07-01", "2018-01-04"), ("2018-01-05", None)]
    assert registry.as_("county-511802").get(f"/api/v1/learners/{learner['id']}").json()["area"] == "county:511802"
    # Q7: the claim stays with the county it was routed to, which still decides it.
    assert registry.decide(claim, "county-511802").status_code == 403
    assert registry.decide(claim, "county-511823").status_code == 201
    assert status(registry, learner, 2017, "2018-01-10") == "complete"


def test_overlapping_periods_are_refused(registry):
    employer, other = registry.employer(), registry.employer()
    learner = registry.learner(employer, employedUntil="2017-06-30")
    answer = registry.as_("city").post(f"/api/v1/learners/{learner['id']}/employments",
                                       json={"employerCreditCode": other["creditCode"], "from": "2017-06-30"})
    assert answer.status_code == 409 and answer.json()["rules"] == ["Q12"]


def test_who_left_and_came_back_owes_the_years_in_post(registry):
    employer = registry.employer()
    learner = registry.learner(employer, since="2010-07-01", employedUntil="2016-12-31")
    assert status(registry, learner, 2017, "2018-01-10") == "notOwed"
    registry.as_("county-511823").made(f"/api/v1/learners/{learner['id']}/employments", employerCreditCode=employer["creditCode"], **{"from": "2018-01-02"})
    assert status(registry, learner, 2017, "2018-01-10") == "notOwed"
    assert status(registry, learner, 2018, "2018-01-10") == "inProgress"


def test_a_search_by_the_beginning_of_a_name_comes_in_pages_and_leaves_out_what_has_it_elsewhere(registry):
    employer, city = registry.employer(), registry.as_("city")
    names = ["欧阳甲", "欧阳甲", "欧阳乙", "欧阳丙", "欧阳丁", "欧阳", "欧", "阿欧阳"]
    # Each born on another day: two of one name are not taken for one.
    made = {registry.learner(employer, name=name, number=makers.id_number(birth=f"19850{place + 1}14"))["id"]: name for place, name in enumerate(names)}
    found, cursor = [], None
    while True:
        page = city.made("/api/v1/learners/searches", nameBegins="欧阳", limit=2, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= 2
        found += page["items"]
        cursor = page.get("nextCursor")
        if not cursor: break
    assert sorted(row["id"] for row in found) == sorted(key for key, name in made.items() if name.startswith("欧阳"))
    assert [row["name"] for row in found] == sorted(name for name in names if name.startswith("欧阳"))
    # A cursor of another search does not lead out of this one.
    other = city.made("/api/v1/learners/searches", q="欧", limit=1)["nextCursor"]
    assert all(row["name"].startswith("欧阳") for row in city.made("/api/v1/learners/searches", nameBegins="欧阳", cursor=other)["items"])


def test_a_corrected_number_still_leads_to_the_person_by_the_old_one(registry, tmp_path):
    employer = registry.employer()
    learner = registry.learner(employer)
    new = makers.id_number()
    corrected = registry.as_("county-511823").made(f"/api/v1/learners/{learner['id']}/corrections", field="idNumber", value=new, reason="升位更正", document="派出所证明")
    assert corrected["corrections"][0]["field"] == "idNumber" and learner["idNumber"] not in str(corrected)
    for number in (learner["idNumber"], new):
        assert [one["id"] for one in registry.as_("clerk").made("/api/v1/learners/searches", idNumber=number)["items"]] == [learner["id"]]
    again = registry.as_("city").post("/api/v1/learners", json={"idNumber": learner["idNumber"], "name": "张小丽", "employerCreditCode": employer["creditCode"], "employedFrom": "2017-01-01"})
    assert again.status_code == 409 and again.json()["code"] == "learnerExists"
    file = tmp_path / "learners.csv"
    file.write_text(f"idNumber,name,employerCreditCode\n{learner['idNumber']},张小丽,{employer['creditCode']}\n")
    before = registry.sql("SELECT count(*) FROM learners")
    registry.cli("import", "learners", file, "--as", "county-511823", check=False)
    assert registry.sql("SELECT count(*) FROM learners") == before


def test_a_correction_of_a_record_that_has_moved_on_is_refused(registry):
    learner = registry.learner(registry.employer())
    path = f"/api/v1/learners/{learner['id']}/corrections"
    body = {"field": "name", "value": "张晓丽", "reason": "更名", "document": "户口簿"}
    tag = registry.as_("city").get(f"/api/v1/learners/{learner['id']}").headers["ETag"]
    assert registry.as_("city").post(path, json=body, headers={"If-Match": tag}).status_code == 201
    assert registry.as_("city").post(path, json=body, headers={"If-Match": tag}).status_code == 412


def test_a_merge_joins_both_histories_and_can_be_taken_back(registry):
    employer = registry.employer()
    one, two = registry.learner(employer), registry.learner(employer, name="张小莉")
    entry = recognized(registry, two)
    assert status(registry, one, 2017, "2018-01-10") == "incomplete"
    merge = registry.as_("county-511823").made(f"/api/v1/learners/{one['id']}/merges", **{"from": two["id"], "reason": "同一人", "document": "户籍证明"})
    assert merge["entriesBefore"] == merge["entriesAfter"] == 1
    assert status(registry, one, 2017, "2018-01-10") == "complete"
    second = registry.as_("city").post("/api/v1/claims", json={"learnerId": one["id"], "subjectYear": 2017, "mode": "online", "evidence": registry.online()})
    assert second.status_code == 409 and second.json()["entry"] == entry
    found = registry.as_("clerk").made("/api/v1/learners/searches", idNumber=two["idNumber"])["items"]
    assert [person["id"] for person in found] == [one["id"]]
    registry.as_("county-511823").made(f"/api/v1/merges/{merge['id']}/reversals", reason="误合并")
    assert status(registry, one, 2017, "2018-01-10") == "incomplete"
    assert status(registry, two, 2017, "2018-01-10") == "complete"
    assert registry.cli_json("audit", check=False)["totalFindings"] == 0


def test_employers_are_renamed_merged_and_closed(registry):
    city, one, two = registry.as_("city"), registry.employer(), registry.employer()
    learner = registry.learner(two)
    assert city.made(f"/api/v1/employers/{one['id']}/corrections", field="name", value="汉源县人民医院", reason="更名")["name"] == "汉源县人民医院"
    city.made(f"/api/v1/employers/{one['id']}/merges", **{"from": two["id"], "reason": "重复录入", "document": "编办文件"})
    assert city.get(f"/api/v1/learners/{learner['id']}").json()["employer"]["id"] == one["id"]
    assert status(registry, learner, 2017, "2018-01-10") == "incomplete"
    city.made(f"/api/v1/employers/{one['id']}/closures", on="2018-01-09", reason="撤销")
    answer = city.post("/api/v1/learners", json={"idNumber": makers.id_number(), "name": "王新", "employerCreditCode": one["creditCode"], "employedFrom": "2018-01-10"})
    assert answer.status_code == 409 and answer.json()["code"] == "employerClosed"


def test_a_returned_claim_comes_back_to_the_same_desk_with_its_history(registry):
    learner = registry.learner(registry.employer())
    claim = registry.claim(learner)
    county = registry.as_("county-511823")
    assert registry.decide(claim, "county-511823", "return").status_code == 422
    assert registry.decide(claim, "county-511823", "return", reason="请补交档案").status_code == 201
    back = county.get(f"/api/v1/claims/{claim['id']}").json()
    assert (back["state"], back["nextActor"]) == ("returned", "learner")
    mended = registry.as_("city").made(f"/api/v1/claims/{claim['id']}/resubmissions", evidence=back["evidence"], reason="已补交")
    assert (mended["state"], mended["routedTo"]) == ("submitted", "county:511823")
    assert [event["event"] for event in mended["history"]] == ["submit", "return", "resubmit"]
    assert registry.decide(claim, "county-511823", "reject", reason="材料不符").status_code == 201
    # After a rejection a new claim can be made and ends like a first one.
    again = registry.claim(learner)
    assert registry.decide(again, "county-511823").status_code == 201
    assert registry.as_("city").post(f"/api/v1/claims/{again['id']}/withdrawals", json={}).status_code == 409


def test_the_city_reroutes_an_open_claim_with_a_reason(registry):
    claim = registry.claim(registry.learner(registry.employer()))
    moved = registry.as_("city").made(f"/api/v1/claims/{claim['id']}/reroutings", to="county:511802", reason="人已调往雨城区")
    assert moved["routedTo"] == "county:511802"
    assert registry.decide(claim, "county-511823").status_code == 403
    assert registry.decide(claim, "county-511802").status_code == 201
    assert registry.as_("city").post(f"/api/v1/claims/{claim['id']}/reroutings", json={"to": "city", "reason": "晚了"}).status_code == 409


def test_what_was_known_then_is_told_apart_from_what_stood_then(registry):
    learner = registry.learner(registry.employer())
    before = registry.sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")[0][0]
    recognized(registry, learner)
    assert status(registry, learner, 2017, "2018-01-10") == "complete"
    known = registry.eligibility(learner, asOf="2018-01-10", knownAt=before)
    # Before that instant the register knew neither the entry nor the rest that came after it.
    assert {one["year"]: one["status"] for one in known["years"]}[2017] == "incomplete"
