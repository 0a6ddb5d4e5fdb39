"""An invented notice, and a year lived by it with no change of code; broken notices name line and field."""
import pytest

from registry import ROOT, Registry

INVENTED = ROOT / "Tests/RegistryDomainTests/Policies/invented.yaml"


@pytest.fixture(scope="module")
def elsewhere():
    registry = Registry(clock="2031-05-02T09:00:00+08:00", policy=INVENTED)
    registry.add_bureau_users(["511823"])
    registry.start()
    yield registry
    registry.close()


def test_a_year_of_an_invented_notice(elsewhere):
    learner = elsewhere.learner(elsewhere.employer(kind="enterprise", level="zone", division=None), since="2030-01-01")
    evidence = {"recordNumber": "N-1", "compulsoryHours": 4, "electiveHours": 8, "testPassedOn": "2031-04-10"}
    few = elsewhere.as_("city").post("/api/v1/claims", json={"learnerId": learner["id"], "subjectYear": 2031, "mode": "online", "evidence": {**evidence, "compulsoryHours": 3}})
    assert few.status_code == 422 and few.json()["rules"] == ["O1"]
    claim = elsewhere.claim(learner, 2031, evidence=evidence)
    assert (claim["routedTo"], claim["rules"], claim["hours"]) == ("base", ["R3"], 12)
    assert elsewhere.decide(claim, "city").status_code == 403
    assert elsewhere.decide(claim, "base").status_code == 201
    assert elsewhere.eligibility(learner, "sabbatical", asOf="2031-07-01")["outcome"] == "accepted"
    assert elsewhere.eligibility(learner, "sabbatical", asOf="2031-05-01")["years"][0]["status"] == "inProgress"
    assert elsewhere.as_("clerk").get(f"/api/v1/learners/{learner['id']}/eligibility", params={"purpose": "titlePromotion"}).status_code == 422
    assert elsewhere.cli_json("audit")["totalFindings"] == 0


def test_a_broken_notice_names_line_and_field(elsewhere, tmp_path):
    lines = INVENTED.read_text().splitlines()
    number = next(index for index, line in enumerate(lines) if "requiredHours" in line)
    lines[number] = lines[number].replace("12", "13")
    broken = tmp_path / "broken.yaml"
    broken.write_text("\n".join(lines))
    done = elsewhere.cli("policy", "load", broken, check=False)
    assert done.returncode == 2
    assert "subjectYears[0].online" in done.stderr and "line" in done.stderr
    broken.write_text("id: [1\n")
    assert "line" in elsewhere.cli("policy", "load", broken, check=False).stderr
    assert len(elsewhere.cli_json("policy", "list")) == 1


def test_the_same_file_again_is_the_same_version_and_another_one_the_next(elsewhere, tmp_path):
    elsewhere.cli("policy", "load", INVENTED)
    assert [one["version"] for one in elsewhere.cli_json("policy", "list")] == [1]
    changed = tmp_path / "changed.yaml"
    changed.write_text(INVENTED.read_text().replace("虚构的通知", "修订的通知"))
    elsewhere.cli("policy", "load", changed)
    assert [one["version"] for one in elsewhere.cli_json("policy", "list")] == [2, 1]


def test_a_year_of_another_notice_is_not_taken_over(elsewhere, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(INVENTED.read_text().replace("2031-5", "2031-6"))
    done = elsewhere.cli("policy", "load", other, check=False)
    assert done.returncode == 2 and "S1" in done.stderr
